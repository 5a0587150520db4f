"""Running text cut to a length, at the end of a clause or else between words; labels without a full stop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from pipeline.language.abbreviations import is_abbreviation, is_abbreviation_in
from pipeline.language.display_width import display_width, prefix_length
from pipeline.language.phrases import split_phrases
from pipeline.language.sentences import last_word
from pipeline.language.text import has_words

_CLAUSE_END = re.compile(
    r"\s*[,;:،؛]\s|\.\s(?![a-zß-öø-ÿа-яё])|[!?…؟।۔]\s|\s[–—-]\s|—(?![.,;:!?…)”’»])|\s\(|[，；：、。！？（]"
)
_LEFTOVER = " ,;:،؛–—-(（，；：、"
# Thai has no spaces between words, and its letters leave no doubt about the language.
_THAI = re.compile(r"[\u0e00-\u0e3e\u0e40-\u0e7f]+")
# Up to two short words before an ellipsis are left out ("the", "und der", "max. 10"), if so many words remain.
_PARTICLE_CHARS, _MAX_PARTICLES, _MIN_WORDS = 3, 2, 2
# Context before a full stop, in characters.
_CONTEXT = 40


def split_clauses(text: str) -> tuple[str, ...]:
    """The clauses of a sentence, without the punctuation between them."""
    marks = tuple(_clause_marks(text))
    starts, ends = (0, *(mark.end() for mark in marks)), (*(mark.start() for mark in marks), len(text))
    pieces = (text[start:end].strip() for start, end in zip(starts, ends, strict=True))
    return tuple(piece for piece in pieces if has_words(piece))


def clause_ends(text: str) -> tuple[int, ...]:
    """The offsets at which a new clause begins: after a punctuation mark, before an opening bracket or a dash."""
    ends = (match.start() + 1 if match[0].lstrip()[0] in "(（–—-" else match.end() for match in _clause_marks(text))
    return tuple(end for end in ends if has_words(text[end:]))


def shorten(text: str, limit: int) -> str:
    """Cut `text` to at most `limit` characters (wide ones count twice, see `display_width`).

    Cuts at the end of a clause if enough is left before it, otherwise between words, with "…" added. No article or
    preposition is left before the "…".
    """
    if display_width(text) <= limit:
        return text
    for match in reversed(list(_clause_marks(text, prefix_length(text, limit) + 2))):
        head = text[: match.start()]
        # A very short clause says less than a sentence that is cut off.
        if limit * 0.3 <= display_width(head) <= limit:
            return head.rstrip(_LEFTOVER)
    cut = prefix_length(text, limit - 1)
    space = text.rfind(" ", 0, cut + 1)
    if space > cut // 2:
        cut = space
    cut = _thai_word_end(text, cut)
    return _without_particles(text[:cut].rstrip(_LEFTOVER)).rstrip(_LEFTOVER) + "…"


def _clause_marks(text: str, end: int | None = None) -> Iterator[re.Match[str]]:
    """Yield the marks between clauses up to `end`: not the full stops of “J. R. R. Tolkien” and “max. 10”."""
    for match in _CLAUSE_END.finditer(text, 0, len(text) if end is None else end):
        if match[0][0] == ".":
            word = last_word(text[: match.start()])
            before = text[max(0, match.start() - len(word) - _CONTEXT) : match.start() - len(word)]
            rest = text[match.end() :]
            if word and rest and is_abbreviation_in(before, word, rest.split(maxsplit=1)[0], rest):
                continue
        yield match


def _thai_word_end(text: str, cut: int) -> int:
    """`cut`, or the end of the last word before it if it is within a Thai one."""
    run = next((found for found in _THAI.finditer(text) if found.start() < cut < found.end()), None)
    if run is None:
        return cut
    ends = (run.start() + end for end in accumulate(map(len, split_phrases(run[0], "th", is_fine=True))))
    return max((end for end in ends if cut // 2 < end <= cut), default=cut)


def _without_particles(text: str) -> str:
    words = text.split(" ")
    for _ in range(_MAX_PARTICLES):
        is_short = len(words[-1]) <= _PARTICLE_CHARS and words[-1].isalnum()
        if len(words) <= _MIN_WORDS or not (is_short or words[-1].endswith(".")):
            break
        words.pop()
    return " ".join(words)


def without_full_stop(text: str) -> str:
    """`text` without its final full stop, unless that is part of an abbreviation or an ellipsis."""
    if text.endswith(("。", "।", "۔")):
        return text[:-1]
    if text.endswith(".") and not text.endswith("..") and not is_abbreviation(last_word(text[:-1]), ""):
        return text[:-1]
    return text
