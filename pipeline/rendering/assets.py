"""What somebody brings along to be seen in films: fonts, and a logo. Values alone; `reading.py` makes them of files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Axis(NamedTuple):
    """What varies in a font: its four letters, and how far."""

    tag: str
    low: float
    default: float
    high: float

    def nearest(self, wanted: float) -> float:
        """The value nearest to a wanted one."""
        return min(self.high, max(self.low, wanted))


@dataclass(frozen=True, kw_only=True)
class Typeface:
    """A font in a file."""

    # Where it lies is not what it looks like.
    path: str = field(compare=False)
    sha256: str
    axes: tuple[Axis, ...] = ()
    # What its sizes are multiplied with, for its capitals to be as tall as Inter's: layouts are measured in those.
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Fonts:
    """What films are set in, as far as it goes; None, and letters that it lacks: as always."""

    heading: Typeface | None = None
    text: Typeface | None = None


# Nobody brought any.
OURS = Fonts()


@dataclass(frozen=True, kw_only=True)
class Logo:
    """A picture of mode RGBA in a PNG, cut to what is to be seen of it."""

    path: str = field(compare=False)
    sha256: str
    # Of what is to be seen.
    width_px: int
    height_px: int

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width_px / self.height_px
