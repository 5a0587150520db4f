"""Spans in which a picture is black, as `blackdetect` has it, and yet shows something: credits, stars, a town at night.

What was there before the picture became black says nothing: a sign in the corner stays when the film behind it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.filters import BLACK, is_black
from pipeline.media.pictures.decode import subsample_plane
from pipeline.media.span import Span, without

# A quarter of what white is, in so much of the picture: of a line of letters, a fortieth.
_LIT, _SHARE = 71, 2e-4
# Levels of brightness by which what stays varies.
_SAME = 12


class DarkSceneDetector:
    """Sees the pictures of a stream, one after the other."""

    def __init__(self) -> None:
        # The last picture that was not black; None: there was none.
        self._before: NDArray[np.int16] | None = None
        self._since_s: float | None = None
        self._found: list[Span] = []

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        luma = subsample_plane(picture, 0)
        if not is_black(luma):
            self._before = luma.astype(np.int16)
            self._end(at_s)
            return
        lit = luma >= _LIT
        if self._before is not None and self._before.shape == luma.shape:
            lit &= np.abs(luma - self._before) > _SAME
        if np.count_nonzero(lit) < _SHARE * luma.size:
            self._end(at_s)
        elif self._since_s is None:
            self._since_s = at_s

    def unlit(self, black: Iterable[Span], end_s: float) -> tuple[Span, ...]:
        """What is left of spans of black, in a film that ends at `end_s`."""
        self._end(end_s)
        return without(black, self._found, BLACK["least_s"])

    def _end(self, at_s: float) -> None:
        if self._since_s is not None:
            # Lit again before it was black for long enough: one span.
            goes_on = bool(self._found) and self._since_s - self._found[-1].end_s < BLACK["least_s"]
            since_s = self._found.pop().start_s if goes_on else self._since_s
            self._found.append(Span(start_s=since_s, end_s=at_s))
        self._since_s = None
