"""Splits cues into a few words at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.language.display_width import display_width
from pipeline.language.words import join_words
from pipeline.model import Cue, Word

# Words and characters (wide ones count twice) per part, so that nearly all fit in the largest size.
_MAX_WORDS, _MAX_CHARS = 3, 18
# A part longer than this many characters, with spaces, may end early at a punctuation mark.
_ENDS_WITH_MARK, _MIN_CHARS = re.compile(r"[.,:;!?…،؛؟、。！？]\W*$"), 6


def split_cue(cue: Cue) -> Iterator[Cue]:
    """A cue as consecutive cues without gaps, each one line with a few words of one phrase."""
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
        if groups and len(groups[-1]) < _MAX_WORDS and _char_count([*groups[-1], word]) <= _MAX_CHARS:
            groups[-1].append(word)
        else:
            groups.append([word])
    if len(groups) < 2:
        return groups
    before, last = groups[-2:]
    if len(last) == 1 and len(before) == _MAX_WORDS and _char_count([before[-1], *last]) <= _MAX_CHARS:
        # No orphan at the end.
        last.insert(0, before.pop())
    return groups


def _ends_phrase(words: Sequence[Word]) -> bool:
    """Whether the words end with a punctuation mark and are long enough to stand for a moment."""
    return bool(_ENDS_WITH_MARK.search(words[-1].text)) and _char_count(words) > _MIN_CHARS


def _char_count(words: Sequence[Word]) -> int:
    return display_width(join_words([word.text for word in words])) + 1
