"""Shortening running text: at the ends of clauses, else between words, and labels without their full stop."""

from __future__ import annotations

import re
import unicodedata

from pipeline.model.sentences import last_word
from pipeline.model.text import has_words, is_abbreviation

_CLAUSE_END = re.compile(r"\s*[,;:،؛]\s|[.!?…؟।۔]\s|\s[–—-]\s|—|\s\(|[，；：、。！？（]")
_LEFTOVER = " ,;:،؛–—-(（，；：、"


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
    if text.endswith(".") and not text.endswith("..") and not is_abbreviation(last_word(text[:-1]), ""):
        return text[:-1]
    return text
