"""A part of a plane at another size, its edges anywhere between the pixels: for what moves by fractions of a pixel.

FFmpeg's scaler takes a fifth of the time that others do, but only from whole pixels to whole pixels. So more is made
than is wanted, and the rest cut off: of all ways to make some more pixels from some whole ones, there is one in which
those that are wanted begin and end where they should, as a rule to a hundredth of a pixel.

    plane    . . . . . . [. . . . . . . . . . .] . . .       so many whole pixels, `taken` from `first` on,
    made                 [  |   |   |   |   |  ]             become `made` others,
    wanted                    [ |   |   | ]                  of which these, after the first `skipped`, are kept

Simple proportions give no choice: 2,000 pixels from 2,000 can't begin between two. So a plane is prepared a little
larger than its largest display size (`MIN_DOWNSCALE`). If nothing fits all the same, Pillow resamples it, slowly.
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

# How many pixels of a plane should become one, at least: from there on, 6 % of zoom stay away from simple proportions.
MIN_DOWNSCALE = 1.03
# How many pixels more are made than are wanted, at most; how many of them on each side, so that what is kept is made of
# nothing beyond what was taken; and how many proportions are looked at closely.
_SPARE, _RIM, _CLOSEST = 96, 3, 24
# How far from its place an edge may be, in pixels of the plane: less than anybody sees move.
_OFF_PX = 0.05
# The same bytes on every machine.
_HOW = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.BITEXACT


class Span(NamedTuple):
    """From whole pixels to whole pixels, along one axis; see the module."""

    first: int
    taken: int
    made: int
    skipped: int
    # How far from their places the edges of what is wanted are, at most, in pixels of the plane.
    off_px: float


class Scaler:
    """Shows parts of one plane at one size."""

    def __init__(self, plane: Plane, size: tuple[int, int], *, most: float) -> None:
        """`size` is width and height of what is shown; `most` how many pixels of the plane become one, at most."""
        self._size = size
        self._rim = math.ceil((_SPARE + _RIM) * most)
        # Beyond its edges it goes on as it ends.
        self._plane = np.pad(plane, self._rim, mode="edge")
        self._scaler = VideoReformatter()

    def seen(self, box: tuple[float, float, float, float]) -> Plane:
        """What is in a box (left, top, right, bottom, in pixels of the plane, within it), shape (height, width)."""
        left, top, right, bottom = box
        across, down = span(left, right, self._size[0]), span(top, bottom, self._size[1])
        if max(across.off_px, down.off_px) > _OFF_PX:
            return self._exactly(box)
        x, y = across.first + self._rim, down.first + self._rim
        part = self._plane[y : y + down.taken, x : x + across.taken]
        frame = av.VideoFrame.from_numpy_buffer(part, format="gray")
        made = self._scaler.reformat(frame, across.made, down.made, "gray", interpolation=_HOW, threads=1).planes[0]
        rows: Plane = np.frombuffer(memoryview(made), np.uint8).reshape(-1, made.line_size)
        return rows[down.skipped : down.skipped + self._size[1], across.skipped : across.skipped + self._size[0]]

    def _exactly(self, box: tuple[float, float, float, float]) -> Plane:
        """The same by Pillow."""
        left, top, right, bottom = (edge + self._rim for edge in box)
        plane = PIL.Image.fromarray(self._plane)
        bicubic = PIL.Image.Resampling.BICUBIC
        return np.asarray(plane.resize(self._size, bicubic, box=(left, top, right, bottom)))


def span(start: float, end: float, count: int) -> Span:
    """How to make `count` pixels of what lies between two edges."""
    ratio = (end - start) / count
    made = np.arange(count + 2 * _RIM, count + _SPARE + 1)
    taken = np.rint(made * ratio)
    closest = np.argsort(np.abs(taken / made - ratio), kind="stable")[:_CLOSEST]
    made, taken = made[closest, None], taken[closest, None]
    step = taken / made
    skipped = np.arange(_RIM, _SPARE - _RIM + 1)
    first = np.rint(start - skipped * step)
    begins = first + skipped * step - start
    error = np.maximum(np.abs(begins), np.abs(begins + count * (step - ratio)))
    error[skipped > made - count - _RIM] = np.inf
    row, column = np.unravel_index(int(error.argmin()), error.shape)
    off_px = float(error[row, column])
    return Span(int(first[row, column]), int(taken[row, 0]), int(made[row, 0]), int(skipped[column]), off_px)
