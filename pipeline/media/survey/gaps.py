"""Spans in which the lower part of a picture is missing: the grey or green that a decoder leaves where it has nothing.

A decoder works from the top to the bottom, so what is missing goes from some row to the last, across all of the width,
in the level that its memory was filled with: grey (128 in all planes), or 0 in all of them, which is green.
"""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from pipeline.media.decode import thin_plane
from pipeline.media.span import Span, Spells

# What is left of these in a film that was encoded again: brightness, blueness, redness. The green as it is clipped to
# what a screen can show: shown and encoded by ITU-R BT.601, shown by that and encoded by BT.709, and both by BT.709.
_GREY, *_GREENS = (128, 128, 128), (0, 0, 0), (16, 16, 16), (84, 89, 78), (99, 82, 74), (63, 102, 98)
# The grey that people choose, half of red, green and blue, is 126; but 128 in the full range of levels.
_NEAR_GREY, _NEAR_GREEN = 1, 3
_FLAT = 4
_LEAST_SHARE, _LEAST_S = 1 / 8, 0.1
# Where there is more of it above, it is the ground on which the picture is drawn.
_GROUND = 0.25


class GapWatch:
    """Sees the pictures of a stream, one after the other. One that is all of one colour is `PlainWatch`'s."""

    def __init__(self) -> None:
        self._spells = Spells(_LEAST_S)

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        self._spells.note(at_s, is_so=_has_gap(picture))

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """What was found, in a film that ends at `end_s`."""
        return self._spells.until(end_s)


def _has_gap(picture: av.VideoFrame) -> bool:
    planes = [thin_plane(picture, number) for number in (0, 1, 2)]
    levels = tuple(int(plane[-1, 0]) for plane in planes)
    looked_for = [(green, _NEAR_GREEN) for green in _GREENS]
    if picture.color_range != ColorRange.JPEG:
        looked_for.append((_GREY, _NEAR_GREY))
    if not any(
        all(abs(level - wanted) <= near for level, wanted in zip(levels, empty, strict=True))
        for empty, near in looked_for
    ):
        return False
    flat = min(_flat_rows(plane, level) / len(plane) for plane, level in zip(planes, levels, strict=True))
    above = planes[0][: len(planes[0]) - round(flat * len(planes[0]))]
    if flat < _LEAST_SHARE or not above.size:
        return False
    return bool((np.abs(above.astype(np.int16) - levels[0]) <= _FLAT).mean() < _GROUND)


def _flat_rows(plane: NDArray[np.uint8], level: int) -> int:
    """How many rows at the bottom are of one level all along."""
    off = np.flatnonzero(np.max(np.abs(plane.astype(np.int16) - level), axis=1) > _FLAT)
    return len(plane) - 1 - int(off[-1]) if len(off) else len(plane)
