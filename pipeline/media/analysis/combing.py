"""Pictures with combs: two half pictures of different moments, one in the even rows and one in the odd ones.

So looks what was taken for television and is shown as it is. At the edges of what moves, row after row differs from the
next and is like the one after that. Nets, letters and lines that a player draws over a film do so, too, but also where
nothing moves.
"""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.decode import subsample_plane

# Levels by which rows of the two halves differ at least, and by which rows of one half do at most, as a share of that;
# and so many rows one after the other.
_APART, _LIKE, _ROWS = 12, 0.5, 6
# Levels by which a pixel changes that moves, of so much of a picture; of what is combed, most moves, and it is so much
# of the picture, and of what moves.
_MOVES, _MOVED, _MOST, _LEAST, _SHARE = 8, 0.002, 0.8, 0.0005, 0.02
# What has combs has them all along: it is looked at so often.
_EVERY_S = 0.25
# Fewer pictures say nothing.
_FEWEST = 4


class CombingDetector:
    """Sees the pictures of a stream, one after the other."""

    def __init__(self) -> None:
        self._last: av.VideoFrame | None = None
        self._next_s = 0.0
        # How many of the pictures that were looked at moved, and how many of these have combs.
        self._moving, self._combed = 0, 0

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        last, self._last = self._last, picture
        if last is None or at_s < self._next_s or (last.width, last.height) != (picture.width, picture.height):
            return
        self._next_s = at_s + _EVERY_S
        luma = subsample_plane(picture, 0, 1).astype(np.int16)
        moves = np.abs(luma - subsample_plane(last, 0, 1)) >= _MOVES
        moved = np.count_nonzero(moves)
        if moved < _MOVED * moves.size:
            return
        self._moving += 1
        combed = _combed(luma)
        count = np.count_nonzero(combed)
        # Of two rows, what moves may have reached only one.
        both = moves[: len(combed)] | moves[1 : len(combed) + 1]
        is_enough = count >= max(_LEAST * combed.size, _SHARE * moved)
        if is_enough and np.count_nonzero(combed & both) >= _MOST * count:
            self._combed += 1

    @property
    def percent(self) -> float:
        """How many of the pictures that move have combs."""
        return 100 * self._combed / self._moving if self._combed >= _FEWEST else 0.0


def _combed(luma: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Where rows belong to one and the other half by turns, by the first of them."""
    steps = luma[1:] - luma[:-1]
    high = np.abs(steps)
    turns = (steps[:-1] ^ steps[1:]) < 0
    beside = np.minimum(high[:-1], high[1:])
    found = turns & (beside >= _APART) & (np.abs(luma[2:] - luma[:-2]) <= _LIKE * beside)
    runs = len(found) - _ROWS + 1
    every: NDArray[np.bool_] = found[:runs].copy()
    for row in range(1, _ROWS):
        every &= found[row : row + runs]
    return every
