"""Leaps and holes that come again and again after the same time: those of instruments, and no faults.

Times are in cells: thousandths of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

# A bass of saw teeth leaps, too, again and again after the same time, which is no longer than this, and as high, and
# some of it nobody hears beside a drum: so many leaps, so many of its waves apart at most.
WAVE, HEIGHT, _LEAPS, _WAVES = 40, 2.0, 4, 8
# Notes that are cut off leave holes as well, each after the same time, or after some of them: so many cells.
# A codec smears where they begin.
_BEAT, _SMEARED = (100, 750), 4
# The cells at which a hole begins and ends.
Hole = tuple[int, int]


def single(clicks: Sequence[tuple[int, float]]) -> list[int]:
    """The clicks that are no wave, by their cells; of each, also how far the wave leaps."""
    first = [click for before, click in pairwise(((-WAVE, 0.0), *clicks)) if click[0] - before[0] > 1]
    waves = set[int]()
    for start in range(len(first) - _LEAPS + 1):
        cells, heights = zip(*first[start : start + _LEAPS], strict=True)
        if _is_even(cells, 0, WAVE, within=1) and max(heights) <= HEIGHT * min(heights):
            waves |= set(cells)
    return [cell for cell, _ in clicks if cell not in waves and cell - 1 not in waves]


def unplayed(holes: Sequence[Hole]) -> list[Hole]:
    """The holes that are no rests of somebody who plays notes of one length in time, one after the other."""
    rests = set[Hole]()
    for first in range(len(holes) - _LEAPS + 1):
        some = holes[first : first + _LEAPS]
        if _is_even([start for start, _ in some], *_BEAT, within=_SMEARED):
            rests |= set(some)
    return [hole for hole in holes if hole not in rests]


def _is_even(cells: Sequence[int], shortest: int, longest: int, *, within: int) -> bool:
    """Whether what begins there does so in time: after a time between these two, or after a few of it."""
    steps = np.diff(cells)
    wave = steps.min()
    if not shortest <= wave <= longest:
        return False
    counts = np.round(steps / wave)
    return bool(counts.max() <= _WAVES and np.all(np.abs(steps - counts * wave) <= within + counts / 2))
