"""Preparation of words for line breaking: phrases are kept together, words wider than a line are split."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.language.display_width import display_width, prefix_length
from pipeline.language.hyphenation import hyphenation_points
from pipeline.language.phrases import phrase_spans
from pipeline.language.words import join_words
from pipeline.model import Word

# Addresses and compounds are preferably split after one of these.
_SEPARATORS = frozenset("-‐–/\\.,:;=&?#_@+%")
# Addresses are split without a hyphen, which would look like part of them.
_ADDRESS = re.compile(r"[/@]|\w\.[a-z]{2}")
_LETTERS = re.compile(r"[^\W\d_]+")


def join_phrases(words: Sequence[Word], language: str, max_width: int) -> list[Word]:
    """The words, with those of a phrase merged in languages without spaces, if the phrase fits a line.

    So lines don't break inside a phrase, and captions highlight phrases, not single characters.
    """
    return _joined(words, language, max_width, is_fine=False)


def _joined(words: Sequence[Word], language: str, max_width: int, *, is_fine: bool) -> list[Word]:
    joined: list[Word] = []
    for first, last in phrase_spans([word.text for word in words], language, is_fine=is_fine):
        text = join_words([word.text for word in words[first:last]])
        if last - first == 1 or (display_width(text) > max_width and is_fine):
            joined += words[first:last]
        elif display_width(text) > max_width:
            joined += _joined(words[first:last], language, max_width, is_fine=True)
        else:
            joined.append(Word(text=text, start_s=words[first].start_s, end_s=words[last - 1].end_s))
    return joined


def split_long_words(words: Sequence[Word], max_width: int, language: str) -> tuple[list[Word], list[bool]]:
    """The words, those wider than a line split into pieces that fit; and for each whether it continues the one before.

    Words are hyphenated as in their `language` (a tag). Pieces share the time of their word by length.
    """
    fitted: list[Word] = []
    continues: list[bool] = []
    for word in words:
        pieces = _pieces(word, max_width, language) if display_width(word.text) > max_width else [word]
        fitted += pieces
        continues += [False] + [True] * (len(pieces) - 1)
    return fitted, continues


def _pieces(word: Word, max_width: int, language: str) -> list[Word]:
    texts = []
    rest = word.text
    is_address = bool(_ADDRESS.search(rest))
    points = [] if is_address else _points_in(rest, language)
    while display_width(rest) > max_width:
        end = prefix_length(rest, max_width)
        split = max((at for at in range(1, end + 1) if rest[at - 1] in _SEPARATORS), default=0)
        if split * 3 >= end:  # one near the start would leave a stub
            texts.append(rest[:split])
            rest = rest[split:]
            continue
        if not is_address and rest[end - 1].isalpha():
            end = prefix_length(rest, max_width - 1)
            begins = len(word.text) - len(rest)
            end = max((at - begins for at in points if begins < at <= begins + end), default=end)
            texts.append(f"{rest[:end]}-")
        else:
            texts.append(rest[:end])
        rest = rest[end:]
    return _share_time([*texts, rest], word)


def _points_in(text: str, language: str) -> list[int]:
    """Hyphenation points of all words in a text with punctuation."""
    runs = _LETTERS.finditer(text)
    return [run.start() + point for run in runs for point in hyphenation_points(run.group(), language)]


def _share_time(texts: Sequence[str], word: Word) -> list[Word]:
    total = sum(len(text) for text in texts)
    length_s, pieces, start_s, done = word.end_s - word.start_s, [], word.start_s, 0
    for text in texts:
        done += len(text)
        end_s = word.end_s if done == total else word.start_s + length_s * done / total
        pieces.append(replace(word, text=text, start_s=start_s, end_s=end_s))
        start_s = end_s
    return pieces
