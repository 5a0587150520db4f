"""Shapes that grow: bars out of their axis, lines along their path; only the growing part is repainted.

They are drawings, not text: in right-to-left languages they are flipped, not only moved.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Literal

from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import animated_length
from pipeline.rendering.motion.sprites import Sprite, fill_visible
from pipeline.rendering.motion.ycbcr import Colour, Picture, colour
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.theme.theme import Manner

Direction = Literal["right", "left", "up", "down"]
_OPPOSITE: dict[Direction, Direction] = {"right": "left", "left": "right", "up": "up", "down": "down"}
FLIP = Image.Transpose.FLIP_LEFT_RIGHT
# Maximum length of a bar's round end, as a share of its thickness.
_ROUND_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Growth:
    """A mask that is uncovered in one direction from frame `enters` on, in `frames` frames.

    With `moves` the mask is pushed out with its far end ahead (a bar with a round end), else uncovered in place (a
    line).
    """

    mask: Image.Image
    ink: Colour
    # Its box when fully grown.
    at: Box
    to: Direction
    enters: int
    frames: int
    moves: bool
    # Growth in stages: from each of these frames on to that length in pixels, within `frames` frames.
    stages: tuple[tuple[int, int], ...] = ()

    def entering(self, manner: Manner) -> Growth:
        """See `Element`: with less motion it is complete at once."""
        return replace(self, frames=1) if manner.amount != "full" else self

    def mirrored(self, width_px: int) -> Growth:
        """See `Element`."""
        at = Box(width_px - self.at.right, self.at.top, width_px - self.at.left, self.at.bottom)
        return replace(self, mask=self.mask.transpose(FLIP), at=at, to=_OPPOSITE[self.to])

    @property
    def rests_from(self) -> int:
        """See `Element`."""
        return (self.stages[-1][0] if self.stages else self.enters) + self.frames

    def pose(self, frame: float) -> int | None:
        """See `Element`: its length in pixels."""
        return animated_length(frame, self.stages or ((self.enters, self._length),), self.frames) or None

    def box(self, pose: Hashable) -> Box:
        """See `Element`."""
        assert isinstance(pose, int)
        return self._slice(0, pose)

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """See `Element`: the added part, and the previous round end."""
        lengths = sorted(pose if isinstance(pose, int) else 0 for pose in (before, now))
        cap = round(_ROUND_SHARE * min(self.at.width, self.at.height)) + 1 if self.moves else 0
        return [self._slice(max(0, lengths[0] - cap), lengths[1])]

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `Element`."""
        assert isinstance(pose, int)
        whole = self.box(pose)
        shown = self.mask.crop(self._last_pixels(pose) if self.moves else whole.moved(-self.at.left, -self.at.top))
        fill_visible(patch, origin, self.ink, shown, whole)

    @property
    def _length(self) -> int:
        return self.at.width if self.to in {"right", "left"} else self.at.height

    def _slice(self, start: int, end: int) -> Box:
        """The part of its box from `start` to `end` pixels along the direction of growth."""
        left, top, right, bottom = self.at
        if self.to == "right":
            return Box(left + start, top, left + end, bottom)
        if self.to == "left":
            return Box(right - end, top, right - start, bottom)
        if self.to == "down":
            return Box(left, top + start, right, top + end)
        return Box(left, bottom - end, right, bottom - start)

    def _last_pixels(self, length: int) -> Box:
        """The last `length` pixels of the mask."""
        width, height = self.mask.size
        if self.to == "right":
            return Box(width - length, 0, width, height)
        if self.to == "left":
            return Box(0, 0, length, height)
        if self.to == "down":
            return Box(0, height - length, width, height)
        return Box(0, 0, width, length)


def growing_bar(at: Box, name: str, *, to: Direction, radius: int, enters: int, frames: int) -> Growth:
    """A bar in a colour (#RRGGBB) with a square end at its axis and a round one at the other."""
    along = to in {"right", "left"}
    whole = rounded_rectangle(at.width + radius * along, at.height + radius * (not along), radius=radius)
    left, top = radius * (to == "right"), radius * (to == "down")
    mask = whole.crop((left, top, left + at.width, top + at.height))
    return Growth(mask=mask, ink=colour(name), at=at, to=to, enters=enters, frames=frames, moves=True)


@dataclass(frozen=True, kw_only=True)
class FlippedSprite(Sprite):
    """A sprite that is flipped in mirrored layouts."""

    def mirrored(self, width_px: int) -> Sprite:
        """See `Element`."""
        return replace(
            self,
            mask=self.mask.transpose(FLIP),
            order=self.order.transpose(FLIP) if self.order else None,
            left=width_px - self.left - self.mask.width,
            span=self.span and (width_px - self.span[1], width_px - self.span[0]),
        )
