"""RIFF chunks of a WAV file, read and written without FFmpeg."""

from __future__ import annotations

import struct
from pathlib import Path

from pipeline.errors import InputError, StorageError

# The name of our own chunk, after the sound: readers skip chunks that they do not know.
EXTRA = b"nite"


def read_extra(path: Path) -> bytes:
    """The metadata that `write_wav` stored as `extra`; empty if none. Raises `InputError` for a file that is no WAV."""
    return chunks_of(path).get(EXTRA, b"")


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk: name, length, body, padding."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def chunks_of(path: Path) -> dict[bytes, bytes]:
    """All chunks of a file, by name. Raises `InputError` for a file that is no WAV, and `StorageError`."""
    try:
        riff = path.read_bytes()
    except OSError as error:
        raise StorageError(f"can't read the sound: {error.strerror}", where=str(path)) from error
    if riff[:4] != b"RIFF" or riff[8:12] != b"WAVE":
        raise InputError("not a WAV file", where=str(path))
    chunks, position = {}, 12
    while position + 8 <= len(riff):
        name, length = riff[position : position + 4], int.from_bytes(riff[position + 4 : position + 8], "little")
        body = riff[position + 8 : position + 8 + length]
        if len(body) < length:
            raise InputError("the file is cut short", where=str(path))
        chunks[name] = body
        position += 8 + length + length % 2
    return chunks
