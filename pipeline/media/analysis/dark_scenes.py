"""Black pictures, by `blackdetect`'s definition, that show something after all: credits, stars, a town at night.

What was already there before the picture became black does not count: a logo in the corner stays when the film behind
it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.filters import BLACK, is_black
from pipeline.media.pictures.subsampling import subsample_plane
from pipeline.media.span import Span, append_merged, subtract

# A quarter of white, in this share of the picture; a line of letters covers a fortieth of it.
_LIT, _SHARE = 71, 2e-4
# Levels by which a static pixel varies.
_STATIC = 12


class DarkSceneDetector:
    """Finds the spans in which black pictures show something."""

    def __init__(self) -> None:
        # The last picture that was not black.
        self._before: NDArray[np.int16] | None = None
        self._since_s: float | None = None
        self._lit: list[Span] = []

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture and its presentation time."""
        luma = subsample_plane(picture, 0)
        if not is_black(luma):
            self._before = luma.astype(np.int16)
            self._close(at_s)
            return
        lit = luma >= _LIT
        if self._before is not None and self._before.shape == luma.shape:
            lit &= np.abs(luma - self._before) > _STATIC
        if np.count_nonzero(lit) < _SHARE * luma.size:
            self._close(at_s)
        elif self._since_s is None:
            self._since_s = at_s

    def unlit(self, black: Iterable[Span], end_s: float) -> tuple[Span, ...]:
        """The parts of black spans that show nothing, in a film that ends at `end_s`."""
        self._close(end_s)
        return subtract(black, self._lit, BLACK["min_s"])

    def _close(self, at_s: float) -> None:
        if self._since_s is not None:
            # Between spans that are closer than the shortest black span, nothing is black.
            append_merged(self._lit, Span(start_s=self._since_s, end_s=at_s), BLACK["min_s"])
        self._since_s = None
