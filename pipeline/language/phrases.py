"""What a reader would not part: words and phrases of the languages that write them without spaces.

`split_words` cuts such texts into characters. BudouX, a model of some tens of kilobytes per language, tells which of
them belong together: 太陽の | 光は | 白く | 見えます. For the other languages a word is a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from pipeline.language.words import join_words, split_words, touch
from pipeline.language.writing import writing_of

if TYPE_CHECKING:
    from budoux import Parser

# How sure a model must be that a phrase ends, in its own units: high where its mistakes would part what is one word
# (seen below 1,600 in Thai, below 1,500 in Chinese), not at all in Japanese, whose phrases it knows well.
_BARS = {"ja": 0, "th": 1600, "zh-hans": 1500, "zh-hant": 1500}

# Signs that say the word before them once more, in Thai, Lao and Khmer: with or without a space, no line begins with
# one.
REPEATS = ("ๆ", "ໆ", "ៗ")


def split_phrases(text: str, language: str) -> tuple[str, ...]:
    """`text`, in a `language` (a tag: ja, zh-Hant), as the smallest pieces that a line may be broken between.

    Like `split_words`, with characters that belong together left together; joined again, they are the same text.
    """
    words = split_words(text)
    return tuple(join_words(words[first:last]) for first, last in phrase_spans(words, language))


def phrase_spans(words: Sequence[str], language: str) -> list[tuple[int, int]]:
    """The same for the words of `split_words`: the index of each phrase's first word, and one past its last."""
    spans: list[tuple[int, int]] = []
    for first, last in _spans(words, language):
        is_said_again = bool(spans) and words[first].startswith(REPEATS)
        spans.append((spans.pop()[0] if is_said_again else first, last))
    return spans


def _spans(words: Sequence[str], language: str) -> list[tuple[int, int]]:
    parser = _parser(writing_of(language).phrase_model)
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
        if index == 0 or words[index - 1].endswith(" ") or not touch(words[index - 1], words[index])
    ]
    return list(zip(starts, [*starts, len(words)][1:], strict=True))


def _ends(parser: Parser, text: str) -> set[int]:
    ends, at = set(), 0
    for phrase in parser.parse(text):
        at += len(phrase)
        ends.add(at)
    return ends


@cache
def _parser(model: str) -> Parser | None:
    """The model by that name; an empty name: none."""
    if not model:
        return None
    import budoux  # noqa: PLC0415 - only films in these languages load it

    load = {
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
        "th": budoux.load_default_thai_parser,
    }
    parser = load[model]()
    # Half of all weights is the bar that a sum must pass: a weight that no text can have raises it.
    return budoux.Parser({**parser.model, "bar": {"": 2 * _BARS[model]}})
