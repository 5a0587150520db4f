"""What a clip is made of, and what its file says about itself: for whoever orders clips, makes or reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline.model import Clip, Word

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
    # Where none does, how much longer the clip is.
    hold_s: float = 0.0


class ClipMetadata(BaseModel):
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


def clip_of(path: Path, label: ClipMetadata) -> Clip:
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
