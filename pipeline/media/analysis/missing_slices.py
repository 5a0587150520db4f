"""Spans in which the lower part of a picture is missing: the grey or green that a decoder leaves where it has nothing.

A decoder works from the top to the bottom, so what is missing goes from some row to the last, across all of the width,
in the level that its memory was filled with: grey (128 in all planes), or 0 in all of them, which is green.

People choose that grey, too. A bar of it is there all along, or comes with another picture, or bit by bit; what is
missing is gone at once, or there again at once, and above it the picture goes on. The green of zeros nobody can choose:
all of a picture, or its last row or column, is enough.
"""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from pipeline.media.pictures.decode import subsample_plane
from pipeline.media.span import Span, SpanCollector

# What is left of these in a film that was encoded again: brightness, blueness, redness. The green as it is clipped to
# what a screen can show: shown and encoded by ITU-R BT.601, shown by that and encoded by BT.709, and both by BT.709.
_GREY, *_GREENS = (128, 128, 128), (0, 0, 0), (16, 16, 16), (84, 89, 78), (99, 82, 74), (63, 102, 98)
# The grey that people choose, half of red, green and blue, is 126; but 128 in the full range of levels.
_NEAR_GREY, _NEAR_GREEN = 1, 3
# No screen shows these.
_NEVER = _GREENS[:2]
_FLAT = 4
_LEAST_SHARE, _LEAST_S = 1 / 8, 0.1
# Where there is more of it above, it is the ground on which the picture is drawn.
_GROUND = 0.25
# Levels by which a picture that goes on differs from the one before it, on average. So much of a part that shows
# something is of another level than most of it.
_GOES_ON, _SHOWN = 15, 0.25


class MissingSliceDetector:
    """Finds pictures with a missing lower part. Pictures of one colour are `solid_colour_detector`'s."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        # Whether nobody may have meant it; the row from which on something was missing last, and the last picture.
        self._is_fault, self._top = False, 0
        self._last: NDArray[np.uint8] | None = None
        self._found: list[Span] = []
        self._lines = SpanCollector(_LEAST_S)

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        last, self._last = self._last, subsample_plane(picture, 0)
        self._lines.note(at_s, is_so=_has_empty_edge(picture))
        empty, top = _gap(picture)
        if empty is None:
            if self._since_s is not None and last is not None and not self._is_fault:
                self._is_fault = _is_sudden(self._last, last, self._top)
            self._end(at_s)
            return
        if self._since_s is None:
            self._since_s = at_s
            self._is_fault = empty != _GREY or (last is not None and _is_sudden(last, self._last, top))
        self._top = top

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """What was found, in a film that ends at `end_s`."""
        self._end(end_s)
        return (*self._found, *self._lines.until(end_s))

    def _end(self, at_s: float) -> None:
        if self._since_s is not None and self._is_fault and at_s - self._since_s >= _LEAST_S - 1e-6:
            self._found.append(Span(start_s=self._since_s, end_s=at_s))
        self._since_s = None


def _gap(picture: av.VideoFrame) -> tuple[tuple[int, int, int] | None, int]:
    """The levels of what is left where a picture is missing, and from which row on; None: it is all there."""
    planes = [subsample_plane(picture, number) for number in (0, 1, 2)]
    levels = tuple(int(plane[-1, 0]) for plane in planes)
    looked_for = [(green, _NEAR_GREEN) for green in _GREENS]
    if picture.color_range != ColorRange.JPEG:
        looked_for.append((_GREY, _NEAR_GREY))
    for empty, near in looked_for:
        if any(abs(level - wanted) > near for level, wanted in zip(levels, empty, strict=True)):
            continue
        flat = min(_flat_rows(plane, level) / len(plane) for plane, level in zip(planes, levels, strict=True))
        top = len(planes[0]) - round(flat * len(planes[0]))
        above = planes[0][:top]
        is_ground = above.size and (np.abs(above.astype(np.int16) - levels[0]) <= _FLAT).mean() >= _GROUND
        if flat >= _LEAST_SHARE and above.size and not is_ground:
            return empty, top
    return None, 0


def _has_empty_edge(picture: av.VideoFrame) -> bool:
    """Whether the last row or column, and what is beside it, was never written."""
    rows = [subsample_plane(picture, number, max(1, picture.planes[number].height - 1))[-1] for number in (0, 1, 2)]
    columns = [subsample_plane(picture, number)[:, -1] for number in (0, 1, 2)]
    return any(_is_all(edges, empty) for edges in (rows, columns) for empty in _NEVER)


def _is_all(edges: list[NDArray[np.uint8]], levels: tuple[int, ...]) -> bool:
    """Whether all of a line is of these levels."""
    pairs = zip(edges, levels, strict=True)
    return all(np.abs(edge.astype(np.int16) - level).max() <= _NEAR_GREEN for edge, level in pairs)


def _is_sudden(whole: NDArray[np.uint8], missing: NDArray[np.uint8], top: int) -> bool:
    """Whether a picture of which everything from some row on is missing goes on above it, where a whole one was."""
    if whole.shape != missing.shape:
        return False
    above = np.abs(whole[:top].astype(np.int16) - missing[:top]).mean()
    below = whole[top:].astype(np.int16)
    is_shown = (np.abs(below - np.median(below)) > _FLAT).mean() >= _SHOWN
    return bool(above <= _GOES_ON and is_shown)


def _flat_rows(plane: NDArray[np.uint8], level: int) -> int:
    """How many rows at the bottom are of one level all along."""
    off = np.flatnonzero(np.max(np.abs(plane.astype(np.int16) - level), axis=1) > _FLAT)
    return len(plane) - 1 - int(off[-1]) if len(off) else len(plane)
