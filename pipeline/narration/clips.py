"""The clip of a scene: what it is made of, and what its file says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import CheckpointError, InputError
from pipeline.media.riff import read_extra
from pipeline.model import Clip, Word

# Changes whenever the same speeches would give other bytes: part of every clip's cache key.
VERSION = "6"

# Seconds of silence before the first word of a clip, and after the last, at least.
CLIP_LEAD_S = 0.2
CLIP_TAIL_S = 0.36
EDGES_S = CLIP_LEAD_S + CLIP_TAIL_S


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


class Label(BaseModel):
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
    """Write the clip of a scene to `path` and describe it. Blocks: see `mastering.master`, which is loaded here."""
    from pipeline.narration import mastering  # noqa: PLC0415

    return mastering.master(takes, path)


def read_clip(path: Path) -> Clip:
    """The clip in a file of `master`. Blocks. Raises `CheckpointError`."""
    return clip_of(path, _read_label(path))


def speech_keys(path: Path) -> tuple[str, ...]:
    """The keys of the speeches that a clip was made of. Blocks. Raises `CheckpointError`, `StorageError`."""
    return _read_label(path).speeches


def _read_label(path: Path) -> Label:
    try:
        return Label.model_validate_json(read_extra(path))
    except (InputError, ValidationError) as error:
        raise CheckpointError(
            "the clip is damaged", where=str(path), hint="Delete it: it will be made again"
        ) from error


def clip_of(path: Path, label: Label) -> Clip:
    """The clip at `path` as its label tells."""
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
