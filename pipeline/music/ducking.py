"""Ducking: the gain of the bed under speech, computed from the word times instead of the audio."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.model import SAMPLE_RATE_HZ, Clip

# The bed is fully ducked this long before the first word: word times may be off by as much.
EARLY_S = 0.05
# Time to duck, to stay ducked after the last word, and to recover.
ATTACK_S = 0.15
HOLD_S = 0.15
RELEASE_S = 0.6
# Longer than the pauses between words and sentences: the bed recovers between scenes and in thinking pauses, and does
# not pump within speech.
_PAUSE_S = 0.62


class Ducking:
    """The gain envelope of the bed over a film, from the times of its words."""

    def __init__(self, clips: Sequence[Clip], *, duck_lu: float) -> None:
        self._duck_lu = duck_lu
        points = list(_envelope(list(_merged(_word_spans(clips)))))
        self._times_s = np.array([time_s for time_s, _ in points])
        self._depths = np.array([depth for _, depth in points])

    def gain(self, start: int, stop: int) -> NDArray[np.float64]:
        """The linear gain at samples `start` to `stop` of the film: 1 without speech."""
        if not len(self._depths):
            return np.ones(stop - start)
        times_s = np.arange(start, stop) / SAMPLE_RATE_HZ
        depth = smoothstep(np.interp(times_s, self._times_s, self._depths))
        gain: NDArray[np.float64] = 10 ** (-self._duck_lu * depth / 20)
        return gain


def smoothstep(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ease values from 0 to 1 in and out: 3x² - 2x³."""
    return x * x * (3 - 2 * x)


def _envelope(spans: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Breakpoints of the envelope: time in seconds, and depth of the ducking (0 to 1)."""
    if not spans:
        return
    yield spans[0][0] - EARLY_S - ATTACK_S, 0.0
    yield spans[0][0] - EARLY_S, 1.0
    for (_, end_s), (start_s, _) in pairwise(spans):
        up_s, down_s = end_s + HOLD_S, start_s - EARLY_S
        # In a short pause it only recovers in part.
        rise = min((down_s - up_s) / (RELEASE_S + ATTACK_S), 1.0)
        yield up_s, 1.0
        yield up_s + rise * RELEASE_S, 1.0 - rise
        yield down_s - rise * ATTACK_S, 1.0 - rise
        yield down_s, 1.0
    yield spans[-1][1] + HOLD_S, 1.0
    yield spans[-1][1] + HOLD_S + RELEASE_S, 0.0


def _word_spans(clips: Iterable[Clip]) -> Iterator[tuple[float, float]]:
    """Start and end of every word, in seconds from the start of the film, except those of silent clips."""
    start = 0
    for clip in clips:
        if clip.loudness_lufs is not None:
            yield from (
                (start / SAMPLE_RATE_HZ + word.start_s, start / SAMPLE_RATE_HZ + word.end_s) for word in clip.words
            )
        start += clip.samples


def _merged(spans: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The spans in order, those less than a pause apart merged."""
    current: tuple[float, float] | None = None
    for start_s, end_s in spans:
        if current and start_s - current[1] < _PAUSE_S:
            current = (current[0], max(current[1], end_s))
        else:
            if current:
                yield current
            current = (start_s, end_s)
    if current:
        yield current
