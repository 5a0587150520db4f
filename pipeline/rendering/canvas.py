"""One picture that is changed in place: only rectangles in which something moved are drawn again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PIL import Image, ImageChops

from pipeline.rendering.grid import Box
from pipeline.rendering.sprites import Element

# Height of the strips in which old and new pixels are compared; most changes show in the first strip.
_STRIP_PX = 48

Patch = tuple[Image.Image, Box]


class Canvas:
    """The background with elements on it, lowest first."""

    def __init__(self, ground: Image.Image, elements: Sequence[Element]) -> None:
        self._ground, self._elements = ground, elements
        self._poses: list[Hashable | None] = [None] * len(elements)
        self.screen = Box(0, 0, ground.width, ground.height)
        self.picture = ground.copy()

    def advance(self, frame: float) -> list[Patch]:
        """Take the poses of a frame and return what has to change on the picture; nothing if it looks the same."""
        dirty: list[Box] = []
        for index, element in enumerate(self._elements):
            before, now = self._poses[index], element.pose(frame)
            if before != now:
                dirty += [element.box(pose).within(self.screen) for pose in (before, now) if pose is not None]
                self._poses[index] = now
        patches = [(self._draw(box), box) for box in _merged(dirty)]
        return [(patch, box) for patch, box in patches if self._differs(patch, box)]

    def apply(self, patches: Sequence[Patch]) -> None:
        """Put changes on the picture."""
        for patch, box in patches:
            self.picture.paste(patch, (box.left, box.top))

    def _draw(self, box: Box) -> Image.Image:
        patch = self._ground.crop(box)
        for element, pose in zip(self._elements, self._poses, strict=True):
            if pose is not None and element.box(pose).meets(box):
                element.paint(patch, box, pose)
        return patch

    def _differs(self, patch: Image.Image, box: Box) -> bool:
        for top in range(0, box.height, _STRIP_PX):
            bottom = min(box.height, top + _STRIP_PX)
            new = patch.crop((0, top, box.width, bottom))
            old = self.picture.crop((box.left, box.top + top, box.right, box.top + bottom))
            if ImageChops.difference(new, old).getbbox():
                return True
        return False


def _merged(boxes: Sequence[Box]) -> list[Box]:
    """The boxes, those that share pixels joined, so that no pixel is drawn twice."""
    merged: list[Box] = []
    for box in boxes:
        if not box.width or not box.height:
            continue
        grown = box
        while touching := [other for other in merged if other.meets(grown)]:
            for other in touching:
                merged.remove(other)
                grown = grown.union(other)
        merged.append(grown)
    return merged
