"""Spans in which a film shows one colour: white, or the grey and green of a decoder that has nothing."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.decode import thin_plane
from pipeline.media.span import Span, Spells
from pipeline.media.spans import BLACK, is_black

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


class PlainWatch:
    """Sees the pictures of a stream, one after the other. Black ones are `PictureWatch`'s."""

    def __init__(self) -> None:
        self._spells = Spells(BLACK["least_s"])

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        luma = thin_plane(picture, 0)
        is_plain = _is_even(luma) and not is_black(luma)
        # As bright all over, it may still be of many colours.
        is_plain = is_plain and all(_is_even(thin_plane(picture, number)) for number in (1, 2))
        self._spells.note(at_s, is_so=is_plain)

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """What was found, in a film that ends at `end_s`."""
        return self._spells.until(end_s)


def _is_even(plane: NDArray[np.uint8]) -> bool:
    return int(plane.max()) - int(plane.min()) <= _PLAIN


class TintWatch:
    """Sees the pictures of a stream, one after the other. One that is all of one colour is `PlainWatch`'s."""

    def __init__(self) -> None:
        self._spells = Spells(_LEAST_S)

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        self._spells.note(at_s, is_so=_has_lost_plane(picture))

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """What was found, in a film that ends at `end_s`."""
        return self._spells.until(end_s)


def _has_lost_plane(picture: av.VideoFrame) -> bool:
    for number, gives in zip((1, 2), _GIVES, strict=True):
        plane = thin_plane(picture, number)
        level = int(plane[0, 0]) - 128
        if abs(level) < _FAR or int(plane.max()) - int(plane.min()) > _EVEN:
            continue
        luma = thin_plane(picture, 0)
        dark, bright = np.percentile(luma, (5, 95))
        light = (luma.astype(np.float32) - _BLACK) / _WHITE
        one, other = (light + level * give for give in gives)
        beyond = (np.minimum(one, other) < -_BEYOND) | (np.maximum(one, other) > 1 + _BEYOND)
        if bright - dark >= _VARIES and beyond.mean() >= _SHARE:
            return True
    return False
