"""How far the bed steps back while somebody speaks: known from the words, before any sound is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.model import SAMPLE_RATE_HZ, Clip

# The bed is down this long before the first word: the times that voices give are off by as much.
EARLY_S = 0.05
# Going down, staying down after the last word, and coming up again.
ATTACK_S = 0.15
HOLD_S = 0.15
RELEASE_S = 0.6
# Words and sentences of a scene are less apart than this: the bed comes up between scenes, and while a viewer thinks,
# and does not pump in them.
_PAUSE_S = 0.62


class Ducking:
    """The level of the bed over a film, made of the times when it is spoken."""

    def __init__(self, clips: Sequence[Clip], *, duck_lu: float) -> None:
        self._duck_lu = duck_lu
        corners = list(_corners(list(_joined(_spoken(clips)))))
        self._times_s = np.array([time_s for time_s, _ in corners])
        self._depths = np.array([depth for _, depth in corners])

    def gain(self, start: int, stop: int) -> NDArray[np.float64]:
        """What the bed is multiplied with at samples `start` to `stop` of the film: 1 where nobody speaks."""
        if not len(self._depths):
            return np.ones(stop - start)
        times_s = np.arange(start, stop) / SAMPLE_RATE_HZ
        depth = eased(np.interp(times_s, self._times_s, self._depths))
        gain: NDArray[np.float64] = 10 ** (-self._duck_lu * depth / 20)
        return gain


def eased(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """A way from 0 to 1 that begins and ends gently."""
    return way * way * (3 - 2 * way)


def _corners(spans: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Times in seconds at which the way of the bed turns, and how far down it is then (1: all the way)."""
    if not spans:
        return
    yield spans[0][0] - EARLY_S - ATTACK_S, 0.0
    yield spans[0][0] - EARLY_S, 1.0
    for (_, end_s), (start_s, _) in pairwise(spans):
        up_s, down_s = end_s + HOLD_S, start_s - EARLY_S
        # In a short pause it turns round half-way.
        rise = min((down_s - up_s) / (RELEASE_S + ATTACK_S), 1.0)
        yield up_s, 1.0
        yield up_s + rise * RELEASE_S, 1.0 - rise
        yield down_s - rise * ATTACK_S, 1.0 - rise
        yield down_s, 1.0
    yield spans[-1][1] + HOLD_S, 1.0
    yield spans[-1][1] + HOLD_S + RELEASE_S, 0.0


def _spoken(clips: Iterable[Clip]) -> Iterator[tuple[float, float]]:
    """Start and end of every word, in seconds from the start of the film. A silent clip has words, and no voice."""
    scene = 0
    for clip in clips:
        if clip.loudness_lufs is not None:
            yield from (
                (scene / SAMPLE_RATE_HZ + word.start_s, scene / SAMPLE_RATE_HZ + word.end_s) for word in clip.words
            )
        scene += clip.samples


def _joined(spans: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The spans in order, those with less than a pause between them as one."""
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
