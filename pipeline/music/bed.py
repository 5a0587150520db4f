"""A bed becomes a loop: trimmed, at one loudness, its end run into its beginning so that nobody hears where."""

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

# Loops lie in the cache at this loudness: no peak of any music reaches full scale, and 16 bits are far below hearing.
LOOP_LUFS = -30.0
# Of a longer file the first minutes are used: it is held in memory, 23 MB a minute, several times while it is made.
_LONGEST_S = 300.0
_SHORTEST_S = 1.0
# What is 10 dB quieter than the whole does not count for its loudness either (the relative gate of BS.1770): a fade
# at the end would be a hole in the loop.
_EDGE_DB = -10.0
_STEP_SAMPLES = SAMPLE_RATE_HZ // 10
# Parts of the file: no more is cut off at either end, the crossfade is no longer, and its place is looked for within.
_MOST_CUT = 4
_MOST_FADE = 4
_MOST_SHIFT = 8
# 12 dB above full scale: what a limiter was still to be put on.
_LOUDEST = 4.0
_FADE_SAMPLES = 2 * SAMPLE_RATE_HZ
_SHIFT_SAMPLES = SAMPLE_RATE_HZ
# Two pieces that cancel each other out more than this are not lifted any further.
_LEAST_LIKENESS = -0.5


class Loop:
    """A prepared bed: plays from its beginning, and then goes round for ever."""

    def __init__(self, path: Path) -> None:
        """Read a file of `prepare_bed`. Raises `CheckpointError` for anything else."""
        try:
            self._sound = read_wav(path)
            self._start = int(read_extra(path))
        except (InputError, ValueError) as error:
            raise CheckpointError(
                "the prepared music is damaged", where=str(path), hint="Delete it: it will be made again"
            ) from error

    def samples(self, start: int, stop: int) -> Samples:
        """The sound from sample `start` to `stop`, counted from when the music began."""
        at = np.arange(start, stop)
        round_ = self._start + (at - self._start) % (len(self._sound) - self._start)
        return self._sound[np.where(at < self._start, at, round_)]


def check_bed(bed: Bed) -> None:
    """Raise `InputError` if FFmpeg can't read even the first second of it. Blocks."""
    _read(bed, longest_s=_SHORTEST_S)


def prepare_bed(bed: Bed, path: Path) -> None:
    """Write the loop of a bed to `path`. Blocks: a worker's job.

    Raises `InputError` for a file that is no sound, is silent, too short, or no longer what it was.
    """
    if digest_of(bed.path) != bed.sha256:
        raise InputError("has changed since the films were planned", where=bed.where, hint="Run the command again")
    sound = _trimmed(_read(bed, longest_s=_LONGEST_S))
    lufs = integrated_lufs([sound])
    if lufs is None or len(sound) < _SHORTEST_S * SAMPLE_RATE_HZ:
        raise InputError("there is less than a second of sound in it", where=bed.where, hint="Choose another file")
    fade = min(_FADE_SAMPLES, len(sound) // _MOST_FADE)
    loop = _closed(sound, fade)
    del sound  # long ones are large
    loop *= np.float32(10 ** ((LOOP_LUFS - lufs) / 20))
    write_wav(path, loop, extra=str(fade).encode())


def _read(bed: Bed, *, longest_s: float) -> Samples:
    try:
        sound = read_audio(bed.path, longest_s=longest_s)
    except InputError as error:
        hint = "Choose another file, or ask for no music: --music none"
        raise InputError(error.message, where=bed.where, hint=hint) from error
    # Files of floating-point numbers may hold any, and some that are none.
    return np.clip(np.nan_to_num(sound, copy=False), -_LOUDEST, _LOUDEST, out=sound)


def _trimmed(sound: Samples) -> Samples:
    """The sound without quiet beginning and end."""
    steps = sound[: len(sound) // _STEP_SAMPLES * _STEP_SAMPLES].reshape(-1, _STEP_SAMPLES * 2)
    power = np.einsum("ij,ij->i", steps, steps)
    heard = np.flatnonzero(power >= power.mean() * 10 ** (_EDGE_DB / 10)) if power.any() else np.array([], np.intp)
    if not len(heard):
        return sound[:0]
    most = len(sound) // _MOST_CUT
    first = min(int(heard[0]) * _STEP_SAMPLES, most)
    last = max((int(heard[-1]) + 1) * _STEP_SAMPLES, len(sound) - most)
    sounding = (sound[:, 0] != 0) | (sound[:, 1] != 0)
    return sound[max(first, int(sounding.argmax())) : min(last, len(sound) - int(sounding[::-1].argmax()))]


def _closed(sound: Samples, fade: int) -> Samples:
    """The sound with its last `fade` samples running into its first: after them it goes on behind those.

    The end is put where the two are most alike, so that a beat meets a beat. How alike they still are decides how the
    fades add up to a constant level: for pieces that have nothing in common the sum of their powers must be 1 (equal
    power), for equal ones the sum of their levels. After Fink, Holters and Zölzer, "Signal-matched power-complementary
    cross-fading and dry-wet mixing", DAFx-16.
    """
    head = sound[:fade]
    end = len(sound) - _best_shift(sound, fade)
    tail = sound[end - fade : end]
    way = (np.arange(fade) + 0.5) / fade * (np.pi / 2)
    rising, falling = np.sin(way), np.cos(way)
    likeness = max(_likeness(head, tail), _LEAST_LIKENESS)
    level = 1 / np.sqrt(1 + 2 * likeness * rising * falling)
    seam = head * (rising * level)[:, None] + tail * (falling * level)[:, None]
    return np.concatenate([sound[: end - fade], seam.astype(np.float32)])


def _best_shift(sound: Samples, fade: int) -> int:
    """How many samples before its end the sound should end for its last part to be most like its first."""
    reach = min(_SHIFT_SAMPLES, len(sound) // _MOST_SHIFT)
    head, tail = (part.sum(axis=1, dtype=np.float64) for part in (sound[:fade], sound[-fade - reach :]))
    # By the convolution theorem: all products of the head with the tail, moved along it.
    size = 1 << (len(tail) + fade - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(tail, size) * np.conj(np.fft.rfft(head, size)), size)[: reach + 1]
    energy = np.concatenate([[0.0], np.cumsum(tail**2)])
    alike = products / np.sqrt(np.maximum(energy[fade : fade + reach + 1] - energy[: reach + 1], 1e-12))
    return reach - int(np.argmax(alike))


def _likeness(one: Samples, other: Samples) -> float:
    """From -1 (the opposite) over 0 (nothing in common) to 1 (the same)."""
    first, second = one.astype(np.float64).ravel(), other.astype(np.float64).ravel()
    energy: NDArray[np.float64] = np.sqrt(first @ first * (second @ second))
    return float(first @ second / energy) if energy > 0 else 0.0
