"""From speeches as they came to the clip of a scene: trimmed and joined, as loud as the others, with air around it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import CheckpointError, InputError
from pipeline.media.audio import Samples, read_audio, read_extra, to_pcm, write_wav
from pipeline.media.loudness import set_loudness
from pipeline.model import SAMPLE_RATE_HZ, SCENE_QUANTUM_SAMPLES, Clip, Word
from pipeline.narration.recording import read_speech
from pipeline.narration.trimming import LEAD_S, TAIL_S, trimmed

# Changes whenever the same speeches would give other bytes: part of every clip's cache key.
VERSION = "5"

_LEAD_S = 0.25
_TAIL_S = 0.4
EDGES_S = _LEAD_S + _TAIL_S
# A scene shorter than this (2.13 s) can't be read.
_SHORTEST_QUANTA = 4


@dataclass(frozen=True, kw_only=True)
class Take:
    """A phrase that was spoken."""

    # A file of `recording.write_speech`; None: there is nothing to hear of these words.
    speech: Path | None
    words: tuple[str, ...] = ()
    # What names the speech in the cache.
    key: str = ""
    # Seconds of silence after it, where another take follows.
    breath_s: float = 0.0


class _Label(BaseModel):
    """What a clip's file says about itself: kept in the WAV, so that the two arrive, stay and go together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    samples: int
    # Of the PCM data, in hexadecimal digits.
    sha256: str
    # Text, start and end of each word; times in seconds from the start of the file.
    words: tuple[tuple[str, float, float], ...]
    loudness_lufs: float | None
    sentences: int
    estimated: int
    # The keys of the speeches that it was made of.
    speeches: tuple[str, ...]


def master(takes: Sequence[Take], path: Path) -> Clip:
    """Write the clip of a scene to `path` and describe it. Blocks; call it in a thread or another process.

    Each take is trimmed, and followed by its breath. Both ends are digital silence (at least 0.25 s and 0.4 s), so
    clips join without a click, even when encoded apart.
    Raises `InputError` for sound that can't be decoded, `CheckpointError`, `StorageError`.
    """
    joined = _joined(takes)
    lead, tail = round(_LEAD_S * SAMPLE_RATE_HZ), round(_TAIL_S * SAMPLE_RATE_HZ)
    last_word = round(joined.words[-1].end_s * SAMPLE_RATE_HZ) if joined.words else 0
    needed = lead + max(len(joined.sound), last_word) + tail
    length = max(_SHORTEST_QUANTA, -(-needed // SCENE_QUANTUM_SAMPLES)) * SCENE_QUANTUM_SAMPLES
    samples = np.zeros((length, 2), dtype=np.float32)
    samples[lead : lead + len(joined.sound)] = joined.sound
    samples, loudness_lufs = set_loudness(samples)
    label = _Label(
        samples=length,
        sha256=_sha256(samples),
        words=tuple((word.text, word.start_s + _LEAD_S, word.end_s + _LEAD_S) for word in joined.words),
        loudness_lufs=loudness_lufs,
        sentences=joined.sentences,
        estimated=joined.estimated,
        speeches=tuple(take.key for take in takes if take.key),
    )
    write_wav(path, samples, extra=label.model_dump_json().encode())
    return _clip(path, label)


def read_clip(path: Path) -> Clip:
    """The clip in a file of `master`. Blocks. Raises `CheckpointError`."""
    return _clip(path, _read_label(path))


def speech_keys(path: Path) -> tuple[str, ...]:
    """The keys of the speeches that a clip was made of. Blocks. Raises `CheckpointError`, `StorageError`."""
    return _read_label(path).speeches


def _read_label(path: Path) -> _Label:
    try:
        return _Label.model_validate_json(read_extra(path))
    except (InputError, ValidationError) as error:
        raise CheckpointError(
            "the clip is damaged", where=str(path), hint="Delete it: it will be made again"
        ) from error


def _sha256(samples: Samples) -> str:
    return hashlib.sha256(to_pcm(samples)).hexdigest()


def _clip(path: Path, label: _Label) -> Clip:
    words = tuple(Word(text=text, start_s=start_s, end_s=end_s) for text, start_s, end_s in label.words)
    return Clip(
        path=path,
        samples=label.samples,
        sha256=label.sha256,
        words=words,
        loudness_lufs=label.loudness_lufs,
        sentences=label.sentences,
        estimated=label.estimated,
    )


@dataclass(frozen=True, kw_only=True)
class _Joined:
    """All takes of a scene one after another; times in seconds from the start of the sound."""

    sound: Samples
    words: tuple[Word, ...]
    sentences: int
    estimated: int


def _joined(takes: Sequence[Take]) -> _Joined:
    blocks: list[Samples] = []
    words: list[Word] = []
    # Samples so far, and of the breath that comes if another take does.
    length, breath, sentences, estimated = 0, 0, 0, 0
    for take in takes:
        if take.speech is None:
            # Nobody hears it: it is there when what came before it ends.
            words += [_later(Word(text=word, start_s=0.0, end_s=0.0), length / SAMPLE_RATE_HZ) for word in take.words]
            continue
        speech = read_speech(take.speech)
        sound, timed = trimmed(read_audio(speech.audio), speech.words)
        blocks += [np.zeros((breath, 2), dtype=np.float32), sound]
        length += breath
        words += [_later(word, length / SAMPLE_RATE_HZ) for word in timed]
        length += len(sound)
        # What trimming leaves around the sound is part of the breath.
        breath = round(max(0.0, take.breath_s - LEAD_S - TAIL_S) * SAMPLE_RATE_HZ)
        sentences, estimated = sentences + 1, estimated + speech.estimated
    sound = np.concatenate(blocks) if blocks else np.zeros((0, 2), dtype=np.float32)
    return _Joined(sound=sound, words=tuple(words), sentences=sentences, estimated=estimated)


def _later(word: Word, by_s: float) -> Word:
    return Word(text=word.text, start_s=word.start_s + by_s, end_s=word.end_s + by_s)
