"""Clips of scenes, with metadata in their files: made (see `mastering`) and read back, without PyAV and numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import CheckpointError, InputError
from pipeline.media.container.riff import read_extra
from pipeline.model import Clip, Word

# Part of every clip's cache key: raise it when the same speeches would give other bytes.
VERSION = "6"
# Minimum silence before the first word of a clip, and after the last, in seconds.
CLIP_LEAD_S = 0.2
CLIP_TAIL_S = 0.36
EDGES_S = CLIP_LEAD_S + CLIP_TAIL_S


@dataclass(frozen=True, kw_only=True)
class Take:
    """A spoken utterance."""

    # A file of `speech_files.write_speech`; None: these words are silent.
    speech: Path | None
    words: tuple[str, ...] = ()
    # The cache key of the speech.
    key: str = ""
    # Seconds of silence after it, if another take follows.
    pause_s: float = 0.0
    # How much longer the clip is, if none does.
    hold_s: float = 0.0


class ClipMetadata(BaseModel):
    """Kept inside the WAV file, so that sound and metadata can't be separated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    samples: int
    # Of the PCM data, in hexadecimal digits.
    sha256: str
    # Text, start and end of each word; times in seconds from the start of the file.
    words: tuple[tuple[str, float, float], ...]
    loudness_lufs: float | None
    sentences: int
    estimated: int
    # The cache keys of the speeches that it was made of.
    speeches: tuple[str, ...]


def clip_of(path: Path, metadata: ClipMetadata) -> Clip:
    """The clip at `path`, described by its metadata."""
    words = tuple(Word(text=text, start_s=start_s, end_s=end_s) for text, start_s, end_s in metadata.words)
    return Clip(
        path=path,
        samples=metadata.samples,
        sha256=metadata.sha256,
        words=words,
        loudness_lufs=metadata.loudness_lufs,
        sentences=metadata.sentences,
        estimated=metadata.estimated,
    )


def master(takes: Sequence[Take], path: Path) -> Clip:
    """Write the clip of a scene to `path` and describe it. Blocks: see `mastering.master`, which is loaded here."""
    from pipeline.narration import mastering  # noqa: PLC0415

    return mastering.master(takes, path)


def read_clip(path: Path) -> Clip:
    """The clip in a file written by `master`. Blocks. Raises `CheckpointError`."""
    return clip_of(path, _read_metadata(path))


def speech_keys(path: Path) -> tuple[str, ...]:
    """The cache keys of the speeches that a clip was made of. Blocks. Raises `CheckpointError`, `StorageError`."""
    return _read_metadata(path).speeches


def _read_metadata(path: Path) -> ClipMetadata:
    try:
        return ClipMetadata.model_validate_json(read_extra(path))
    except (InputError, ValidationError) as error:
        raise CheckpointError(
            "the clip is damaged", where=str(path), hint="Delete it: it will be made again"
        ) from error
