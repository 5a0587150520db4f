"""Mastering: the takes of a scene become its clip, trimmed, joined, loudness-normalised, with silence at both ends.

Loads PyAV and numpy; `clips` does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.media.sound.audio import Samples, read_audio, to_pcm, write_wav
from pipeline.media.sound.loudness import normalise_loudness
from pipeline.model import SAMPLE_RATE_HZ, SCENE_QUANTUM_SAMPLES, Clip, Word
from pipeline.narration.clip_metadata import CLIP_LEAD_S, CLIP_TAIL_S, ClipMetadata, Take, clip_of
from pipeline.narration.speech_files import read_speech
from pipeline.narration.trimming import LEAD_S, STEP_SAMPLES, TAIL_S, trim_silence

# A scene is padded to a whole number of quanta. The silence after the speech is at most this long, what trimming left
# there included; the rest goes before it, where it is no longer than that either.
_LONGEST_TAIL_S = 0.58
# 2.13 s: a shorter scene can't be read.
_SHORTEST_QUANTA = 4


def master(takes: Sequence[Take], path: Path) -> Clip:
    """Write the clip of a scene to `path` and describe it. Blocks; call it in a thread or another process.

    Each take is trimmed and followed by its pause. Both ends are digital silence, so clips join without a click even
    when encoded apart; neither is longer than 0.6 s, unless the scene has the minimum length or a hold.
    Raises `InputError` for sound that can't be decoded, `CheckpointError`, `StorageError`.
    """
    joined = _joined(takes)
    lead, tail, longest = (round(s * SAMPLE_RATE_HZ) for s in (CLIP_LEAD_S, CLIP_TAIL_S, _LONGEST_TAIL_S - TAIL_S))
    last_word = round(joined.words[-1].end_s * SAMPLE_RATE_HZ) if joined.words else 0
    spoken = max(len(joined.sound), last_word) + round(sum(take.hold_s for take in takes) * SAMPLE_RATE_HZ)
    needed = lead + spoken + tail
    length = max(_SHORTEST_QUANTA, -(-needed // SCENE_QUANTUM_SAMPLES)) * SCENE_QUANTUM_SAMPLES
    # A whole number of RMS steps: where the speech begins does not affect which pauses are detected.
    lead = max(lead, -(-min(length - spoken - longest, longest) // STEP_SAMPLES) * STEP_SAMPLES)
    lead_s = lead / SAMPLE_RATE_HZ
    samples = np.zeros((length, 2), dtype=np.float32)
    samples[lead : lead + len(joined.sound)] = joined.sound
    samples, loudness_lufs = normalise_loudness(samples)
    metadata = ClipMetadata(
        samples=length,
        sha256=hashlib.sha256(to_pcm(samples)).hexdigest(),
        words=tuple((word.text, word.start_s + lead_s, word.end_s + lead_s) for word in joined.words),
        loudness_lufs=loudness_lufs,
        sentences=joined.sentences,
        estimated=joined.estimated,
        speeches=tuple(take.key for take in takes if take.key),
    )
    write_wav(path, samples, extra=metadata.model_dump_json().encode())
    return clip_of(path, metadata)


@dataclass(frozen=True, kw_only=True)
class _Joined:
    """The concatenated takes of a scene; times in seconds from the start of the sound."""

    sound: Samples
    words: tuple[Word, ...]
    sentences: int
    estimated: int


def _joined(takes: Sequence[Take]) -> _Joined:
    blocks: list[Samples] = []
    words: list[Word] = []
    # In samples: the length so far, and the pause due before the next take.
    length, pause, sentences, estimated = 0, 0, 0, 0
    for take in takes:
        if take.speech is None:
            # Silent words are shown when the take before them ends.
            words += [_shifted(Word(text=word, start_s=0.0, end_s=0.0), length / SAMPLE_RATE_HZ) for word in take.words]
            continue
        speech = read_speech(take.speech)
        sound, timed = trim_silence(read_audio(speech.audio), speech.words)
        blocks += [np.zeros((pause, 2), dtype=np.float32), sound]
        length += pause
        words += [_shifted(word, length / SAMPLE_RATE_HZ) for word in timed]
        length += len(sound)
        # The silence that trimming leaves around the sound counts towards the pause.
        pause = round(max(0.0, take.pause_s - LEAD_S - TAIL_S) * SAMPLE_RATE_HZ)
        sentences, estimated = sentences + 1, estimated + speech.estimated
    sound = np.concatenate(blocks) if blocks else np.zeros((0, 2), dtype=np.float32)
    return _Joined(sound=sound, words=tuple(words), sentences=sentences, estimated=estimated)


def _shifted(word: Word, by_s: float) -> Word:
    return Word(text=word.text, start_s=word.start_s + by_s, end_s=word.end_s + by_s)
