"""Combing: two interlaced fields of different moments, shown as one progressive picture.

At the edges of moving objects, each row differs from the next and matches the one after that. Nets, letters and the
scan lines that some players draw do so too, but also where nothing moves.
"""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.subsampling import subsample_plane

# Levels by which rows of the two fields differ, at least; rows of one field, at most, as a share of that; and over how
# many consecutive rows.
_DIFFERENT, _ALIKE, _ROWS = 12, 0.5, 6
# Levels by which a moving pixel changes; share of moving pixels in a moving picture; share of combed pixels that move;
# and their minimum share of the picture, and of the moving pixels.
_MOVES, _MIN_MOVING, _MOST, _MIN_OF_PICTURE, _MIN_OF_MOVING = 8, 0.002, 0.8, 0.0005, 0.02
# Combing lasts: a sample at this interval is enough.
_INTERVAL_S = 0.25
_MIN_PICTURES = 4


class CombingDetector:
    """Counts the moving pictures that show combing."""

    def __init__(self) -> None:
        self._last: av.VideoFrame | None = None
        self._next_s = 0.0
        # Sampled pictures that move, and those of them that show combing.
        self._moving, self._combed = 0, 0

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture and its presentation time."""
        last, self._last = self._last, picture
        if last is None or at_s < self._next_s or (last.width, last.height) != (picture.width, picture.height):
            return
        self._next_s = at_s + _INTERVAL_S
        luma = subsample_plane(picture, 0, 1).astype(np.int16)
        moves = np.abs(luma - subsample_plane(last, 0, 1)) >= _MOVES
        moving = np.count_nonzero(moves)
        if moving < _MIN_MOVING * moves.size:
            return
        self._moving += 1
        combed = _combed_pixels(luma)
        count = np.count_nonzero(combed)
        # Motion may have reached only one of two rows.
        either = moves[: len(combed)] | moves[1 : len(combed) + 1]
        is_enough = count >= max(_MIN_OF_PICTURE * combed.size, _MIN_OF_MOVING * moving)
        if is_enough and np.count_nonzero(combed & either) >= _MOST * count:
            self._combed += 1

    @property
    def percent(self) -> float:
        """Share of the moving pictures that show combing; 0 if there are only a few."""
        return 100 * self._combed / self._moving if self._combed >= _MIN_PICTURES else 0.0


def _combed_pixels(luma: NDArray[np.int16]) -> NDArray[np.bool_]:
    """The pixels from which on the rows alternate between two fields."""
    steps = luma[1:] - luma[:-1]
    heights = np.abs(steps)
    alternates = (steps[:-1] ^ steps[1:]) < 0
    lower = np.minimum(heights[:-1], heights[1:])
    found = alternates & (lower >= _DIFFERENT) & (np.abs(luma[2:] - luma[:-2]) <= _ALIKE * lower)
    runs = len(found) - _ROWS + 1
    all_rows: NDArray[np.bool_] = found[:runs].copy()
    for row in range(1, _ROWS):
        all_rows &= found[row : row + runs]
    return all_rows
