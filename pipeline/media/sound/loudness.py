"""How loud a clip or a film is (ITU-R BS.1770, as EBU R 128 measures it), and making clips as loud as films should be.

Measuring is done in `media/sound/meter.py`. Setting is one gain for the whole clip and, where peaks would stand out, a
look-ahead limiter: a gain that dips before a peak and comes back after it, so silence stays exactly silent.
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
from pipeline.media.container.demux import OpenFilm, opened
from pipeline.media.sound.audio import Samples
from pipeline.media.sound.decode import hear
from pipeline.media.sound.discontinuities import NO_DISCONTINUITIES, Discontinuities, merge_discontinuities
from pipeline.media.sound.meter import CELLS_PER_S, LoudnessMeter, between_samples, loudness_of
from pipeline.media.sound.stereo import NOTHING_AUDIBLE, Stereo, merge_stereo
from pipeline.model import SAMPLE_RATE_HZ

# Just below the -14 LUFS at which YouTube plays films: louder ones are turned down, quieter ones stay behind.
FILM_LUFS = -15.0
# AAC at 192 kbit/s moves peaks by less than 1 dB: this leaves films below -1 dBTP.
CEILING_DBTP = -2.0
# More than this would lift the hiss of a broken recording, not a voice.
_MAX_GAIN_DB = 36.0
# The limiter's gain falls and rises over this time: short enough to leave the words alone, long enough not to rasp.
_LOOK_AHEAD_SAMPLES = SAMPLE_RATE_HZ // 100
# As far as it looks for the lowest gain and again for the mean of those, and to see between samples.
_MARGIN_SAMPLES = 2 * _LOOK_AHEAD_SAMPLES + 32
_TOLERANCE_LU = 0.2
# Where the wave may pass the ceiling between two samples: where one of them reaches so much of it. A tone at a quarter
# of the rate passes its samples by a factor of 1.41, and a voice has little above that.
_HIGH = 0.5
# As many as `between_samples` does not look at, at either end.
_UNSEEN_SAMPLES = 12
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
    # Whether both channels are there and go together. Those of a voice are the same: then, only when it is heard.
    stereo: Stereo = NOTHING_AUDIBLE
    # Where it clicks and drops out; likewise.
    torn: Discontinuities = NO_DISCONTINUITIES


def measure_film_loudness(film: Path | OpenFilm) -> Loudness:
    """How loud the sound of a film is, and its powers. It is decoded piece by piece, and kept as 30 numbers a second.

    Raises `InputError` for sound that can't be decoded to its end.
    """
    meter = LoudnessMeter()
    with opened(film) as source:
        try:
            for block in hear(source):
                meter.hear(block)
        except (av.FFmpegError, ValueError) as error:
            where = source.path.name
            raise InputError(f"its sound can't be decoded ({type(error).__name__})", where=where) from error
    peak, powers = meter.finish()
    found = Loudness(
        integrated_lufs=None,
        true_peak_dbtp=_decibels(peak),
        powers=powers,
        stereo=meter.stereo,
        torn=meter.torn,
    )
    return together([found])


def together(parts: Iterable[Loudness]) -> Loudness:
    """The loudness of a film by that of its parts in their order, measured one by one and with their powers.

    The same as of the film, to a hundredth of a LU, where parts begin and end in 50 ms of silence, as scenes do: the
    filters of a meter, and the decoder's window of 21 ms, reach no further.
    """
    measured = tuple(parts)
    powers = tuple(power for part in measured for power in part.powers)
    starts_s = tuple(accumulate((len(part.powers) / CELLS_PER_S for part in measured), initial=0.0))
    return Loudness(
        integrated_lufs=loudness_of(np.array(powers)),
        true_peak_dbtp=max((part.true_peak_dbtp for part in measured), default=-math.inf),
        powers=powers,
        stereo=merge_stereo(zip(starts_s, (part.stereo for part in measured), strict=False)),
        torn=merge_discontinuities(zip(starts_s, (part.torn for part in measured), strict=False)),
    )


def normalise_loudness(samples: Samples) -> tuple[Samples, float | None]:
    """A copy as loud as films are, its true peak below the ceiling, measured again until both hold; how loud it is.

    A clip too quiet or too short to be measured is only kept below the ceiling: nothing is known that would justify
    a gain, and None is how loud it is.
    """
    if len(samples) and np.array_equal(samples[:, 0], samples[:, 1]):
        # A voice is the same in both channels: half the work.
        one, loudness = _set_loudness(samples[:, :1])
        return np.repeat(one, 2, axis=1), loudness
    return _set_loudness(samples)


def _set_loudness(samples: Samples) -> tuple[Samples, float | None]:
    before = integrated_lufs([samples])
    if before is None:
        result = _limited(samples, gain_db=0.0)
        return result, integrated_lufs([result])
    gain_db = min(FILM_LUFS - before, _MAX_GAIN_DB)
    for _ in range(_ATTEMPTS):
        result = _limited(samples, gain_db=gain_db)
        # The limiter took some loudness with the peaks: give it back and look again.
        loudness = integrated_lufs([result])
        missing = FILM_LUFS - (loudness or FILM_LUFS)
        if abs(missing) <= _TOLERANCE_LU or gain_db >= _MAX_GAIN_DB:
            break
        gain_db = min(gain_db + missing, _MAX_GAIN_DB)
    return result, loudness


def normalise_stream(sound: Callable[[], Iterable[Samples]]) -> Iterator[Samples]:
    """What `normalise_loudness` makes, of sound that is too long to be held: `sound` gives its blocks, each time anew.

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
    """The integrated loudness of sound in blocks; one channel counts as two that are the same. None: it is silent."""
    meter = LoudnessMeter(true_peak=False)
    for block in sound:
        meter.hear(np.broadcast_to(block.T, (2, len(block))))
    _, powers = meter.finish()
    return loudness_of(np.array(powers))


def _limited_blocks(sound: Iterable[Samples], *, gain_db: float) -> Iterator[Samples]:
    """`_limited`, block by block: each is kept back until what follows it is known, and so is what came before it."""
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
    """`samples` with a gain, and less of it around each peak that would pass the ceiling."""
    gain, ceiling = _amplitude(gain_db), _amplitude(CEILING_DBTP)
    peaks = _true_peaks(samples, least=_HIGH * ceiling / gain)
    if not len(peaks) or peaks.max() * gain <= ceiling:
        return samples * np.float32(gain)
    allowed = np.minimum(np.float32(1), np.float32(ceiling / gain) / np.maximum(peaks, np.float32(1e-9)))
    # The lowest of all neighbours, then the mean of those: smooth, and nowhere above what its own sample allows.
    lowest = _sliding_minimum(allowed, _LOOK_AHEAD_SAMPLES)
    envelope = np.minimum(_sliding_mean(lowest, _LOOK_AHEAD_SAMPLES), allowed)
    return samples * (envelope * np.float32(gain))[:, None]


def _true_peaks(samples: Samples, *, least: float) -> Samples:
    """Per sample, the highest level of the wave at it and up to the next one (4 times oversampled, as BS.1770).

    Between the samples it is looked for where one of them reaches `least`.
    """
    channels = [np.ascontiguousarray(channel) for channel in samples.T]
    peaks: Samples = np.maximum(np.abs(channels[0]), np.abs(channels[-1]))
    for channel in channels:
        at, between = between_samples(np.pad(channel, _UNSEEN_SAMPLES), least)
        # Sound begins and ends at zero: the wave beyond its first and last sample is nobody's.
        is_within = (at >= _UNSEEN_SAMPLES) & (at < _UNSEEN_SAMPLES + len(peaks))
        at, between = at[is_within] - _UNSEEN_SAMPLES, between[is_within]
        # The top may belong to the sample after it just as well.
        after = at + 1 < len(peaks)
        peaks[at] = np.maximum(peaks[at], between)
        peaks[at[after] + 1] = np.maximum(peaks[at[after] + 1], between[after])
    return peaks


def _sliding_minimum(values: Samples, reach: int) -> Samples:
    """For each value the lowest within `reach` on either side, in three passes (van Herk and Gil-Werman)."""
    width = 2 * reach + 1
    padded = np.pad(values, (reach, reach + -(len(values) + 2 * reach) % width), constant_values=1.0)
    blocks = padded.reshape(-1, width)
    forward = np.minimum.accumulate(blocks, axis=1).ravel()
    backward = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.minimum(backward[: len(values)], forward[width - 1 : width - 1 + len(values)])


def _sliding_mean(values: Samples, reach: int) -> Samples:
    """For each value the mean within `reach` on either side."""
    width = 2 * reach + 1
    sums = np.cumsum(np.pad(values, (reach + 1, reach), mode="edge"), dtype=np.float64)
    return np.asarray((sums[width:] - sums[:-width]) / width, np.float32)


def _amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _decibels(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf
