"""What stays black beside a picture all along, up to an edge behind which all is lit: above, below, left, right."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.decode import subsample_plane

# Level of brightness above which a pixel is lit; so much of the picture is, and along its edges; and so much of the
# width and of the height it has: letters and stars on black are none.
_LIT, _FILLED, _ALONG, _LARGE = 19, 0.9, 0.8, 1 / 4
# What is there all along is looked at so often.
_EVERY_S = 0.25


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Shares of the width and the height, 0 to 1."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


class BlackBarDetector:
    """Sees the pictures of a stream, one after the other."""

    def __init__(self) -> None:
        # How bright each pixel has ever been; None: there was no picture, or they differ in size.
        self._most: NDArray[np.uint8] | None = None
        self._differs = False
        self._next_s = 0.0

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        if at_s < self._next_s:
            return
        self._next_s = at_s + _EVERY_S
        luma = subsample_plane(picture, 0)
        if self._most is None:
            self._most = luma.copy()
        elif self._most.shape == luma.shape:
            np.maximum(self._most, luma, out=self._most)
        else:
            self._differs = True

    @property
    def bars(self) -> Bars:
        """The bars that were there in all pictures."""
        if self._most is None or self._differs:
            return Bars()
        lit: NDArray[np.bool_] = np.greater(self._most, _LIT)
        (top, bottom), (left, right) = (_ends(np.logical_or.reduce(lit, axis=axis)) for axis in (1, 0))
        within = lit[top:bottom, left:right]
        height, width = lit.shape
        if min(within.shape[0] / height, within.shape[1] / width) < _LARGE or within.mean() < _FILLED:
            return Bars()
        edges = within[:2].any(axis=0), within[-2:].any(axis=0), within[:, :2].any(axis=1), within[:, -2:].any(axis=1)
        if any(edge.mean() < _ALONG for edge in edges):
            return Bars()
        return Bars(left=left / width, top=top / height, right=1 - right / width, bottom=1 - bottom / height)


def _ends(lit: NDArray[np.bool_]) -> tuple[int, int]:
    """Where the first and behind the last of these is."""
    there = np.flatnonzero(lit)
    return (int(there[0]), int(there[-1]) + 1) if len(there) else (0, 0)
