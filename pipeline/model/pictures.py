"""Pictures that somebody brings along: what a brief asks for, and what there is to draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class WantedPicture:
    """A picture that a brief asks for."""

    # As it is written: a path relative to the brief, or an address. Scenes name it by that.
    source: str
    # What it shows, for a writer who does not see it and for people who can't; and whose it is. Both may be empty.
    description: str = ""
    credit: str = ""


@dataclass(frozen=True, kw_only=True)
class Still:
    """A picture that is at hand: upright, in sRGB, no larger than is needed."""

    # The source of the `WantedPicture`.
    name: str
    # Where it lies is not what it shows.
    path: Path = field(compare=False)
    sha256: str
    width_px: int
    height_px: int
    # The point that stays in sight whatever is cut off, from 0 to 1 of its width and height.
    focus: tuple[float, float] = (0.5, 0.5)
    credit: str = ""
    # Whether what is behind it shows through anywhere.
    has_alpha: bool = False

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width_px / self.height_px


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """What became of the pictures that a brief asks for."""

    stills: tuple[Still, ...] = ()
    # Which could not be had, by name, and why, a line each.
    missing: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
