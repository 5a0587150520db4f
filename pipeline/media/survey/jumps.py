"""How often a film jumps back: a picture comes that was there before the last one, and then it goes on.

So look films whose pictures are in a wrong order, or come twice: 1 2 3 2 3 4 5 4. What goes to and fro, blinks or
goes round shows the same pictures again and again and does not get on in between: it is none of them.
"""

from __future__ import annotations

from collections import deque

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.decode import thin_plane

# Each picture is compared as so many fields; where those of them that differ most, a fiftieth, differ by less than
# so many levels of brightness, it is the same picture, coded again.
_COLUMNS, _ROWS, _PART, _NOISE = 64, 36, 50, 1.5
# Of a picture of so many rows, as they are looked at, a quarter is enough.
_MANY = 4 * _ROWS
# Seen again: so much closer to an older picture than any two lately were that followed each other. New: closest to the
# last one, or nearly so.
_CLOSER, _NEW = 0.25, 0.75
# How long pictures are kept in mind, and how many, and how long a jump may last.
_MEMORY_S, _MOST, _JUMP_S = 1.0, 32, 0.25
_Fields = NDArray[np.float32]


class JumpWatch:
    """Sees the pictures of a stream, one after the other."""

    def __init__(self) -> None:
        # What was shown, until when, and how far it was from the one before: each picture once, however long it stayed.
        self._recent: deque[tuple[_Fields, float, float]] = deque(maxlen=_MOST)
        # Since when only pictures come that were there; and whether the last one was new.
        self._back_since_s: float | None = None
        self._gets_on = False
        self.times_s: list[float] = []

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        luma = thin_plane(picture, 0)
        fields = _fields(luma[::2, ::2] if len(luma) >= _MANY else luma)
        while self._recent and at_s - self._recent[0][1] > _MEMORY_S:
            self._recent.popleft()
        if self._recent and self._recent[-1][0].shape != fields.shape:
            self._recent.clear()
        if not self._recent:
            self._recent.append((fields, at_s, np.inf))
            self._back_since_s, self._gets_on = None, False
            return
        last, _, last_step = self._recent[-1]
        if _is_same(fields, last):
            self._recent[-1] = (last, at_s, last_step)
            return
        apart = [float(np.linalg.norm(fields - shown)) for shown, _, _ in self._recent]
        step, nearest = apart[-1], min(apart)
        if nearest < _CLOSER * min(step, *(each for _, _, each in self._recent)):
            if self._back_since_s is None and self._gets_on:
                self._back_since_s = at_s
            self._gets_on = False
        elif nearest >= _NEW * step:
            if self._back_since_s is not None and at_s - self._back_since_s <= _JUMP_S:
                self.times_s.append(self._back_since_s)
            self._back_since_s, self._gets_on = None, True
        self._recent.append((fields, at_s, step))


def _fields(luma: NDArray[np.uint8]) -> _Fields:
    """The mean of each field of a picture."""
    rows, columns = (
        np.arange(min(n, length)) * length // min(n, length)
        for n, length in zip((_ROWS, _COLUMNS), luma.shape, strict=True)
    )
    sums = np.add.reduceat(np.add.reduceat(luma, rows, axis=0, dtype=np.float32), columns, axis=1)
    pixels = np.outer(np.diff(rows, append=luma.shape[0]), np.diff(columns, append=luma.shape[1]))
    fields: _Fields = (sums / pixels).astype(np.float32)
    return fields


def _is_same(one: _Fields, other: _Fields) -> bool:
    differences = np.abs(one - other).ravel()
    most = max(1, len(differences) // _PART)
    return bool(np.partition(differences, -most)[-most:].mean() < _NOISE)
