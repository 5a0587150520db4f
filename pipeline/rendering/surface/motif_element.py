"""The motif as an element, drawn lazily: layouts that are only checked for overflow never draw it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import Motion, Pose
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.rendering.surface.motif import draw_motif
from pipeline.theme.theme import Manner, Theme


@dataclass(frozen=True, kw_only=True)
class MotifElement:
    """An `Element`: the motif of a seed, its corner at `left` and `top`."""

    seed: int
    side_px: int
    theme: Theme
    # 0 to 1.
    opacity: float
    left: int
    top: int
    motion: Motion

    @property
    def rests_from(self) -> int:
        """See `Element`."""
        return self.motion.rests_from

    def pose(self, frame: float) -> Pose | None:
        """See `Element`."""
        return self.motion.pose(frame)

    def box(self, pose: Hashable) -> Box:  # noqa: ARG002 - it does not move
        """See `Element`."""
        return Box(self.left, self.top, self.left + self.side_px, self.top + self.side_px)

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """See `Element`."""
        return self._sprite.changes(before, now)

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `Element`."""
        self._sprite.paint(patch, origin, pose)

    def mirrored(self, width_px: int) -> MotifElement:
        """See `Element`. It is moved, not flipped."""
        return replace(self, left=width_px - self.left - self.side_px)

    def entering(self, manner: Manner) -> MotifElement:
        """See `Element`."""
        return replace(self, motion=self.motion.entering(manner))

    @cached_property
    def _sprite(self) -> Sprite:
        drawn = draw_motif(self.seed, self.side_px)
        mask, ink = drawn.mask.point([round(value * self.opacity) for value in range(256)]), drawn.tile(self.theme)
        return Sprite(mask=mask, ink=ink, left=self.left, top=self.top, motion=self.motion, order=drawn.order)
