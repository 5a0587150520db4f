"""What of a film a voice names sign by sign instead of reading it: told in the record, or too much to be spoken."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.errors import PermanentError
from pipeline.model import Script
from pipeline.narration.narrator import Narrator
from pipeline.narration.spoken_text import SpokenText

# Of the letters of a film, how many a voice may name. A third of the letters of Japanese prose are kanji.
_MOST_NAMED = 1 / 2
# Of the characters that a voice can't read, so many are told.
_SHOWN_CHARS = 8


class UnreadableTextError(PermanentError):
    """A voice would name most of the signs of a film."""


def check_coverage(narrator: Narrator, voice: str, script: Script, say: Callable[[str], SpokenText]) -> str:
    """What the record of the film has to say about it; empty: the voice reads all.

    Raises `UnreadableTextError` for a film that nobody would understand. `say` may read from disk the first time.
    """
    text = "".join(say(line.text).text for scene in script.scenes for line in scene.lines)
    named = narrator.unreadable(voice, text)
    if not named:
        return ""
    what = f"{narrator.name} can't read {named[:_SHOWN_CHARS]}{'…' if len(named) > _SHOWN_CHARS else ''}"
    taught = f"teach it in [pronounce.{script.language}]"
    share = sum(map(text.count, named)) / max(1, sum(map(str.isalpha, text)))
    if share > _MOST_NAMED:
        raise UnreadableTextError(
            f"{what}: {share:.0%} of the letters of this film, and it would name each sign",
            hint=f"Let another voice speak (nightreel voices --language {script.language}), or {taught}",
        )
    return f"{what} and names each sign: use another voice, or {taught}"
