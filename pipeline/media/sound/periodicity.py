"""Clicks and gaps that recur at regular intervals: those of instruments, not faults.

Times are in cells of a millisecond.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

# A sawtooth bass leaps once per wave: its longest period, and the largest ratio of its heights. Some leaps are masked
# by a drum: the number of leaps that must be found, and the waves by which two may be apart.
MAX_PERIOD, HEIGHT_RATIO, _MIN_LEAPS, _MAX_WAVES = 40, 2.0, 4, 8
# Staccato notes leave gaps at the interval of a beat, or a few of them; a codec smears where they begin. In cells.
_BEAT, _SMEAR = (100, 750), 4
# First cell, and the cell after the last.
Gap = tuple[int, int]


def isolated_clicks(clicks: Sequence[tuple[int, float]]) -> list[int]:
    """The cells of the clicks that are not part of a wave. `clicks` are cells and the heights of the leaps."""
    first = [click for before, click in pairwise(((-MAX_PERIOD, 0.0), *clicks)) if click[0] - before[0] > 1]
    periodic = set[int]()
    for start in range(len(first) - _MIN_LEAPS + 1):
        cells, heights = zip(*first[start : start + _MIN_LEAPS], strict=True)
        if _is_periodic(cells, 0, MAX_PERIOD, tolerance=1) and max(heights) <= HEIGHT_RATIO * min(heights):
            periodic |= set(cells)
    return [cell for cell, _ in clicks if cell not in periodic and cell - 1 not in periodic]


def unrhythmic_gaps(gaps: Sequence[Gap]) -> list[Gap]:
    """The gaps that are not rests between notes of equal length."""
    rests = set[Gap]()
    for first in range(len(gaps) - _MIN_LEAPS + 1):
        window = gaps[first : first + _MIN_LEAPS]
        if _is_periodic([start for start, _ in window], *_BEAT, tolerance=_SMEAR):
            rests |= set(window)
    return [gap for gap in gaps if gap not in rests]


def _is_periodic(cells: Sequence[int], shortest: int, longest: int, *, tolerance: int) -> bool:
    """Whether the distances between cells are small multiples of one period between `shortest` and `longest`."""
    steps = np.diff(cells)
    period = steps.min()
    if not shortest <= period <= longest:
        return False
    counts = np.round(steps / period)
    return bool(counts.max() <= _MAX_WAVES and np.all(np.abs(steps - counts * period) <= tolerance + counts / 2))
