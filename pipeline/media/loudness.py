"""How loud a clip or a film is (ITU-R BS.1770, as EBU R 128 measures it), and making clips as loud as films should be.

Measuring is FFmpeg's `ebur128` filter. Setting is one gain for the whole clip and, where peaks would stand out, a
look-ahead limiter: a gain that dips before a peak and comes back after it, so silence stays exactly silent.
Everything here blocks and shares nothing between calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter.context import FilterContext
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.media.audio import Samples
from pipeline.media.demux import open_packets
from pipeline.media.meter import FilmMeter, loudness_of
from pipeline.model import SAMPLE_RATE_HZ

# Just below the -14 LUFS at which YouTube plays films: louder ones are turned down, quieter ones stay behind.
FILM_LUFS = -15.0
# AAC at 192 kbit/s moves peaks by less than 1 dB: this leaves films below -1 dBTP.
CEILING_DBTP = -2.0
# A gating block lasts 400 ms and moves by 100 ms: less sound than one block has no integrated loudness.
_BLOCK_SAMPLES = SAMPLE_RATE_HZ * 2 // 5
_STEP_SAMPLES = SAMPLE_RATE_HZ // 10
# The absolute gate of BS.1770; what is quieter counts as silence.
_GATE_LUFS = -70.0
# More than this would lift the hiss of a broken recording, not a voice.
_MAX_GAIN_DB = 36.0
# The limiter's gain falls and rises over this time: short enough to leave the words alone, long enough not to rasp.
_LOOK_AHEAD_SAMPLES = SAMPLE_RATE_HZ // 100
# As far as it looks for the lowest gain and again for the mean of those, and to see between samples.
_MARGIN_SAMPLES = 2 * _LOOK_AHEAD_SAMPLES + 32
_TOLERANCE_LU = 0.2
_ATTEMPTS = 6


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """What a meter says about a clip or a film."""

    # None: silent, or shorter than the 400 ms that a meter needs.
    integrated_lufs: float | None
    # Relative to full scale, between the samples too; minus infinity: silent.
    true_peak_dbtp: float
    # Of a film or a part of one: its power by thirtieths of a second (see `meter.py`), to put parts together.
    powers: tuple[float, ...] = ()


def measure_loudness(samples: Samples) -> Loudness:
    """Integrated loudness and true peak of `samples` (any length, even none)."""
    return _measured(_seconds(samples))


def measure_film_loudness(path: Path) -> Loudness:
    """The same of the sound of a film, with its powers. It is decoded piece by piece, and kept as 30 numbers a second.

    Raises `InputError` for sound that can't be decoded to its end.
    """
    meter = FilmMeter()
    try:
        with open_packets(path) as source:
            stereo = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE_HZ)
            for frame in source.decode(audio=0):
                if (
                    frame.format.name == "fltp"
                    and frame.layout.name == "stereo"
                    and frame.sample_rate == SAMPLE_RATE_HZ
                ):
                    # As it comes: a packet lasts a fiftieth of a second, so that every step here counts.
                    meter.hear(
                        np.stack(
                            [np.frombuffer(memoryview(plane), np.float32, frame.samples) for plane in frame.planes]
                        )
                    )
                    continue
                for block in stereo.resample(frame):
                    meter.hear(block.to_ndarray().astype(np.float32, copy=False))
    except (av.FFmpegError, ValueError) as error:
        raise InputError(f"its sound can't be decoded ({type(error).__name__})", where=path.name) from error
    peak, powers = meter.finish()
    return together([Loudness(integrated_lufs=None, true_peak_dbtp=_decibels(peak), powers=powers)])


def together(parts: Iterable[Loudness]) -> Loudness:
    """The loudness of a film by that of its parts in their order, measured one by one and with their powers.

    The same as of the film, to a hundredth of a LU, where parts begin and end in 50 ms of silence, as scenes do: the
    filters of a meter, and the decoder's window of 21 ms, reach no further.
    """
    measured = tuple(parts)
    powers = tuple(power for part in measured for power in part.powers)
    return Loudness(
        integrated_lufs=loudness_of(np.array(powers)),
        true_peak_dbtp=max((part.true_peak_dbtp for part in measured), default=-math.inf),
        powers=powers,
    )


def set_loudness(
    samples: Samples, target_lufs: float = FILM_LUFS, ceiling_dbtp: float = CEILING_DBTP
) -> tuple[Samples, float | None]:
    """A copy at `target_lufs`, its true peak at most `ceiling_dbtp`, measured again until both hold; how loud it is.

    A clip too quiet or too short to be measured is only kept below the ceiling: nothing is known that would justify
    a gain, and None is how loud it is.
    """
    before = _integrated(samples)
    peaks = _true_peaks(samples)
    if before is None:
        result = _limited(samples, peaks, gain_db=0.0, ceiling_dbtp=ceiling_dbtp)
        return result, _integrated(result)
    gain_db = min(target_lufs - before, _MAX_GAIN_DB)
    for _ in range(_ATTEMPTS):
        result = _limited(samples, peaks, gain_db=gain_db, ceiling_dbtp=ceiling_dbtp)
        # The limiter took some loudness with the peaks: give it back and look again.
        loudness = _integrated(result)
        missing = target_lufs - (loudness or target_lufs)
        if abs(missing) <= _TOLERANCE_LU or gain_db >= _MAX_GAIN_DB:
            break
        gain_db = min(gain_db + missing, _MAX_GAIN_DB)
    return result, loudness


def levelled(sound: Callable[[], Iterable[Samples]]) -> Iterator[Samples]:
    """What `set_loudness` makes, of sound that is too long to be held: `sound` gives its blocks, each time anew.

    It is asked for them once or more to measure, and once to give them.
    """
    gain_db = 0.0
    for _ in range(_ATTEMPTS):
        missing = FILM_LUFS - (integrated_lufs(_limited_blocks(sound(), gain_db=gain_db)) or FILM_LUFS)
        if abs(missing) <= _TOLERANCE_LU or gain_db >= _MAX_GAIN_DB:
            break
        gain_db = min(gain_db + missing, _MAX_GAIN_DB)
    return _limited_blocks(sound(), gain_db=gain_db)


def integrated_lufs(sound: Iterable[Samples]) -> float | None:
    """The loudness alone of sound in blocks, a third of the work of the whole measurement; None as in `Loudness`."""
    return _measured((second for block in sound for second in _seconds(block)), true_peak=False).integrated_lufs


def _integrated(samples: Samples) -> float | None:
    return integrated_lufs([samples])


def _measured(sound: Iterable[av.AudioFrame], *, true_peak: bool = True) -> Loudness:
    """What FFmpeg's meter says at the end of `sound`: frames of float, stereo, at 48 kHz."""
    graph = av.filter.Graph()
    rate = Fraction(1, SAMPLE_RATE_HZ)
    source = graph.add_abuffer(format="flt", sample_rate=SAMPLE_RATE_HZ, layout="stereo", time_base=rate)
    # The meter reports once per step and drops what is left over: silence fills the last step.
    fill = graph.add("apad", f"pad_len={_STEP_SAMPLES - 1}")
    meter = graph.add("ebur128", "metadata=1:framelog=quiet" + (":peak=true" if true_peak else ""))
    sink = graph.add("abuffersink")
    graph.link_nodes(source, fill, meter, sink).configure()
    samples, report = 0, {}
    for frame in sound:
        frame.pts, frame.time_base = samples, rate
        samples += frame.samples
        source.push(frame)
        # Taken out as it comes: what is not would pile up.
        report.update(_reported(sink))
    source.push(None)
    report.update(_reported(sink))
    integrated = float(report.get("lavfi.r128.I", _GATE_LUFS))
    audible = samples >= _BLOCK_SAMPLES and integrated > _GATE_LUFS
    peak = float(report.get("lavfi.r128.true_peak", 0.0))
    return Loudness(integrated_lufs=integrated if audible else None, true_peak_dbtp=_decibels(peak))


def _reported(sink: FilterContext) -> dict[str, str]:
    """The latest report of the meter; empty when there is none yet."""
    report: dict[str, str] = {}
    while True:
        try:
            report = dict(sink.pull().metadata)
        except (av.BlockingIOError, av.EOFError):
            return report


def _seconds(samples: Samples) -> Iterator[av.AudioFrame]:
    for start in range(0, len(samples), SAMPLE_RATE_HZ):
        second = np.ascontiguousarray(samples[start : start + SAMPLE_RATE_HZ]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(second, format="flt", layout="stereo")
        frame.sample_rate = SAMPLE_RATE_HZ
        yield frame


def _limited_blocks(sound: Iterable[Samples], *, gain_db: float) -> Iterator[Samples]:
    """`_limited`, block by block: each is kept back until what follows it is known, and so is what came before it."""
    known, given = np.zeros((0, 2), dtype=np.float32), 0
    for block in sound:
        known = np.concatenate([known, block])
        certain = len(known) - _MARGIN_SAMPLES
        if certain > given:
            yield _limited(known, _true_peaks(known), gain_db=gain_db, ceiling_dbtp=CEILING_DBTP)[given:certain]
            forgotten = max(0, certain - _MARGIN_SAMPLES)
            known, given = known[forgotten:], certain - forgotten
    yield _limited(known, _true_peaks(known), gain_db=gain_db, ceiling_dbtp=CEILING_DBTP)[given:]


def _limited(samples: Samples, peaks: NDArray[np.float64], *, gain_db: float, ceiling_dbtp: float) -> Samples:
    """`samples` with a gain, and less of it around each peak that would pass the ceiling."""
    gain = 10 ** (gain_db / 20)
    ceiling = 10 ** (ceiling_dbtp / 20)
    if not len(peaks) or peaks.max() * gain <= ceiling:
        return samples * np.float32(gain)
    allowed = np.minimum(1.0, ceiling / np.maximum(peaks * gain, 1e-9))
    # The lowest of all neighbours, then the mean of those: smooth, and nowhere above what its own sample allows.
    lowest = _sliding_minimum(allowed, _LOOK_AHEAD_SAMPLES)
    envelope = np.minimum(_sliding_mean(lowest, _LOOK_AHEAD_SAMPLES), allowed)
    return samples * (envelope * gain).astype(np.float32)[:, None]


def _true_peaks(samples: Samples) -> NDArray[np.float64]:
    """Per sample, the highest level of the wave at it and up to the next one (4 times oversampled, as BS.1770)."""
    left_only = len(samples) and np.array_equal(samples[:, 0], samples[:, 1])
    peaks: NDArray[np.float64] = np.abs(samples).max(axis=1, initial=0.0).astype(np.float64)
    taps = np.arange(-11, 13)
    for channel in (0,) if left_only else (0, 1):
        wave = np.pad(samples[:, channel].astype(np.float64), (12, 12))
        for phase in (0.25, 0.5, 0.75):
            kernel = np.sinc(phase - taps) * np.cos(np.pi * (phase - taps) / 26) ** 2
            between = np.abs(np.convolve(wave, kernel[::-1], mode="valid"))[1 : len(peaks) + 1]
            np.maximum(peaks, between, out=peaks)
            # The top may belong to the sample after it just as well.
            np.maximum(peaks[1:], between[:-1], out=peaks[1:])
    return peaks


def _sliding_minimum(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """For each value the lowest within `reach` on either side, in three passes (van Herk and Gil-Werman)."""
    width = 2 * reach + 1
    padded = np.pad(values, (reach, reach + -(len(values) + 2 * reach) % width), constant_values=1.0)
    blocks = padded.reshape(-1, width)
    forward = np.minimum.accumulate(blocks, axis=1).ravel()
    backward = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.minimum(backward[: len(values)], forward[width - 1 : width - 1 + len(values)])


def _sliding_mean(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """For each value the mean within `reach` on either side."""
    width = 2 * reach + 1
    sums = np.cumsum(np.pad(values, (reach + 1, reach), mode="edge"))
    means: NDArray[np.float64] = (sums[width:] - sums[:-width]) / width
    return means


def _decibels(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf
