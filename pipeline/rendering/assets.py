"""Fonts and logos that users supply. Values only; `asset_loading.py` creates them from files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Axis(NamedTuple):
    """A variation axis of a variable font: its four-letter tag and its range."""

    tag: str
    low: float
    default: float
    high: float

    def nearest(self, wanted: float) -> float:
        """`wanted`, clamped to the range."""
        return min(self.high, max(self.low, wanted))


@dataclass(frozen=True, kw_only=True)
class Typeface:
    """A font file."""

    # Not compared: the location does not change the appearance.
    path: str = field(compare=False)
    sha256: str
    axes: tuple[Axis, ...] = ()
    # Factor on font sizes that makes its cap height that of Inter, which layouts are measured in.
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Fonts:
    """The fonts of a film. None, and characters that a font lacks: the built-in fonts."""

    heading: Typeface | None = None
    text: Typeface | None = None


DEFAULT_FONTS = Fonts()


@dataclass(frozen=True, kw_only=True)
class Logo:
    """An RGBA image from a PNG, cropped to its visible part."""

    path: str = field(compare=False)
    sha256: str
    # Size of the visible part.
    width_px: int
    height_px: int

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width_px / self.height_px
