"""Cutting running text: at the ends of sentences, or at the ends of clauses. No word is ever lost or added."""

from __future__ import annotations

import re
import unicodedata

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

_CLAUSE_END = re.compile(r"\s*[,;:،؛]\s|[.!?…؟।۔]\s|\s[–—-]\s|—|\s\(|[，；：、。！？（]")
_LEFTOVER = " ,;:،؛–—-(（，；：、"


def split_sentences(text: str) -> tuple[str, ...]:
    """`text` cut at the ends of its sentences; joined, they have the words of `text`."""
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(text):
        sentence = text[start : match.end()].strip()
        if has_words(sentence) and _ends_sentence(text[start : match.start()], match):
            sentences.append(sentence)
            start = match.end()
    rest = text[start:].strip()
    if not rest:
        return tuple(sentences)
    if sentences and not has_words(rest):
        # A stray mark at the end has no voice of its own.
        return (*sentences[:-1], f"{sentences[-1]} {rest}")
    return (*sentences, rest)


def _ends_sentence(before: str, match: re.Match[str]) -> bool:
    following = match["next"]
    if following is None:
        return True
    if following.islower():
        return False
    return match["stop"] != "." or not is_abbreviation(_last_word(before), following)


def _last_word(text: str) -> str:
    return re.split(rf"[\s{re.escape(OPENING_MARKS)}]", text)[-1]


def split_clauses(text: str) -> tuple[str, ...]:
    """The clauses of a sentence, without the marks between them."""
    return tuple(part for part in (piece.strip() for piece in _CLAUSE_END.split(text)) if has_words(part))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of `text`: all of it, else whole clauses from its start, else whole words and "…"."""
    if len(text) <= limit:
        return text
    for match in reversed(list(_CLAUSE_END.finditer(text, 0, limit + 2))):
        head = text[: match.start()]
        # A crumb of a clause says less than a cut sentence.
        if limit * 0.3 <= len(head) <= limit:
            return head.rstrip(_LEFTOVER)
    cut = limit - 1
    space = text.rfind(" ", 0, cut + 1)
    if space > cut // 2:
        cut = space
    while cut > 1 and _continues(text[cut]):
        cut -= 1
    return text[:cut].rstrip(_LEFTOVER) + "…"


def _continues(character: str) -> bool:
    """Whether the character belongs to the one before it: accents, joiners, variation selectors."""
    return unicodedata.combining(character) != 0 or unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}


def without_full_stop(text: str) -> str:
    """`text` as a label: a last full stop goes, unless it is part of an abbreviation or an ellipsis."""
    if text.endswith(("。", "।", "۔")):
        return text[:-1]
    if text.endswith(".") and not text.endswith("..") and not is_abbreviation(_last_word(text[:-1]), ""):
        return text[:-1]
    return text
