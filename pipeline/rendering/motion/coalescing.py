"""Coalesces changes: what would appear one after another within a moment appears at once.

Layouts stagger entrances by a few frames to guide the eye. Without motion that would be a stutter, and at the start of
a film a bare first picture.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.theme.theme import Manner

# Two thirds of a second.
_WINDOW_FRAMES = 20


class Window(NamedTuple):
    """All changes from frame `first` to frame `last` happen at `first`."""

    first: int
    last: int


# What appears within a moment of a film's start is there at once.
FIRST_WINDOW = (Window(0, _WINDOW_FRAMES),)


def coalesce(composition: Composition, windows: tuple[Window, ...]) -> Composition:
    """The composition with the changes of each window coalesced."""
    elements = [CoalescedElement(element=each, windows=windows) for each in composition.elements]
    return replace(composition, elements=elements)


def windows_of(elements: Sequence[Element], frames: int) -> tuple[Window, ...]:
    """The windows of a scene of `frames` animation frames."""
    bursts = [Window(0, 0)]
    before = [element.pose(0) for element in elements]
    for frame in range(1, frames):
        now = [element.pose(frame) for element in elements]
        if now != before:
            first = bursts[-1].first
            if frame - first < _WINDOW_FRAMES:
                bursts[-1] = Window(first, frame)
            else:
                bursts.append(Window(frame, frame))
        before = now
    return tuple(bursts)


@dataclass(frozen=True, kw_only=True)
class CoalescedElement:
    """An element that shows its state at the end of each window throughout that window."""

    element: Element
    windows: tuple[Window, ...]

    @property
    def rests_from(self) -> int:
        """See `Element`."""
        return self.element.rests_from

    def pose(self, frame: float) -> Hashable | None:
        """See `Element`."""
        burst = self.windows[bisect(self.windows, frame, key=lambda burst: burst.first) - 1]
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

    def mirrored(self, width_px: int) -> CoalescedElement:
        """See `Element`."""
        return replace(self, element=self.element.mirrored(width_px))

    def entering(self, manner: Manner) -> CoalescedElement:
        """See `Element`."""
        return replace(self, element=self.element.entering(manner))
