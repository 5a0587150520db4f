"""Resample a region of a plane with sub-pixel edges, for slow pan and zoom.

FFmpeg's scaler takes a fifth of the time of others, but maps whole pixels to whole pixels. So more is made than is
wanted, and the rest cropped: of all ways to make some more pixels from some whole ones, there is one in which the
wanted pixels begin and end where they should, as a rule to a hundredth of a pixel.

    plane    . . . . . . [. . . . . . . . . . .] . . .       `taken` whole pixels from `first` on
    made                 [  |   |   |   |   |  ]             become `made` pixels,
    wanted                    [ |   |   | ]                  of which these, after the first `skipped`, are kept

Simple ratios leave no choice: 2,000 pixels from 2,000 can't begin between two. So a plane is prepared a little larger
than its largest display size (`MIN_DOWNSCALE`). If nothing fits all the same, Pillow resamples it, slowly.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import av
import numpy as np
import PIL.Image
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

Plane = NDArray[np.uint8]

# Pixels of the plane per output pixel, at least: from there on, 6 % of zoom avoid simple ratios.
MIN_DOWNSCALE = 1.03
# Pixels made beyond those wanted, at most; how many of them on each side, so that kept pixels depend on nothing beyond
# what was taken; and how many ratios are examined closely.
_MAX_SPARE, _MARGIN, _CANDIDATES = 96, 3, 24
# The largest error of an edge, in pixels of the plane: less than a visible motion.
_MAX_ERROR_PX = 0.05
# The same bytes on every machine.
_FLAGS = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.BITEXACT


class AxisMapping(NamedTuple):
    """From whole pixels to whole pixels along one axis; see the module."""

    first: int
    taken: int
    made: int
    skipped: int
    # The largest error of the wanted edges, in pixels of the plane.
    error_px: float


class Scaler:
    """Resamples regions of one plane to one size."""

    def __init__(self, plane: Plane, size: tuple[int, int], *, max_downscale: float) -> None:
        """`size` is the output's width and height; `max_downscale` the largest number of pixels per output pixel."""
        self._size = size
        self._padding = math.ceil((_MAX_SPARE + _MARGIN) * max_downscale)
        self._plane = np.pad(plane, self._padding, mode="edge")
        self._scaler = VideoReformatter()

    def resample(self, box: tuple[float, float, float, float]) -> Plane:
        """The region in a box (left, top, right, bottom, in pixels of the plane, within it), shape (height, width)."""
        left, top, right, bottom = box
        across, down = map_axis(left, right, self._size[0]), map_axis(top, bottom, self._size[1])
        if max(across.error_px, down.error_px) > _MAX_ERROR_PX:
            return self._resample_slowly(box)
        x, y = across.first + self._padding, down.first + self._padding
        part = self._plane[y : y + down.taken, x : x + across.taken]
        frame = av.VideoFrame.from_numpy_buffer(part, format="gray")
        made = self._scaler.reformat(frame, across.made, down.made, "gray", interpolation=_FLAGS, threads=1).planes[0]
        rows: Plane = np.frombuffer(memoryview(made), np.uint8).reshape(-1, made.line_size)
        return rows[down.skipped : down.skipped + self._size[1], across.skipped : across.skipped + self._size[0]]

    def _resample_slowly(self, box: tuple[float, float, float, float]) -> Plane:
        """The same with Pillow."""
        left, top, right, bottom = (edge + self._padding for edge in box)
        plane = PIL.Image.fromarray(self._plane)
        bicubic = PIL.Image.Resampling.BICUBIC
        return np.asarray(plane.resize(self._size, bicubic, box=(left, top, right, bottom)))


def map_axis(start: float, end: float, count: int) -> AxisMapping:
    """The best mapping that makes `count` pixels of what lies between two edges."""
    ratio = (end - start) / count
    made = np.arange(count + 2 * _MARGIN, count + _MAX_SPARE + 1)
    taken = np.rint(made * ratio)
    closest = np.argsort(np.abs(taken / made - ratio), kind="stable")[:_CANDIDATES]
    made, taken = made[closest, None], taken[closest, None]
    step = taken / made
    skipped = np.arange(_MARGIN, _MAX_SPARE - _MARGIN + 1)
    first = np.rint(start - skipped * step)
    offset = first + skipped * step - start
    error = np.maximum(np.abs(offset), np.abs(offset + count * (step - ratio)))
    error[skipped > made - count - _MARGIN] = np.inf
    row, column = np.unravel_index(int(error.argmin()), error.shape)
    error_px = float(error[row, column])
    return AxisMapping(int(first[row, column]), int(taken[row, 0]), int(made[row, 0]), int(skipped[column]), error_px)
