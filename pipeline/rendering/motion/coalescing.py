"""Without motion: what would come one after another within a moment is there at once.

Layouts let things come a few frames apart, so that the eye follows. Where nothing moves, that would be a stutter, and
at the beginning of a film a bare picture.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.theme.theme import VoiceConfig

# Two thirds of a second.
_BURST_FRAMES = 20


@dataclass(frozen=True, kw_only=True)
class Burst:
    """All that changes from frame `first` to frame `last` changes in `first`."""

    first: int
    last: int


def in_bursts(composition: Composition, frames: int) -> Composition:
    """The same for a scene of so many frames of motion, its elements coming and going in bursts."""
    bursts = _bursts(composition.elements, frames)
    return replace(composition, elements=[Stepped(element=each, bursts=bursts) for each in composition.elements])


def begun(composition: Composition) -> Composition:
    """The same, with all that comes within a moment of its beginning there at once; it goes on from there."""
    first = (Burst(first=0, last=_BURST_FRAMES),)
    return replace(composition, elements=[Stepped(element=each, bursts=first) for each in composition.elements])


def _bursts(elements: Sequence[Element], frames: int) -> tuple[Burst, ...]:
    bursts = [Burst(first=0, last=0)]
    before = [element.pose(0) for element in elements]
    for frame in range(1, frames):
        now = [element.pose(frame) for element in elements]
        if now != before:
            first = bursts[-1].first
            if frame - first < _BURST_FRAMES:
                bursts[-1] = Burst(first=first, last=frame)
            else:
                bursts.append(Burst(first=frame, last=frame))
        before = now
    return tuple(bursts)


@dataclass(frozen=True, kw_only=True)
class Stepped:
    """An element that is in each burst as it is at its end."""

    element: Element
    bursts: tuple[Burst, ...]

    @property
    def rests_from(self) -> int:
        """See `Element`."""
        return self.element.rests_from

    def pose(self, frame: float) -> Hashable | None:
        """See `Element`."""
        burst = self.bursts[bisect(self.bursts, frame, key=lambda burst: burst.first) - 1]
        return self.element.pose(max(frame, burst.last))

    def box(self, pose: Hashable) -> Box:
        """See `Element`."""
        return self.element.box(pose)

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """See `Element`."""
        return self.element.changes(before, now)

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `Element`."""
        self.element.paint(patch, origin, pose)

    def mirrored(self, width_px: int) -> Stepped:
        """See `Element`."""
        return replace(self, element=self.element.mirrored(width_px))

    def entering(self, manner: VoiceConfig) -> Stepped:
        """See `Element`."""
        return replace(self, element=self.element.entering(manner))
