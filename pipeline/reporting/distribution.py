"""Summary statistics of durations."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """Summary statistics of durations in seconds."""

    count: int
    total_s: float
    mean_s: float
    median_s: float
    # 95th percentile.
    p95_s: float
    min_s: float
    max_s: float


class Samples:
    """Durations, at eight bytes each, for exact percentiles even of a large batch."""

    def __init__(self) -> None:
        self._seconds = array("d")

    def add(self, seconds: float) -> None:
        """Add a duration."""
        self._seconds.append(seconds)

    def distribution(self) -> Distribution | None:
        """The summary; None: there are no durations."""
        if not self._seconds:
            return None
        ordered = sorted(self._seconds)
        total_s = fsum(ordered)
        return Distribution(
            count=len(ordered),
            total_s=total_s,
            mean_s=total_s / len(ordered),
            median_s=percentile(ordered, 0.5),
            p95_s=percentile(ordered, 0.95),
            min_s=ordered[0],
            max_s=ordered[-1],
        )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The quantile `share` (0 to 1) of sorted values, with linear interpolation."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
