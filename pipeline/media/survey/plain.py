"""Spans in which a film shows one colour: white, or the grey and green of a decoder that has nothing."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.decode import thin_plane
from pipeline.media.span import Span
from pipeline.media.spans import BLACK, is_black

# Levels by which an encoder lets a plain ground vary; a line of faint letters varies by more.
_PLAIN = 6


class PlainWatch:
    """Sees the pictures of a stream, one after the other. Black ones are `PictureWatch`'s."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._found: list[Span] = []

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        luma = thin_plane(picture, 0)
        is_plain = _is_even(luma) and not is_black(luma)
        # As bright all over, it may still be of many colours.
        is_plain = is_plain and all(_is_even(thin_plane(picture, number)) for number in (1, 2))
        if is_plain and self._since_s is None:
            self._since_s = at_s
        elif not is_plain:
            self._end(at_s)

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """What was found, in a film that ends at `end_s`."""
        self._end(end_s)
        return tuple(self._found)

    def _end(self, at_s: float) -> None:
        if self._since_s is not None and at_s - self._since_s >= BLACK["least_s"]:
            self._found.append(Span(start_s=self._since_s, end_s=at_s))
        self._since_s = None


def _is_even(plane: NDArray[np.uint8]) -> bool:
    return int(plane.max()) - int(plane.min()) <= _PLAIN
