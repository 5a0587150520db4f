"""Cached speeches on disk: a line of JSON with the word times, followed by the audio as the voice service sent it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import CheckpointError, StorageError
from pipeline.files import storage_errors
from pipeline.model import Word
from pipeline.narration.narrator import Speech

# Of cache entries.
KIND, SUFFIX = "speech", ".speech"


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    # Text, start and end of each word; times in seconds from the start of the sound.
    words: tuple[tuple[str, float, float], ...]
    estimated: bool


def write_speech(path: Path, speech: Speech) -> None:
    """Write `speech` to `path`. Blocks. Raises `StorageError`."""
    header = _Header(
        words=tuple((word.text, word.start_s, word.end_s) for word in speech.words), estimated=speech.estimated
    )
    with storage_errors(path):
        path.write_bytes(header.model_dump_json().encode() + b"\n" + speech.audio)


def read_speech(path: Path) -> Speech:
    """The speech that `write_speech` wrote. Blocks. Raises `CheckpointError`, `StorageError`."""
    try:
        line, _, audio = path.read_bytes().partition(b"\n")
        header = _Header.model_validate_json(line)
    except OSError as error:
        raise StorageError(f"can't read the speech: {error.strerror}", where=str(path)) from error
    except ValidationError as error:
        raise CheckpointError(
            "the speech is damaged", where=str(path), hint="Delete it: it will be spoken again"
        ) from error
    words = tuple(Word(text=text, start_s=start_s, end_s=end_s) for text, start_s, end_s in header.words)
    return Speech(audio=audio, words=words, estimated=header.estimated)
