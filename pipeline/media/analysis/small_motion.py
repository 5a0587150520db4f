"""Small motion in a picture that is frozen by `freezedetect`'s definition: a typed letter, a bird, a mouse pointer.

The filter looks at the change of the whole picture, and typing in a large one changes less than its threshold. Repeated
change in the same place does not count: the clock goes on in a picture that hangs, and a cursor blinks.
"""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.filters import FROZEN
from pipeline.media.pictures.subsampling import subsample_plane
from pipeline.media.span import Span, append_merged, subtract

# Motion is a change of at least this number of sampled pixels by this number of levels: encoding a still picture anew
# changes less.
_PIXELS, _CHANGE = 3, 40
# Tile size in sampled pixels, 16 pixels of the picture: a line of small letters. With a larger share of changed pixels
# than this, it is another picture.
_TILE, _CUT_SHARE = 4, 0.02


class SmallMotionDetector:
    """Finds the spans in which something moves in a new place."""

    def __init__(self) -> None:
        # The picture of the last motion: slow motion adds up.
        self._reference: NDArray[np.int16] | None = None
        # Tiles in which something has moved in this shot.
        self._moved = np.zeros((0, 0), bool)
        self._spans: list[Span] = []

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture and its presentation time."""
        luma = subsample_plane(picture, 0).astype(np.int16)
        if self._reference is None or self._reference.shape != luma.shape:
            self._reference, self._moved = luma, _tiles(np.zeros_like(luma, bool))
            return
        changed = np.abs(luma - self._reference) >= _CHANGE
        pixels = np.count_nonzero(changed)
        if pixels < _PIXELS:
            return
        self._reference = luma
        if pixels > _CUT_SHARE * changed.size:
            self._moved[:] = False
        tiles = _tiles(changed)
        is_new_place = bool((tiles & ~self._moved).any())
        self._moved |= tiles
        if is_new_place:
            append_merged(self._spans, Span(start_s=at_s, end_s=at_s), FROZEN["min_s"])

    def still(self, frozen: Iterable[Span]) -> tuple[Span, ...]:
        """The parts of frozen spans in which nothing at all moves, if long enough for the filter."""
        return subtract(frozen, self._spans, FROZEN["min_s"])


def _tiles(changed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The tiles with at least one changed pixel."""
    rows, columns = (np.arange(0, length, _TILE) for length in changed.shape)
    return np.logical_or.reduceat(np.logical_or.reduceat(changed, rows, axis=0), columns, axis=1)
