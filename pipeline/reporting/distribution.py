"""Statistics of durations."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Statistics of measured durations, all in seconds."""

    count: int
    total_s: float
    mean_s: float
    median_s: float
    # The 95th percentile.
    p95_s: float
    min_s: float
    max_s: float


class Samples:
    """Measured durations, eight bytes each, so that large batches can have exact percentiles."""

    def __init__(self) -> None:
        self._seconds = array("d")

    def add(self, seconds: float) -> None:
        """Add a duration in seconds."""
        self._seconds.append(seconds)

    def spread(self) -> Spread | None:
        """The statistics; None without measurements."""
        if not self._seconds:
            return None
        ordered = sorted(self._seconds)
        total_s = fsum(ordered)
        return Spread(
            count=len(ordered),
            total_s=total_s,
            mean_s=total_s / len(ordered),
            median_s=percentile(ordered, 0.5),
            p95_s=percentile(ordered, 0.95),
            min_s=ordered[0],
            max_s=ordered[-1],
        )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The percentile `share` of sorted values, interpolated linearly."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
