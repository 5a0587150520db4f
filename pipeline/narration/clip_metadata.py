"""The metadata that a clip's WAV file carries, and the takes that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline.model import Clip, Word

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
