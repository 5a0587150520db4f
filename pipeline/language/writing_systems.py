"""Writing systems: the direction, ideographs and phrase model of a language, and the direction of a text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

# Invisible marks that set the direction of what follows. External text has none (`strip_invisible`).
LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"

PhraseModel = Literal["", "ja", "zh-hans", "zh-hant", "th"]

# ISO 639 codes of languages that are written right to left unless a script subtag says otherwise, and ISO 15924 codes
# of such scripts (Unicode CLDR, scriptMetadata and likelySubtags).
_RIGHT_TO_LEFT = frozenset("ar arc arz ckb dv fa glk he iw ks lrc mzn nqo pnb ps sd syr ug ur yi".split())  # noqa: SIM905
_RIGHT_TO_LEFT_SCRIPTS = frozenset("adlm arab aran hebr mand mend nkoo rohg samr syrc thaa".split())  # noqa: SIM905
# Subtags of Chinese in traditional characters.
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})


@dataclass(frozen=True, kw_only=True)
class WritingSystem:
    """How a language is written."""

    # The primary subtag: "zh".
    language: str
    right_to_left: bool = False
    # Regional glyph variants of ideographs: Japan, Korea, China, Taiwan or Hong Kong; empty: the language has none.
    ideographs: Literal["", "JP", "KR", "SC", "TC", "HK"] = ""
    # The phrase segmentation model; empty: spaces delimit phrases.
    phrase_model: PhraseModel = ""


@lru_cache(maxsize=64)
def writing_of(tag: str) -> WritingSystem:
    """The writing system of a BCP-47 tag (ja, zh-Hant, sr-Latn; empty: unknown)."""
    language, *others = tag.replace("_", "-").casefold().split("-")
    script = next((part for part in others if len(part) == 4 and part.isalpha()), "")
    right_to_left = script in _RIGHT_TO_LEFT_SCRIPTS if script else language in _RIGHT_TO_LEFT
    if language == "ja":
        return WritingSystem(language=language, ideographs="JP", phrase_model="ja")
    if language == "ko":
        return WritingSystem(language=language, ideographs="KR")
    if language == "yue" or (language == "zh" and _TRADITIONAL & set(others) and script != "hans"):
        hong_kong = language == "yue" or "hk" in others
        return WritingSystem(language=language, ideographs="HK" if hong_kong else "TC", phrase_model="zh-hant")
    if language in {"zh", "cmn", "wuu"}:
        return WritingSystem(language=language, ideographs="SC", phrase_model="zh-hans")
    return WritingSystem(language=language, right_to_left=right_to_left, phrase_model="th" if language == "th" else "")


def first_strong_direction(text: str) -> Literal["L", "R", ""]:
    """The direction of the first strong character; empty: there is none (UAX #9, rules P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"L", "R", "AL"}:
            return "L" if direction == "L" else "R"
    return ""


def has_right_to_left(text: str) -> bool:
    """Whether any character is strongly right to left."""
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)


def is_right_to_left(text: str, language: str) -> bool:
    """Whether a text as a whole runs right to left.

    A text with right-to-left characters does if its language does, or if it begins with one and most letters are such:
    an English sentence that begins with an Arabic name runs left to right.
    """
    if not has_right_to_left(text):
        return False
    if writing_of(language).right_to_left:
        return True
    directions = [unicodedata.bidirectional(character) for character in text]
    right_to_left = sum(direction in {"R", "AL"} for direction in directions)
    return first_strong_direction(text) == "R" and right_to_left > directions.count("L")


def ascii_digits(text: str) -> str:
    """The text with the digits of all scripts as ASCII digits."""
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)
