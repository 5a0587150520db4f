"""A sound that never changes: a hum, a tone, noise. Whatever speaks, sings or plays rises and falls, or is a tune."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.media.span import Span

# Loudness over 400 ms. Of speech it moves by ten LU, of dense music by three; of a tone not at all, of noise by 0.1.
STEADY_LU = 1.0
_AUDIBLE_LUFS = -50.0
# A tune of square waves, or of an organ, is as loud all along, but goes from pitch to pitch. Its power is looked at by
# semitones, in pieces of so many seconds: two pieces of noise have half of it in common and more, of a hum all. The hum
# of mains, 50 Hz or 60, is not where two of them meet.
_PIECE_S, _IN_COMMON = 0.4, 0.4
_BANDS_HZ = 48.6 * 2 ** (np.arange(120) / 12)
# Of a quick tune, as of broken chords, each piece has all pitches in it. So parts of one piece are held against each
# other: those two that have least in common, on average over four seconds. Of low noise that is 0.4 and more.
_PARTS, _PIECES, _APART = 5, 10, 0.3


class PitchChangeDetector:
    """Hears one channel, or the middle of two, piece by piece: when does it go to another pitch?"""

    def __init__(self, rate_hz: int) -> None:
        self._samples = max(1, round(_PIECE_S * rate_hz))
        self._piece_s = self._samples / rate_hz
        self._window = np.hanning(self._samples)
        # Of each frequency, in which band it is.
        self._bands = np.searchsorted(_BANDS_HZ, np.fft.rfftfreq(self._samples, 1 / rate_hz), side="right")
        self._waiting: list[NDArray[np.floating]] = []
        self._count, self._pieces = 0, 0
        # Of the last piece, the share of its power in each band; None: it had none.
        self._last: NDArray[np.float64] | None = None
        part = self._samples // _PARTS
        self._part_window = np.hanning(part)
        self._part_bounds = np.searchsorted(np.fft.rfftfreq(part, 1 / rate_hz), _BANDS_HZ)
        # Of the last pieces, what their parts have in common.
        self._within: deque[float] = deque(maxlen=_PIECES)
        # When a piece begins that is another one than the one before it.
        self.turns_s: list[float] = []

    def hear(self, channel: NDArray[np.floating]) -> None:
        """The next of it."""
        self._waiting.append(channel)
        self._count += len(channel)
        if self._count < self._samples:
            return
        wave = np.concatenate(self._waiting)
        whole = len(wave) // self._samples * self._samples
        for piece in wave[:whole].reshape(-1, self._samples):
            self._look_at(piece)
        self._waiting, self._count = [wave[whole:]], len(wave) - whole

    def _look_at(self, piece: NDArray[np.floating]) -> None:
        power = np.square(np.abs(np.fft.rfft(piece * self._window)))
        bands = np.bincount(self._bands, weights=power, minlength=len(_BANDS_HZ) + 1)
        total = float(bands.sum())
        shares = bands / total if total else None
        self._within.append(self._least_in_common(piece))
        is_quick = len(self._within) == _PIECES and sum(self._within) < _APART * _PIECES
        is_other = shares is not None and self._last is not None and np.minimum(shares, self._last).sum() < _IN_COMMON
        if is_quick or is_other:
            self.turns_s.append(self._pieces * self._piece_s)
        self._last = shares
        self._pieces += 1

    def _least_in_common(self, piece: NDArray[np.floating]) -> float:
        parts = piece[: _PARTS * len(self._part_window)].reshape(_PARTS, -1) * self._part_window
        power = np.cumsum(np.square(np.abs(np.fft.rfft(parts))), axis=1)
        shares = np.diff(np.take(power, np.minimum(self._part_bounds, power.shape[1] - 1), axis=1), axis=1)
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
        return float(np.minimum(shares[:, None], shares[None, :]).sum(axis=2).min())


def longest_steady_span(levels_lufs: Sequence[float], *, per_s: int, window_s: float, turns_s: Sequence[float]) -> Span:
    """The longest span in which a sound is heard and does not change.

    `levels_lufs` are told so many times a second, each of the time that a window lasts until then; `turns_s` are the
    ascending times at which it goes to another pitch.
    """
    longest = Span(start_s=0.0, end_s=0.0)
    turns = deque(turns_s)
    # Where the span begins, and in it the places of the levels that may become its highest and its lowest.
    start, highest, lowest = 0, deque[int](), deque[int]()
    for at, level in enumerate(levels_lufs):
        turned = False
        while turns and turns[0] < (at + 1) / per_s:
            turns.popleft()
            turned = True
        if level < _AUDIBLE_LUFS or turned:
            start = at + 1
            highest.clear()
            lowest.clear()
            continue
        while highest and levels_lufs[highest[-1]] <= level:
            highest.pop()
        while lowest and levels_lufs[lowest[-1]] >= level:
            lowest.pop()
        highest.append(at)
        lowest.append(at)
        while levels_lufs[highest[0]] - levels_lufs[lowest[0]] > STEADY_LU:
            start += 1
            for places in (highest, lowest):
                if places[0] < start:
                    places.popleft()
        span = Span(start_s=max(0.0, (start + 1) / per_s - window_s), end_s=(at + 1) / per_s)
        longest = max(longest, span, key=lambda each: each.length_s)
    return longest
