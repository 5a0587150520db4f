"""Clipping: runs of samples at full scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.media.span import true_runs

# Consecutive samples at full scale that make a clipped peak.
_RUN = 3
_FULL_SCALE = 1 - 2**-14


class ClippingDetector:
    """Counts clipped peaks."""

    def __init__(self, channels: int) -> None:
        # Clipped peaks so far, in all channels.
        self.runs = 0
        # Samples at full scale at the end of what was pushed, per channel.
        self._open = np.zeros(channels, np.int64)

    def push(self, samples: NDArray[np.float64]) -> None:
        """The next samples, shape (channels, n)."""
        if np.abs(samples).max(initial=0.0) < _FULL_SCALE:
            self._open[:] = 0
            return
        for channel, wave in enumerate(np.abs(samples) >= _FULL_SCALE):
            open_samples, self._open[channel] = int(self._open[channel]), 0
            for start, end in true_runs(wave):
                before = open_samples if start == 0 else 0
                self.runs += before < _RUN <= before + end - start
                if end == len(wave):
                    self._open[channel] = before + end - start
