"""The file to upload: opened once, so that the uploaded bytes are the hashed ones."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import CheckpointError


@dataclass(frozen=True, kw_only=True)
class VideoFile:
    """A file of known size, readable at any offset."""

    size_bytes: int
    # (offset, size) -> bytes; blocks.
    read: Callable[[int, int], bytes]


def open_video(path: Path) -> io.BufferedReader:
    """Open the file at `path`. Blocks. Raises `CheckpointError`."""
    try:
        return path.open("rb")
    except OSError as error:
        raise CheckpointError(
            "the film can't be read, or is gone", where=str(path), hint="Run the command again"
        ) from error


def hash_video(file: io.BufferedReader) -> tuple[str, VideoFile]:
    """The SHA-256 (hex) of an open file, and the file to upload. Blocks."""
    stamp = _stamp(file)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return sha256, VideoFile(size_bytes=file.tell(), read=lambda first, size: _read(file, first, size, stamp))


def _stamp(file: io.BufferedReader) -> tuple[int, int]:
    """Size and time of change: differ after a write."""
    stat = os.fstat(file.fileno())
    return stat.st_size, stat.st_mtime_ns


def _read(file: io.BufferedReader, first: int, size: int, stamp: tuple[int, int]) -> bytes:
    file.seek(first)
    data = file.read(size)
    if len(data) != size or _stamp(file) != stamp:
        raise CheckpointError("the film was changed during the upload", where=file.name, hint="Run the command again")
    return data
