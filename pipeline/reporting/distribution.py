"""How long something took, told in a few numbers."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A number of measured times, all in seconds."""

    count: int
    total_s: float
    mean_s: float
    median_s: float
    # 95 of 100 took at most this long.
    p95_s: float
    min_s: float
    max_s: float


class Samples:
    """Measured times: eight bytes each, so that a large batch can have exact percentiles."""

    def __init__(self) -> None:
        self._seconds = array("d")

    def add(self, seconds: float) -> None:
        """Note one more time, in seconds."""
        self._seconds.append(seconds)

    def spread(self) -> Spread | None:
        """What they have in common; None: nothing was measured."""
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
    """The value below which `share` of the ordered values lie, between two neighbours in proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
