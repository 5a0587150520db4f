"""The picture as encoders want it: brightness and two planes of colour at half the size, changed in place."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray
from PIL.Image import Image

# Left, top, right and bottom in pixels; right and bottom are the first column and row outside it.
Rectangle = tuple[int, int, int, int]


class Planes:
    """A yuv420p picture of even size, BT.709, limited range."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.frame = av.VideoFrame(width_px, height_px, "yuv420p")
        self._planes = _arrays(self.frame)
        self._reformatter = VideoReformatter()

    def put(self, picture: Image, box: Rectangle) -> None:
        """Take over what `picture` (mode RGB, of the same size) shows in `box` and up to the next even pixels."""
        left, top = box[0] & ~1, box[1] & ~1
        right, bottom = box[2] + 1 & ~1, box[3] + 1 & ~1
        if left >= right or top >= bottom:
            return
        part = np.asarray(picture.crop((left, top, right, bottom)))
        converted = self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(part, format="rgb24"),
            format="yuv420p",
            # FFmpeg reads RGB as BT.601 unless the matrix is named on both sides.
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.AREA,
            threads=1,
        )
        for plane, new, scale in zip(self._planes, _arrays(converted), (1, 2, 2), strict=True):
            plane[top // scale : bottom // scale, left // scale : right // scale] = new


def _arrays(frame: av.VideoFrame) -> tuple[NDArray[np.uint8], ...]:
    """The planes of a yuv420p frame as arrays that can be written to, shape (rows, columns)."""
    return tuple(
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )
