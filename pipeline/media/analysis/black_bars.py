"""Letterbox and pillarbox: what stays black at the edges of the picture, up to an edge beyond which all is lit."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.subsampling import subsample_plane

# Luma above which a pixel is lit. The area between the bars must be lit to this share, its border rows and columns to
# this share, and cover this share of the width and height: letters and stars on black are no picture with bars.
_LIT, _FILLED, _BORDER, _LARGE = 19, 0.9, 0.8, 1 / 4
# Bars last for the whole film: a sample at this interval is enough.
_INTERVAL_S = 0.25


@dataclass(frozen=True, kw_only=True)
class BlackBars:
    """Shares of the width and height, 0 to 1."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


class BlackBarDetector:
    """Takes the maximum of every pixel over the film."""

    def __init__(self) -> None:
        # None before the first picture.
        self._max: NDArray[np.uint8] | None = None
        self._changes_size = False
        self._next_s = 0.0

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture and its presentation time."""
        if at_s < self._next_s:
            return
        self._next_s = at_s + _INTERVAL_S
        luma = subsample_plane(picture, 0)
        if self._max is None:
            self._max = luma.copy()
        elif self._max.shape == luma.shape:
            np.maximum(self._max, luma, out=self._max)
        else:
            self._changes_size = True

    @property
    def bars(self) -> BlackBars:
        """The bars that are in all pictures; all 0 if there are none, or the resolution changes."""
        if self._max is None or self._changes_size:
            return BlackBars()
        lit: NDArray[np.bool_] = np.greater(self._max, _LIT)
        (top, bottom), (left, right) = (_extent(np.logical_or.reduce(lit, axis=axis)) for axis in (1, 0))
        active = lit[top:bottom, left:right]
        height, width = lit.shape
        if min(active.shape[0] / height, active.shape[1] / width) < _LARGE or active.mean() < _FILLED:
            return BlackBars()
        borders = active[:2].any(axis=0), active[-2:].any(axis=0), active[:, :2].any(axis=1), active[:, -2:].any(axis=1)
        if any(border.mean() < _BORDER for border in borders):
            return BlackBars()
        return BlackBars(left=left / width, top=top / height, right=1 - right / width, bottom=1 - bottom / height)


def _extent(lit: NDArray[np.bool_]) -> tuple[int, int]:
    """Indices of the first set element and past the last."""
    indices = np.flatnonzero(lit)
    return (int(indices[0]), int(indices[-1]) + 1) if len(indices) else (0, 0)
