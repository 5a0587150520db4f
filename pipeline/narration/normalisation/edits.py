"""A written text with some places said otherwise, and where each written word ends up in what is said."""

from __future__ import annotations

import re
from bisect import bisect_left, insort_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

Place = tuple[int, int]
# CLDR puts these between numbers and units.
_PLAIN_SPACES = {ord(space): " " for space in "\u00a0\u2009\u202f"}


@dataclass(frozen=True, kw_only=True)
class Change:
    """The characters from `start` to before `end` are said as `said`; none of them: something is said in addition."""

    start: int
    end: int
    said: str


def ends_here(rest: str, *, often: bool) -> bool:
    """Whether a sentence ends before `rest`; with a capital after it only if the abbreviation is one that ends some."""
    following = rest.lstrip(' \u00a0"”’»)')[:1]
    return not following or (often and following.isupper())


class Changes:
    """Changes of one text that do not overlap: who comes first keeps the place."""

    def __init__(self) -> None:
        # In the order of the text.
        self._taken: list[Change] = []

    def __iter__(self) -> Iterator[Change]:
        return iter(self._taken)

    def offer(self, group: Iterable[Change]) -> None:
        """Take all of `group`, which belong together, or none."""
        changes = list(group)
        if not any(map(self._overlaps, changes)):
            for change in changes:
                insort_right(self._taken, change, key=attrgetter("start", "end"))

    def _overlaps(self, change: Change) -> bool:
        """Two additions at one point do not overlap, nor does one at the edge of a replaced part."""
        # What is taken is apart: of all that begin before the end of this one, the last one ends last.
        before = bisect_left(self._taken, change.end, key=attrgetter("start"))
        return before > 0 and self._taken[before - 1].end > change.start


def apply(text: str, spans: Sequence[Place], changes: Iterable[Change]) -> tuple[str, tuple[Place | None, ...]]:
    """What is said, and for each word of `spans` (in order, apart) where it is said; None: nothing of it is said."""
    said = _Said(spans)
    position = 0
    for change in changes:
        said.keep(text, position, change.start)
        position = change.end if said.replace(change) else change.start
    said.keep(text, position, len(text))
    return said.result()


class _Said:
    """What is said so far, character by character, each with the number of the word that it belongs to."""

    def __init__(self, spans: Sequence[Place]) -> None:
        self._spans = spans
        self._characters: list[str] = []
        self._owners: list[int | None] = []
        self._next = 0  # the first word that may not have ended yet

    def keep(self, text: str, start: int, end: int) -> None:
        for position in range(start, end):
            self._add(text[position], self._owner(position))

    def replace(self, change: Change) -> bool:
        """Say it so; not if there is less to say than there are words that have to find a place in it."""
        words, said = self._words_in(change), change.said.translate(_PLAIN_SPACES)
        if len(words) <= 1:
            for character in said:
                self._add(character, words[0] if words else None)
            return True
        if len(said.replace(" ", "")) < len(words):
            return False
        for word, part in zip(words, _shared(said, len(words)), strict=True):
            for character in part:
                self._add(character, word)
        return True

    def result(self) -> tuple[str, tuple[Place | None, ...]]:
        while self._characters and self._characters[-1] == " ":
            self._characters.pop()
        places: list[Place | None] = [None] * len(self._spans)
        for position, owner in enumerate(self._owners[: len(self._characters)]):
            if owner is not None:
                start, _ = places[owner] or (position, position)
                places[owner] = (start, position + 1)
        return "".join(self._characters), tuple(places)

    def _add(self, character: str, owner: int | None) -> None:
        """One more character. Spaces never stand at the beginning, two in a row, or at the edge of a word."""
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

    def _words_in(self, change: Change) -> list[int]:
        """The words that a change is about; an addition is about the word that begins there, else the one before."""
        first = self._next
        while first < len(self._spans) and self._spans[first][1] <= change.start:
            first += 1
        words = []
        while first < len(self._spans) and self._spans[first][0] < max(change.end, change.start + 1):
            words.append(first)
            first += 1
        if not words and first > 0 and self._spans[first - 1][1] == change.start:
            words = [first - 1]
        return words


def _shared(said: str, count: int) -> list[str]:
    """`said` in `count` parts of about the same length, cut between words as far as there are enough of them.

    Else between letters: a part that is a space alone would say nothing.
    """
    words = said.split()
    pieces = [f" {word}" for word in words] if len(words) >= count else re.findall(r" *[^ ]", said)
    return ["".join(pieces[len(pieces) * part // count : len(pieces) * (part + 1) // count]) for part in range(count)]
