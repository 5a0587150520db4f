"""Spans in which the lower or the upper part of the picture hangs while the rest goes on, as broken decoders leave it.

At first the frozen part fits the picture that it belongs to. Then the rest moves on, and the picture is torn along a
horizontal line, until all of it moves together again. A split screen or an overlay has its edge from the beginning, and
where a part simply does not move, nothing is torn.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.subsampling import STEP_PX, subsample_plane
from pipeline.media.span import Span

# Mean change of a row, in levels: at most, where it is frozen; in a keyframe, which is coded afresh; and at least,
# where it moves, in most of the pictures.
_FROZEN, _FROZEN_KEYFRAME, _MOVES, _MOSTLY = 0.75, 4.0, 2.0, 0.75
# The frozen part is at least this share of the picture: the fixed header of a scrolling page is smaller. And at least
# such a share goes on; in such a share of the frozen part, something moves before and after.
_FROZEN_SHARE, _MOVING_SHARE = 1 / 4, 1 / 8
_MIN_S, _MIN_PICTURES = 0.3, 8
# Pictures examined before and after the freeze; all but one must move.
_CONTEXT = 4
# How much more the two rows at the tear differ than the rows around it: in levels, and as a multiple of those. In a
# whole picture, at most this share of that.
_TEAR_LEVELS, _TEAR_RATIO, _WHOLE_RATIO = 6.0, 0.8, 0.25
# Rows around the tear that are compared; those next to it may be blended.
_AROUND_PX, _BLENDED_PX = 16, 4
_Rows = NDArray[np.float32]


class PartialFreezeDetector:
    """Finds frozen lower and upper parts."""

    def __init__(self) -> None:
        self._last: av.VideoFrame | None = None
        self._luma: NDArray[np.int16] | None = None
        self._parts = _Part(is_upper=False), _Part(is_upper=True)

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture and its presentation time."""
        luma = subsample_plane(picture, 0).astype(np.int16)
        before, self._luma = self._luma, luma
        last, self._last = self._last, picture
        if before is None or last is None or before.shape != luma.shape:
            for part in self._parts:
                part.reset()
            return
        motion = np.abs(luma - before).mean(axis=1, dtype=np.float32)
        if motion.max() >= _MOVES:  # else the same picture is shown for longer
            for part in self._parts:
                part.push(last, picture, motion, at_s)

    def spans(self) -> tuple[Span, ...]:
        """All spans, but for one that lasts to the end: without motion after it, nothing proves a freeze."""
        return tuple(sorted((span for part in self._parts for span in part.spans), key=lambda span: span.start_s))


@dataclass(kw_only=True)
class _Freeze:
    """Consecutive pictures in which a part is frozen."""

    # Its start; the last picture before it, and the last one in it; the motion of the rows before it.
    since_s: float
    whole: av.VideoFrame
    torn: av.VideoFrame
    before: list[_Rows]
    # The first row that is frozen in all pictures; and in how many pictures each row moved.
    top: int
    moving: NDArray[np.int64]
    pictures: int = 0
    # Its end, the picture after it, and the motion of the rows since.
    until_s: float = 0.0
    onward: av.VideoFrame | None = None
    after: list[_Rows] = field(default_factory=list)


class _Part:
    """Looks for frozen rows that reach to the last row, or to the first row for an upper part."""

    def __init__(self, *, is_upper: bool) -> None:
        self.spans: list[Span] = []
        self._is_upper = is_upper
        self.reset()

    def reset(self) -> None:
        """Forget the pictures so far."""
        self._before: deque[_Rows] = deque(maxlen=_CONTEXT)
        self._open: _Freeze | None = None
        # Waits for the pictures after it.
        self._ended: _Freeze | None = None

    def push(self, last: av.VideoFrame, picture: av.VideoFrame, motion: _Rows, at_s: float) -> None:
        """The next picture with motion, and the motion of each row."""
        motion = motion[::-1] if self._is_upper else motion
        if self._ended:
            self._ended.after.append(motion)
            if len(self._ended.after) == _CONTEXT:
                self._judge(self._ended)
                self._ended = None
        frozen = motion < (_FROZEN_KEYFRAME if picture.key_frame else _FROZEN)
        top = len(motion) - (int(np.argmin(frozen[::-1])) if not frozen.all() else len(motion))
        lowest, highest = round(_MOVING_SHARE * len(motion)), len(motion) - round(_FROZEN_SHARE * len(motion))
        freeze = self._open
        if lowest <= top <= highest:
            if freeze is None:
                freeze = self._open = _Freeze(
                    since_s=at_s,
                    whole=last,
                    torn=picture,
                    before=list(self._before),
                    top=top,
                    moving=np.zeros(len(motion), np.int64),
                )
            freeze.torn, freeze.top, freeze.pictures = picture, max(freeze.top, top), freeze.pictures + 1
            freeze.moving += motion >= _MOVES
        elif freeze is not None:
            self._open = None
            if freeze.pictures >= _MIN_PICTURES and at_s - freeze.since_s >= _MIN_S:
                freeze.until_s, freeze.onward, freeze.after = at_s, picture, [motion]
                self._ended = freeze
        self._before.append(motion)

    def _judge(self, freeze: _Freeze) -> None:
        """Keep a freeze if its part moves before and after it, and the picture is torn only during it."""
        rows = round(_MOVING_SHARE * len(freeze.moving))
        near = slice(freeze.top, freeze.top + rows)
        context = (freeze.before, freeze.after)
        if any(sum(bool(np.median(motion[near]) >= _MOVES) for motion in each) < _CONTEXT - 1 for each in context):
            return
        if freeze.moving[freeze.top - 2 : freeze.top].max() < _MOSTLY * freeze.pictures or freeze.onward is None:
            return
        row = len(freeze.moving) - freeze.top if self._is_upper else freeze.top
        whole, torn, onward = (_row_steps(each, row) for each in (freeze.whole, freeze.torn, freeze.onward))
        middle = slice(_AROUND_PX - _BLENDED_PX, _AROUND_PX + _BLENDED_PX)
        tear = int(np.argmax(torn[middle])) + middle.start
        height = torn[tear] - _mean_around(torn, tear)
        if height < max(_TEAR_LEVELS, _TEAR_RATIO * _mean_around(torn, tear)):
            return
        if all(each[tear] - _mean_around(each, tear) <= _WHOLE_RATIO * height for each in (whole, onward)):
            self.spans.append(Span(start_s=freeze.since_s, end_s=freeze.until_s))


def _row_steps(picture: av.VideoFrame, row: int) -> _Rows:
    """The mean difference of each row of pixels to the one before it, around a sampled row."""
    luma = subsample_plane(picture, 0, 1)
    middle = row * STEP_PX
    rows = luma[max(0, middle - _AROUND_PX - 1) : middle + _AROUND_PX].astype(np.int16)
    steps: _Rows = np.abs(np.diff(rows, axis=0)).mean(axis=1, dtype=np.float32)
    return steps


def _mean_around(steps: _Rows, tear: int) -> float:
    return float(np.mean(np.delete(steps, slice(max(0, tear - 2), tear + 3))))
