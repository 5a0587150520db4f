"""Line breaking: balanced lines without a single word on the last one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.language.abbreviations import is_abbreviation
from pipeline.language.sentences import sentence_ends
from pipeline.rendering.text.break_opportunities import HYPHEN, Chunk
from pipeline.rendering.text.line import measure
from pipeline.rendering.text.styles import TextStyle

# Penalties for bad breaks, in the unit of raggedness: squares of the empty share of a line.
_WIDOW = 0.30
_STUB = 0.20
# A line more than needed: in large type, a better break is worth it.
_EXTRA_LINE_HEADING, _EXTRA_LINE = 0.09, 0.14
_SPLIT_PHRASE = 0.14
# A word of at most so many letters at the end of a line.
_DANGLING_WORD, _SHORT_WORD = 0.05, 3
# A number separated from what it counts ("48 / times", "7 / November", "20 / °C"), unless it is a year.
_SEPARATED_NUMBER = 0.14
# A break after an abbreviation that belongs to the next word ("max. / 10", "Dr. / Who", "J. R. R. / Tolkien").
_SEPARATED_ABBREVIATION = 0.20
_AFTER_HYPHEN = 0.06
# A hyphenated word: two of them cost more than a widow.
_HYPHENATION = 0.16
_PHRASE_END = -0.05
# Breaking after a sentence is better than after the first word of the next one.
_SENTENCE_END, _AFTER_FIRST_WORD = -0.10, 0.08
# In scripts with few spaces, a space ends a phrase. A text of so few letters is better kept on one line.
_NO_SPACE, _FEW_LETTERS = 0.03, 8
_PHRASE_ENDS = tuple(",.:;–—!?،؛؟।，、。：；！？")
_SENTENCE_ENDS = tuple(".!?…؟。！？")
# A line below this share of the ideal width is a stub.
_STUB_SHARE = 0.5
# A single word on a line needs more: this share of the longest line. Below the second share, a first line is a stump.
_SINGLE_WORD_SHARE, _STUMP_SHARE = 0.8, 0.6
# So many lines form a column if the longest takes less than this share of the width.
_COLUMN_LINES, _COLUMN_SHARE = 5, 0.7

# “14. November”, which is no end of a sentence.
_ORDINAL = re.compile(r"\d{1,2}\.")
# The first character of a unit that is no letter.
_SIGNS = "°%‰€$£¥₹₩₫₽₺₴×"
_COUNT = re.compile(r"(?![12]\d{3}$)[^\w\s]*\d[\d.,’\u00a0\u202f]*(?<![.,])$")


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Start and end of each line, and raggedness: 1 for a single word or a stub, 2 for a lone “The”."""

    spans: tuple[Chunk, ...]
    ragged: int

    @property
    def hyphens(self) -> int:
        """The number of hyphenated words after the first, which is acceptable."""
        return max(0, sum(span.divided for span in self.spans) - 1)


def break_lines(
    text: str, chunks: Sequence[Chunk], style: TextStyle, *, width_em: float, most: int, phrase: Chunk | None = None
) -> Lines | None:
    """The best way to break `text` into at most `most` lines; None if it does not fit. `phrase` is preferred whole."""
    breaker = _Breaker(text, chunks, style, width_em, phrase)
    fewest = breaker.fewest_lines()
    if fewest is None or fewest > most:
        return None
    counts = range(fewest, min(fewest + 1, most, len(chunks)) + 1)
    extra = _EXTRA_LINE_HEADING if style.is_heading else _EXTRA_LINE
    _price, spans = min(
        (price + extra * (count - fewest), spans) for count in counts for price, spans in [breaker.balance(count)]
    )
    return Lines(spans=spans, ragged=breaker.raggedness(spans))


class _Breaker:
    """Widths of a text's chunks and gaps, and the search for the breaks with the lowest penalty."""

    def __init__(
        self, text: str, chunks: Sequence[Chunk], style: TextStyle, width_em: float, phrase: Chunk | None
    ) -> None:
        self._text, self._chunks, self._limit, self._phrase = text, chunks, width_em, phrase
        self._style = style
        # Ends of sentences with a full stop.
        self._stops = frozenset(sentence_ends(text, style.language) if ". " in text else ())
        self._widths = [measure(text[c.start : c.end], style) + 2 * abs(style.tracking) for c in chunks]
        space = measure("n n", style) - measure("nn", style)
        self._gaps = [space * (after.start - before.end) for before, after in pairwise(chunks)] + [0.0]
        # Width of the hyphen of a line that ends with the chunk.
        hyphen = measure(HYPHEN, style) + abs(style.tracking) if any(c.divided for c in chunks) else 0.0
        self._ends = [hyphen if c.divided else 0.0 for c in chunks]

    def fewest_lines(self) -> int | None:
        """The number of lines if each is filled greedily; None if a chunk is wider than a line."""
        lines, room = 0, 0.0
        for index, width in enumerate(self._widths):
            end = self._ends[index]
            if width + end > self._limit:
                return None
            gap = self._gaps[index - 1] if index else 0.0
            if lines and gap + width + end <= room:
                room -= gap + width
            else:
                lines, room = lines + 1, self._limit - width
        return lines

    def raggedness(self, spans: Sequence[Chunk]) -> int:
        """How bad the lines look, 0 to 2.

        1: the last line is a single word, or any line (or single word) is far shorter than the longest. 2: a line is a
        single short word, like an article, or the first one is a word far shorter than the longest line.
        Also 1: a few letters broken without a space, every line a single word, many lines that leave much of the width
        empty (a column), or a line that ends with an abbreviation of the next word.
        """
        if len(spans) < 2:
            return 0
        if len(self._chunks) < 3:
            return int(not self._gaps[0] and len(self._text) <= _FEW_LETTERS and not self._chunks[0].divided)
        widths = [measure(span.of(self._text), self._style) for span in spans]
        starts = {chunk.start: chunk.end for chunk in self._chunks}
        lonely = [starts[span.start] == span.end for span in spans]
        if not all(lonely) and (
            any(
                alone and span.of(self._text).isalpha() and span.end - span.start <= _SHORT_WORD
                for span, alone in zip(spans, lonely, strict=True)
            )
            or (lonely[0] and widths[0] < _STUMP_SHARE * max(widths))
        ):
            return 2
        short = (
            width < (_SINGLE_WORD_SHARE if alone else _STUB_SHARE) * max(widths)
            for width, alone in zip(widths, lonely, strict=True)
        )
        is_column = len(spans) >= _COLUMN_LINES and max(widths) < _COLUMN_SHARE * self._limit
        return int(is_column or lonely[-1] or any(short) or self._worst_separation(spans) >= _SEPARATED_ABBREVIATION)

    def _worst_separation(self, spans: Sequence[Chunk]) -> float:
        """The highest penalty of separated words at the ends of lines; 0 in texts without abbreviations."""
        ends = {span.end for span in spans[:-1]} if "." in self._text else ()
        last = (index for index, chunk in enumerate(self._chunks) if chunk.end in ends)
        return max((self._separation(index, self._word(index), self._word(index + 1)) for index in last), default=0.0)

    def _word(self, index: int) -> str:
        """Its text; of initials the last one."""
        chunk = self._chunks[index]
        return self._text[chunk.start : chunk.end].rsplit(" ", 1)[-1]

    def balance(self, count: int) -> tuple[float, tuple[Chunk, ...]]:
        """The best break into exactly `count` lines, as even as possible, with its penalty."""
        total = len(self._chunks)
        ideal = (sum(self._widths) + sum(self._gaps)) / count
        # best[k][i]: penalty of breaking the first i chunks into k lines, and the start of the last of these lines.
        best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
        for _ in range(count):
            row: dict[int, tuple[float, int]] = {}
            for start, (so_far, _origin) in best[-1].items():
                width = 0.0
                for end in range(start, total):
                    width += self._widths[end] + (self._gaps[end - 1] if end > start else 0.0)
                    if width + self._ends[end] > self._limit and end > start:
                        break
                    price = so_far + self._penalty(start, end, width + self._ends[end], ideal)
                    if end + 1 not in row or price < row[end + 1][0]:
                        row[end + 1] = (price, start)
            best.append(row)
        spans: list[Chunk] = []
        end = total
        for k in range(count, 0, -1):
            start = best[k][end][1]
            last = self._chunks[end - 1]
            spans.append(Chunk(self._chunks[start].start, last.end, last.divided))
            end = start
        return best[count][total][0], tuple(reversed(spans))

    def _penalty(self, start: int, end: int, width: float, ideal: float) -> float:
        price = ((ideal - width) / self._limit) ** 2
        if width < _STUB_SHARE * ideal:
            price += _STUB
        last = self._word(end)
        if end == len(self._chunks) - 1:
            return price + (_WIDOW if start == end and end > 0 else 0.0)
        if self._phrase and self._phrase.start < self._chunks[end].end < self._phrase.end:
            price += _SPLIT_PHRASE
        if self._gaps[end]:
            price += self._separation(end, last, self._word(end + 1))
        if self._chunks[end].divided:
            price += _HYPHENATION
        elif last.endswith(("-", "‐")):
            price += _AFTER_HYPHEN
        elif not self._gaps[end] and not last.endswith("/"):
            price += _NO_SPACE
        if start < end and self._ends_sentence(end - 1) and not self._ends_sentence(end):
            price += _AFTER_FIRST_WORD
        if self._ends_sentence(end):
            return price + _SENTENCE_END
        return price + (_PHRASE_END if last.endswith(_PHRASE_ENDS) else 0.0)

    def _separation(self, end: int, last: str, following: str) -> float:
        """The penalty for separating chunk `end`, the word `last`, from the next one, `following`."""
        if len(last) <= _SHORT_WORD and last.isalpha():
            return _DANGLING_WORD
        is_ordinal = _ORDINAL.fullmatch(last) is not None
        if last.endswith(".") and not is_ordinal and is_abbreviation(last[:-1], following):
            if self._ends_sentence(end) or following[0].islower():
                return 0.0
            return _SEPARATED_ABBREVIATION
        is_count = _COUNT.match(last) or (is_ordinal and not self._ends_sentence(end))
        return _SEPARATED_NUMBER if is_count and (following[0].isalpha() or following[0] in _SIGNS) else 0.0

    def _ends_sentence(self, index: int) -> bool:
        """Whether a sentence ends with that chunk: “No.”, not “e.g.”, “J.” before a name, nor “14. November”."""
        chunk = self._chunks[index]
        after = self._text[chunk.end :].lstrip()
        if not self._text[: chunk.end].endswith(_SENTENCE_ENDS) or after[:1].islower():
            return False
        if not self._text[: chunk.end].endswith("."):
            return True
        return not after or chunk.end in self._stops
