"""Beds as seamless loops: trimmed, loudness-normalised, the end crossfaded into the beginning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import CheckpointError, InputError
from pipeline.media.container.riff import read_extra
from pipeline.media.sound.audio import Samples, read_audio, read_wav, write_wav
from pipeline.media.sound.loudness import integrated_lufs
from pipeline.model import SAMPLE_RATE_HZ
from pipeline.music.library import Bed, digest_of

# Loops are cached at this loudness: no music peaks at full scale, and 16-bit quantisation noise is inaudible.
LOOP_LUFS = -30.0
# Only this much of a file is used: it takes 23 MB of memory per minute, several times over while it is processed.
_MAX_S = 300.0
_MIN_S = 1.0
# Edges this much quieter than the whole are trimmed, like the relative gate of BS.1770: a fade-out at the end would be
# a hole in the loop.
_EDGE_DB = -10.0
_STEP_SAMPLES = SAMPLE_RATE_HZ // 10
# Upper limits, as fractions 1/n of the file: trimming at either end, the crossfade, and the search for its position.
_CUT_DIVISOR = 4
_FADE_DIVISOR = 4
_SHIFT_DIVISOR = 8
# 12 dB above full scale: floating-point masters before limiting.
_MAX_AMPLITUDE = 4.0
_FADE_SAMPLES = 2 * SAMPLE_RATE_HZ
_SHIFT_SAMPLES = SAMPLE_RATE_HZ
# The gain for parts that cancel each other out is limited to that of this correlation.
_MIN_CORRELATION = -0.5


class Loop:
    """A prepared bed: plays from the beginning and then loops forever."""

    def __init__(self, path: Path) -> None:
        """Read a file written by `prepare_bed`. Raises `CheckpointError` for any other."""
        try:
            self._sound = read_wav(path)
            self._start = int(read_extra(path))
        except (InputError, ValueError) as error:
            raise CheckpointError(
                "the prepared music is damaged", where=str(path), hint="Delete it: it will be made again"
            ) from error

    def samples(self, start: int, stop: int) -> Samples:
        """Samples `start` to `stop` since the music began."""
        at = np.arange(start, stop)
        looped = self._start + (at - self._start) % (len(self._sound) - self._start)
        return self._sound[np.where(at < self._start, at, looped)]


def check_bed(bed: Bed) -> None:
    """Raise `InputError` if FFmpeg can't read even the first second of it. Blocks."""
    _read(bed, longest_s=_MIN_S)


def prepare_bed(bed: Bed, path: Path) -> None:
    """Write the loop of a bed to `path`. Blocks; for worker processes.

    Raises `InputError` for a file that is not audio, is silent, too short, or has changed.
    """
    if digest_of(bed.path) != bed.sha256:
        raise InputError("has changed since the films were planned", where=bed.where, hint="Run the command again")
    sound = _trimmed(_read(bed, longest_s=_MAX_S))
    lufs = integrated_lufs([sound])
    if lufs is None or len(sound) < _MIN_S * SAMPLE_RATE_HZ:
        raise InputError("there is less than a second of sound in it", where=bed.where, hint="Choose another file")
    fade = min(_FADE_SAMPLES, len(sound) // _FADE_DIVISOR)
    loop = _crossfaded(sound, fade)
    del sound  # frees memory
    loop *= np.float32(10 ** ((LOOP_LUFS - lufs) / 20))
    write_wav(path, loop, extra=str(fade).encode())


def _read(bed: Bed, *, longest_s: float) -> Samples:
    try:
        sound = read_audio(bed.path, longest_s=longest_s)
    except InputError as error:
        hint = "Choose another file, or ask for no music: --music none"
        raise InputError(error.message, where=bed.where, hint=hint) from error
    # Floating-point files may have any values, including NaN.
    return np.clip(np.nan_to_num(sound, copy=False), -_MAX_AMPLITUDE, _MAX_AMPLITUDE, out=sound)


def _trimmed(sound: Samples) -> Samples:
    """The sound without its quiet beginning and end."""
    steps = sound[: len(sound) // _STEP_SAMPLES * _STEP_SAMPLES].reshape(-1, _STEP_SAMPLES * 2)
    power = np.einsum("ij,ij->i", steps, steps)
    loud = np.flatnonzero(power >= power.mean() * 10 ** (_EDGE_DB / 10)) if power.any() else np.array([], np.intp)
    if not len(loud):
        return sound[:0]
    max_cut = len(sound) // _CUT_DIVISOR
    first = min(int(loud[0]) * _STEP_SAMPLES, max_cut)
    last = max((int(loud[-1]) + 1) * _STEP_SAMPLES, len(sound) - max_cut)
    nonzero = (sound[:, 0] != 0) | (sound[:, 1] != 0)
    return sound[max(first, int(nonzero.argmax())) : min(last, len(sound) - int(nonzero[::-1].argmax()))]


def _crossfaded(sound: Samples, fade: int) -> Samples:
    """The sound with its last `fade` samples crossfaded into its first; playback continues after those.

    The end is placed where the two parts correlate best, so that beats coincide. Their correlation decides the fade
    curves that keep the level constant: equal power (powers add up to 1) for uncorrelated parts, equal gain for
    identical ones. After Fink, Holters and Zölzer, "Signal-matched power-complementary cross-fading and dry-wet
    mixing", DAFx-16.
    """
    head = sound[:fade]
    end = len(sound) - _best_shift(sound, fade)
    tail = sound[end - fade : end]
    phase = (np.arange(fade) + 0.5) / fade * (np.pi / 2)
    rising, falling = np.sin(phase), np.cos(phase)
    correlation = max(_correlation(head, tail), _MIN_CORRELATION)
    level = 1 / np.sqrt(1 + 2 * correlation * rising * falling)
    seam = head * (rising * level)[:, None] + tail * (falling * level)[:, None]
    return np.concatenate([sound[: end - fade], seam.astype(np.float32)])


def _best_shift(sound: Samples, fade: int) -> int:
    """How many samples earlier the sound should end for its last part to correlate best with its first."""
    reach = min(_SHIFT_SAMPLES, len(sound) // _SHIFT_DIVISOR)
    head, tail = (part.sum(axis=1, dtype=np.float64) for part in (sound[:fade], sound[-fade - reach :]))
    # Cross-correlation by FFT: the products of the head with the tail at every shift.
    size = 1 << (len(tail) + fade - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(tail, size) * np.conj(np.fft.rfft(head, size)), size)[: reach + 1]
    energy = np.concatenate([[0.0], np.cumsum(tail**2)])
    correlation = products / np.sqrt(np.maximum(energy[fade : fade + reach + 1] - energy[: reach + 1], 1e-12))
    return reach - int(np.argmax(correlation))


def _correlation(one: Samples, other: Samples) -> float:
    """Normalised correlation: -1 (inverted), 0 (uncorrelated) to 1 (identical)."""
    first, second = one.astype(np.float64).ravel(), other.astype(np.float64).ravel()
    energy: NDArray[np.float64] = np.sqrt(first @ first * (second @ second))
    return float(first @ second / energy) if energy > 0 else 0.0
