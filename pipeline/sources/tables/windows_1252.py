"""Tells Windows-1252 from other legacy encodings by how the text would read.

Nearly every byte is valid in Windows-1252, so only implausible words give another encoding away: "RenŽ MŸller" was
saved on an old Mac, "–¼‘O" in Japan. The result is a guess; the user can set the encoding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.sources.tables.letter_frequencies import guess_encoding

# Python codec -> usual name.
_BY_PLAUSIBILITY = {
    "mac_roman": "Mac OS Roman",
    "cp850": "DOS code page 850",
    "cp1250": "Windows-1250",
    "iso8859_2": "ISO 8859-2",
}
_BY_FREQUENCY = {
    "cp1250": "Windows-1250", "iso8859_2": "ISO 8859-2", "cp1254": "Windows-1254 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)",
}  # fmt: skip
_WORD = re.compile(r"[^\s,;|\"]+")
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
# Runs of this many accented letters are Cyrillic, Greek, Chinese or Korean.
_FOREIGN_RUN_CHARS = 3
# Symbols that never occur inside a word, and those that never touch one.
_INSIDE_WORD = re.compile(r"[^\W\d_][‚„†‡‰‹“”•™›¡¢£¥§©«®°±²³¶¹»¼½¾¿×÷][^\W\d_]")
_AT_WORD = re.compile(r"[ƒˆ˜¤¦¨¬¯¸\udc80-\udcff](?=\w)|(?<=\w)[ƒˆ˜¤¦¨¬¯¸\udc80-\udcff]|[£¥][a-z]{4}")
_CJK = re.compile(r"[\u3005-\u30ff\u4e00-\u9fff]+")
_MAX_TESTED_BYTES = 256 * 1024
# One implausible word in this many makes the encoding doubtful.
_IMPLAUSIBLE_RATIO = 4
# Tie-breaker between encodings that explain equally many words.
_COMMON = frozenset("äöüßéèàçñåøæíóáúêôâãõłąęśżćÄÖÜÉÅØŁŚŻ’")
# Fewer characters are no evidence: "’s" is one character in Shift-JIS.
_MIN_CJK_CHARS = 4


@dataclass(frozen=True, kw_only=True)
class EncodingMismatch:
    """Evidence against Windows-1252."""

    # A word as it would read in Windows-1252.
    word: str
    # The likely encoding (Python codec), and an explanation with the word as it reads there; empty: unknown.
    encoding: str = ""
    guess: str = ""

    @property
    def hint(self) -> str:
        """What to do."""
        if not self.encoding:
            return "Save it as UTF-8, or set campaign.encoding, e.g. to 'cp1251' (Russian) or 'gb18030' (Chinese)"
        return f"Save it as UTF-8, or set campaign.encoding = '{self.encoding}'"


def detect_other_encoding(lines: Sequence[bytes]) -> EncodingMismatch | None:
    """Evidence that lines with invalid UTF-8 are not Windows-1252 either; None: they may well be."""
    sizes = accumulate(map(len, lines), initial=0)
    lines = [line for line, before in zip(lines, sizes, strict=False) if before < _MAX_TESTED_BYTES]
    text = "\n".join(line.decode("cp1252", errors="surrogateescape") for line in lines)
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    implausible = [word for word in words if _is_implausible(word)]
    runs = _NON_ASCII.findall(text)
    foreign = [run for run in runs if len(run) >= _FOREIGN_RUN_CHARS and sum(map(str.isalpha, run)) > 1]
    is_foreign = len(foreign) * 2 > len(runs)
    for encoding, name in (("cp932", "Shift-JIS"), *([] if is_foreign else [("cp950", "Big5")])):
        if sample := _first_cjk_word(lines, encoding):
            word = _printable((implausible or words)[0])
            return EncodingMismatch(word=word, encoding=encoding, guess=f"in {name}, it contains “{sample}”")
    if is_foreign:
        return EncodingMismatch(word=_printable(foreign[0]))
    is_doubtful = implausible and len(implausible) * _IMPLAUSIBLE_RATIO >= len(words)
    better = _by_plausibility(implausible) if is_doubtful else None
    # For the two Central European encodings, letter frequencies are the better evidence.
    return better if better and better.encoding not in _BY_FREQUENCY else _by_letter_frequency(words) or better


def _printable(word: str) -> str:
    """A word with � in place of undefined bytes."""
    return word.encode("cp1252", errors="surrogateescape").decode("cp1252", errors="replace")


def _by_plausibility(implausible: Sequence[str]) -> EncodingMismatch | None:
    """The encoding in which most of these words are plausible; None: there is none."""
    raw = [word.encode("cp1252", errors="surrogateescape") for word in implausible]
    explained = {
        name: [(word, text) for word in raw if _is_word(text := word.decode(name, errors="replace"))]
        for name in _BY_PLAUSIBILITY
    }
    common = {name: sum(letter in _COMMON for _, text in found for letter in text) for name, found in explained.items()}
    best = max(explained, key=lambda name: (len(explained[name]), common[name]))
    if len(explained[best]) * 2 <= len(implausible):
        return None
    word, text = explained[best][0]
    guess = f"in {_BY_PLAUSIBILITY[best]}, it reads “{text[:40]}”"
    return EncodingMismatch(word=word.decode("cp1252", errors="replace"), encoding=best, guess=guess)


def _by_letter_frequency(words: Sequence[str]) -> EncodingMismatch | None:
    """The encoding that the letter frequencies of all words suggest; None: Windows-1252 is likely enough."""
    found = guess_encoding([word.encode("cp1252", errors="surrogateescape") for word in words])
    if found is None:
        return None
    guess = f"in {_BY_FREQUENCY[found.encoding]}, it reads “{found.meant}”"
    return EncodingMismatch(word=found.word, encoding=found.encoding, guess=guess)


def _is_word(text: str) -> bool:
    """Whether a word is plausible and its non-ASCII characters are letters and apostrophes."""
    return not _is_implausible(text) and all(each.isascii() or each.isalpha() or each == "’" for each in text)


def _is_implausible(word: str) -> bool:
    """Whether a word has symbols inside it, or capitals among lower-case letters."""
    if _INSIDE_WORD.search(word) or _AT_WORD.search(word):
        return True
    for before, letter, after in zip(" " + word, word, word[1:] + " ", strict=False):
        if letter.isascii():
            continue
        if letter.isupper() and (before.islower() or (before.isupper() and after.islower())):
            return True
        if letter.islower() and before.isupper() and after.isupper():
            return True
    return False


def _first_cjk_word(lines: Sequence[bytes], encoding: str) -> str:
    """The first Chinese or Japanese word in a double-byte encoding; empty: none, or too little evidence.

    In Western text, an accented letter and its successor decode to one isolated character; real words are longer.
    """
    try:
        text = "\n".join(line.decode(encoding) for line in lines)
    except UnicodeDecodeError:
        return ""
    runs = _CJK.findall(text)
    words = [run for run in runs if len(run) > 1]
    chars = sum(map(len, runs))
    return words[0][:20] if chars >= _MIN_CJK_CHARS and sum(map(len, words)) * 2 > chars else ""
