"""How much of a clip is left after encoding."""

from __future__ import annotations

import math

import numpy as np

from pipeline.media.sound.audio import Samples


class SignalToNoise:
    """The ratio of a clip to its difference from decoded sound, which comes block by block."""

    def __init__(self, clip: Samples) -> None:
        # Shape (samples, channels).
        self._clip = clip
        self._at = 0
        self._error = 0.0

    def push(self, block: Samples) -> None:
        """The next decoded samples, shape (channels, samples). Those after the end of the clip count as errors."""
        expected = self._clip[self._at : self._at + block.shape[1]].T
        self._error += _energy(block[:, : expected.shape[1]] - expected) + _energy(block[:, expected.shape[1] :])
        self._at += block.shape[1]

    @property
    def db(self) -> float:
        """In dB, after the last block; infinite for a clip that is silent, or was not changed at all."""
        signal, error = _energy(self._clip), self._error + _energy(self._clip[self._at :])
        return 10 * math.log10(signal / error) if signal and error else math.inf


def _energy(samples: Samples) -> float:
    return float(np.vdot(samples, samples))
