"""Times at which something small moves in a picture that stands, as `freezedetect` has it: a letter, a bird, a mouse.

The filter asks how much changes in all of a picture. Somebody who types in a large one changes less than that. What
changes again and again in the same place says nothing: a clock goes on in a picture that hangs, and a cursor blinks.
"""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.filters import FROZEN
from pipeline.media.pictures.decode import subsample_plane
from pipeline.media.span import Span, without

# So many of the pixels that are looked at change by so many levels of brightness: encoded anew, what stands does not.
_PIXELS, _CHANGE = 3, 40
# Places are squares of so many of these pixels, 16 of the picture: a line of small letters. Where more than this share
# changes, it is another picture.
_PLACE, _ANOTHER = 4, 0.02


class SmallMotionDetector:
    """Sees the pictures of a stream, one after the other."""

    def __init__(self) -> None:
        # What was there when something last moved: what creeps moves, too.
        self._shown: NDArray[np.int16] | None = None
        # The places in which something has moved in this picture.
        self._stirred = np.zeros((0, 0), bool)
        self._found: list[Span] = []

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        luma = subsample_plane(picture, 0).astype(np.int16)
        if self._shown is None or self._shown.shape != luma.shape:
            self._shown, self._stirred = luma, _places(np.zeros_like(luma, bool))
            return
        changed = np.abs(luma - self._shown) >= _CHANGE
        pixels = np.count_nonzero(changed)
        if pixels < _PIXELS:
            return
        self._shown = luma
        if pixels > _ANOTHER * changed.size:
            self._stirred[:] = False
        places = _places(changed)
        is_new = bool((places & ~self._stirred).any())
        self._stirred |= places
        if is_new:
            self._move(at_s)

    def _move(self, at_s: float) -> None:
        # It moves again before it stood for long enough: one span, however many pictures.
        goes_on = bool(self._found) and at_s - self._found[-1].end_s < FROZEN["least_s"]
        since_s = self._found.pop().start_s if goes_on else at_s
        self._found.append(Span(start_s=since_s, end_s=at_s))

    def still(self, frozen: Iterable[Span]) -> tuple[Span, ...]:
        """What is left of spans in which the picture stands, where nothing moves for as long as the filter asks."""
        return without(frozen, self._found, FROZEN["least_s"])


def _places(changed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where something changes, in squares."""
    rows, columns = (np.arange(0, length, _PLACE) for length in changed.shape)
    return np.logical_or.reduceat(np.logical_or.reduceat(changed, rows, axis=0), columns, axis=1)
