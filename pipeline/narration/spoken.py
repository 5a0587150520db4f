"""What of a text is said, and how: a text for a voice, and where each written word is in it.

Pictures, arrows and control characters are not said at all. With a language, numbers, dates, signs, abbreviations and
addresses are said as people say them (`saying`); what is shown stays as it is written.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import Word, join_words, split_words
from pipeline.model.text import has_words
from pipeline.narration.saying import Place, Pronunciations, apply, changes_of

# Pictures, arrows, boxes and dingbats with what modifies them. Degrees, ©, ™ and currency stand below and are spoken.
_PICTURES = re.compile(
    "[\u2190-\u21ff\u2300-\u2bff\u3030\u303d\u3297\u3299\ufe0e\ufe0f\u20e3\U0001f000-\U0001faff\U000e0020-\U000e007f]\u200d?"
)
# Control characters, lone surrogates, private and unassigned code points: no service may see them. Nor may one see
# what hides or reorders text (category Cf); the joiners (U+200C, U+200D) are part of how words are spelt.
_UNSPEAKABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})
_JOINERS = "\u200c\u200d"
_NONE = Pronunciations()


@dataclass(frozen=True, kw_only=True)
class SpokenText:
    """A text for a voice, and which part of it is which word."""

    text: str
    # Of the original text, as `split_words` cuts it.
    words: tuple[str, ...]
    # For each word its first and one past its last character in `text`; None: nothing of it is said.
    places: tuple[Place | None, ...]

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say."""
        return not has_words(self.text)


def spoken(text: str, language: str = "", pronunciations: Pronunciations = _NONE) -> SpokenText:
    """`text` as a voice should be given it. Without a language, only what can't be said is left out.

    Every word with a letter or a digit in it has a place; places are in order and do not overlap. With a language, a
    file of CLDR is read the first time: not for the event loop.
    """
    words = split_words(text)
    said = [_without_pictures(word) for word in words]
    whole = join_words([word for word in said if word])
    spans: list[Place] = []
    for word in filter(None, said):
        start = whole.index(word, spans[-1][1] if spans else 0)
        spans.append((start, start + len(word)))
    if language:
        whole, found = apply(whole, spans, changes_of(whole, language, pronunciations))
    else:
        found = tuple(spans)
    remaining = iter(found)
    places = tuple(next(remaining) if word else None for word in said)
    return SpokenText(text=whole, words=words, places=places)


def as_written(said: SpokenText, heard: Sequence[Word]) -> tuple[Word, ...]:
    """Times for the written words of `said`, from those of the words of its text (`split_words(said.text)`).

    A written word lasts as long as all that is said for it; one that is a part of a spoken word gets its share of it.
    """
    clock = _Clock(said.text, heard)
    now = heard[0].start_s if heard else 0.0
    timed = []
    for text, place in zip(said.words, said.places, strict=True):
        start_s = now if place is None else max(now, clock.begin_s(place[0]))
        now = start_s if place is None else max(start_s, clock.end_s(place[1]))
        timed.append(Word(text=text, start_s=start_s, end_s=now))
    return tuple(timed)


class _Clock:
    """When each character of a spoken text is heard."""

    def __init__(self, text: str, heard: Sequence[Word]) -> None:
        self._spans: list[tuple[int, int, Word]] = []
        position = 0
        for word in heard:
            start = text.index(word.text, position)
            position = start + len(word.text)
            self._spans.append((start, position, word))

    def begin_s(self, position: int) -> float:
        """When the character at `position` begins, or the first word after it."""
        index = bisect_right(self._spans, position, key=lambda span: span[1])
        return self._within(index, position) if index < len(self._spans) else self._spans[-1][2].end_s

    def end_s(self, position: int) -> float:
        """When the character before `position` ends, or the last word before it."""
        index = bisect_left(self._spans, position, key=lambda span: span[1])
        if index < len(self._spans) and self._spans[index][0] < position:
            return self._within(index, position)
        return self._spans[index - 1][2].end_s if index else self._spans[0][2].start_s

    def _within(self, index: int, position: int) -> float:
        start, end, word = self._spans[index]
        share = min(1.0, max(0.0, (position - start) / (end - start)))
        return word.start_s + share * (word.end_s - word.start_s)


def _without_pictures(word: str) -> str:
    kept = _PICTURES.sub("", word)
    return "".join(c for c in kept if c in _JOINERS or unicodedata.category(c) not in _UNSPEAKABLE)
