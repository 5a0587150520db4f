"""A loudness meter (ITU-R BS.1770-4) that works in parts: K-weighted power, thirty numbers a second, and true peak.

Loudness is measured over blocks of 400 ms, every 100 ms. Both are whole thirtieths of a second, and so is every scene:
the powers of all scenes, one after the other, are those of the film, and its loudness follows from them.

FFmpeg's `ebur128` can't combine parts, and takes three times as long; the tests compare this meter with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.sound.audio import Samples
from pipeline.media.sound.discontinuities import Discontinuities, DiscontinuityDetector
from pipeline.media.sound.stereo import Stereo, StereoAnalyser
from pipeline.media.span import Span, true_runs
from pipeline.model import SAMPLE_RATE_HZ

# K-weighting at 48 kHz (annex 1, tables 1 and 2): the high shelf of the head, then the high-pass.
_WEIGHTING = (
    {"b0": 1.53512485958697, "b1": -2.69169618940638, "b2": 1.19839281085285}
    | {"a0": 1.0, "a1": -1.69065929318241, "a2": 0.73248077421585},
    {"b0": 1.0, "b1": -2.0, "b2": 1.0} | {"a0": 1.0, "a1": -1.99004745483398, "a2": 0.99007225036621},
)
_OFFSET_LU = -0.691
# Cells in a gating block, and from one block to the next.
_BLOCK, _STEP = 12, 3
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, -10.0
# EBU Tech 3342: short-term loudness, three seconds.
_SHORT_TERM, _RANGE_GATE_LU = 90, -20.0
CELLS_PER_S = 30
_CELL_SAMPLES = SAMPLE_RATE_HZ // CELLS_PER_S
_SILENCE_LUFS = -50.0
# Far below a 16-bit sample's smallest step, 1e-9.
_NO_POWER = 1e-20
# Significant digits: enough for a thousandth of a LU.
_DIGITS = 5
# Annex 2: true peak by 4 times oversampling. One row per position between two samples, by a windowed sinc.
_TAPS = np.arange(-11, 13)
_POSITIONS = np.array([[0.25], [0.5], [0.75]])
_KERNELS = np.sinc(_POSITIONS - _TAPS) * np.cos(np.pi * (_POSITIONS - _TAPS) / 26) ** 2


class LoudnessMeter:
    """Measures blocks of float32 at 48 kHz, shape (2, samples)."""

    def __init__(self, *, true_peak: bool = True) -> None:
        # Mid and side; voices have no side.
        self._mid = _WeightedPower()
        self._side: _WeightedPower | None = None
        self._measures_peak = true_peak
        self._pending: list[Samples] = []
        self._samples = 0
        self._before: Samples = np.zeros((2, len(_TAPS)), np.float32)
        self._peak = 0.0
        self._stereo, self._discontinuities = StereoAnalyser(SAMPLE_RATE_HZ), DiscontinuityDetector(SAMPLE_RATE_HZ)

    def push(self, block: Samples) -> None:
        """The next samples."""
        self._pending.append(block)
        self._samples += block.shape[1]
        if self._samples >= SAMPLE_RATE_HZ:
            self._measure()

    def finish(self) -> tuple[float, tuple[float, ...]]:
        """The true peak (1 is full scale; 0: not measured), and the powers: sums of both channels' mean squares."""
        self._measure(is_last=True)
        both = 2 * self._mid.powers()
        if self._side:
            side = self._side.powers()
            both[len(both) - len(side) :] += 2 * side
        return self._peak, tuple(float(f"{power:.{_DIGITS}g}") for power in both)

    @property
    def stereo(self) -> Stereo:
        """Faults of the stereo signal, after the last samples; needs `true_peak`."""
        return self._stereo.result

    @property
    def discontinuities(self) -> Discontinuities:
        """Clicks and dropouts, after the last samples; needs `true_peak`."""
        return self._discontinuities.result

    def _measure(self, *, is_last: bool = False) -> None:
        """Measure the pending samples, in whole cells but at the end."""
        sound = np.concatenate([np.zeros((2, 0), np.float32), *self._pending], axis=1)
        whole = sound.shape[1] if is_last else sound.shape[1] // _CELL_SAMPLES * _CELL_SAMPLES
        sound, rest = sound[:, :whole], sound[:, whole:]
        self._pending, self._samples = [rest], rest.shape[1]
        left, right = sound
        is_mono = np.array_equal(left, right)
        mid = left if is_mono else (left + right) / 2
        self._mid.push(mid)
        if self._side or not is_mono:
            self._side = self._side or _WeightedPower()
            self._side.push((left - right) / 2)
        if not self._measures_peak:
            return
        self._stereo.push(left, left if is_mono else right)
        self._discontinuities.push(mid)
        for number, channel in enumerate(sound[: 1 if is_mono else 2]):
            end = np.zeros(len(_TAPS) if is_last else 0, np.float32)
            known = np.concatenate([self._before[number], channel, end])
            self._peak = max(self._peak, _true_peak(known, threshold=self._peak / 2))
        self._before = np.concatenate([self._before, sound], axis=1)[:, -len(_TAPS) :]


class _WeightedPower:
    """The K-weighted power of one channel in each thirtieth of a second.

    Silence is only filtered until the filter has stopped ringing.
    """

    def __init__(self) -> None:
        graph = av.filter.Graph()
        rate = Fraction(1, SAMPLE_RATE_HZ)
        self._source = graph.add_abuffer(format="fltp", sample_rate=SAMPLE_RATE_HZ, layout="mono", time_base=rate)
        weighting = [
            graph.add("biquad", ":".join(f"{name}={value}" for name, value in coefficients.items()))
            for coefficients in _WEIGHTING
        ]
        self._sink = graph.add("abuffersink")
        graph.link_nodes(self._source, *weighting, self._sink).configure()
        # Keeps the graph alive.
        self._graph = graph
        self._powers: list[NDArray[np.float64]] = []
        self._rings = False

    def push(self, channel: Samples) -> None:
        """The next samples, in whole cells; an incomplete one at the end does not count."""
        cells = len(channel) // _CELL_SAMPLES
        if not cells:
            return
        if not self._rings and not channel.any():
            self._powers.append(np.zeros(cells))
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(channel)[None], format="fltp", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        self._source.push(frame)
        weighted = self._sink.pull()
        assert isinstance(weighted, av.AudioFrame)
        squares = np.square(weighted.to_ndarray()[0].astype(np.float64))
        self._powers.append(squares[: cells * _CELL_SAMPLES].reshape(-1, _CELL_SAMPLES).mean(axis=1))
        self._rings = bool(self._powers[-1][-1] > _NO_POWER)

    def powers(self) -> NDArray[np.float64]:
        """The powers, after the last samples."""
        return np.concatenate([np.zeros(0), *self._powers])


def lufs_of_powers(powers: NDArray[np.float64]) -> float | None:
    """Integrated loudness in LUFS. None: silent, or shorter than a block."""
    loud = _gated(powers, _BLOCK, _RELATIVE_GATE_LU)
    if not len(loud):
        return None
    return _OFFSET_LU + 10 * math.log10(loud.mean())


def range_of_powers(powers: NDArray[np.float64]) -> float:
    """Loudness range in LU (EBU Tech 3342): the spread of short-term loudness, ten values a second."""
    loud = _gated(powers, _SHORT_TERM, _RANGE_GATE_LU)
    if not len(loud):
        return 0.0
    low, high = np.quantile(loud, (0.10, 0.95))
    return float(10 * math.log10(high / low))


def _gated(powers: NDArray[np.float64], block: int, relative_gate_lu: float) -> NDArray[np.float64]:
    """The powers of blocks of `block` cells that pass the absolute and the relative gate. Empty: all is silent."""
    if len(powers) < block:
        return powers[:0]
    blocks = np.convolve(powers, np.full(block, 1 / block), mode="valid")[::_STEP]
    loud = blocks[blocks > 10 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_LU) / 10)]
    return loud[loud > loud.mean() * 10 ** (relative_gate_lu / 10)] if len(loud) else loud


def silent_spans(powers: Sequence[float]) -> Iterator[Span]:
    """Inaudible spans: below -50 LUFS."""
    quiet = np.array(powers) < 10 ** ((_SILENCE_LUFS - _OFFSET_LU) / 10)
    for start, end in true_runs(quiet):
        yield Span(start_s=start / CELLS_PER_S, end_s=end / CELLS_PER_S)


def inter_sample_peaks(channel: Samples, threshold: float) -> tuple[NDArray[np.intp], Samples]:
    """The peak of the wave between each sample and the next, where one of the two reaches `threshold`.

    Returns the samples' indices, ascending, and the peaks. Nothing is interpolated after the first eleven and the last
    twelve samples.
    """
    is_high = np.abs(channel) >= threshold
    is_high[:-1] |= is_high[1:]
    at = np.flatnonzero(is_high[: max(0, len(channel) - _TAPS[-1])])
    at = at[at >= -_TAPS[0]]
    between = np.abs(channel[at[:, None] + _TAPS] @ _KERNELS.T.astype(np.float32))
    return at, between.max(axis=1, initial=0.0)


def _true_peak(channel: Samples, *, threshold: float) -> float:
    """The true peak, interpolated where a sample reaches half of the sample peak and `threshold`."""
    sample_peak = float(np.abs(channel).max())
    threshold = max(threshold, sample_peak / 2)
    return max(sample_peak, float(inter_sample_peaks(channel, threshold)[1].max(initial=0.0))) if sample_peak else 0.0
