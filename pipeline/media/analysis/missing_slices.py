"""Pictures whose lower part was never decoded: the grey or green that a decoder leaves there.

A decoder works from top to bottom, so the missing part reaches from some row to the last, across the full width, at
the level that its buffer was filled with: grey (128 in all planes), or 0 in all of them, which is green.

Designers use that grey, too. But their grey areas are there from the start, or come with another picture, or bit by
bit; a missing part comes or goes from one picture to the next, while the picture above it goes on. The green of zeros
is outside of what displays can show, so nobody can choose it: a whole picture, or its last row or column, is enough.
"""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from pipeline.media.pictures.subsampling import subsample_plane
from pipeline.media.span import Span, SpanCollector

# Y, Cb and Cr of these fills, also in a film that was encoded again. The green is clipped to what displays can show:
# converted with BT.601 both ways, from BT.601 to BT.709, and with BT.709 both ways.
_GREY, *_GREENS = (128, 128, 128), (0, 0, 0), (16, 16, 16), (84, 89, 78), (99, 82, 74), (63, 102, 98)
# The designer's grey, half of red, green and blue, is 126; but 128 in full range.
_GREY_TOLERANCE, _GREEN_TOLERANCE = 1, 3
# Outside of what displays can show.
_IMPOSSIBLE = _GREENS[:2]
_FLAT = 4
_MIN_SHARE, _MIN_S = 1 / 8, 0.1
# With more of the colour above, it is the picture's background.
_BACKGROUND = 0.25
# Mean difference, in levels, below which two pictures are the same shot; and the share of a part that must differ from
# its median for it to show something.
_SAME_SHOT, _SHOWN = 15, 0.25


class MissingSliceDetector:
    """Finds pictures with a missing lower part. Pictures of one colour are `is_solid`'s."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        # Whether the open span can't be on purpose; the first missing row, last seen; and the last picture.
        self._is_fault, self._top = False, 0
        self._last: NDArray[np.uint8] | None = None
        self._spans: list[Span] = []
        self._empty_edges = SpanCollector(_MIN_S)

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture and its presentation time."""
        last, self._last = self._last, subsample_plane(picture, 0)
        self._empty_edges.update(at_s, holds=_has_empty_edge(picture))
        fill, top = _missing_part(picture)
        if fill is None:
            if self._since_s is not None and last is not None and not self._is_fault:
                self._is_fault = _is_sudden(self._last, last, self._top)
            self._close(at_s)
            return
        if self._since_s is None:
            self._since_s = at_s
            self._is_fault = fill != _GREY or (last is not None and _is_sudden(last, self._last, top))
        self._top = top

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """All spans of a film that ends at `end_s`."""
        self._close(end_s)
        return (*self._spans, *self._empty_edges.spans(end_s))

    def _close(self, at_s: float) -> None:
        if self._since_s is not None and self._is_fault and at_s - self._since_s >= _MIN_S - 1e-6:
            self._spans.append(Span(start_s=self._since_s, end_s=at_s))
        self._since_s = None


def _missing_part(picture: av.VideoFrame) -> tuple[tuple[int, int, int] | None, int]:
    """The fill colour of the missing part and its first row; None: nothing is missing."""
    planes = [subsample_plane(picture, number) for number in (0, 1, 2)]
    levels = tuple(int(plane[-1, 0]) for plane in planes)
    candidates = [(green, _GREEN_TOLERANCE) for green in _GREENS]
    if picture.color_range != ColorRange.JPEG:
        candidates.append((_GREY, _GREY_TOLERANCE))
    for fill, tolerance in candidates:
        if any(abs(level - wanted) > tolerance for level, wanted in zip(levels, fill, strict=True)):
            continue
        flat = min(_flat_rows(plane, level) / len(plane) for plane, level in zip(planes, levels, strict=True))
        top = len(planes[0]) - round(flat * len(planes[0]))
        above = planes[0][:top]
        is_background = above.size and (np.abs(above.astype(np.int16) - levels[0]) <= _FLAT).mean() >= _BACKGROUND
        if flat >= _MIN_SHARE and above.size and not is_background:
            return fill, top
    return None, 0


def _has_empty_edge(picture: av.VideoFrame) -> bool:
    """Whether the last row or column was never written."""
    rows = [subsample_plane(picture, number, max(1, picture.planes[number].height - 1))[-1] for number in (0, 1, 2)]
    columns = [subsample_plane(picture, number)[:, -1] for number in (0, 1, 2)]
    return any(_has_levels(edges, fill) for edges in (rows, columns) for fill in _IMPOSSIBLE)


def _has_levels(edges: list[NDArray[np.uint8]], levels: tuple[int, ...]) -> bool:
    pairs = zip(edges, levels, strict=True)
    return all(np.abs(edge.astype(np.int16) - level).max() <= _GREEN_TOLERANCE for edge, level in pairs)


def _is_sudden(whole: NDArray[np.uint8], missing: NDArray[np.uint8], top: int) -> bool:
    """Whether two adjacent pictures are the same shot above row `top`, and the whole one shows something below it."""
    if whole.shape != missing.shape:
        return False
    above = np.abs(whole[:top].astype(np.int16) - missing[:top]).mean()
    below = whole[top:].astype(np.int16)
    is_shown = (np.abs(below - np.median(below)) > _FLAT).mean() >= _SHOWN
    return bool(above <= _SAME_SHOT and is_shown)


def _flat_rows(plane: NDArray[np.uint8], level: int) -> int:
    """The number of rows at the bottom that are all at one level."""
    other = np.flatnonzero(np.max(np.abs(plane.astype(np.int16) - level), axis=1) > _FLAT)
    return len(plane) - 1 - int(other[-1]) if len(other) else len(plane)
