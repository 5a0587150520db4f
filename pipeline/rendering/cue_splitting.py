"""A cue as a few words at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.model import Cue, Word

# Words at a time, and letters in them.
_MOST_WORDS, _MOST_LETTERS = 3, 18
# More letters than these, with the spaces, may end at a mark before there are as many words.
_MARK_AT_END, _LEAST_LETTERS = re.compile(r"[.,:;!?…،؛؟、。！？]\W*$"), 6


def few_words(cue: Cue) -> Iterator[Cue]:
    """The cue as several that follow each other without a gap, each of a few words of one phrase, on one line."""
    phrases: list[list[Word]] = [[]]
    for word in (word for line in cue.lines for word in line):
        if phrases[-1] and _ends_phrase(phrases[-1]):
            phrases.append([])
        phrases[-1].append(word)
    groups = [group for phrase in phrases for group in _grouped(phrase)]
    starts = [cue.start_s, *(group[0].start_s for group in groups[1:])]
    for group, start_s, end_s in zip(groups, starts, (*starts[1:], cue.end_s), strict=False):
        yield Cue(start_s=start_s, end_s=end_s, lines=(tuple(group),))


def _grouped(phrase: Sequence[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for word in phrase:
        if groups and len(groups[-1]) < _MOST_WORDS and _letter_count([*groups[-1], word]) <= _MOST_LETTERS:
            groups[-1].append(word)
        else:
            groups.append([word])
    if len(groups) < 2:
        return groups
    before, last = groups[-2:]
    if len(last) == 1 and len(before) == _MOST_WORDS and _letter_count([before[-1], *last]) <= _MOST_LETTERS:
        # No last word on its own.
        last.insert(0, before.pop())
    return groups


def _ends_phrase(words: Sequence[Word]) -> bool:
    """Whether words end with a mark, and are enough to stand for a moment."""
    return bool(_MARK_AT_END.search(words[-1].text)) and _letter_count(words) > _LEAST_LETTERS


def _letter_count(words: Sequence[Word]) -> int:
    return sum(len(word.text) + 1 for word in words)
