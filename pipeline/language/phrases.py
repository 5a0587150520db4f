"""What a reader would not part: words and phrases of the languages that write them without spaces.

`split_words` cuts such texts into characters. BudouX, a model of some tens of kilobytes per language, tells which of
them belong together: 太陽の | 光は | 白く | 見えます. For the other languages a word is a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from pipeline.language.words import join_words, joins_without_space, split_words
from pipeline.language.writing_systems import writing_of

if TYPE_CHECKING:
    from budoux import Parser

# How sure a model must be that a phrase ends, in its own units: high where its mistakes would part what is one word
# (seen below 1,600 in Thai, below 1,500 in Chinese), not at all in Japanese, whose phrases it knows well.
_BARS = {"ja": 0, "th": 1600, "zh-hans": 1500, "zh-hant": 1500}
# The same for what is wider than a line and has to be parted somewhere.
_FINE_BAR = 800

# Signs that say the word before them once more, in Thai, Lao and Khmer: with or without a space, no line begins with
# one.
REPEATS = ("ๆ", "ໆ", "ៗ")
# Chinese particles, which belong to what is before them, as the models do not always know.
_PARTICLES = re.compile(r"[的了吗嗎呢吧们們着][^\w\s]*")


def split_phrases(text: str, language: str, *, is_fine: bool = False) -> tuple[str, ...]:
    """`text`, in a `language` (a tag: ja, zh-Hant), as the smallest pieces that a line may be broken between.

    Like `split_words`, with characters that belong together left together; joined again, they are the same text.
    What is wider than a line is cut `is_fine`: where words probably end.
    """
    words = split_words(text)
    return tuple(join_words(words[first:last]) for first, last in phrase_spans(words, language, is_fine=is_fine))


def phrase_spans(words: Sequence[str], language: str, *, is_fine: bool = False) -> list[tuple[int, int]]:
    """The same for the words of `split_words`: the index of each phrase's first word, and one past its last."""
    spans: list[tuple[int, int]] = []
    for first, last in _spans(words, language, is_fine=is_fine):
        leans = words[first].startswith(REPEATS) or (last - first == 1 and _PARTICLES.fullmatch(words[first]))
        spans.append((spans.pop()[0] if spans and leans else first, last))
    return spans


def _spans(words: Sequence[str], language: str, *, is_fine: bool) -> list[tuple[int, int]]:
    model = writing_of(language).phrase_model
    parser = _parser(model, min(_FINE_BAR, _BARS[model]) if is_fine else _BARS[model]) if model else None
    if parser is None:
        return [(index, index + 1) for index in range(len(words))]
    spans: list[tuple[int, int]] = []
    for first, last in _runs(words):
        ends = _ends(parser, "".join(words[first:last]))
        start, at = first, 0
        for index in range(first, last):
            at += len(words[index])
            if at in ends:
                spans.append((start, index + 1))
                start = index + 1
        if start < last:
            spans.append((start, last))
    return spans


def _runs(words: Sequence[str]) -> list[tuple[int, int]]:
    """Ranges of words that are written without a space."""
    starts = [
        index
        for index in range(len(words))
        if index == 0 or words[index - 1].endswith(" ") or not joins_without_space(words[index - 1], words[index])
    ]
    return list(zip(starts, [*starts, len(words)][1:], strict=True))


def _ends(parser: Parser, text: str) -> set[int]:
    ends, at = set(), 0
    for phrase in parser.parse(text):
        at += len(phrase)
        ends.add(at)
    return ends


@cache
def _parser(model: str, bar: int) -> Parser:
    """The model by that name, as sure as that of where phrases end."""
    import budoux  # noqa: PLC0415 - only films in these languages load it

    load = {
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
        "th": budoux.load_default_thai_parser,
    }
    parser = load[model]()
    # Half of all weights is the bar that a sum must pass: a weight that no text can have raises it.
    return budoux.Parser({**parser.model, "bar": {"": 2 * bar}})
