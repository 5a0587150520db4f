"""From speech as it came to the clip of a scene: trimmed, as loud as the others, with air around it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import CheckpointError, InputError
from pipeline.media.audio import Samples, read_audio, read_extra, to_pcm, write_wav
from pipeline.media.loudness import measure_loudness, set_loudness
from pipeline.model import SAMPLE_RATE_HZ, SCENE_QUANTUM_SAMPLES, Clip, Word
from pipeline.narration.narrator import Speech

# Changes whenever the same speech would give other bytes: part of every clip's cache key.
VERSION = "2"

_LEAD_S = 0.25
_TAIL_S = 0.4
EDGES_S = _LEAD_S + _TAIL_S
# A scene shorter than this (2.13 s) can't be read.
_SHORTEST_QUANTA = 4
# 60 dB below the loudest sample is what a voice service sends when it sends silence.
_SILENCE = 0.001
# Kept around the sound, so that no soft beginning is lost, and faded so that no edge clicks.
_MARGIN_SAMPLES = SAMPLE_RATE_HZ // 50
_FADE_SAMPLES = SAMPLE_RATE_HZ // 100


class _Label(BaseModel):
    """What a clip's file says about itself: kept in the WAV, so that the two arrive, stay and go together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    samples: int
    # Of the PCM data, in hexadecimal digits.
    sha256: str
    # Text, start and end of each word; times in seconds from the start of the file.
    words: tuple[tuple[str, float, float], ...]
    loudness_lufs: float | None
    estimated: bool


def master(speech: Speech, path: Path) -> Clip:
    """Write the clip of `speech` to `path` and describe it. Blocks; call it in a thread.

    Both ends are digital silence (at least 0.25 s and 0.4 s), so clips join without a click, even when encoded apart.
    Raises `InputError` for sound that can't be decoded, `StorageError`.
    """
    sound, words = _trimmed(read_audio(speech.audio), speech.words)
    lead, tail = round(_LEAD_S * SAMPLE_RATE_HZ), round(_TAIL_S * SAMPLE_RATE_HZ)
    last_word = round(words[-1].end_s * SAMPLE_RATE_HZ) if words else 0
    needed = lead + max(len(sound), last_word) + tail
    length = max(_SHORTEST_QUANTA, -(-needed // SCENE_QUANTUM_SAMPLES)) * SCENE_QUANTUM_SAMPLES
    samples = np.zeros((length, 2), dtype=np.float32)
    samples[lead : lead + len(sound)] = _faded(sound)
    samples = set_loudness(samples)
    label = _Label(
        samples=length,
        sha256=_sha256(samples),
        words=tuple((word.text, word.start_s + _LEAD_S, word.end_s + _LEAD_S) for word in words),
        loudness_lufs=measure_loudness(samples).integrated_lufs,
        estimated=speech.estimated,
    )
    write_wav(path, samples, extra=label.model_dump_json().encode())
    return _clip(path, label)


def read_clip(path: Path) -> tuple[Clip, bool]:
    """The clip in a file of `master`, and whether its word times are estimated. Blocks. Raises `CheckpointError`."""
    try:
        label = _Label.model_validate_json(read_extra(path))
    except (InputError, ValidationError) as error:
        raise CheckpointError(
            "the clip is damaged", where=str(path), hint="Delete it: it will be made again"
        ) from error
    return _clip(path, label), label.estimated


def _sha256(samples: Samples) -> str:
    return hashlib.sha256(to_pcm(samples)).hexdigest()


def _clip(path: Path, label: _Label) -> Clip:
    words = tuple(Word(text=text, start_s=start_s, end_s=end_s) for text, start_s, end_s in label.words)
    return Clip(path=path, samples=label.samples, sha256=label.sha256, words=words, loudness_lufs=label.loudness_lufs)


def _trimmed(sound: Samples, words: tuple[Word, ...]) -> tuple[Samples, tuple[Word, ...]]:
    """The sound without the silence around it, and its words where they are then."""
    level = np.abs(sound).max(axis=1, initial=0.0)
    heard = np.flatnonzero(level > level.max(initial=0.0) * _SILENCE) if level.any() else np.array([], dtype=np.intp)
    if not len(heard):
        # Nothing to hear: the words keep their time, the silence is as long as they need.
        return sound[:0], words
    first = max(0, int(heard[0]) - _MARGIN_SAMPLES)
    last = min(len(sound), int(heard[-1]) + 1 + _MARGIN_SAMPLES)
    return sound[first:last], tuple(_earlier(word, first / SAMPLE_RATE_HZ) for word in words)


def _faded(sound: Samples) -> Samples:
    """The sound rising from and falling to silence at its ends."""
    ramp = np.linspace(0.0, 1.0, min(_FADE_SAMPLES, len(sound) // 2), dtype=np.float32)
    envelope = np.ones(len(sound), dtype=np.float32)
    envelope[: len(ramp)] = ramp
    envelope[len(sound) - len(ramp) :] = ramp[::-1]
    return sound * envelope[:, None]


def _earlier(word: Word, by_s: float) -> Word:
    """The word earlier by `by_s`, never before the start."""
    return Word(text=word.text, start_s=max(0.0, word.start_s - by_s), end_s=max(0.0, word.end_s - by_s))
