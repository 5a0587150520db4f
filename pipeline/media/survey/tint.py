"""Spans in which a plane of colour is lost: all of a picture has the same far too green, blue or red in it.

What a camera takes or a program draws is never darker than black or brighter than white in red, green or blue. Where
a plane is one value, far from grey, while brightness shows a picture, most of it would be.
"""

from __future__ import annotations

import av
import numpy as np

from pipeline.media.decode import thin_plane
from pipeline.media.span import Span

# Levels by which an encoder lets a plane vary; that it is away from grey; and by which brightness varies in a picture.
_EVEN, _FAR, _VARIES = 6, 64, 24
_LEAST_S = 0.1
# Of blue and red: how much of each a level of colour gives (ITU-R BT.709, limited range), black and white.
_GIVES = (1.8556 / 224, 1.5748 / 224)
_BLACK, _WHITE = 16, 219
# So far from what a screen can show, and in so much of the picture.
_BEYOND, _SHARE = 0.1, 0.5


class TintWatch:
    """Sees the pictures of a stream, one after the other. One that is all of one colour is `PlainWatch`'s."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._found: list[Span] = []

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        if not _has_lost_plane(picture):
            self._end(at_s)
        elif self._since_s is None:
            self._since_s = at_s

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """What was found, in a film that ends at `end_s`."""
        self._end(end_s)
        return tuple(self._found)

    def _end(self, at_s: float) -> None:
        if self._since_s is not None and at_s - self._since_s >= _LEAST_S - 1e-6:
            self._found.append(Span(start_s=self._since_s, end_s=at_s))
        self._since_s = None


def _has_lost_plane(picture: av.VideoFrame) -> bool:
    for number, gives in zip((1, 2), _GIVES, strict=True):
        plane = thin_plane(picture, number)
        level = int(plane[0, 0]) - 128
        if abs(level) < _FAR or int(plane.max()) - int(plane.min()) > _EVEN:
            continue
        luma = thin_plane(picture, 0)
        dark, bright = np.percentile(luma, (5, 95))
        light = (luma.astype(np.float32) - _BLACK) / _WHITE + level * gives
        if bright - dark >= _VARIES and ((light < -_BEYOND) | (light > 1 + _BEYOND)).mean() >= _SHARE:
            return True
    return False
