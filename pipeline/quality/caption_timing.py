"""Whether captions are there when somebody speaks: by the pauses, which both have.

What is heard and when there are captions are held against each other, moved by so much, as a radar finds an echo. Where
they fit nowhere, as with captions without gaps or a voice over loud music, nothing is known. So few numbers are enough
that no film of a few minutes fits anywhere by chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.quality.expected import TimedText

PER_S = 10
# A level is that of 400 ms until then: it tells of the moment so many tenths of a second ago.
_LATE = 2
# What is so much quieter than the loudest tenth is a pause.
_RANGE_LU = 20
# How far captions are looked for, and how far they may be off anyway: they stay a little for their readers.
_REACH_S, _NEAR_S = 8.0, 0.5
# As films for television are shown: 24 pictures a second as 25, and the other way round.
_SPEEDS = (1.0, 25 * 1001 / 24_000, 24_000 / 1001 / 25)
# Correlation where they fit, and how much less it is where they are. Captions of another film reach 0.3 somewhere.
_FITS, _BETTER = 0.45, 0.25
_FEWEST_CUES, _LEAST_S = 5, 15.0


def find_shift(cues: Sequence[TimedText], moments_lufs: Sequence[float]) -> tuple[float, float] | None:
    """By how many seconds captions are late (negative: early), and how much too slow they run (1: they do not).

    Of a film whose loudness is told `PER_S` times a second. None: they are in time, or nothing is known.
    """
    timed = [cue for cue in cues if cue.end_s > cue.start_s]
    levels = np.array(moments_lufs[_LATE:])
    if len(timed) < _FEWEST_CUES or timed[-1].end_s - timed[0].start_s < _LEAST_S or not len(levels):
        return None
    loudest = np.percentile(levels, 90)
    heard = np.clip(levels, loudest - _RANGE_LU, loudest)
    fits = {speed: _fits(timed, heard, speed) for speed in _SPEEDS}
    speed, found = max(fits.items(), key=lambda each: each[1].max())
    at, reach, near = int(found.argmax()), round(_REACH_S * PER_S), round(_NEAR_S * PER_S)
    there = fits[1.0][reach - near : reach + near + 1].max()
    if found[at] < _FITS or found[at] - there < _BETTER:
        return None
    return (at - reach) / PER_S, speed


def _fits(cues: Sequence[TimedText], heard: NDArray[np.float64], speed: float) -> NDArray[np.float64]:
    """How well captions fit to what is heard if they were this much later than they should be, and slower."""
    reach = round(_REACH_S * PER_S)
    shown = np.zeros(len(heard) + 2 * reach)
    for cue in cues:
        start, end = (max(0, reach + round(at_s / speed * PER_S)) for at_s in (cue.start_s, cue.end_s))
        shown[start:end] = 1
    there = np.flatnonzero(shown)
    if not len(there):
        return np.zeros(2 * reach + 1)
    first, last = there[0] - reach, there[-1] + 1 - reach
    fits = []
    for late in range(-reach, reach + 1):
        # A little more than from the first cue to the last.
        start, end = max(0, first - late - PER_S // 2), min(len(heard), last - late + PER_S // 2)
        fits.append(_correlation(heard[start:end], shown[start + late + reach : end + late + reach]))
    return np.array(fits)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if len(one) < _LEAST_S * PER_S:
        return 0.0
    one, other = one - one.mean(), other - other.mean()
    return float(one @ other / np.sqrt(one @ one * (other @ other) + 1e-9))
