"""The unit of speech: a word as it is spoken, timed and shown.

Narrators time these words, subtitles break lines between them and captions light them one after another, so all
three must cut a text in the same places. Scripts that write without spaces (Chinese, Japanese, Thai…) are cut into
characters with their punctuation; everything else at white space.
"""

from __future__ import annotations

import re
import unicodedata

# Han, kana, Bopomofo, Thai, Lao, Khmer, Burmese: written without spaces between words.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED += r"\U00020000-\U0003ffff"
_STARTS_UNSPACED = re.compile(f"[{_UNSPACED}\u3000-\u303f\uff01-\uff5e]")
_PIECES = re.compile(f"[{_UNSPACED}]|[^{_UNSPACED}]+")


def split_words(text: str) -> tuple[str, ...]:
    """`text` as words, punctuation kept on the word it follows (or opens)."""
    words: list[str] = []
    for chunk in text.split():
        words.extend(_split_unspaced(chunk) if _STARTS_UNSPACED.search(chunk) else (chunk,))
    return tuple(words)


def join_words(words: tuple[str, ...] | list[str]) -> str:
    """The words as running text: a space between them except where the script has none."""
    text = ""
    for word in words:
        unspaced = text and _STARTS_UNSPACED.match(text[-1]) and _STARTS_UNSPACED.match(word[0])
        text += word if unspaced or not text else f" {word}"
    return text


def _split_unspaced(chunk: str) -> list[str]:
    """One character a word; marks and closing punctuation stay with the character before, opening ones with the next."""
    words: list[str] = []
    opening = ""
    for piece in _PIECES.findall(chunk):
        category = unicodedata.category(piece[0])
        if category in {"Ps", "Pi"}:
            opening += piece
        elif words and not opening and category[0] in "PM":
            words[-1] += piece
        else:
            words.append(opening + piece)
            opening = ""
    if opening:
        words.append(opening)
    return words
