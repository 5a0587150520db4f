"""Summary statistics of durations."""

from __future__ import annotations

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


def distribution_of(durations_s: Sequence[float]) -> Distribution | None:
    """The distribution of durations; None: there are none."""
    if not durations_s:
        return None
    ordered = sorted(durations_s)
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
