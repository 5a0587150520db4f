"""Tells Windows-1252 from other legacy encodings by how the text would read.

Nearly every byte is valid in Windows-1252. Long runs of accented letters are another alphabet. Otherwise the letters
decide: Czech names read as Windows-1252 are "Dvoøák, Jiøí". Each of these letters exists in Western Europe, so a single
word proves little. A whole table does: no Western language uses both ø and ì, or puts ø next to á. The likelihoods of
the text are compared for each language in its encoding. The result is a guess; the user can set the encoding.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from types import MappingProxyType

_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿăąęěőűůıāēīūėįųœ")
# Percentages of the non-ASCII letters of each language (Windows-1252); "" is a mixture. Rounded estimates.
_WESTERN = {
    "": "é 18 ü 12 ö 12 ä 12 á 6 ó 5 í 5 ø 4 å 5 è 4 ç 3 ß 3 ñ 3 ê 1 ë 2 æ 2 ã 1 ô 1 ú 1 à 2 û .3 î .5 ï .6 â .5 õ .3 "
    "ò .5 ù .5 ì .3 ý .2 ð .2 þ .1 š .6 ž .6 œ .1 ÿ .1",
    "fr": "é 55 è 11 à 12 ê 6 ç 4 ô 3 î 2 û 2 ù 1 ï 1 ë 1 œ 1 â 2 ÿ .5",
    "it": "è 35 à 22 ò 12 ù 13 ì 9 é 9",
    "pt": "ã 18 ç 13 é 13 á 11 ê 8 í 8 ó 8 õ 5 â 4 à 4 ú 4 ô 4",
    "es": "ó 27 í 23 á 20 é 16 ñ 8 ú 6 ü .5",
    "ca": "é 13 à 20 ó 16 è 12 í 14 ò 8 ç 6 ú 5 ï 4 ü 2",
    "da": "ø 35 å 34 æ 29 é 2",
    "is": "ð 22 á 18 í 16 ó 10 þ 8 æ 8 ö 7 é 6 ú 6 ý 3",
    "fo": "á 20 ð 18 í 18 ó 14 ø 12 ú 9 æ 5 ý 4",
    "et": "ä 32 õ 32 ü 25 ö 10 š .5 ž .3",
    "gd": "à 40 ò 20 ì 15 ù 15 è 10",
    "cy": "â 30 ô 25 ê 20 î 15 û 4 ï 4 ö 1 ë 1",
    "fy": "û 30 ê 18 ú 12 â 12 ô 9 é 8 ë 6 ï 3 ö 1 ü 1",
    "de": "ü 40 ä 28 ö 18 ß 13 é 1",
    "fi": "ä 74 ö 22 å 2 š 1 ž 1",
    "sv": "ä 45 å 29 ö 25 é 1",
    "nl": "ë 45 é 25 ï 15 ö 5 è 4 ü 3",
}
_OTHERS = {
    ("cp1250", "cs"): "á 22 í 17 é 8 ř 8 ě 9 č 8 š 8 ž 7 ý 8 ů 3 ú 2 ň 1 ó .5 ď .5 ť .5",
    ("cp1250", "sk"): "á 22 í 12 č 12 é 10 ý 9 š 9 ž 9 ú 7 ľ 4 ť 3 ô 2 ó 2 ň 2 ä 1 ď 1",
    ("cp1250", "pl"): "ł 22 ó 14 ę 12 ą 11 ż 10 ś 10 ń 7 ć 6 ź 2",
    ("cp1250", "hu"): "á 27 é 27 ö 10 ő 9 ó 9 í 5 ü 5 ú 3 ű 3",
    ("cp1250", "ro"): "ă 32 ş 20 ţ 20 î 13 â 13",
    ("cp1250", "hr"): "č 26 š 24 ć 20 ž 16 đ 9",
    ("cp1254", "tr"): "ı 31 ü 16 ş 14 ö 9 ç 10 ğ 10 İ 5 â .3 î .2",
    ("cp1257", "lt"): "ė 22 š 18 ž 14 ą 9 į 8 ų 12 ū 8 č 7 ę 3",
    ("cp1257", "lv"): "ā 34 ī 18 ē 15 š 13 ņ 7 ū 5 ļ 5 ķ 2 ģ 2 ž 4 č 2",
}
# ISO 8859-2, in old web shops and on Unix. For Hungarian and Romanian it equals Windows-1250.
_OTHERS |= {("iso8859_2", each): _OTHERS["cp1250", each] for each in ("cs", "sk", "pl", "hr")}
_OTHERS |= {(codec, each): _WESTERN[each] for codec in ("mac_roman", "cp850") for each in _WESTERN}
# Python codec -> usual name.
_NAMES = {
    "cp1250": "Windows-1250", "iso8859_2": "ISO 8859-2", "cp1254": "Windows-1254 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)", "mac_roman": "Mac OS Roman", "cp850": "DOS code page 850",
}  # fmt: skip
# Probability of a letter that the language lacks, or of a symbol; share of foreign names.
_RARE, _FOREIGN_SHARE = 1e-4, 0.1
_PUNCTUATION = frozenset("’‘“”‚„–—…€\u00a0")
# Probability that a vowel has no vowel next to it, and a consonant has one.
_ALTERNATION = 0.9
# Icelandic words begin with þ, never with ð or ý (where Turkish has ş, ğ, İ). Portuguese has õ only before e.
_IMPLAUSIBLE = re.compile(
    r"[aeiouyáéíóúýæöü]þ|þ(?![aeiouyáéíóúýæörjv])|^[ðý]|õ(?!e).*[áéíóú]|[áéíóú].*õ(?!e)", re.IGNORECASE
)
# Minimum log likelihood ratio over all words, and over those that differ between the encodings.
_MIN_RATIO, _MIN_RATIO_DIFFERING = 4.0, 2.0
# Sample size.
_MAX_WORDS, _MAX_WORD_CHARS, _MAX_TESTED_BYTES = 400, 40, 256 * 1024
_WORD = re.compile(r"[^\s,;|\"]+")
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
# Runs of this many accented letters are Cyrillic, Greek, Chinese or Korean.
_FOREIGN_RUN_CHARS = 3
_CJK = re.compile(r"[\u3005-\u30ff\u4e00-\u9fff]+")
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
    words = [word.encode("cp1252", "surrogateescape") for word in _WORD.findall(text) if not word.isascii()]
    runs = _NON_ASCII.findall(text)
    foreign = [run for run in runs if len(run) >= _FOREIGN_RUN_CHARS and sum(map(str.isalpha, run)) > 1]
    is_foreign = len(foreign) * 2 > len(runs)
    for encoding, name in (("cp932", "Shift-JIS"), *([] if is_foreign else [("cp950", "Big5")])):
        if sample := _first_cjk_word(lines, encoding):
            guess = f"in {name}, it contains “{sample}”"
            return EncodingMismatch(word=_decode(words[0], "cp1252"), encoding=encoding, guess=guess)
    if is_foreign:
        return EncodingMismatch(word=_decode(foreign[0].encode("cp1252", "surrogateescape"), "cp1252"))
    return _by_letter_frequency(words)


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


def _by_letter_frequency(words: Sequence[bytes]) -> EncodingMismatch | None:
    """The encoding in which the words are more likely than in Windows-1252; None: Windows-1252 is likely enough."""
    words = list(islice(dict.fromkeys(word[:_MAX_WORD_CHARS] for word in words), _MAX_WORDS))
    (encoding, language), ratio = _most_likely(words)
    differing = [word for word in words if _decode(word, encoding) != _decode(word, "cp1252")]
    # A single word is weaker evidence.
    threshold = _MIN_RATIO if len(differing) > 1 else 1.5 * _MIN_RATIO
    if not differing or ratio < threshold or _most_likely(differing)[1] < _MIN_RATIO_DIFFERING:
        return None
    own = _FREQUENCIES[encoding, language]
    word = max(differing, key=lambda each: sum(own.get(letter, 0) for letter in _decode(each, encoding).lower()))
    guess = f"in {_NAMES[encoding]}, it reads “{_decode(word, encoding)}”"
    return EncodingMismatch(word=_decode(word, "cp1252"), encoding=encoding, guess=guess)


def _most_likely(words: Sequence[bytes]) -> tuple[tuple[str, str], float]:
    """The most likely other encoding and language, and its log likelihood ratio to the best Western language."""
    scores = {key: _log_likelihood(words, key[0], frequencies) for key, frequencies in _FREQUENCIES.items()}
    best = max((key for key in scores if key[0] != "cp1252"), key=lambda key: scores[key])
    return best, scores[best] - max(value for key, value in scores.items() if key[0] == "cp1252")


def _decode(word: bytes, encoding: str) -> str:
    return word.decode(encoding, errors="replace")


def _log_likelihood(words: Sequence[bytes], encoding: str, frequencies: Mapping[str, float]) -> float:
    return sum(chain.from_iterable(_letter_scores(_decode(word, encoding), encoding, frequencies) for word in words))


def _letter_scores(word: str, encoding: str, frequencies: Mapping[str, float]) -> Iterator[float]:
    """Log probabilities of the letters, and of their neighbours."""
    if encoding == "cp1252" and (_IMPLAUSIBLE.search(word) or not _is_one_alphabet(word.lower())):
        yield math.log(1 - _ALTERNATION)
    for before, letter, after in zip(" " + word, word, word[1:] + " ", strict=False):
        if letter.isascii():
            continue
        if not letter.isalpha() or letter in "ªº":
            # A symbol by itself says nothing, one that touches a word much. Only apostrophes and dashes stand within.
            beside = before.isalpha() + after.isalpha()
            is_usual = letter in ("’–" if beside == 2 else _PUNCTUATION) and not (before.isalpha() and letter in "„‚")
            if beside and not is_usual:
                yield math.log(_RARE)
            continue
        if letter.isupper() and (before.islower() or (before.isupper() and after.islower())):
            yield math.log(_RARE)
            continue
        yield math.log(frequencies.get(letter) or frequencies.get(letter.lower(), _RARE))
        has_vowel = before.lower() in _VOWELS or after.lower() in _VOWELS
        yield math.log(_ALTERNATION if has_vowel != (letter.lower() in _VOWELS) else 1 - _ALTERNATION)


def _is_one_alphabet(word: str) -> bool:
    """Whether a Western language has all letters of a word."""
    letters = {letter for letter in word if letter.isalpha() and not letter.isascii()}
    return any(letters <= alphabet for alphabet in _ALPHABETS)


def _mixed(listed: str) -> dict[str, float]:
    """Letter frequencies of one language, with a share of foreign names."""
    own, foreign = _shares(listed), _shares(_WESTERN[""])
    return {
        letter: (1 - _FOREIGN_SHARE) * own.get(letter, 0) + _FOREIGN_SHARE * foreign.get(letter, 0)
        for letter in own.keys() | foreign.keys()
    }


def _shares(listed: str) -> dict[str, float]:
    letters, numbers = listed.split()[::2], listed.split()[1::2]
    counts = dict(zip(letters, map(float, numbers), strict=True))
    return {letter: count / sum(counts.values()) for letter, count in counts.items()}


_ALPHABETS = [frozenset(_shares(listed)) for language, listed in _WESTERN.items() if language]
_FREQUENCIES: Mapping[tuple[str, str], Mapping[str, float]] = MappingProxyType(
    {("cp1252", language): _mixed(listed) for language, listed in _WESTERN.items()}
    | {key: _mixed(listed) for key, listed in _OTHERS.items()}
)
