"""Running text cut to a length, at the end of a clause or else between words; labels without a full stop."""

from __future__ import annotations

import re

from pipeline.language.abbreviations import is_abbreviation
from pipeline.language.display_width import display_width, prefix_length
from pipeline.language.sentences import last_word
from pipeline.language.text import has_words

_CLAUSE_END = re.compile(r"\s*[,;:،؛]\s|[.!?…؟।۔]\s|\s[–—-]\s|—|\s\(|[，；：、。！？（]")
_LEFTOVER = " ,;:،؛–—-(（，；：、"


def split_clauses(text: str) -> tuple[str, ...]:
    """The clauses of a sentence, without the punctuation between them."""
    return tuple(part for part in (piece.strip() for piece in _CLAUSE_END.split(text)) if has_words(part))


def clause_ends(text: str) -> tuple[int, ...]:
    """The offsets at which a new clause begins: after a punctuation mark, before an opening bracket or a dash."""
    ends = (
        match.start() + 1 if match[0].lstrip()[0] in "(（–—-" else match.end() for match in _CLAUSE_END.finditer(text)
    )
    return tuple(end for end in ends if has_words(text[end:]))


def shorten(text: str, limit: int) -> str:
    """Cut `text` to at most `limit` characters (wide ones count twice, see `display_width`).

    Cuts at the end of a clause if enough is left before it, otherwise between words, with "…" added.
    """
    if display_width(text) <= limit:
        return text
    for match in reversed(list(_CLAUSE_END.finditer(text, 0, prefix_length(text, limit) + 2))):
        head = text[: match.start()]
        # A very short clause says less than a sentence that is cut off.
        if limit * 0.3 <= display_width(head) <= limit:
            return head.rstrip(_LEFTOVER)
    cut = prefix_length(text, limit - 1)
    space = text.rfind(" ", 0, cut + 1)
    if space > cut // 2:
        cut = space
    return text[:cut].rstrip(_LEFTOVER) + "…"


def without_full_stop(text: str) -> str:
    """`text` without its final full stop, unless that is part of an abbreviation or an ellipsis."""
    if text.endswith(("。", "।", "۔")):
        return text[:-1]
    if text.endswith(".") and not text.endswith("..") and not is_abbreviation(last_word(text[:-1]), ""):
        return text[:-1]
    return text
