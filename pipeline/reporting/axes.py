"""Chart axes with ticks at round numbers, positioned in percent, so that a chart fits any width."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, floor

_MOST_TICKS = 6
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_CLOCK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, _HOUR, 7200, 10_800, 21_600, 43_200, _DAY)
_VALUE_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_LENGTH_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, _HOUR, 7200, 18_000, _DAY)


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A tick: its position in percent, and its label."""

    at: float
    label: str

    @property
    def anchor(self) -> str:
        """The `text-anchor` that keeps the label inside the chart."""
        return "start" if self.at < 6 else "end" if self.at > 94 else "middle"


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A scale from `start` to `end`, in units of the data."""

    end: float
    ticks: tuple[Tick, ...]
    start: float = 0.0

    def percent(self, value: float) -> float:
        """The position of a value, clamped to the axis."""
        return round(min(100.0, max(0.0, 100 * (value - self.start) / (self.end - self.start))), 3)


def seconds_axis(longest_s: float) -> Axis:
    """An axis from 0 to a round number of seconds, minutes or hours at or above `longest_s`."""
    step = _step(longest_s, _LENGTH_STEPS_S)
    steps = max(1, ceil(longest_s / step - 1e-9))
    ticks = (Tick(at=round(100 * number / steps, 3), label=_length(number * step, step)) for number in range(steps + 1))
    return Axis(end=steps * step, ticks=tuple(ticks))


def value_axis(low: float, high: float) -> Axis:
    """An axis from a round number at or below `low` to one at or above `high`."""
    step = _step(high - low, _VALUE_STEPS)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    last = max(last, first + 1)
    decimals = 1 if step < 1 else 0
    ticks = tuple(
        Tick(
            at=round(100 * (number - first) / (last - first), 3),
            label=f"{number * step:.{decimals}f}".replace("-", "\N{MINUS SIGN}"),
        )
        for number in range(first, last + 1)
    )
    return Axis(start=first * step, end=last * step, ticks=ticks)


def count_axis(most: int) -> Axis:
    """An axis from 0 to a round number at or above `most`."""
    step = 1
    while step * 4 < most:
        # 1, 2, 5, 10, 20, 50…
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    steps = max(1, ceil(most / step))
    ticks = (Tick(at=round(100 * number / steps, 3), label=f"{number * step:,}") for number in range(steps + 1))
    return Axis(end=steps * step, ticks=tuple(ticks))


def clock_axis(start: datetime, seconds: float) -> Axis:
    """An axis over a period, with ticks at round times of day in the time zone of `start`."""
    step = int(_step(seconds, _CLOCK_STEPS_S))
    offset_s = (start.utcoffset() or timedelta()).total_seconds()
    begin = start.timestamp() + offset_s
    first = ceil(begin / step) * step
    ticks = []
    for local in range(first, int(begin + seconds) + 1, step):
        at = datetime.fromtimestamp(local - offset_s, UTC).astimezone(start.tzinfo)
        ticks.append(Tick(at=round(100 * (local - begin) / seconds, 3), label=_time(at, step)))
    return Axis(end=seconds, ticks=tuple(ticks))


def _step(length: float, steps: tuple[float, ...]) -> float:
    """The smallest round step that divides the length into at most `_MOST_TICKS` parts."""
    step = next((step for step in steps if step * _MOST_TICKS >= length), steps[-1])
    while step * _MOST_TICKS < length:
        step *= 2
    return step


def _length(seconds: float, step: float) -> str:
    if seconds == 0:
        return "0"
    unit, name = (_HOUR, "h") if step >= _HOUR else (_MINUTE, "min") if step >= _MINUTE else (1, "s")
    return f"{seconds / unit:.{1 if step < 1 else 0}f}\N{NO-BREAK SPACE}{name}"


def _time(at: datetime, step: int) -> str:
    if step >= _DAY:
        return f"{at.day}/{at.month}"
    return f"{at:%H:%M:%S}" if step < _MINUTE else f"{at:%H:%M}"
