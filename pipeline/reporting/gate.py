"""Statistics of the quality gate: scores, the worst films, the distribution of loudness and brightness."""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import JobSummary, Marks
from pipeline.reporting.axes import Axis, Tick, count_axis, value_axis
from pipeline.reporting.distribution import percentile

# The most films that are listed with their reasons.
MOST_WORST = 10
_MOST_COLUMNS = 20
# The minimum extent of the axes of loudness and brightness: smaller differences are not perceptible.
_MIN_EXTENT_LU, _MIN_EXTENT_PERCENT = 2.0, 10.0
# Ticks in the middle of eleven columns.
_TENTHS = Axis(
    start=-0.05,
    end=1.05,
    ticks=tuple(Tick(at=round((50 + 100 * number) / 11, 3), label=f"{number / 10:.1f}") for number in range(0, 11, 2)),
)


@dataclass(frozen=True, kw_only=True)
class Column:
    """The number of films between two values; position and height in percent."""

    x: float
    width: float
    height: float
    count: int
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """A histogram of films by a measured value."""

    axis: Axis
    counts: Axis
    columns: tuple[Column, ...]
    count: int
    median: float
    # Percentiles.
    p5: float
    p95: float
    least: float
    most: float


class GateSummary:
    """Aggregates the gate's verdicts. Memory grows by three numbers per film."""

    def __init__(self) -> None:
        self.grades: Counter[str] = Counter()
        # By name of the check: the number of films with a warning or failure.
        self.checks: Counter[str] = Counter()
        self._scores, self._loudness, self._brightness = array("d"), array("d"), array("d")
        # (Score, position in the batch, job), sorted.
        self._worst: list[tuple[float, int, JobSummary]] = []

    def add(self, row: JobSummary) -> None:
        """Add a film, if it was judged."""
        if row.marks is None:
            return
        self.grades[row.marks.grade] += 1
        self._scores.append(row.marks.score)
        for values, value in (
            (self._loudness, row.marks.loudness_lufs),
            (self._brightness, row.marks.brightness_percent),
        ):
            if value is not None:
                values.append(value)
        self.checks.update({reason.partition(" ")[0] for reason in row.marks.reasons})
        if row.marks.reasons:
            entry = (row.marks.score, len(self._scores), row)
            self._worst = heapq.nsmallest(MOST_WORST, (*self._worst, entry))

    @property
    def count(self) -> int:
        """The number of judged films."""
        return len(self._scores)

    @property
    def worst(self) -> list[tuple[JobSummary, Marks]]:
        """The films with the lowest scores, lowest first, and equal ones in the order of the batch."""
        return [(row, row.marks) for _, _, row in self._worst if row.marks]

    def scores(self) -> Histogram | None:
        """The histogram of scores: a column per tenth, with a separate one for 1 (no remarks)."""
        return histogram(self._scores, axis=_TENTHS, columns=11)

    def loudness(self) -> Histogram | None:
        """The histogram of loudness, in LUFS."""
        return _value_histogram(self._loudness, least=_MIN_EXTENT_LU)

    def brightness(self) -> Histogram | None:
        """The histogram of brightness, in percent of white."""
        return _value_histogram(self._brightness, least=_MIN_EXTENT_PERCENT)


def _value_histogram(values: Sequence[float], *, least: float) -> Histogram | None:
    if not values:
        return None
    low, high = min(values), max(values)
    missing = max(0.0, least - (high - low)) / 2
    return histogram(values, axis=value_axis(low - missing, high + missing), columns=_MOST_COLUMNS)


def histogram(values: Sequence[float], *, axis: Axis, columns: int) -> Histogram | None:
    """The histogram of values over an axis; None: there are no values."""
    if not values:
        return None
    width = (axis.end - axis.start) / columns
    # A value on a boundary belongs to the upper column, despite rounding errors.
    found = Counter(min(columns - 1, max(0, int((value - axis.start) / width + 1e-9))) for value in values)
    counts = count_axis(max(found.values()))
    ordered = sorted(values)
    return Histogram(
        axis=axis,
        counts=counts,
        columns=tuple(
            Column(
                x=round(100 * number / columns, 3),
                width=round(100 / columns, 3),
                height=counts.percent(count),
                count=count,
                low=axis.start + number * width,
                high=axis.start + (number + 1) * width,
            )
            for number, count in sorted(found.items())
        ),
        count=len(ordered),
        median=percentile(ordered, 0.5),
        p5=percentile(ordered, 0.05),
        p95=percentile(ordered, 0.95),
        least=ordered[0],
        most=ordered[-1],
    )
