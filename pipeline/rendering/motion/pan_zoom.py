"""Pan and zoom over a photograph (Ken Burns effect): the one case in which every frame differs."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from PIL import Image

from pipeline.media.pictures.scaling import MIN_DOWNSCALE, Scaler
from pipeline.rendering.grid import Box
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.theme.theme import Manner

# By how much a still is enlarged beforehand, at most.
_MAX_ENLARGED = 1.25


class Framing(NamedTuple):
    """What a view shows: point `x`, `y` (0 to 1) as close to the centre as possible, magnified by `zoom`.

    A zoom of 1 shows as much as fills the area.
    """

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0


class _View(NamedTuple):
    """A part of the photograph, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(kw_only=True)
class MovingStill:
    """An element that pans and zooms over a photograph; see `moving_still`."""

    # Luma and the two chroma planes.
    planes: tuple[Scaler, ...]
    # Size of the photograph, in the pixels of views.
    size: tuple[int, int]
    area: Box
    start: _View
    end: _View
    frames: int
    # The last view and its picture: several parts of it may be requested.
    _shown: tuple[Hashable, Picture] | None = None

    @property
    def rests_from(self) -> int:
        """See `sprites.Element`."""
        return self.frames

    def pose(self, frame: float) -> _View:
        """See `sprites.Element`. Rests at the end view."""
        return _interpolate(self.start, self.end, min(1.0, frame / self.frames))

    def box(self, pose: Hashable) -> Box:  # noqa: ARG002
        """See `sprites.Element`."""
        return self.area

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:  # noqa: ARG002
        """See `sprites.Element`."""
        return [self.area]

    def mirrored(self, width_px: int) -> MovingStill:
        """See `sprites.Element`. It is moved, but its content is not flipped."""
        area = self.area.moved(width_px - self.area.right - self.area.left, 0)
        return replace(self, area=area)

    def entering(self, manner: Manner) -> MovingStill:
        """See `sprites.Element`. With less motion it rests at its end view."""
        return replace(self, start=self.end) if manner.amount != "full" else self

    def passes_behind(self, box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """The part of the photograph, scaled to `size`, that is behind a box of the picture at any time."""
        corners = []
        for view in (self.start, self.end):
            across, down = (view.right - view.left) / self.area.width, (view.bottom - view.top) / self.area.height
            part = box.moved(-self.area.left, -self.area.top)
            left, top = view.left + part.left * across, view.top + part.top * down
            corners.append((left, top, view.left + part.right * across, view.top + part.bottom * down))
        scales = [wanted / own for wanted, own in zip(size, self.size, strict=True)] * 2
        lefts, tops, rights, bottoms = (
            [at * scale for at in each] for each, scale in zip(zip(*corners, strict=True), scales, strict=True)
        )
        # Padding on each side: resampling reads neighbouring pixels.
        left, top = max(0, math.floor(min(lefts)) - 2), max(0, math.floor(min(tops)) - 2)
        return left, top, min(size[0], math.ceil(max(rights)) + 2), min(size[1], math.ceil(max(bottoms)) + 2)

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `sprites.Element`."""
        assert isinstance(pose, _View)
        if self._shown is None or self._shown[0] != pose:
            self._shown = pose, self._seen(pose)
        seen = self.area.clipped_to(origin)
        shown = self._shown[1]
        part = shown if seen == self.area else shown.crop(seen.moved(-self.area.left, -self.area.top))
        patch.paste(part, seen.moved(-origin.left, -origin.top))

    def _seen(self, view: _View) -> Picture:
        boxes = (view, *[_View(*(edge / 2 for edge in view))] * 2)
        return Picture(*(Image.fromarray(plane.resample(box)) for plane, box in zip(self.planes, boxes, strict=True)))


def moving_still(image: Image.Image, area: Box, *, start: Framing, end: Framing, frames: int) -> MovingStill:
    """An image (mode RGB) that fills an even box and moves from one framing to another within `frames` frames."""
    width, height = image.size
    scale = max(area.width / width, area.height / height) * max(1.0, start.zoom, end.zoom) * MIN_DOWNSCALE
    if scale > _MAX_ENLARGED:
        scale = 1.0
    # Even, because of chroma subsampling.
    size = (math.ceil(width * scale / 2) * 2, math.ceil(height * scale / 2) * 2)
    still = Picture.of(image.resize(size, Image.Resampling.LANCZOS))
    views = [_view(framing, size, area) for framing in (start, end)]
    most = max((view.right - view.left) / area.width for view in views)
    sizes = [(area.width, area.height), *[(area.width // 2, area.height // 2)] * 2]
    planes = tuple(Scaler(np.asarray(plane), at, max_downscale=most) for plane, at in zip(still, sizes, strict=True))
    return MovingStill(planes=planes, size=size, area=area, start=views[0], end=views[1], frames=max(1, frames))


def _view(framing: Framing, size: tuple[int, int], area: Box) -> _View:
    """The part that a framing shows: with the aspect ratio of the area, inside the photograph."""
    per_px = min(size[0] / area.width, size[1] / area.height) / max(1.0, framing.zoom)
    # Clamped against float errors.
    width, height = min(size[0], area.width * per_px), min(size[1], area.height * per_px)
    left = min(max(0.0, framing.x * size[0] - width / 2), size[0] - width)
    top = min(max(0.0, framing.y * size[1] - height / 2), size[1] - height)
    return _View(left, top, left + width, top + height)


def _interpolate(start: _View, end: _View, share: float) -> _View:
    """The view after `share` of the way. A zoom looks even if it grows by the same factor in each frame."""
    before, after = start.right - start.left, end.right - end.left
    ratio = after / before
    # Corners move in proportion to the width, so that each point of the photograph moves in a straight line.
    way = share if abs(ratio - 1) < 1e-6 else (ratio**share - 1) / (ratio - 1)
    return _View(*(first + (last - first) * way for first, last in zip(start, end, strict=True)))
