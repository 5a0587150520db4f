"""Where things may stand: margins, columns and the caption band, all derived from the size of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.model import VideoFormat

_COLUMNS = 12
# What apps cover of a tall picture: 220 of 1,920 px above, 420 below, and 140 at 1,080 beside the lower half.
_TALL_TOP, _TALL_BOTTOM = 220 / 1920, 420 / 1920
_BUTTONS = 140
# How much larger type is on a tall picture and on another upright one, which are seen on phones.
_TYPE_TALL, _TYPE_UPRIGHT = 1.2, 1.1
# Between what a picture shows and the plate of two lines of captions: half a line, with the tails of letters. Where
# one stacks, every row counts; an upright picture has enough of them.
_AIR, _AIR_STACKED, _AIR_TALL = 32, 24, 48


class Box(NamedTuple):
    """A rectangle in pixels; right and bottom are the first column and row outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height

    @property
    def middle(self) -> int:
        """The row half-way down."""
        return (self.top + self.bottom) // 2

    @property
    def centre(self) -> int:
        """The column half-way across."""
        return (self.left + self.right) // 2

    def union(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def meets(self, other: Box) -> bool:
        """Whether the two share a pixel."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def even(self) -> Box:
        """The smallest box around it that begins and ends at even pixels."""
        return Box(self.left & ~1, self.top & ~1, self.right + 1 & ~1, self.bottom + 1 & ~1)

    def grown(self, by: int) -> Box:
        """The same box with so much around it, on all sides."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def moved(self, right: int, down: int) -> Box:
        """The same box elsewhere."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def within(self, other: Box) -> Box:
        """The part of this box that lies in `other`; it may be empty."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Box(left, top, max(left, min(self.right, other.right)), max(top, min(self.bottom, other.bottom)))


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Twelve columns inside the margins, above the band that belongs to captions.

    A tall picture fills a phone, and apps (Shorts, Reels, TikTok) put their own things over its lowest fifth, its
    highest ninth and, beside its lower half, its right edge: everything keeps clear of that, and type is larger. So it
    is on any upright picture, if less.
    """

    format: VideoFormat
    # Factors of the theme.
    type_scale: float = 1.0
    margins: float = 1.0

    @property
    def is_stacked(self) -> bool:
        """Whether figures stand above the text, because there is no room beside it."""
        return 2 * self.format.width_px < 3 * self.format.height_px

    @property
    def is_tall(self) -> bool:
        """Whether the picture is as tall as a phone that is held upright."""
        return 2 * self.format.height_px >= 3 * self.format.width_px

    @property
    def _is_upright(self) -> bool:
        """Whether the picture is clearly higher than wide: in a feed it is as wide as the phone, like a tall one."""
        return 8 * self.format.height_px >= 9 * self.format.width_px

    def px(self, at_1080: float) -> int:
        """A distance given for a picture 1080 px high (a multiple of 8, as a rule), in pixels of this one."""
        return round(at_1080 * min(self.format.width_px, self.format.height_px) / 1080)

    def type_px(self, at_1080: float) -> int:
        """A type size, likewise."""
        larger = _TYPE_TALL if self.is_tall else _TYPE_UPRIGHT if self._is_upright else 1.0
        return self.px(self.type_scale * larger * at_1080)

    @property
    def content(self) -> Box:
        """Inside the margins and above the caption band: text never leaves it."""
        if self.is_tall:
            # Their buttons stand on the right, and on the left where text begins at the right: see `mirrored`.
            right = self.format.width_px - self.px(_BUTTONS)
            top = round(self.format.height_px * _TALL_TOP)
            return Box(self._side_px, top, right, self.captions.top - self.px(_AIR_TALL))
        side, air = self._side_px, self.px(_AIR_STACKED if self.is_stacked else _AIR)
        return Box(side, self.px(96), self.format.width_px - side, self.captions.top - air)

    @property
    def captions(self) -> Box:
        """The lowest band; nothing but captions enters it."""
        if self.is_tall:
            side, bottom = self.px(_BUTTONS), round(self.format.height_px * (1 - _TALL_BOTTOM))
            return Box(side, bottom - self.px(200), self.format.width_px - side, bottom)
        side = self._side_px
        bottom = self.format.height_px - self.px(16)
        return Box(side, self.format.height_px - self.px(150), self.format.width_px - side, bottom)

    @property
    def _side_px(self) -> int:
        return self.px(self.margins * (84 if self.is_stacked else 120))

    def columns(self, count: int) -> int:
        """Width of so many neighbouring columns in pixels, with the gutters between them; all, where one stacks."""
        if self.is_stacked:
            return self.content.width
        gutter = self.px(24)
        return (self.content.width + gutter) * count // _COLUMNS - gutter
