"""The picture as encoders want it: brightness and two planes of colour at half the size, changed in place."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

# Brightness, blueness and redness (mode L), the colours at half the width and height; BT.709, limited range.
Planar = tuple[Image, Image, Image]
# Left, top, right and bottom in pixels, all even; right and bottom are the first column and row outside it.
Rectangle = tuple[int, int, int, int]


class Planes:
    """A yuv420p frame of even size."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.frame = av.VideoFrame(width_px, height_px, "yuv420p")
        self._planes = [_array(plane) for plane in self.frame.planes]

    def put(self, picture: Planar, box: Rectangle) -> None:
        """Take over what `picture`, of the same size, shows in `box`."""
        for plane, image, scale in zip(self._planes, picture, (1, 2, 2), strict=True):
            left, top, right, bottom = (edge // scale for edge in box)
            part = image.crop((left, top, right, bottom)).tobytes()
            plane[top:bottom, left:right] = np.frombuffer(part, np.uint8).reshape(bottom - top, right - left)


def _array(plane: av.video.plane.VideoPlane) -> NDArray[np.uint8]:
    """A plane as an array that can be written to, shape (rows, columns)."""
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
