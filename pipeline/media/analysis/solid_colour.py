"""Pictures of one colour (white, or the grey or green of a decoder without data), and those with a lost chroma plane.

A lost plane has one value, far from grey, while luma shows a picture: all of it has the same far too green, blue or red
cast. What a camera takes or a program draws is never below black or above white in red, green or blue; most of such a
picture is.
"""

from __future__ import annotations

from collections.abc import Callable

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.filters import is_black
from pipeline.media.pictures.subsampling import subsample_plane
from pipeline.media.span import Span, SpanCollector

# Levels by which an encoder lets a plain background vary; a line of faint letters varies more.
_PLAIN = 6
# Levels by which an encoder lets a lost plane vary; its distance from grey; and the contrast of luma in a picture.
_EVEN, _FAR_FROM_GREY, _CONTRAST = 6, 64, 24
LOST_PLANE_MIN_S = 0.1
# Blue and green per level of Cb, red and green per level of Cr (ITU-R BT.709, limited range); black level and range.
_CHROMA_GAINS = (1.8556 / 224, -0.1873 / 224), (1.5748 / 224, -0.4681 / 224)
_BLACK, _RANGE = 16, 219
# Distance outside of the displayable range, 0 to 1, and the share of the picture.
_OUTSIDE, _SHARE = 0.1, 0.5


class PredicateDetector:
    """Collects the spans of pictures for which `predicate` holds."""

    def __init__(self, predicate: Callable[[av.VideoFrame], bool], *, min_s: float) -> None:
        self._predicate = predicate
        self._collector = SpanCollector(min_s)

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture and its presentation time."""
        self._collector.update(at_s, holds=self._predicate(picture))

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """All spans of a film that ends at `end_s`."""
        return self._collector.spans(end_s)


def is_solid(picture: av.VideoFrame) -> bool:
    """Whether a picture has one colour other than black, which `VideoFilters` finds."""
    luma = subsample_plane(picture, 0)
    # Even luma alone may still be of many colours.
    return _is_even(luma) and not is_black(luma) and all(_is_even(subsample_plane(picture, n)) for n in (1, 2))


def _is_even(plane: NDArray[np.uint8]) -> bool:
    return int(plane.max()) - int(plane.min()) <= _PLAIN


def has_lost_plane(picture: av.VideoFrame) -> bool:
    """Whether a picture has a lost chroma plane, and more than one colour."""
    for number, gains in zip((1, 2), _CHROMA_GAINS, strict=True):
        plane = subsample_plane(picture, number)
        level = int(plane[0, 0]) - 128
        if abs(level) < _FAR_FROM_GREY or int(plane.max()) - int(plane.min()) > _EVEN:
            continue
        luma = subsample_plane(picture, 0)
        dark, bright = np.percentile(luma, (5, 95))
        y = (luma.astype(np.float32) - _BLACK) / _RANGE
        one, other = (y + level * gain for gain in gains)
        outside = (np.minimum(one, other) < -_OUTSIDE) | (np.maximum(one, other) > 1 + _OUTSIDE)
        if bright - dark >= _CONTRAST and outside.mean() >= _SHARE:
            return True
    return False
