"""The canvas: one picture that is updated in place, redrawing only dirty rectangles."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.sprites import Element
from pipeline.rendering.motion.ycbcr import Picture

Patch = tuple[Picture, Box]


class Canvas:
    """A background with elements on it, bottom to top."""

    def __init__(self, ground: Picture, elements: Sequence[Element]) -> None:
        self._ground, self._elements = ground, elements
        self._poses: list[Hashable | None] = [None] * len(elements)
        self.screen = Box(0, 0, *ground.size)
        self.picture = ground.copy()
        # No element changes from this frame on.
        self.rests_from = max((element.rests_from for element in elements), default=0)

    def advance(self, frame: float) -> list[Patch]:
        """Take the poses of a frame and return the patches that change the picture; empty if it looks the same."""
        dirty: list[Box] = []
        for index, element in enumerate(self._elements):
            before, now = self._poses[index], element.pose(frame)
            if before != now:
                dirty += [box.even().clipped_to(self.screen) for box in element.changes(before, now)]
                self._poses[index] = now
        patches = [(self._draw(box), box) for box in _merged(dirty)]
        return [(patch, box) for patch, box in patches if self.picture.differs(patch, box)]

    def apply(self, patches: Sequence[Patch]) -> None:
        """Paste patches onto the picture."""
        for patch, box in patches:
            self.picture.paste(patch, box)

    def _draw(self, box: Box) -> Picture:
        patch = self._ground.crop(box)
        for element, pose in zip(self._elements, self._poses, strict=True):
            if pose is not None and element.box(pose).intersects(box):
                element.paint(patch, box, pose)
        return patch


def _merged(boxes: Sequence[Box]) -> list[Box]:
    """The boxes with overlapping ones united, so that no pixel is drawn twice."""
    merged: list[Box] = []
    for box in boxes:
        if not box.width or not box.height:
            continue
        grown = box
        while touching := [other for other in merged if other.intersects(grown)]:
            for other in touching:
                merged.remove(other)
                grown = grown.union(other)
        merged.append(grown)
    return merged
