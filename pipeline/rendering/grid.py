"""Layout grid: margins, columns and the caption band, all derived from the size of the picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from pipeline.model import VideoFormat

_COLUMNS = 12
# What the overlays of apps cover of a tall picture: 220 of 1,920 px at the top, 420 at the bottom, and 140 at 1,080
# beside the lower half.
_TALL_TOP, _TALL_BOTTOM = 220 / 1920, 420 / 1920
_APP_BUTTONS = 140
# Factors on type sizes for tall and other upright pictures, which are seen on phones.
_TYPE_TALL, _TYPE_UPRIGHT = 1.2, 1.1
# Upper and lower edge of the caption band, above the lower edge of the picture. Upright pictures have more height, and
# in a feed their edge is that of a card.
_BAND, _BAND_UPRIGHT = (150, 16), (192, 40)
# Space between the content and the plate of two-line captions: half a line, with descenders. Stacked layouts are short
# of height; tall pictures have enough of it.
_AIR, _AIR_STACKED, _AIR_TALL = 32, 24, 48


class Box(NamedTuple):
    """A rectangle in pixels; `right` and `bottom` are exclusive."""

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
    def centre_y(self) -> int:
        """The vertical centre."""
        return (self.top + self.bottom) // 2

    @property
    def centre_x(self) -> int:
        """The horizontal centre."""
        return (self.left + self.right) // 2

    def union(self, other: Box) -> Box:
        """The bounding box of both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Box(left, top, max(self.right, other.right), max(self.bottom, other.bottom))

    def intersects(self, other: Box) -> bool:
        """Whether the two share a pixel."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def even(self) -> Box:
        """The smallest enclosing box with even coordinates, as chroma subsampling needs."""
        return Box(self.left & ~1, self.top & ~1, self.right + 1 & ~1, self.bottom + 1 & ~1)

    def grown(self, by: int) -> Box:
        """This box expanded by `by` pixels on all sides."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def moved(self, right: int, down: int) -> Box:
        """This box translated."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def clipped_to(self, other: Box) -> Box:
        """The intersection with `other`; may be empty."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Box(left, top, max(left, min(self.right, other.right)), max(top, min(self.bottom, other.bottom)))


def bounding_box(boxes: Iterable[Box]) -> Box:
    """The smallest box that contains all of these, at least one."""
    return reduce(Box.union, boxes)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Twelve columns inside the margins, above the caption band.

    On a tall picture apps (Shorts, Reels, TikTok) draw their own controls over the lowest fifth, the top ninth and,
    beside the lower half, the right edge: content stays clear of those safe-area insets, and type is larger. Other
    upright pictures get larger type, too, if less.
    """

    format: VideoFormat
    # The theme's factors on type sizes and margins.
    type_scale: float = 1.0
    margins: float = 1.0

    @property
    def is_stacked(self) -> bool:
        """Whether figures stand above the text, for lack of width."""
        return 2 * self.format.width_px < 3 * self.format.height_px

    @property
    def is_tall(self) -> bool:
        """Whether the picture fills a phone held upright (3:2 or taller)."""
        return 2 * self.format.height_px >= 3 * self.format.width_px

    @property
    def _is_upright(self) -> bool:
        """Whether the picture is clearly taller than wide: in a feed it is as wide as the phone, like a tall one."""
        return 8 * self.format.height_px >= 9 * self.format.width_px

    def px(self, at_1080: float) -> int:
        """A distance given for a picture 1080 px high (usually a multiple of 8), in pixels of this one."""
        return round(at_1080 * min(self.format.width_px, self.format.height_px) / 1080)

    def type_px(self, at_1080: float) -> int:
        """A type size given for a picture 1080 px high, in pixels of this one."""
        larger = _TYPE_TALL if self.is_tall else _TYPE_UPRIGHT if self._is_upright else 1.0
        return self.px(self.type_scale * larger * at_1080)

    @property
    def content(self) -> Box:
        """The area inside the margins and above the caption band, which text never leaves."""
        if self.is_tall:
            # Buttons of apps are on the right; in right-to-left interfaces on the left, as after `mirrored`.
            right = self.format.width_px - self.px(_APP_BUTTONS)
            top = round(self.format.height_px * _TALL_TOP)
            return Box(self._side_px, top, right, self.captions.top - self.px(_AIR_TALL))
        side, air = self._side_px, self.px(_AIR_STACKED if self.is_stacked else _AIR)
        return Box(side, self.px(96), self.format.width_px - side, self.captions.top - air)

    @property
    def captions(self) -> Box:
        """The caption band at the bottom, reserved for captions."""
        if self.is_tall:
            side, bottom = self.px(_APP_BUTTONS), round(self.format.height_px * (1 - _TALL_BOTTOM))
            return Box(side, bottom - self.px(200), self.format.width_px - side, bottom)
        side = self._side_px
        top, bottom = (self.format.height_px - self.px(each) for each in (_BAND_UPRIGHT if self._is_upright else _BAND))
        return Box(side, top, self.format.width_px - side, bottom)

    @property
    def _side_px(self) -> int:
        return self.px(self.margins * (84 if self.is_stacked else 120))

    def columns(self, count: int) -> int:
        """Width of `count` adjacent columns and their gutters, in pixels; the whole content width if stacked."""
        if self.is_stacked:
            return self.content.width
        gutter = self.px(24)
        return (self.content.width + gutter) * count // _COLUMNS - gutter
