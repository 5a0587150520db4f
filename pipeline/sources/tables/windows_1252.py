"""Whether what is no UTF-8 can be Windows-1252, by how it would read.

Any byte is a letter or a sign there, so nothing but its words tells: "RenŽ MŸller" was saved by an old Mac, "–¼‘O" in
Japan. What is told is a guess, and whoever knows better names the encoding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.sources.tables.letter_frequencies import guess_encoding

# As Python calls them, and as people do.
_OTHERS = {
    "mac_roman": "Mac OS Roman",
    "cp850": "the code page of DOS",
    "cp1250": "Windows-1250",
    "iso8859_2": "ISO 8859-2",
}
_BY_LETTERS = {
    "cp1250": "Windows-1250", "iso8859_2": "ISO 8859-2", "cp1254": "Windows-1254 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)",
}  # fmt: skip
_WORD = re.compile(r"[^\s,;|\"]+")
_MARKED = re.compile(r"[^\x00-\x7f]+")
# Of Cyrillic, Greek, Chinese, Korean: letters with accents stand beside each other there.
_STRANGE_CHARS = 3
# Signs that no word has inside it, and those that stand at no word.
_INSIDE = re.compile(r"[^\W\d_][‚„†‡‰‹“”•™›¡¢£¥§©«®°±²³¶¹»¼½¾¿×÷][^\W\d_]")
_NOWHERE = re.compile(r"[ƒˆ˜¤¦¨¬¯¸\udc80-\udcff](?=\w)|(?<=\w)[ƒˆ˜¤¦¨¬¯¸\udc80-\udcff]|[£¥][a-z]{4}")
_WIDE = re.compile(r"[\u3005-\u30ff\u4e00-\u9fff]+")
_JUDGED_BYTES = 256 * 1024
# One word in so many makes it doubtful.
_ODD_IN = 4
# By which one of two is chosen that both make words.
_COMMON = frozenset("äöüßéèàçñåøæíóáúêôâãõłąęśżćÄÖÜÉÅØŁŚŻ’")
# Fewer characters are no evidence: "’s" is one in Shift-JIS.
_FEWEST_WIDE = 4


@dataclass(frozen=True, kw_only=True)
class EncodingMismatch:
    """Why it is another encoding."""

    # A word as Windows-1252 would have it.
    word: str
    # The encoding, as Python calls it, and how the word reads there, told; both empty: nothing is sure enough.
    encoding: str = ""
    guess: str = ""

    @property
    def hint(self) -> str:
        """What to do about it."""
        if not self.encoding:
            return (
                "Save it as UTF-8, or name its encoding, campaign.encoding = 'cp1251' (Russian), 'gb18030' (Chinese)…"
            )
        return f"Save it as UTF-8, or name its encoding, campaign.encoding = '{self.encoding}'"


def detect_other_encoding(lines: Sequence[bytes]) -> EncodingMismatch | None:
    """Whether lines that are no UTF-8 are no Windows-1252 either; None: they may well be."""
    # So many bytes are enough to tell by.
    sizes = accumulate(map(len, lines), initial=0)
    lines = [line for line, before in zip(lines, sizes, strict=False) if before < _JUDGED_BYTES]
    text = "\n".join(line.decode("cp1252", errors="surrogateescape") for line in lines)
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    odd = [word for word in words if _is_odd(word)]
    marked = _MARKED.findall(text)
    strange = [each for each in marked if len(each) >= _STRANGE_CHARS and sum(map(str.isalpha, each)) > 1]
    if shown := _wide(lines, "cp932"):
        return _in_pairs((odd or words)[0], "cp932", f"as Shift-JIS, it would have “{shown}”")
    if len(strange) * 2 > len(marked):
        return EncodingMismatch(word=_as_read(strange[0]))
    if shown := _wide(lines, "cp950"):
        return _in_pairs((odd or words)[0], "cp950", f"as Big5, it would have “{shown}”")
    better = _better(odd) if odd and len(odd) * _ODD_IN >= len(words) else None
    # Of the two of Central Europe, letters tell more than how many of them are words.
    return better if better and better.encoding not in _BY_LETTERS else _likelier(words) or better


def _in_pairs(word: str, encoding: str, guess: str) -> EncodingMismatch:
    return EncodingMismatch(word=_as_read(word), encoding=encoding, guess=guess)


def _as_read(word: str) -> str:
    """A word with � for bytes that are no letters."""
    return word.encode("cp1252", errors="surrogateescape").decode("cp1252", errors="replace")


def _better(odd: Sequence[str]) -> EncodingMismatch | None:
    """By the encoding that makes words of most that is odd; None: none does."""
    raw = [word.encode("cp1252", errors="surrogateescape") for word in odd]
    mended = {
        name: [(word, text) for word in raw if _is_word(text := word.decode(name, errors="replace"))]
        for name in _OTHERS
    }
    best = max(mended, key=lambda name: (len(mended[name]), sum(map(_commons, mended[name]))))
    if len(mended[best]) * 2 <= len(odd):
        return None
    word, text = mended[best][0]
    guess = f"as {_OTHERS[best]}, it would be “{text[:40]}”"
    return EncodingMismatch(word=word.decode("cp1252", errors="replace"), encoding=best, guess=guess)


def _likelier(words: Sequence[str]) -> EncodingMismatch | None:
    """By the letters of all words; None: they may well be Western."""
    found = guess_encoding([word.encode("cp1252", errors="surrogateescape") for word in words])
    if found is None:
        return None
    guess = f"as {_BY_LETTERS[found.encoding]}, it would be “{found.meant}”"
    return EncodingMismatch(word=found.word, encoding=found.encoding, guess=guess)


def _is_word(text: str) -> bool:
    """Whether its letters and apostrophes are all that is not ASCII in it."""
    return not _is_odd(text) and all(each.isascii() or each.isalpha() or each == "’" for each in text)


def _commons(mended: tuple[bytes, str]) -> int:
    return sum(letter in _COMMON for letter in mended[1])


def _is_odd(word: str) -> bool:
    """Whether nobody writes so: with signs inside a word, or capital letters among small ones."""
    if _INSIDE.search(word) or _NOWHERE.search(word):
        return True
    for before, letter, after in zip(" " + word, word, word[1:] + " ", strict=False):
        if letter.isascii():
            continue
        if letter.isupper() and (before.islower() or (before.isupper() and after.islower())):
            return True
        if letter.islower() and before.isupper() and after.isupper():
            return True
    return False


def _wide(lines: Sequence[bytes], encoding: str) -> str:
    """The first word in Chinese or Japanese; empty: it is in neither, or has too few letters to tell.

    A letter with an accent and the one behind it are one of theirs there. Those stand alone, and words do not.
    """
    try:
        text = "\n".join(line.decode(encoding) for line in lines)
    except UnicodeDecodeError:
        return ""
    wide = _WIDE.findall(text)
    long = [each for each in wide if len(each) > 1]
    letters = sum(map(len, wide))
    return long[0][:20] if letters >= _FEWEST_WIDE and sum(map(len, long)) * 2 > letters else ""
