"""How far the bed steps back while somebody speaks: known from the words, before any sound is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.model import SAMPLE_RATE_HZ, Clip

# The bed is down this long before the first word: the times that voices give are off by as much.
EARLY_S = 0.05
# Going down, staying down after the last word, and coming up again.
ATTACK_S = 0.15
HOLD_S = 0.25
RELEASE_S = 0.7
# A shorter pause is no pause: the bed could not come up all the way, and would pump.
_PAUSE_S = EARLY_S + ATTACK_S + HOLD_S + RELEASE_S


class Ducking:
    """The level of the bed over a film, made of the times when it is spoken."""

    def __init__(self, clips: Sequence[Clip], *, duck_lu: float) -> None:
        self._duck_lu = duck_lu
        spans = list(_joined(_spoken(clips)))
        corners = [
            (start_s - EARLY_S - ATTACK_S, start_s - EARLY_S, end_s + HOLD_S, end_s + HOLD_S + RELEASE_S)
            for start_s, end_s in spans
        ]
        self._corners_s = np.array(corners, dtype=np.float64).ravel()
        self._depths = np.tile([0.0, 1.0, 1.0, 0.0], len(spans))

    def gain(self, start: int, stop: int) -> NDArray[np.float64]:
        """What the bed is multiplied with at samples `start` to `stop` of the film: 1 where nobody speaks."""
        if not len(self._depths):
            return np.ones(stop - start)
        times_s = np.arange(start, stop) / SAMPLE_RATE_HZ
        depth = eased(np.interp(times_s, self._corners_s, self._depths))
        gain: NDArray[np.float64] = 10 ** (-self._duck_lu * depth / 20)
        return gain


def eased(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """A way from 0 to 1 that begins and ends gently."""
    return way * way * (3 - 2 * way)


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
