"""The picture as encoders want it: brightness and two planes of colour at half the size, changed in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import av
import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

# Brightness, blueness and redness (mode L), the colours at half the width and height; BT.709, limited range.
Planar = tuple[Image, Image, Image]
# As FFmpeg names them, by the bits of a level.
PIXEL_FORMATS: Mapping[Literal[8, 10], str] = {8: "yuv420p", 10: "yuv420p10le"}
# Left, top, right and bottom in pixels, all even; right and bottom are the first column and row outside it.
Rectangle = tuple[int, int, int, int]


class Planes:
    """A frame of even size, of 8 bits a level (yuv420p) or, with what is drawn as its upper 8, of 10 (yuv420p10le)."""

    def __init__(self, width_px: int, height_px: int, *, bits: Literal[8, 10] = 8) -> None:
        self.frame = av.VideoFrame(width_px, height_px, PIXEL_FORMATS[bits])
        self._up = bits - 8
        self._planes = [_array(plane, np.uint16 if self._up else np.uint8) for plane in self.frame.planes]

    def put(self, picture: Planar, box: Rectangle) -> None:
        """Take over what `picture`, of the same size, shows in `box`."""
        for plane, image, scale in zip(self._planes, picture, (1, 2, 2), strict=True):
            left, top, right, bottom = (edge // scale for edge in box)
            part = image.crop((left, top, right, bottom)).tobytes()
            shown = plane[top:bottom, left:right]
            shown[:] = np.frombuffer(part, np.uint8).reshape(bottom - top, right - left)
            if self._up:
                shown <<= self._up


def _array(plane: av.video.plane.VideoPlane, level: type[np.uint8 | np.uint16]) -> NDArray[Any]:
    """A plane as an array that can be written to, shape (rows, columns)."""
    levels = np.frombuffer(memoryview(plane), level)
    return levels.reshape(-1, plane.line_size // levels.itemsize)[: plane.height, : plane.width]
