"""The films of a run over time: a bar per film, or for many films a histogram of when they ended."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime

from pipeline.model import JobStatus, JobSummary
from pipeline.reporting.axes import Axis, clock_axis, count_axis

MOST_BARS = 200
_COLUMN_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
_MOST_COLUMNS = 60
# Pixels: the largest and smallest height of a lane, and of all lanes together.
_LANE_PX, _LEAST_LANE_PX, _LANES_PX = 30, 6, 300
# The minimum width of a bar in percent, so that it is visible.
_LEAST_BAR = 0.2


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One film: start and duration in percent, and its lane from the top."""

    row: JobSummary
    x: float
    width: float
    lane: int


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """A bar per film; concurrent films are in different lanes."""

    axis: Axis
    bars: tuple[Bar, ...]
    lanes: int

    @property
    def pitch_px(self) -> int:
        """Height of a lane including its gap."""
        return min(_LANE_PX, max(_LEAST_LANE_PX, _LANES_PX // self.lanes))


@dataclass(frozen=True, kw_only=True)
class Column:
    """The jobs that ended in one interval: counts, and position and heights in percent."""

    x: float
    width: float
    completed: int
    others: int
    completed_height: float
    others_height: float


@dataclass(frozen=True, kw_only=True)
class Columns:
    """A histogram of when jobs ended."""

    axis: Axis
    counts: Axis
    columns: tuple[Column, ...]
    step_s: float


class Timeline:
    """The jobs that ended between `start` and `end` of a run, or are still in progress."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self._start = start
        self._begin = start.timestamp()
        # At least a second: a clock that was set back must not lead to a division by zero.
        self._seconds = max(1.0, end.timestamp() - self._begin)
        self._spans: list[tuple[float, float, JobSummary]] = []
        rounds = (float(step) for step in _COLUMN_STEPS_S if step * _MOST_COLUMNS >= self._seconds)
        self._step_s = next(rounds, self._seconds / _MOST_COLUMNS)
        columns = int(self._seconds / self._step_s) + 1
        self._completed = [0] * columns
        self._others = [0] * columns
        self.count = 0

    def add(self, row: JobSummary) -> None:
        """Add a job, if it belongs to this run."""
        if row.started_at is None or (row.ended_at is None and row.status is not JobStatus.IN_PROGRESS):
            return
        begin = max(0.0, row.started_at.timestamp() - self._begin)
        end = row.ended_at.timestamp() - self._begin if row.ended_at else self._seconds
        if not (begin <= self._seconds and 0 <= end <= self._seconds):
            return
        self.count += 1
        if len(self._spans) <= MOST_BARS:
            self._spans.append((begin, max(begin, end), row))
        ended = self._completed if row.status is JobStatus.COMPLETED else self._others
        ended[int(end / self._step_s)] += 1

    def lanes(self) -> Lanes | None:
        """A bar per film; None: there are no films, or too many."""
        if not 0 < self.count <= MOST_BARS:
            return None
        axis = clock_axis(self._start, self._seconds)
        bars: list[Bar] = []
        # Heaps: (end, lane) of busy lanes, and free lanes, topmost first.
        busy: list[tuple[float, int]] = []
        free: list[int] = []
        for begin, end, row in sorted(self._spans, key=lambda span: span[:2]):
            while busy and busy[0][0] <= begin:
                heapq.heappush(free, heapq.heappop(busy)[1])
            lane = heapq.heappop(free) if free else len(busy)
            heapq.heappush(busy, (end, lane))
            x = axis.percent(begin)
            width = round(max(_LEAST_BAR, axis.percent(end) - x), 3)
            bars.append(Bar(row=row, x=min(x, 100 - width), width=width, lane=lane))
        return Lanes(axis=axis, bars=tuple(bars), lanes=1 + max(bar.lane for bar in bars))

    def columns(self) -> Columns | None:
        """The histogram; None: few enough films for a bar each."""
        if self.count <= MOST_BARS:
            return None
        axis = clock_axis(self._start, self._seconds)
        counts = count_axis(max(map(sum, zip(self._completed, self._others, strict=True))))
        columns = tuple(
            Column(
                x=axis.percent(number * self._step_s),
                width=round(axis.percent((number + 1) * self._step_s) - axis.percent(number * self._step_s), 3),
                completed=completed,
                others=others,
                completed_height=counts.percent(completed),
                others_height=counts.percent(others),
            )
            for number, (completed, others) in enumerate(zip(self._completed, self._others, strict=True))
            if completed or others
        )
        return Columns(axis=axis, counts=counts, columns=columns, step_s=self._step_s)
