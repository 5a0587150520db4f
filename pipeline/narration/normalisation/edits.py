"""Edits of a written text, and where each written word ends up in the spoken text."""

from __future__ import annotations

import re
from bisect import bisect_left, insort_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

from pipeline.language.sentences import sentence_ends

# Characters from the first to before the second.
CharSpan = tuple[int, int]
# What may stand between a full stop and the next sentence, and how much of that is examined.
_AFTER_STOP = ' \u00a0"”’»)'
_CONTEXT_CHARS = 16
# CLDR puts these between numbers and units.
_PLAIN_SPACES = {ord(space): " " for space in "\u00a0\u2009\u202f"}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Replaces the characters from `start` to before `end` with `text`; an insertion if the range is empty."""

    start: int
    end: int
    text: str


def sentence_ends_here(text: str, end: int, *, often: bool) -> bool:
    """Whether the abbreviation that ends at `end` ends its sentence.

    Before a capital it does only if it is one that often ends sentences, and not in "Nel 44 a.C. Cesare".
    """
    following = text[end : end + _CONTEXT_CHARS].lstrip(_AFTER_STOP)
    return not following or (often and following[0].isupper() and _ends_sentence(text, end))


def _ends_sentence(text: str, end: int) -> bool:
    """Whether segmentation ends a sentence at `end`, or after the closing marks there."""
    first = bisect_left(_sentence_ends(text), end)
    return any(not text[end:each].strip(_AFTER_STOP) for each in _sentence_ends(text)[first : first + 1])


@lru_cache(maxsize=4)
def _sentence_ends(text: str) -> tuple[int, ...]:
    return sentence_ends(text)


class Edits:
    """Edits of one text that do not overlap: the first to claim a range keeps it. Iterates in text order."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []

    def __iter__(self) -> Iterator[Edit]:
        return iter(self._edits)

    def add(self, group: Iterable[Edit]) -> None:
        """Add all edits of `group`, which belong together, or none if one overlaps an earlier edit."""
        edits = list(group)
        if not any(map(self._overlaps, edits)):
            for edit in edits:
                insort_right(self._edits, edit, key=attrgetter("start", "end"))

    def _overlaps(self, edit: Edit) -> bool:
        """Two insertions at one point do not overlap, nor does one at the edge of a replaced range."""
        # The edits are disjoint: of all that begin before the end of this one, the last one ends last.
        before = bisect_left(self._edits, edit.end, key=attrgetter("start"))
        return before > 0 and self._edits[before - 1].end > edit.start


def apply(text: str, spans: Sequence[CharSpan], edits: Iterable[Edit]) -> tuple[str, tuple[CharSpan | None, ...]]:
    """The edited text, and where each word of `spans` (ordered, disjoint) is in it; None: nothing of it is left."""
    builder = _Builder(spans)
    position = 0
    for edit in edits:
        builder.keep(text, position, edit.start)
        position = edit.end if builder.replace(edit) else edit.start
    builder.keep(text, position, len(text))
    return builder.result()


class _Builder:
    """Builds the edited text character by character, each with the index of the word that it belongs to."""

    def __init__(self, spans: Sequence[CharSpan]) -> None:
        self._spans = spans
        self._characters: list[str] = []
        self._owners: list[int | None] = []
        self._next = 0  # the first word that may not have ended yet

    def keep(self, text: str, start: int, end: int) -> None:
        """Copy a range of the written text."""
        for position in range(start, end):
            self._add(text[position], self._owner(position))

    def replace(self, edit: Edit) -> bool:
        """Apply an edit. False, and nothing is done, if its text has fewer characters than it replaces words."""
        words, text = self._words_in(edit), edit.text.translate(_PLAIN_SPACES)
        if len(words) <= 1:
            for character in text:
                self._add(character, words[0] if words else None)
            return True
        if len(text.replace(" ", "")) < len(words):
            return False
        for word, part in zip(words, _shared(text, len(words)), strict=True):
            for character in part:
                self._add(character, word)
        return True

    def result(self) -> tuple[str, tuple[CharSpan | None, ...]]:
        """The text without trailing spaces, and the place of each word."""
        while self._characters and self._characters[-1] == " ":
            self._characters.pop()
        places: list[CharSpan | None] = [None] * len(self._spans)
        for position, owner in enumerate(self._owners[: len(self._characters)]):
            if owner is not None:
                start, _ = places[owner] or (position, position)
                places[owner] = (start, position + 1)
        return "".join(self._characters), tuple(places)

    def _add(self, character: str, owner: int | None) -> None:
        """Append a character. Spaces never lead, repeat, or belong to a word."""
        if character != " ":
            self._characters.append(character)
            self._owners.append(owner)
        elif self._characters and self._characters[-1] != " ":
            self._characters.append(" ")
            self._owners.append(None)

    def _owner(self, position: int) -> int | None:
        while self._next < len(self._spans) and self._spans[self._next][1] <= position:
            self._next += 1
        if self._next < len(self._spans) and self._spans[self._next][0] <= position:
            return self._next
        return None

    def _words_in(self, edit: Edit) -> list[int]:
        """The words that an edit touches; an insertion touches the word that begins there, else the one before."""
        first = self._next
        while first < len(self._spans) and self._spans[first][1] <= edit.start:
            first += 1
        words = []
        while first < len(self._spans) and self._spans[first][0] < max(edit.end, edit.start + 1):
            words.append(first)
            first += 1
        if not words and first > 0 and self._spans[first - 1][1] == edit.start:
            words = [first - 1]
        return words


def _shared(text: str, count: int) -> list[str]:
    """`text` in `count` parts of about the same length, split between words if there are enough, else between letters.

    No part is only a space: its word would have nothing spoken of it.
    """
    words = text.split()
    pieces = [f" {word}" for word in words] if len(words) >= count else re.findall(r" *[^ ]", text)
    pieces[0] = pieces[0].removeprefix(" " if text[0] != " " else "")
    return ["".join(pieces[len(pieces) * part // count : len(pieces) * (part + 1) // count]) for part in range(count)]
