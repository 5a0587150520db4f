"""Phrase segmentation for line breaking, in languages written without spaces.

`split_words` cuts such text into characters. BudouX, a model of some tens of kilobytes per language, groups them into
phrases: 太陽の | 光は | 白く | 見えます. In other languages a phrase is a word.
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

# Thresholds for the models' scores, in their own units: high where mistakes would split words (seen below 1,600 in
# Thai, below 1,500 in Chinese), zero in Japanese, whose phrases the model knows well.
_THRESHOLDS = {"ja": 0, "th": 1600, "zh-hans": 1500, "zh-hant": 1500}
# For phrases wider than a line, which have to be split somewhere.
_FINE_THRESHOLD = 800

# Repetition signs of Thai, Lao and Khmer: no line begins with one, with or without a space before it.
REPEATS = ("ๆ", "ໆ", "ៗ")
# Chinese particles belong to the word before them, which the models don't always know.
_PARTICLES = re.compile(r"[的了吗嗎呢吧们們着][^\w\s]*")


def split_phrases(text: str, language: str, *, is_fine: bool = False) -> tuple[str, ...]:
    """`text`, in a `language` (a tag: ja, zh-Hant), as the phrases between which a line may be broken.

    `join_words` restores the text. `is_fine` splits at a lower threshold, where words probably end: for phrases wider
    than a line.
    """
    words = split_words(text)
    return tuple(join_words(words[first:last]) for first, last in phrase_spans(words, language, is_fine=is_fine))


def phrase_spans(words: Sequence[str], language: str, *, is_fine: bool = False) -> list[tuple[int, int]]:
    """The phrases of `words` (from `split_words`): the index of each one's first word, and one past its last."""
    spans: list[tuple[int, int]] = []
    for first, last in _spans(words, language, is_fine=is_fine):
        is_suffix = words[first].startswith(REPEATS) or (last - first == 1 and _PARTICLES.fullmatch(words[first]))
        spans.append((spans.pop()[0] if spans and is_suffix else first, last))
    return spans


def _spans(words: Sequence[str], language: str, *, is_fine: bool) -> list[tuple[int, int]]:
    model = writing_of(language).phrase_model
    if not model:
        return [(index, index + 1) for index in range(len(words))]
    parser = _parser(model, min(_FINE_THRESHOLD, _THRESHOLDS[model]) if is_fine else _THRESHOLDS[model])
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
    """Ranges of words written without spaces between them."""
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
def _parser(model: str, threshold: int) -> Parser:
    """The BudouX model by that name, with a threshold for its scores."""
    import budoux  # noqa: PLC0415 - only films in these languages load it

    load = {
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
        "th": budoux.load_default_thai_parser,
    }
    parser = load[model]()
    # BudouX's threshold is half the sum of all weights: a weight for a feature that no text has raises it.
    return budoux.Parser({**parser.model, "bar": {"": 2 * threshold}})
