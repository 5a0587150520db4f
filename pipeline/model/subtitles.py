"""Subtitles: cues made of timed words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.language.words import join_words
from pipeline.model.narration import Word

# Burned-in captions: none, outlined text, text on a box, a box with the spoken word highlighted, or a few large words
# with the spoken one highlighted.
CaptionStyle = Literal["off", "block", "boxed", "karaoke", "words"]


@dataclass(frozen=True, kw_only=True)
class Cue:
    """One subtitle: one or two lines, displayed from `start_s` to `end_s` (seconds from the start of its scene)."""

    start_s: float
    end_s: float
    # The words of each line, with the timings for highlighting.
    lines: tuple[tuple[Word, ...], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines as text."""
        return tuple(join_words([word.text for word in line]).rstrip() for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Subtitles:
    """The cues of a film by scene, with times relative to the scene."""

    scenes: tuple[tuple[Cue, ...], ...]
