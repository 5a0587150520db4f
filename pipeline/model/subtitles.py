"""What is read: cues, made of timed words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.language.words import join_words
from pipeline.model.narration import Word

# How captions are drawn: not at all, as letters with an edge, on a plate, on a plate with the spoken word lit, or a few
# large words at a time with the spoken one lit.
CaptionStyle = Literal["off", "block", "boxed", "karaoke", "words"]


@dataclass(frozen=True, kw_only=True)
class Cue:
    """One subtitle: one or two lines, shown from `start_s` to `end_s` (seconds from the start of its scene)."""

    start_s: float
    end_s: float
    # The words of each line; `Word.start_s` says when each is spoken, which is what captions light up.
    lines: tuple[tuple[Word, ...], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines as text."""
        return tuple(join_words([word.text for word in line]).rstrip() for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Subtitles:
    """The cues of a film, scene by scene, times counted from the start of each scene."""

    scenes: tuple[tuple[Cue, ...], ...]
