"""The unit of speech: a word as it is spoken, timed and shown.

Narrators time these words, subtitles break lines between them and captions light them one after another, so all
three must cut a text in the same places. Scripts that write without spaces are cut into characters with their
punctuation: Chinese and Japanese, and Thai, Lao, Khmer and Burmese, where what is read as one sign stays one word.
Everything else is cut at white space. (`phrases.py` puts characters together that a reader would not part.)

A space between characters of Chinese or Japanese means nothing and is dropped; one beside a word of an alphabet or a
number is kept as it is written: "Hello 田中". In the other four a space ends a clause or a sentence, as a comma does
elsewhere. What is kept stays on the word it follows: "Hello ", "ดี ".

Cutting survives joining: for words of `split_words`, from one text or from several one after another,
`split_words(join_words(words)) == words`. (Of several in Thai, Lao, Khmer or Burmese: if none begins or ends within a
letter, with a mark whose consonant is missing or a stop of another sentence.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cached_property
from itertools import pairwise


class _Pattern:
    """Compiled when it is first asked for, in a millisecond each: a text that is ASCII asks for none."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    @cached_property
    def match(self) -> Callable[[str], re.Match[str] | None]:
        """See `re.Pattern.match`."""
        return re.compile(self._pattern).match

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        """See `re.Pattern.search`."""
        return re.compile(self._pattern).search


# Han, kana, Bopomofo.
_EAST_ASIAN = r"\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Thai, Lao, Burmese, Khmer.
# But for the sign of the baht, which stands before numbers.
_SOUTHEAST_ASIAN = r"\u0e00-\u0e3e\u0e40-\u0eff\u1000-\u109f\u1780-\u17ff"
_IS_UNSPACED = _Pattern(f"[{_EAST_ASIAN}{_SOUTHEAST_ASIAN}]")
_IS_EAST_ASIAN = _Pattern(f"[{_EAST_ASIAN}]")
_STARTS_EAST_ASIAN = _Pattern(f"[{_EAST_ASIAN}\u3000-\u303f\uff01-\uff5e]")
_STARTS_SOUTHEAST_ASIAN = _Pattern(f"[{_SOUTHEAST_ASIAN}]")
_STARTS_UNSPACED = _Pattern(f"[{_EAST_ASIAN}{_SOUTHEAST_ASIAN}\u3000-\u303f\uff01-\uff5e]")
# What links letters of these without a space: "พ.ศ.", "กม./ชม.", "และ/หรือ".
_LINKS = _Pattern(f"[{_SOUTHEAST_ASIAN}][./–-]+$")
# Small kana belong to the character before, like the marks (category M) and the length and repetition signs (Lm).
_SMALL_KANA = frozenset("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ")
# Thai and Lao write some vowels before their consonant, others after it; neither is read alone.
_VOWELS_BEFORE = frozenset("เแโใไເແໂໃໄ")
_VOWELS_AFTER = frozenset("ะาำๅฯະາຳຽ")
# A clause ends there, whatever follows: "OK。And".
_MARKS = frozenset("。、，！？；：")
# Puts the next consonant below this one, in Khmer and Burmese.
_STACKING = frozenset("\u17d2\u1039")


def split_words(text: str) -> tuple[str, ...]:
    """`text` as words, punctuation kept on the word it follows (or opens)."""
    words: list[str] = []
    chunks = text.split()
    for chunk, following in pairwise([*chunks, ""]):
        words.extend(_cut(chunk))
        if _pauses(chunk, following):
            words[-1] += " "
    return tuple(words)


def join_words(words: tuple[str, ...] | list[str]) -> str:
    """The words as running text: a space between them except where the script has none."""
    parts: list[str] = []
    for position, word in enumerate(words):
        if position and not joins_without_space(words[position - 1], word):
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


def joins_without_space(word: str, following: str) -> bool:
    """Whether the two are written without another space between them, and are cut there again then."""
    if word.endswith(" "):
        return True
    edges = word[-1], following[0]
    if word.isascii() and following.isascii():
        return False
    if any(map(_STARTS_SOUTHEAST_ASIAN.match, edges)):
        # A name or a number among Thai letters has a space on both sides.
        linked = _LINKS.search(word) and _STARTS_SOUTHEAST_ASIAN.match(following)
        may_touch = all(map(_STARTS_UNSPACED.match, edges)) or linked is not None
    else:
        # Also where a mark of the alphabet is between: "他说:OK", "10/5(土)".
        may_touch = any(map(_STARTS_EAST_ASIAN.match, edges)) or any(map(_IS_EAST_ASIAN.search, (word, following)))
    return may_touch and _cut(word + following) == [*_cut(word), *_cut(following)]


def ends_with_pause(word: str) -> bool:
    """Whether the space that ends a word is a pause, as a comma is elsewhere."""
    return word.endswith(" ") and not _has_spaces_beside_it(word) and not _STARTS_EAST_ASIAN.match(word[-2:])


def _pauses(chunk: str, following: str) -> bool:
    """Whether the space between two chunks is one that speaks, or is there to be seen."""
    if not following or (chunk.isascii() and following.isascii()):
        return False
    before, after = _cut(chunk)[-1], _cut(following)[0]
    ends = _IS_EAST_ASIAN.match(chunk[-1]) or (chunk[-1].isascii() and _IS_EAST_ASIAN.search(before))
    if ends or _IS_EAST_ASIAN.match(following) or (following[0].isascii() and _IS_EAST_ASIAN.search(after)):
        # One without which they would be cut elsewhere is there whenever they are joined.
        return (_has_spaces_beside_it(before) or _has_spaces_beside_it(after)) and joins_without_space(before, after)
    ends = _STARTS_SOUTHEAST_ASIAN.match(chunk[-1]) or _LINKS.search(chunk)
    return bool(ends and _STARTS_SOUTHEAST_ASIAN.match(following))


def _has_spaces_beside_it(word: str) -> bool:
    """Whether it has letters or digits, and none of a script that writes no spaces."""
    return (word.isascii() or not _STARTS_UNSPACED.search(word)) and any(map(str.isalnum, word))


def _cut(chunk: str) -> list[str]:
    """The words of a text without white space."""
    return [chunk] if chunk.isascii() or not _STARTS_UNSPACED.search(chunk) else _split_unspaced(chunk)


def _split_unspaced(chunk: str) -> list[str]:
    """One character a word; marks and closing punctuation stay with the character before, opening ones with the next.

    Letters of other scripts in between (Latin names, digits) stay together as one word.
    """
    words: list[str] = []
    opening = ""
    run = False  # whether the last word can take another letter
    for character, following in pairwise(f"{chunk} "):
        category = unicodedata.category(character)
        leads = bool(words) and not opening and _leads_on(words[-1], character, following)
        if category in {"Ps", "Pi"} or character in _VOWELS_BEFORE or leads:
            opening, run = opening + character, False
        elif (
            words
            and not opening
            and (
                _leans_back(words[-1], character, category)
                or (run and not _stands_alone(character) and words[-1][-1] not in _MARKS)
            )
        ):
            words[-1] += character
        else:
            words.append(opening + character)
            opening, run = "", not _stands_alone(character)
    return [*words, opening] if opening else words


def _stands_alone(character: str) -> bool:
    return _IS_UNSPACED.match(character) is not None


def _leads_on(word: str, character: str, following: str) -> bool:
    """Whether a sign between the two is of what follows: "气温-5℃", "请看@anna"."""
    if _STARTS_EAST_ASIAN.match(word[-1]) is None:
        return False
    return (
        following.isdigit() if character in "-–" else character in "@#" and following.isascii() and following.isalpha()
    )


def _leans_back(word: str, character: str, category: str) -> bool:
    if category[0] in "PM" or category == "Lm" or word[-1] in _STACKING:
        return True
    return character in _SMALL_KANA or character in _VOWELS_AFTER
