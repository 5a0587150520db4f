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
