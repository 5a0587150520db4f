"""The unit of breath: where running text is cut into sentences, by who writes scripts and by who speaks them."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.language.abbreviations import belongs_to_word
from pipeline.language.text import (
    CLOSING_MARKS,
    GREEK_QUESTION,
    OPENING_MARKS,
    SPACED_ENDS,
    UNSPACED_ENDS,
    has_words,
)

# French writes a space before the mark that closes; in German the same one opens, and touches what it opens, and the
# other one closes, as “ does there and touches what it opens elsewhere.
_CLOSING = (
    rf"(?:[{re.escape(CLOSING_MARKS.rstrip('“‘'))}]|[ \u00a0\u202f]»(?=[\s,;:]|$)|«(?=\s|$)"
    r"|[“‘](?=[\s,;:.!?»”“)]|$))*"
)
# A run of marks is looked at once: who repeats himself without end ("......") writes thousands of them. Possessive
# quantifiers would say so, and Python gets them wrong before 3.11.5 (gh-106052).
_END = re.compile(
    rf"(?<![{SPACED_ENDS}])(?P<stop>(?:[{SPACED_ENDS}]|{GREEK_QUESTION})+){_CLOSING}(?=\s+(?P<next>\S))"
    # "「止まれ。」と言った": what is quoted is part of a sentence.
    rf"|[{UNSPACED_ENDS}]+(?![{UNSPACED_ENDS}])(?:[」』]+(?![」』とっ])|(?![」』]){_CLOSING})"
)
# "For example", which ends in a word of other languages: "ad es.", "p. ex.", "t. ex.", "p. ej."; and "that is".
_FOR_EXAMPLE = re.compile(r"(?<!\w)(?:(?:ad|[pt]\.)\s?e[sxj]|c\.-à-d)$", re.IGNORECASE)
_APOSTROPHES = "'‘"
_EDGE = re.compile(rf"[\s{re.escape(OPENING_MARKS)}]")
# "XIV. Louis" and "im XIX. Jahrhundert"; behind a name, nobody knows: "unter Heinrich VIII. Danach".
_ROMAN = re.compile("[IVX]{2,}")
_AN_ORDINAL = re.compile(r"(?:.*\b(?:das|dem|den|der|des|die|im|ins|vom|zum|seit|um))?\s*", re.IGNORECASE)
# No sentence begins with one of these: "p1 · p2 · … · pn".
_NEVER_FIRST = frozenset("·⋅×÷=≠≈≤≥±+*/&,;:")
# Nor with a minus that nothing follows: "1 − x²/(2!) − …".
_MINUS = re.compile(r"\s+−\s")
# Who writes without capitals begins sentences with small letters. So does one that goes on for so many words, whose
# author has other worries; in fewer, what ends before a small letter is an abbreviation that we don't know.
_FEWEST_WORDS, _ENDLESS_WORDS = 4, 40
# A sentence that goes on behind an exclamation: "and — oh! — the sun came up".
_DASH_AND_SMALL = re.compile(r"\s+[—–-]\s*(?P<next>\w)")
# How much is looked at around a full stop.
_LOOK_BACK, _LOOK_AHEAD = 40, 24
# What begins with a small letter wherever it stands: "pH 7", "iPhone".
_ALWAYS_SMALL = re.compile("[a-z][A-Z]")
# Behind a quotation: "Why?" I asked.
_I_SAID = re.compile(r"I (?:said|asked|replied|answered|thought|whispered|shouted|cried|yelled|muttered|added|told)\b")
# In « French », behind what is quoted in a quotation.
_CLOSES = re.compile(r"»[\s,;:.!?]")
# What may end a sentence, and before a small letter mostly does not.
_SHORT_FORMS = re.compile(
    r"etc|ecc|usw|usf|osv|enz|itd|itp|atd|stb|resp|esp|min|max|mins|hrs|tbsps?|tsps?|oz|lbs?|pkg|pcs?"
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
    start = looked_at = 0
    has_voice = False
    for match in _END.finditer(text):
        has_voice = has_voice or has_words(text[looked_at : match.end()])
        looked_at = match.end()
        if has_voice and _ends_sentence(text, start, match):
            start, has_voice = match.end(), False
            ends.append(start)
    if ends and not has_words(text[start:]):
        ends.pop()
    return tuple(ends)


def last_word(text: str) -> str:
    """The last word without marks before it; empty after a space."""
    return _word_before(len(text), text, 0)


def _word_before(end: int, text: str, start: int) -> str:
    """The word that ends at `end`, of what begins at `start`: looked for from its end, whatever is before it."""
    first = end
    while first > start and not _EDGE.match(text, first - 1):
        first -= 1
        if first > start + 1 and text[first - 1] in _APOSTROPHES and text[first - 2].isalnum():
            first -= 1  # within a word
    return text[first:end]


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the sentence that began at `start` ends with the match."""
    if match["next"] is None:
        return True
    rest = text[match.start("next") : match.start("next") + _LOOK_AHEAD]
    if not _may_begin(rest, text, start, match) or _goes_on_behind_a_dash(text, match.end()):
        return False
    if match["stop"] != ".":
        return True
    word = _word_before(match.start(), text, start)
    if _ROMAN.fullmatch(word) and _AN_ORDINAL.fullmatch(text, start, match.start() - len(word)):
        return False
    if _FOR_EXAMPLE.search(text, max(start, match.start() - 8), match.start()):
        return False
    before = text[max(start, match.start() - len(word) - _LOOK_BACK) : match.start() - len(word)]
    return not belongs_to_word(before, word, rest.split(maxsplit=1)[0], rest)


def _may_begin(rest: str, text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a sentence may begin with `rest`, which follows the match."""
    if rest[0] in _NEVER_FIRST or _CLOSES.match(rest) or (match.end() > match.end("stop") and _I_SAID.match(rest)):
        return False
    return not rest[0].islower() or _ALWAYS_SMALL.match(rest) is not None or _may_go_on_small(text, start, match)


def _goes_on_behind_a_dash(text: str, end: int) -> bool:
    following = _DASH_AND_SMALL.match(text, end)
    return bool(_MINUS.match(text, end)) or (following is not None and following["next"].islower())


def _may_go_on_small(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a sentence may begin with a small letter after the one that began at `start` and ends with the match."""
    last = match["stop"][-1]
    if last not in ".!?" or match["stop"].endswith("..") or match.end() > match.end("stop"):  # "“Stop!” she said"
        return False
    if _SHORT_FORMS.fullmatch(_word_before(match.start(), text, start).casefold()):
        return False
    fewest = _FEWEST_WORDS if text[:1].islower() else _ENDLESS_WORDS
    return len(text[start : match.start()].split(maxsplit=fewest)) >= fewest
