"""A vertical rule that grows and shrinks with the text beside it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import animated_length
from pipeline.rendering.motion.sprites import fill_visible
from pipeline.rendering.motion.ycbcr import Colour, Picture
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.theme.theme import Manner


@dataclass(frozen=True, kw_only=True)
class StretchingRule:
    """A rule that hangs from `top` and takes a new length, in pixels, from each frame of `lengths` on."""

    ink: Colour
    left: int
    top: int
    width: int
    lengths: Sequence[tuple[int, int]]
    # Duration of each change.
    frames: int = 20

    def mirrored(self, width_px: int) -> StretchingRule:
        """See `Element`."""
        return replace(self, left=width_px - self.left - self.width)

    def entering(self, manner: Manner) -> StretchingRule:
        """See `Element`: with less motion it keeps its greatest length."""
        if manner.amount == "full":
            return self
        return replace(self, lengths=((self.lengths[0][0], max(length for _, length in self.lengths)),), frames=1)

    @property
    def rests_from(self) -> int:
        """See `Element`."""
        return self.lengths[-1][0] + self.frames

    def pose(self, frame: float) -> int | None:
        """See `Element`: its length in pixels."""
        return animated_length(frame, self.lengths, self.frames) or None

    def box(self, pose: Hashable) -> Box:
        """See `Element`."""
        assert isinstance(pose, int)
        return Box(self.left, self.top, self.left + self.width, self.top + pose)

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """See `Element`: the part added or removed, and the round end above it."""
        shorter, longer = sorted(pose if isinstance(pose, int) else 0 for pose in (before, now))
        top = self.top + max(0, shorter - self.width)
        return [Box(self.left, top, self.left + self.width, self.top + longer)]

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `Element`."""
        whole = self.box(pose)
        mask = rounded_rectangle(whole.width, whole.height, radius=self.width // 2)
        fill_visible(patch, origin, self.ink, mask, whole)
