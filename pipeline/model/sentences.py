"""The unit of breath: where running text is cut into sentences, by who writes scripts and by who speaks them."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.model.text import (
    CLOSING_MARKS,
    GREEK_QUESTION,
    OPENING_MARKS,
    SPACED_ENDS,
    UNSPACED_ENDS,
    has_words,
    is_abbreviation,
)

_CLOSING = f"[{re.escape(CLOSING_MARKS)}]*"
_END = re.compile(
    rf"(?P<stop>(?:[{SPACED_ENDS}]|{GREEK_QUESTION})+){_CLOSING}(?=\s+(?P<next>\S))|[{UNSPACED_ENDS}]+{_CLOSING}"
)


def split_sentences(text: str) -> tuple[str, ...]:
    """`text` cut at the ends of its sentences; joined, they have the words of `text`."""
    edges = [0, *sentence_ends(text), len(text)]
    sentences = (text[start:end].strip() for start, end in pairwise(edges))
    return tuple(sentence for sentence in sentences if sentence)


def sentence_ends(text: str) -> tuple[int, ...]:
    """Where the sentences of `text` end, but for the last: for each, one past its last mark.

    Each has a letter or a digit: a stray mark has no voice of its own, and belongs to the sentence before it.
    """
    ends: list[int] = []
    start = 0
    for match in _END.finditer(text):
        if has_words(text[start : match.end()]) and _ends_sentence(text[start : match.start()], match):
            start = match.end()
            ends.append(start)
    if ends and not has_words(text[start:]):
        ends.pop()
    return tuple(ends)


def last_word(text: str) -> str:
    """The last word without marks before it; empty after a space."""
    return re.split(rf"[\s{re.escape(OPENING_MARKS)}]", text)[-1]


def _ends_sentence(before: str, match: re.Match[str]) -> bool:
    following = match["next"]
    if following is None:
        return True
    if following.islower():
        return False
    return match["stop"] != "." or not is_abbreviation(last_word(before), following)
