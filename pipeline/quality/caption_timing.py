"""Whether captions are in time with the speech: by the pauses, which both have.

The loudness curve and the times of the cues are cross-correlated over a range of shifts, as a radar finds an echo. If
they correlate nowhere, as with captions without gaps or a voice over loud music, nothing can be said. The range is
small enough that a film of a few minutes does not correlate by chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.quality.expected import TimedText

PER_S = 10
# Momentary loudness covers the 400 ms before its time: it stands for the moment two steps earlier.
_LAG = 2
# Everything quieter than the loudest tenth by more than this is a pause.
_RANGE_LU = 20
# The range of shifts; and up to which captions are in time: they stay a little longer, to be read (in 17 films with
# exact captions, the best shift is 0 to 0.3 s; 0.4 s from it, the correlation is lower by 0.15 to 0.35).
_MAX_SHIFT_S, _IN_TIME_S = 8.0, 0.3
# Conversions between film and television: 23.976 frames a second played as 25, and back.
_SPEEDS = (1.0, 25 * 1001 / 24_000, 24_000 / 1001 / 25)
# The correlation at the best shift, and how much higher it must be than in time. Captions of another film reach 0.3.
_MIN_CORRELATION, _MIN_GAIN = 0.45, 0.25
_MIN_CUES, _MIN_S = 5, 15.0


def find_shift(cues: Sequence[TimedText], momentary_lufs: Sequence[float]) -> tuple[float, float] | None:
    """By how many seconds captions are late (negative: early), and the factor by which they are too slow.

    `momentary_lufs` has `PER_S` values a second. None: they are in time, or nothing can be said.
    """
    timed = [cue for cue in cues if cue.end_s > cue.start_s]
    levels = np.array(momentary_lufs[_LAG:])
    if len(timed) < _MIN_CUES or timed[-1].end_s - timed[0].start_s < _MIN_S or not len(levels):
        return None
    loudest = np.percentile(levels, 90)
    speech = np.clip(levels, loudest - _RANGE_LU, loudest)
    correlations = {speed: _correlate(timed, speech, speed) for speed in _SPEEDS}
    speed, best = max(correlations.items(), key=lambda each: each[1].max())
    at, zero = int(best.argmax()), round(_MAX_SHIFT_S * PER_S)
    in_time = correlations[1.0][zero : zero + round(_IN_TIME_S * PER_S) + 1].max()
    if best[at] < _MIN_CORRELATION or best[at] - in_time < _MIN_GAIN:
        return None
    return (at - zero) / PER_S, speed


def _correlate(cues: Sequence[TimedText], speech: NDArray[np.float64], speed: float) -> NDArray[np.float64]:
    """The correlation of captions and speech for each shift, if the captions run slow by the factor `speed`."""
    reach = round(_MAX_SHIFT_S * PER_S)
    shown = np.zeros(len(speech) + 2 * reach)
    for cue in cues:
        start, end = (max(0, reach + round(at_s / speed * PER_S)) for at_s in (cue.start_s, cue.end_s))
        shown[start:end] = 1
    captioned = np.flatnonzero(shown)
    if not len(captioned):
        return np.zeros(2 * reach + 1)
    first, last = captioned[0] - reach, captioned[-1] + 1 - reach
    correlations = []
    for shift in range(-reach, reach + 1):
        # From the first cue to the last, and half a second around them.
        start, end = max(0, first - shift - PER_S // 2), min(len(speech), last - shift + PER_S // 2)
        correlations.append(_correlation(speech[start:end], shown[start + shift + reach : end + shift + reach]))
    return np.array(correlations)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Pearson's correlation; 0 if there is too little to compare."""
    if len(one) < _MIN_S * PER_S:
        return 0.0
    one, other = one - one.mean(), other - other.mean()
    return float(one @ other / np.sqrt(one @ one * (other @ other) + 1e-9))
