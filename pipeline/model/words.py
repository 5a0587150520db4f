"""The unit of speech: a word as it is spoken, timed and shown.

Narrators time these words, subtitles break lines between them and captions light them one after another, so all
three must cut a text in the same places. Scripts that write without spaces (Chinese, Japanese, Thai…) are cut into
characters with their punctuation; everything else at white space.

Cutting survives joining: for words of `split_words`, from one text or from several one after another,
`split_words(join_words(words)) == words`.
"""

from __future__ import annotations

import re
import unicodedata

# Han, kana, Bopomofo, Thai, Lao, Khmer, Burmese: written without spaces between words.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED += r"\U00020000-\U0003ffff"
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_STARTS_UNSPACED = re.compile(f"[{_UNSPACED}\u3000-\u303f\uff01-\uff5e]")
# Small kana belong to the character before, like the marks (category M) and the length and repetition signs (Lm).
_SMALL_KANA = frozenset("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ")


def split_words(text: str) -> tuple[str, ...]:
    """`text` as words, punctuation kept on the word it follows (or opens)."""
    words: list[str] = []
    for chunk in text.split():
        words.extend(_split_unspaced(chunk) if _STARTS_UNSPACED.search(chunk) else (chunk,))
    return tuple(words)


def join_words(words: tuple[str, ...] | list[str]) -> str:
    """The words as running text: a space between them except where the script has none."""
    parts: list[str] = []
    for position, word in enumerate(words):
        if position and not _touch(words[position - 1], word):
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


def _touch(word: str, following: str) -> bool:
    """Whether the two are written without a space, and are still two words then."""
    if not (_STARTS_UNSPACED.match(word[-1]) and _STARTS_UNSPACED.match(following[0])):
        return False
    return _split_unspaced(word + following) == [word, following]


def _split_unspaced(chunk: str) -> list[str]:
    """One character a word; marks and closing punctuation stay with the character before, opening ones with the next.

    Letters of other scripts in between (Latin names, digits) stay together as one word.
    """
    words: list[str] = []
    opening = ""
    run = False  # whether the last word can take another letter
    for character in chunk:
        category = unicodedata.category(character)
        if category in {"Ps", "Pi"}:
            opening, run = opening + character, False
        elif words and not opening and (_leans_back(character, category) or (run and not _stands_alone(character))):
            words[-1] += character
        else:
            words.append(opening + character)
            opening, run = "", not _stands_alone(character)
    return [*words, opening] if opening else words


def _stands_alone(character: str) -> bool:
    return _IS_UNSPACED.match(character) is not None


def _leans_back(character: str, category: str) -> bool:
    return category[0] in "PM" or category == "Lm" or character in _SMALL_KANA
