"""Break opportunities: where a line may end, in texts of any language, within long words and addresses."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from pipeline.language.graphemes import grapheme_clusters
from pipeline.language.hyphenation import hyphenation_points, is_word
from pipeline.language.phrases import REPEATS, split_phrases
from pipeline.rendering.text.line import measure
from pipeline.rendering.text.styles import TextStyle

# Punctuation that may surround a hyphenated word.
_OPENING_MARKS, _CLOSING_MARKS = "([{„“‚‘«»‹›¿¡\u00a0", ",.:;!?…)]}”“’‘»«›‹–—-‐\u00a0"
# Email and web addresses: maria@example.org, https://…, example.org/roofs.
_ADDRESS = re.compile(r"[^\W_]@[^\W_]|[a-z]://|[^\W_]\.[a-z]{2}")
# Addresses break after a slash or before one of these: punctuation at the end of a line would read as the sentence's,
# a hyphen as hyphenation (Chicago Manual of Style, 14.18).
_ADDRESS_BREAK = re.compile(r"(?<=/)(?=[^\W_])|(?<=[^\W_])(?=[@._~?#&=%+-][^\W_])")
_BREAK = re.compile(r"(?<=[^\W_]/)(?=[^\W_])|(?<=[^\W_])(?=_[^\W_])")
# A word, or initials: no line ends between those of “J. R. R. Tolkien”.
_WORD = re.compile(r"(?:[^\w\s]?[^\W\d_]{1,2}\.[ \u2009](?=[^\W\d_]{1,2}\.))*[^ \u2009\u3000]+")

# Drawn at the end of a line where a word is hyphenated.
HYPHEN = "-"


class Chunk(NamedTuple):
    """Characters `start` to `end` of a text, without a break opportunity inside."""

    start: int
    end: int
    # Whether it ends inside a word, so that a line that ends with it needs a hyphen.
    divided: bool = False

    def of(self, text: str) -> str:
        """Its text as a line of its own."""
        return text[self.start : self.end] + (HYPHEN if self.divided else "")


def split_chunks(text: str, language: str = "") -> tuple[Chunk, ...]:
    """`text` split at break opportunities: spaces (except those between initials), phrase boundaries, inner hyphens.

    Hyphens are those inside long words, but not in addresses. Phrases are those of a `language` (a tag) written without
    spaces, or single characters if no phrases are known.
    """
    found: list[Chunk] = []
    for word in _WORD.finditer(text):
        start = word.start()
        for part in _breakable_parts(word.group(), language):
            # A repetition mark stays with its word although a space precedes it.
            is_repetition = bool(found) and part.startswith(REPEATS)
            found.append(Chunk(found.pop().start if is_repetition else start, start + len(part)))
            start += len(part)
    return tuple(found)


def hyphenate_long(
    text: str, chunks: Sequence[Chunk], style: TextStyle, *, width_em: float, names: bool = False
) -> tuple[Chunk, ...]:
    """The chunks, with words wider than a line hyphenated for their language, and addresses at their breaks.

    Words with a hyphen of their own are not hyphenated unless `names`; nor are phrases of a language without spaces.
    """
    found: list[Chunk] = []
    gaps = [True, *(before.end < after.start for before, after in pairwise(chunks)), True]
    for chunk, gap_before, gap_after in zip(chunks, gaps, gaps[1:], strict=False):
        word = text[chunk.start : chunk.end]
        points: Sequence[int] = ()
        joints: Sequence[int] = ()
        if measure(word, style) > width_em:
            joints = _address_breaks(word) or (_word_boundaries(word, style.language) if names else ())
            points = _hyphenation_points(word, style.language) if names or (gap_before and gap_after) else ()
        starts = (chunk.start, *(chunk.start + point for point in joints or points), chunk.end)
        found += (Chunk(start, end, divided=end < chunk.end and not joints) for start, end in pairwise(starts))
    return tuple(found)


def split_long(text: str, chunks: Sequence[Chunk], style: TextStyle, *, width_em: float) -> tuple[Chunk, ...]:
    """The chunks, with those wider than a line split between graphemes: for endless words and parts of addresses.

    The parts are about equally long: two letters alone on a line would look like a mistake.
    """
    found: list[Chunk] = []
    for chunk in chunks:
        letters = grapheme_clusters(text[chunk.start : chunk.end])
        # Without kerning, which mostly tightens.
        steps = [measure(letter, style) + max(0.0, style.tracking) for letter in letters]
        total = sum(steps)
        most = min(width_em, total / max(1, math.ceil(total / width_em)) + max(steps))
        start = end = chunk.start
        width = 0.0
        for cluster, step in zip(letters, steps, strict=True):
            if end > start and width + step > most:
                found.append(Chunk(start, end))
                start, width = end, 0.0
            end, width = end + len(cluster), width + step
        found.append(Chunk(start, end, chunk.divided))
    return tuple(found)


def _address_breaks(word: str) -> tuple[int, ...]:
    """Break opportunities of an address, or a word with a slash or an underscore: no hyphen is drawn there."""
    joints = _ADDRESS_BREAK if _ADDRESS.search(word) else _BREAK
    return tuple(found.start() for found in joints.finditer(word))


def _word_boundaries(word: str, language: str) -> tuple[int, ...]:
    """Probable word boundaries within a phrase of a language written without spaces."""
    pieces = split_phrases(word, language, is_fine=True)
    return tuple(accumulate(map(len, pieces[:-1]))) if "".join(pieces) == word else ()


def _hyphenation_points(word: str, language: str) -> tuple[int, ...]:
    """Where a word may be hyphenated, ignoring punctuation and elided articles (l’internationalisation)."""
    core = word.rstrip(_CLOSING_MARKS)
    core = core[core.rfind("’") + 1 :].lstrip(_OPENING_MARKS)
    first = word.rindex(core)
    return tuple(first + point for point in hyphenation_points(core, language)) if is_word(core) else ()


def _breakable_parts(word: str, language: str) -> Sequence[str]:
    pieces = split_phrases(word, language)
    if len(pieces) > 1 and "".join(pieces) == word:
        return pieces
    if _ADDRESS.search(word):
        return (word,)
    return re.findall(r".*?[^\W\d_]{5}[-‐](?=[^\W\d_]{5})|.+$", word)
