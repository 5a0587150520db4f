"""Tokenisation into words: the unit that is spoken, timed and shown.

Narrators time these words, subtitles break lines between them and captions highlight them one by one, so all three must
split a text in the same places. Scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are split into
characters with their punctuation; in the last four, what is read as one character stays one word. Everything else is
split at white space. (`phrases.py` groups the characters.)

A space between Chinese or Japanese characters is meaningless and dropped; one beside a word of an alphabet or a number
is kept: "Hello 田中". In the other four, a space ends a clause or sentence, like a comma elsewhere. Kept spaces stay on
the word before them: "Hello ", "ดี ".

Splitting is stable: for words of `split_words`, from one text or concatenated from several,
`split_words(join_words(words)) == words`. (Of several texts in Thai, Lao, Khmer or Burmese: unless one begins or ends
within a character, with a mark whose consonant is missing, or with the final mark of another sentence.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cached_property
from itertools import pairwise


class _Pattern:
    """A lazily compiled pattern: compilation takes a millisecond, and ASCII text needs none of them."""

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
# Thai, Lao, Burmese, Khmer, without the baht sign, which precedes numbers.
_SOUTHEAST_ASIAN = r"\u0e00-\u0e3e\u0e40-\u0eff\u1000-\u109f\u1780-\u17ff"
_IS_UNSPACED = _Pattern(f"[{_EAST_ASIAN}{_SOUTHEAST_ASIAN}]")
_IS_EAST_ASIAN = _Pattern(f"[{_EAST_ASIAN}]")
_STARTS_EAST_ASIAN = _Pattern(f"[{_EAST_ASIAN}\u3000-\u303f\uff01-\uff5e]")
_STARTS_SOUTHEAST_ASIAN = _Pattern(f"[{_SOUTHEAST_ASIAN}]")
_STARTS_UNSPACED = _Pattern(f"[{_EAST_ASIAN}{_SOUTHEAST_ASIAN}\u3000-\u303f\uff01-\uff5e]")
# Punctuation that links letters of these without a space: "พ.ศ.", "กม./ชม.", "และ/หรือ".
_LINKS = _Pattern(f"[{_SOUTHEAST_ASIAN}][./–-]+$")
# Small kana belong to the character before, like combining marks (category M), length and repetition signs (Lm).
_SMALL_KANA = frozenset("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ")
# Thai and Lao write some vowels before their consonant, others after it; neither stands alone.
_VOWELS_BEFORE = frozenset("เแโใไເແໂໃໄ")
_VOWELS_AFTER = frozenset("ะาำๅฯະາຳຽ")
# A clause ends there even without a space: "OK。And".
_MARKS = frozenset("。、，！？；：")
# Stacks the next consonant below this one, in Khmer and Burmese.
_STACKING = frozenset("\u17d2\u1039")


def split_words(text: str) -> tuple[str, ...]:
    """The words of `text`, with punctuation kept on the word that it follows or opens."""
    words: list[str] = []
    chunks = text.split()
    for chunk, following in pairwise([*chunks, ""]):
        words.extend(_split_chunk(chunk))
        if _keeps_space(chunk, following):
            words[-1] += " "
    return tuple(words)


def join_words(words: tuple[str, ...] | list[str]) -> str:
    """The words as running text, with spaces between them except where the script has none."""
    parts: list[str] = []
    for position, word in enumerate(words):
        if position and not joins_without_space(words[position - 1], word):
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


def joins_without_space(word: str, following: str) -> bool:
    """Whether two words are joined without a (further) space and will be split there again."""
    if word.endswith(" "):
        return True
    edges = word[-1], following[0]
    if word.isascii() and following.isascii():
        return False
    if any(map(_STARTS_SOUTHEAST_ASIAN.match, edges)):
        # A name or number in Thai text has a space on both sides.
        linked = _LINKS.search(word) and _STARTS_SOUTHEAST_ASIAN.match(following)
        may_touch = all(map(_STARTS_UNSPACED.match, edges)) or linked is not None
    else:
        # Also with ASCII punctuation between: "他说:OK", "10/5(土)".
        may_touch = any(map(_STARTS_EAST_ASIAN.match, edges)) or any(map(_IS_EAST_ASIAN.search, (word, following)))
    return may_touch and _split_chunk(word + following) == [*_split_chunk(word), *_split_chunk(following)]


def ends_with_pause(word: str) -> bool:
    """Whether the word ends with a space that is a pause, like a comma elsewhere."""
    return word.endswith(" ") and not _is_spaced(word) and not _STARTS_EAST_ASIAN.match(word[-2:])


def _keeps_space(chunk: str, following: str) -> bool:
    """Whether the space between two chunks is meaningful: a pause, or beside an alphabetic word."""
    if not following or (chunk.isascii() and following.isascii()):
        return False
    before, after = _split_chunk(chunk)[-1], _split_chunk(following)[0]
    ends = _IS_EAST_ASIAN.match(chunk[-1]) or (chunk[-1].isascii() and _IS_EAST_ASIAN.search(before))
    if ends or _IS_EAST_ASIAN.match(following) or (following[0].isascii() and _IS_EAST_ASIAN.search(after)):
        # A space without which they would be split differently is added whenever they are joined.
        return (_is_spaced(before) or _is_spaced(after)) and joins_without_space(before, after)
    ends = _STARTS_SOUTHEAST_ASIAN.match(chunk[-1]) or _LINKS.search(chunk)
    return bool(ends and _STARTS_SOUTHEAST_ASIAN.match(following))


def _is_spaced(word: str) -> bool:
    """Whether it has letters or digits, and none of a script without spaces."""
    return (word.isascii() or not _STARTS_UNSPACED.search(word)) and any(map(str.isalnum, word))


def _split_chunk(chunk: str) -> list[str]:
    """The words of a chunk of text without white space."""
    return [chunk] if chunk.isascii() or not _STARTS_UNSPACED.search(chunk) else _split_unspaced(chunk)


def _split_unspaced(chunk: str) -> list[str]:
    """One word per character; combining marks and closing punctuation join the one before, opening ones the next.

    Letters of other scripts in between (Latin names, digits) form one word.
    """
    words: list[str] = []
    opening = ""
    run = False  # whether the last word may take another letter
    for character, following in pairwise(f"{chunk} "):
        category = unicodedata.category(character)
        opens = bool(words) and not opening and _is_prefix_sign(words[-1], character, following)
        if category in {"Ps", "Pi"} or character in _VOWELS_BEFORE or opens:
            opening, run = opening + character, False
        elif (
            words
            and not opening
            and (
                _extends_previous(words[-1], character, category)
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


def _is_prefix_sign(word: str, character: str, following: str) -> bool:
    """Whether a sign between the two belongs to what follows: "气温-5℃", "请看@anna"."""
    if _STARTS_EAST_ASIAN.match(word[-1]) is None:
        return False
    return (
        following.isdigit() if character in "-–" else character in "@#" and following.isascii() and following.isalpha()
    )


def _extends_previous(word: str, character: str, category: str) -> bool:
    if category[0] in "PM" or category == "Lm" or word[-1] in _STACKING:
        return True
    return character in _SMALL_KANA or character in _VOWELS_AFTER
