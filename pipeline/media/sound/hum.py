"""A sound that never changes: hum, a tone, noise. Speech, singing and music rise and fall, or change pitch."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.media.span import Span

# Momentary loudness (400 ms) varies by ten LU in speech, three in dense music, 0.1 in noise, and not at all in a tone.
STEADY_LU = 1.0
_AUDIBLE_LUFS = -50.0
# A tune of square waves, or of an organ, is equally loud all the time, but changes pitch. So the spectra of consecutive
# frames are compared by semitone bands: two frames of noise have half of their power in common or more, of hum all.
# Mains hum, 50 or 60 Hz, must not fall on the edge of two bands.
_FRAME_S, _IN_COMMON = 0.4, 0.4
_BANDS_HZ = 48.6 * 2 ** (np.arange(120) / 12)
# In a fast tune, such as broken chords, every frame contains all pitches. So parts of one frame are compared too: the
# two with least in common, averaged over four seconds. Low-frequency noise has 0.4 and more.
_PARTS, _FRAMES, _FAST_IN_COMMON = 5, 10, 0.3


class PitchChangeDetector:
    """Finds the times at which a channel, or the mid signal of two, changes pitch."""

    def __init__(self, rate_hz: int) -> None:
        # Start of each frame that differs from the one before it, in seconds.
        self.changes_s: list[float] = []
        self._samples = max(1, round(_FRAME_S * rate_hz))
        self._frame_s = self._samples / rate_hz
        self._window = np.hanning(self._samples)
        # The band of each frequency bin.
        self._bands = np.searchsorted(_BANDS_HZ, np.fft.rfftfreq(self._samples, 1 / rate_hz), side="right")
        self._pending: list[NDArray[np.floating]] = []
        self._pending_samples, self._frames = 0, 0
        # The last frame's share of power in each band; None: it was silent.
        self._last: NDArray[np.float64] | None = None
        part = self._samples // _PARTS
        self._part_window = np.hanning(part)
        self._part_edges = np.searchsorted(np.fft.rfftfreq(part, 1 / rate_hz), _BANDS_HZ)
        # What the parts of each of the last frames have in common.
        self._within: deque[float] = deque(maxlen=_FRAMES)

    def push(self, channel: NDArray[np.floating]) -> None:
        """The next samples."""
        self._pending.append(channel)
        self._pending_samples += len(channel)
        if self._pending_samples < self._samples:
            return
        wave = np.concatenate(self._pending)
        whole = len(wave) // self._samples * self._samples
        for frame in wave[:whole].reshape(-1, self._samples):
            self._compare(frame)
        self._pending, self._pending_samples = [wave[whole:]], len(wave) - whole

    def _compare(self, frame: NDArray[np.floating]) -> None:
        power = np.square(np.abs(np.fft.rfft(frame * self._window)))
        bands = np.bincount(self._bands, weights=power, minlength=len(_BANDS_HZ) + 1)
        total = float(bands.sum())
        shares = bands / total if total else None
        self._within.append(self._least_in_common(frame))
        is_fast = len(self._within) == _FRAMES and sum(self._within) < _FAST_IN_COMMON * _FRAMES
        is_other = shares is not None and self._last is not None and np.minimum(shares, self._last).sum() < _IN_COMMON
        if is_fast or is_other:
            self.changes_s.append(self._frames * self._frame_s)
        self._last = shares
        self._frames += 1

    def _least_in_common(self, frame: NDArray[np.floating]) -> float:
        """The least overlap of the spectra of any two parts of a frame, 0 to 1."""
        parts = frame[: _PARTS * len(self._part_window)].reshape(_PARTS, -1) * self._part_window
        power = np.cumsum(np.square(np.abs(np.fft.rfft(parts))), axis=1)
        shares = np.diff(np.take(power, np.minimum(self._part_edges, power.shape[1] - 1), axis=1), axis=1)
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
        return float(np.minimum(shares[:, None], shares[None, :]).sum(axis=2).min())


def longest_steady_span(
    momentary_lufs: Sequence[float], *, per_s: int, window_s: float, pitch_changes_s: Sequence[float]
) -> Span:
    """The longest span in which the sound is audible and does not change; empty if there is none.

    `momentary_lufs` has `per_s` values a second, each of the `window_s` before it; `pitch_changes_s` are ascending.
    """
    longest = Span(start_s=0.0, end_s=0.0)
    changes = deque(pitch_changes_s)
    # The start of the span, and the monotonic queues of its sliding maximum and minimum: indices.
    start, highest, lowest = 0, deque[int](), deque[int]()
    for at, level in enumerate(momentary_lufs):
        has_changed = False
        while changes and changes[0] < (at + 1) / per_s:
            changes.popleft()
            has_changed = True
        if level < _AUDIBLE_LUFS or has_changed:
            start = at + 1
            highest.clear()
            lowest.clear()
            continue
        while highest and momentary_lufs[highest[-1]] <= level:
            highest.pop()
        while lowest and momentary_lufs[lowest[-1]] >= level:
            lowest.pop()
        highest.append(at)
        lowest.append(at)
        while momentary_lufs[highest[0]] - momentary_lufs[lowest[0]] > STEADY_LU:
            start += 1
            for indices in (highest, lowest):
                if indices[0] < start:
                    indices.popleft()
        span = Span(start_s=max(0.0, (start + 1) / per_s - window_s), end_s=(at + 1) / per_s)
        longest = max(longest, span, key=lambda each: each.length_s)
    return longest
