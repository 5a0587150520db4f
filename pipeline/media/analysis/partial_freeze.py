"""Spans in which the lower or the upper part of a picture hangs while the rest goes on, as a decoder leaves it.

What hangs fits the picture that it is of; then the rest moves on, and the picture is torn along a line from side to
side, until all of it goes on together. Where two films share a screen, or something is laid over one, there is an edge
from the beginning; where a part just stands, nothing is torn.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.decode import subsample_plane
from pipeline.media.span import Span

# Levels of brightness by which a row changes: at most where it stands, in a keyframe, which is coded afresh; and at
# least where it moves, in most of the pictures.
_STANDS, _AFRESH, _MOVES, _MOSTLY = 0.75, 4.0, 2.0, 0.75
# So much of a picture hangs, at least: the head of a page that scrolls, which stays at the top, is smaller. And so much
# goes on; in so much of what hangs, something moves before and after.
_HANGS_SHARE, _LEAST_SHARE = 1 / 4, 1 / 8
_LEAST_S, _LEAST_PICTURES = 0.3, 8
# So many pictures before and after it, of which all but one move.
_BESIDE = 4
# By how much two rows beside each other at the line are further apart than those around it: in levels, and in shares
# of what those are; of a whole picture, at most so much of what it is of the torn one.
_LEVELS, _TORN, _WHOLE = 6.0, 0.8, 0.25
# So many pixels around the line are looked at, of which those next to it may be mixed.
_AROUND_PX, _MIXED_PX = 16, 4
_Rows = NDArray[np.float32]


class PartialFreezeDetector:
    """Sees the pictures of a stream, one after the other."""

    def __init__(self) -> None:
        self._last: av.VideoFrame | None = None
        self._luma: NDArray[np.int16] | None = None
        self._parts = _Part(is_upper=False), _Part(is_upper=True)

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        luma = subsample_plane(picture, 0).astype(np.int16)
        before, self._luma = self._luma, luma
        last, self._last = self._last, picture
        if before is None or last is None or before.shape != luma.shape:
            for part in self._parts:
                part.forget()
            return
        moved = np.abs(luma - before).mean(axis=1, dtype=np.float32)
        if moved.max() >= _MOVES:  # else it is shown for longer
            for part in self._parts:
                part.see(last, picture, moved, at_s)

    def spans(self) -> tuple[Span, ...]:
        """What was found; nothing is known of what lasts to the end."""
        return tuple(sorted((span for part in self._parts for span in part.found), key=lambda span: span.start_s))


@dataclass(kw_only=True)
class _Run:
    """Pictures in which a part stands."""

    # When it stood first; the whole picture that it is of, the last one so far; how the rows moved before.
    since_s: float
    whole: av.VideoFrame
    torn: av.VideoFrame
    before: list[_Rows]
    # The row from which on it stands in all of them, and in how many of how many each row moved.
    top: int
    moving: NDArray[np.int64]
    pictures: int = 0
    # When it went on, in which picture, and how the rows moved since.
    until_s: float = 0.0
    onward: av.VideoFrame | None = None
    after: list[_Rows] = field(default_factory=list)


class _Part:
    """Looks for a part that hangs: rows from some row on to the last, or to the first of an upper part."""

    def __init__(self, *, is_upper: bool) -> None:
        self.found: list[Span] = []
        self._is_upper = is_upper
        self.forget()

    def forget(self) -> None:
        """Nothing is known of what comes."""
        self._before: deque[_Rows] = deque(maxlen=_BESIDE)
        self._run: _Run | None = None
        self._ended: _Run | None = None

    def see(self, last: av.VideoFrame, picture: av.VideoFrame, moved: _Rows, at_s: float) -> None:
        """A picture in which something moves, by how its rows moved."""
        moved = moved[::-1] if self._is_upper else moved
        if self._ended:
            self._ended.after.append(moved)
            if len(self._ended.after) == _BESIDE:
                self._judge(self._ended)
                self._ended = None
        stands = moved < (_AFRESH if picture.key_frame else _STANDS)
        top = len(moved) - (int(np.argmin(stands[::-1])) if not stands.all() else len(moved))
        least, most = round(_LEAST_SHARE * len(moved)), len(moved) - round(_HANGS_SHARE * len(moved))
        run = self._run
        if least <= top <= most:
            if run is None:
                run = self._run = _Run(
                    since_s=at_s,
                    whole=last,
                    torn=picture,
                    before=list(self._before),
                    top=top,
                    moving=np.zeros(len(moved), np.int64),
                )
            run.torn, run.top, run.pictures = picture, max(run.top, top), run.pictures + 1
            run.moving += moved >= _MOVES
        elif run is not None:
            self._run = None
            if run.pictures >= _LEAST_PICTURES and at_s - run.since_s >= _LEAST_S:
                run.until_s, run.onward, run.after = at_s, picture, [moved]
                self._ended = run
        self._before.append(moved)

    def _judge(self, run: _Run) -> None:
        least = round(_LEAST_SHARE * len(run.moving))
        near = slice(run.top, run.top + least)
        beside = (run.before, run.after)
        if any(sum(bool(np.median(rows[near]) >= _MOVES) for rows in each) < _BESIDE - 1 for each in beside):
            return
        if run.moving[run.top - 2 : run.top].max() < _MOSTLY * run.pictures or run.onward is None:
            return
        row = len(run.moving) - run.top if self._is_upper else run.top
        whole, torn, onward = (_edges(each, row) for each in (run.whole, run.torn, run.onward))
        line = int(np.argmax(torn[_AROUND_PX - _MIXED_PX : _AROUND_PX + _MIXED_PX])) + _AROUND_PX - _MIXED_PX
        gap = torn[line] - _around(torn, line)
        if gap < max(_LEVELS, _TORN * _around(torn, line)):
            return
        if all(each[line] - _around(each, line) <= _WHOLE * gap for each in (whole, onward)):
            self.found.append(Span(start_s=run.since_s, end_s=run.until_s))


def _edges(picture: av.VideoFrame, row: int) -> _Rows:
    """How far each row of pixels around a row, as they are looked at, is from the one before it."""
    luma = subsample_plane(picture, 0, 1)
    at = row * 4
    rows = luma[max(0, at - _AROUND_PX - 1) : at + _AROUND_PX].astype(np.int16)
    edges: _Rows = np.abs(np.diff(rows, axis=0)).mean(axis=1, dtype=np.float32)
    return edges


def _around(edges: _Rows, line: int) -> float:
    return float(np.mean(np.delete(edges, slice(max(0, line - 2), line + 3))))
