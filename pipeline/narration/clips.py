"""Clips of scenes: made (see `mastering`) and read back, without loading PyAV and numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import CheckpointError, InputError
from pipeline.media.container.riff import read_extra
from pipeline.model import Clip
from pipeline.narration.clip_metadata import ClipMetadata, Take, clip_of

# Part of every clip's cache key: raise it when the same speeches would give other bytes.
VERSION = "6"


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
