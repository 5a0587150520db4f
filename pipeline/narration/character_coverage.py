"""Character coverage: what of a script a voice spells out instead of reading, and when that is too much."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.errors import PermanentError
from pipeline.model import Script
from pipeline.narration.narrator import Narrator
from pipeline.narration.spoken_text import SpokenText

# The largest share of a film's letters that a voice may spell out. A third of the letters of Japanese prose are kanji.
_MAX_SHARE = 1 / 2
# How many of the characters the message shows.
_SHOWN_CHARS = 8


class UnreadableTextError(PermanentError):
    """A voice would spell out most of the letters of a film."""


def check_coverage(narrator: Narrator, voice: str, script: Script, normalise: Callable[[str], SpokenText]) -> str:
    """A warning for the film's record if the voice can't read some characters; empty if it reads all.

    Raises `UnreadableTextError` for a film that nobody would understand. `normalise` may read from disk the first time.
    """
    text = "".join(normalise(line.text).text for scene in script.scenes for line in scene.lines)
    unreadable = narrator.unreadable_characters(voice, text)
    if not unreadable:
        return ""
    shown = f"{unreadable[:_SHOWN_CHARS]}{'…' if len(unreadable) > _SHOWN_CHARS else ''}"
    problem = f"{narrator.name} can't read {shown}"
    remedy = f"teach it in [pronounce.{script.language}]"
    share = sum(map(text.count, unreadable)) / max(1, sum(map(str.isalpha, text)))
    if share > _MAX_SHARE:
        raise UnreadableTextError(
            f"{problem}: {share:.0%} of the letters of this film, and it would name each sign",
            hint=f"Let another voice speak (nightreel voices --language {script.language}), or {remedy}",
        )
    return f"{problem} and names each sign: use another voice, or {remedy}"
