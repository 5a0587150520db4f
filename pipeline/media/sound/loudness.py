"""Loudness measurement (ITU-R BS.1770, EBU R 128) and loudness normalisation of clips and films.

The meter is in `media/sound/meter.py`. Normalisation is one gain for the whole clip and a look-ahead limiter for peaks
above the ceiling: a gain that dips before a peak and comes back after it, so silence stays exactly silent.
Everything here blocks and shares nothing between calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import av
import numpy as np

from pipeline.errors import InputError
from pipeline.media.container.demux import opened
from pipeline.media.sound.audio import Samples
from pipeline.media.sound.decode import decode_audio
from pipeline.media.sound.discontinuities import NO_DISCONTINUITIES, Discontinuities, merge_discontinuities
from pipeline.media.sound.meter import CELLS_PER_S, LoudnessMeter, inter_sample_peaks, lufs_of_powers
from pipeline.media.sound.stereo import NOTHING_AUDIBLE, Stereo, merge_stereo
from pipeline.model import SAMPLE_RATE_HZ

# Just below the -14 LUFS of YouTube's normalisation: louder films are turned down, quieter ones are not turned up.
FILM_LUFS = -15.0
# AAC at 192 kbit/s raises peaks by less than 1 dB: this keeps films below -1 dBTP.
CEILING_DBTP = -2.0
# More would raise the hiss of a broken recording, not a voice.
_MAX_GAIN_DB = 36.0
# Attack and release of the limiter: short enough to leave the words alone, long enough not to distort.
_LOOK_AHEAD_SAMPLES = SAMPLE_RATE_HZ // 100
# The reach of the limiter: its minimum, its mean, and the interpolation between samples.
_MARGIN_SAMPLES = 2 * _LOOK_AHEAD_SAMPLES + 32
_TOLERANCE_LU = 0.2
# Inter-sample peaks may pass the ceiling where a sample reaches this share of it. A tone at a quarter of the sample
# rate exceeds its samples by a factor of 1.41, and a voice has little above that.
_HIGH = 0.5
# Samples at either end after which `inter_sample_peaks` does not interpolate.
_EDGE_SAMPLES = 12
_ATTEMPTS = 6


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """The loudness of a clip or a film, and faults found by the way. Stored in findings: fields keep their names."""

    # None: silent, or shorter than a block of 400 ms.
    integrated_lufs: float | None
    # Minus infinity: silent.
    true_peak_dbtp: float
    # Of a film or a part of one: K-weighted power by thirtieths of a second (`meter.py`), to combine parts.
    powers: tuple[float, ...] = ()
    # Of a film or a part of one.
    stereo: Stereo = NOTHING_AUDIBLE
    torn: Discontinuities = NO_DISCONTINUITIES


def measure_film_loudness(film: Path, listener: Callable[[Samples], None] | None = None) -> Loudness:
    """Decode and measure the sound of a film; `listener` also gets each block, shape (2, n).

    Memory: 30 numbers a second. Raises `InputError` for sound that can't be decoded to its end.
    """
    meter = LoudnessMeter()
    with opened(film) as source:
        try:
            for block in decode_audio(source):
                meter.push(block)
                if listener:
                    listener(block)
        except (av.FFmpegError, ValueError) as error:
            raise InputError(f"its sound can't be decoded ({type(error).__name__})", where=film.name) from error
    peak, powers = meter.finish()
    found = Loudness(
        integrated_lufs=None,
        true_peak_dbtp=_decibels(peak),
        powers=powers,
        stereo=meter.stereo,
        torn=meter.discontinuities,
    )
    return combine_loudness([found])


def combine_loudness(parts: Iterable[Loudness]) -> Loudness:
    """The loudness of a film from its parts in their order, measured one by one and with their powers.

    Equal to that of the film to a hundredth of a LU if parts begin and end in 50 ms of silence, as scenes do: the
    meter's filters, and the decoder's window of 21 ms, reach no further.
    """
    measured = tuple(parts)
    powers = tuple(power for part in measured for power in part.powers)
    starts_s = tuple(accumulate((len(part.powers) / CELLS_PER_S for part in measured), initial=0.0))
    return Loudness(
        integrated_lufs=lufs_of_powers(np.array(powers)),
        true_peak_dbtp=max((part.true_peak_dbtp for part in measured), default=-math.inf),
        powers=powers,
        stereo=merge_stereo(zip(starts_s, (part.stereo for part in measured), strict=False)),
        torn=merge_discontinuities(zip(starts_s, (part.torn for part in measured), strict=False)),
    )


def normalise_loudness(samples: Samples) -> tuple[Samples, float | None]:
    """A copy at `FILM_LUFS`, its true peak below the ceiling, and its loudness.

    Gain and limiter are repeated until both hold. A clip too quiet or too short to be measured is only limited, and its
    loudness is None.
    """
    if len(samples) and np.array_equal(samples[:, 0], samples[:, 1]):
        # Mono: half the work.
        one, loudness = _normalise(samples[:, :1])
        return np.repeat(one, 2, axis=1), loudness
    return _normalise(samples)


def _normalise(samples: Samples) -> tuple[Samples, float | None]:
    before = integrated_lufs([samples])
    if before is None:
        result = _limited(samples, gain_db=0.0)
        return result, integrated_lufs([result])
    gain_db = min(FILM_LUFS - before, _MAX_GAIN_DB)
    for _ in range(_ATTEMPTS):
        result = _limited(samples, gain_db=gain_db)
        # The limiter took some loudness with the peaks: compensate and measure again.
        loudness = integrated_lufs([result])
        missing = FILM_LUFS - (loudness or FILM_LUFS)
        if abs(missing) <= _TOLERANCE_LU or gain_db >= _MAX_GAIN_DB:
            break
        gain_db = min(gain_db + missing, _MAX_GAIN_DB)
    return result, loudness


def normalise_stream(sound: Callable[[], Iterable[Samples]]) -> Iterator[Samples]:
    """`normalise_loudness` for sound that is too long for memory: `sound` returns its blocks, from the start each time.

    It is called once or more to measure, and once for the output.
    """
    gain_db = 0.0
    for _ in range(_ATTEMPTS):
        missing = FILM_LUFS - (integrated_lufs(_limited_blocks(sound(), gain_db=gain_db)) or FILM_LUFS)
        if abs(missing) <= _TOLERANCE_LU or gain_db >= _MAX_GAIN_DB:
            break
        gain_db = min(gain_db + missing, _MAX_GAIN_DB)
    return _limited_blocks(sound(), gain_db=gain_db)


def integrated_lufs(sound: Iterable[Samples]) -> float | None:
    """Integrated loudness of blocks of samples; mono counts as two identical channels. None: silent."""
    meter = LoudnessMeter(true_peak=False)
    for block in sound:
        meter.push(np.broadcast_to(block.T, (2, len(block))))
    _, powers = meter.finish()
    return lufs_of_powers(np.array(powers))


def _limited_blocks(sound: Iterable[Samples], *, gain_db: float) -> Iterator[Samples]:
    """`_limited`, block by block: samples wait until those within the limiter's reach are known."""
    known, given = np.zeros((0, 2), dtype=np.float32), 0
    for block in sound:
        known = np.concatenate([known, block])
        certain = len(known) - _MARGIN_SAMPLES
        if certain > given:
            yield _limited(known, gain_db=gain_db)[given:certain]
            forgotten = max(0, certain - _MARGIN_SAMPLES)
            known, given = known[forgotten:], certain - forgotten
    yield _limited(known, gain_db=gain_db)[given:]


def _limited(samples: Samples, *, gain_db: float) -> Samples:
    """`samples` with a gain, and less of it around each peak that would exceed the ceiling."""
    gain, ceiling = _amplitude(gain_db), _amplitude(CEILING_DBTP)
    peaks = _true_peaks(samples, threshold=_HIGH * ceiling / gain)
    if not len(peaks) or peaks.max() * gain <= ceiling:
        return samples * np.float32(gain)
    allowed = np.minimum(np.float32(1), np.float32(ceiling / gain) / np.maximum(peaks, np.float32(1e-9)))
    # A sliding minimum, then a sliding mean of it: smooth, and nowhere above what the sample itself allows.
    lowest = _sliding_minimum(allowed, _LOOK_AHEAD_SAMPLES)
    envelope = np.minimum(_sliding_mean(lowest, _LOOK_AHEAD_SAMPLES), allowed)
    return samples * (envelope * np.float32(gain))[:, None]


def _true_peaks(samples: Samples, *, threshold: float) -> Samples:
    """Per sample, the peak of the wave at it and up to its neighbours (4 times oversampled, as in BS.1770).

    It is interpolated where a sample reaches `threshold`.
    """
    channels = [np.ascontiguousarray(channel) for channel in samples.T]
    peaks: Samples = np.maximum(np.abs(channels[0]), np.abs(channels[-1]))
    for channel in channels:
        at, between = inter_sample_peaks(np.pad(channel, _EDGE_SAMPLES), threshold)
        # Drop the padding.
        is_within = (at >= _EDGE_SAMPLES) & (at < _EDGE_SAMPLES + len(peaks))
        at, between = at[is_within] - _EDGE_SAMPLES, between[is_within]
        # The peak belongs to both samples.
        after = at + 1 < len(peaks)
        peaks[at] = np.maximum(peaks[at], between)
        peaks[at[after] + 1] = np.maximum(peaks[at[after] + 1], between[after])
    return peaks


def _sliding_minimum(values: Samples, reach: int) -> Samples:
    """The minimum within `reach` on either side of each value, in three passes (van Herk and Gil-Werman)."""
    width = 2 * reach + 1
    padded = np.pad(values, (reach, reach + -(len(values) + 2 * reach) % width), constant_values=1.0)
    blocks = padded.reshape(-1, width)
    forward = np.minimum.accumulate(blocks, axis=1).ravel()
    backward = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.minimum(backward[: len(values)], forward[width - 1 : width - 1 + len(values)])


def _sliding_mean(values: Samples, reach: int) -> Samples:
    """The mean within `reach` on either side of each value."""
    width = 2 * reach + 1
    sums = np.cumsum(np.pad(values, (reach + 1, reach), mode="edge"), dtype=np.float64)
    return np.asarray((sums[width:] - sums[:-width]) / width, np.float32)


def _amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _decibels(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf
