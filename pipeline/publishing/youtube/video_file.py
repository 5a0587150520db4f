"""The bytes that are sent: those of one open file, which are the ones that were hashed."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import CheckpointError


@dataclass(frozen=True, kw_only=True)
class Film:
    """What is sent: so many bytes, to be read from any place."""

    size_bytes: int
    # (first byte, how many) -> bytes; blocks.
    read: Callable[[int, int], bytes]


def open_film(path: Path) -> io.BufferedReader:
    """The file at `path`. Blocks. Raises `CheckpointError`."""
    try:
        return path.open("rb")
    except OSError as error:
        raise CheckpointError(
            "the film can't be read, or is gone", where=str(path), hint="Run the command again"
        ) from error


def measured(file: io.BufferedReader) -> tuple[str, Film]:
    """SHA-256 of the very file that is sent, and what is sent of it. Blocks."""
    stamp = _stamp(file)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return sha256, Film(size_bytes=file.tell(), read=lambda first, size: _read(file, first, size, stamp))


def _stamp(file: io.BufferedReader) -> tuple[int, int]:
    """Another one when somebody has written into it."""
    stat = os.fstat(file.fileno())
    return stat.st_size, stat.st_mtime_ns


def _read(file: io.BufferedReader, first: int, size: int, stamp: tuple[int, int]) -> bytes:
    file.seek(first)
    data = file.read(size)
    if len(data) != size or _stamp(file) != stamp:
        raise CheckpointError("the film has changed while it was sent", where=file.name, hint="Run the command again")
    return data
