"""What of a text is said: its words without what no voice should read out (emoji, arrows, control characters)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pipeline.model import join_words, split_words
from pipeline.model.text import has_words

# Pictures, arrows, boxes and dingbats with what modifies them. Degrees, ©, ™ and currency stand below and are spoken.
_PICTURES = re.compile(
    "[\u2190-\u21ff\u2300-\u2bff\u3030\u303d\u3297\u3299\ufe0e\ufe0f\u20e3\U0001f000-\U0001faff\U000e0020-\U000e007f]\u200d?"
)
# Control characters, lone surrogates, private and unassigned code points: no service may see them.
_UNSPEAKABLE = frozenset({"Cc", "Cs", "Co", "Cn"})


@dataclass(frozen=True, kw_only=True)
class SpokenText:
    """A text for a voice, and which part of it is which word."""

    text: str
    # Of the original text, as `split_words` cuts it.
    words: tuple[str, ...]
    # For each word its first and one past its last character in `text`; None: nothing of it is said.
    places: tuple[tuple[int, int] | None, ...]

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say."""
        return not any(map(has_words, self.words))


def spoken(text: str) -> SpokenText:
    """`text` as a voice should be given it."""
    words = split_words(text)
    said = [_without_pictures(word) for word in words]
    kept = [word for word in said if word]
    places: list[tuple[int, int] | None] = []
    position, whole = 0, join_words(kept)
    for word in said:
        if not word:
            places.append(None)
            continue
        start = whole.index(word, position)
        position = start + len(word)
        places.append((start, position))
    return SpokenText(text=whole, words=words, places=tuple(places))


def _without_pictures(word: str) -> str:
    kept = _PICTURES.sub("", word)
    return "".join(c for c in kept if unicodedata.category(c) not in _UNSPEAKABLE)
