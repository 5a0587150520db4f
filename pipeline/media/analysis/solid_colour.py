"""Spans in which a film shows one colour: white, or the grey and green of a decoder that has nothing.

And those in which a plane of colour is lost: all of a picture has the same far too green, blue or red in it. What a
camera takes or a program draws is never darker than black or brighter than white in red, green or blue. Where a plane
is one value, far from grey, while brightness shows a picture, most of it would be.
"""

from __future__ import annotations

from collections.abc import Callable

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.filters import BLACK, is_black
from pipeline.media.pictures.decode import subsample_plane
from pipeline.media.span import Span, SpanCollector

# Levels by which an encoder lets a plain ground vary; a line of faint letters varies by more.
_PLAIN = 6
# Levels by which an encoder lets a plane vary; that it is away from grey; and by which brightness varies in a picture.
_EVEN, _FAR, _VARIES = 6, 64, 24
_LEAST_S = 0.1
# How much of blue and green a level of the one plane gives, and of red and green one of the other (ITU-R BT.709,
# limited range); black and white.
_GIVES = (1.8556 / 224, -0.1873 / 224), (1.5748 / 224, -0.4681 / 224)
_BLACK, _WHITE = 16, 219
# So far from what a screen can show, and in so much of the picture.
_BEYOND, _SHARE = 0.1, 0.5


class SolidColourDetector:
    """Sees the pictures of a stream, one after the other: when `is_so` holds, for so many seconds at least."""

    def __init__(self, is_so: Callable[[av.VideoFrame], bool], *, least_s: float) -> None:
        self._is_so = is_so
        self._spells = SpanCollector(least_s)

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        self._spells.note(at_s, is_so=self._is_so(picture))

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """What was found, in a film that ends at `end_s`."""
        return self._spells.until(end_s)


def solid_colour_detector() -> SolidColourDetector:
    """For pictures of one colour. Black ones are `VideoFilters`'s."""
    return SolidColourDetector(_is_plain, least_s=BLACK["least_s"])


def lost_plane_detector() -> SolidColourDetector:
    """For pictures in which a plane of colour is lost. One that is all of one colour is `solid_colour_detector`'s."""
    return SolidColourDetector(_has_lost_plane, least_s=_LEAST_S)


def _is_plain(picture: av.VideoFrame) -> bool:
    luma = subsample_plane(picture, 0)
    # As bright all over, it may still be of many colours.
    return (
        _is_even(luma) and not is_black(luma) and all(_is_even(subsample_plane(picture, number)) for number in (1, 2))
    )


def _is_even(plane: NDArray[np.uint8]) -> bool:
    return int(plane.max()) - int(plane.min()) <= _PLAIN


def _has_lost_plane(picture: av.VideoFrame) -> bool:
    for number, gives in zip((1, 2), _GIVES, strict=True):
        plane = subsample_plane(picture, number)
        level = int(plane[0, 0]) - 128
        if abs(level) < _FAR or int(plane.max()) - int(plane.min()) > _EVEN:
            continue
        luma = subsample_plane(picture, 0)
        dark, bright = np.percentile(luma, (5, 95))
        light = (luma.astype(np.float32) - _BLACK) / _WHITE
        one, other = (light + level * give for give in gives)
        beyond = (np.minimum(one, other) < -_BEYOND) | (np.maximum(one, other) > 1 + _BEYOND)
        if bright - dark >= _VARIES and beyond.mean() >= _SHARE:
            return True
    return False
