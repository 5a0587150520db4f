"""How a language is written: in which direction, in which script, and where its lines may be broken."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

# Not seen; says that what follows runs right to left. No text from outside has one (`strip_invisible`).
LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"

# Characters that hold together what is on both sides of them.
_JOINERS = frozenset("\u200d\u2060")
# All before it are letters and signs of one width, but for the one that is not seen.
_FIRST_MARK, _SOFT_HYPHEN = "\u0300", "\u00ad"

PhraseModel = Literal["", "ja", "zh-hans", "zh-hant", "th"]

# ISO 639 codes of languages that are written from right to left unless a script subtag says otherwise, and the
# ISO 15924 codes of scripts that are (Unicode CLDR, scriptMetadata and likelySubtags).
_RIGHT_TO_LEFT = frozenset("ar arc arz ckb dv fa glk he iw ks lrc mzn nqo pnb ps sd syr ug ur yi".split())  # noqa: SIM905
_RIGHT_TO_LEFT_SCRIPTS = frozenset("adlm arab aran hebr mand mend nkoo rohg samr syrc thaa".split())  # noqa: SIM905
# Chinese is written in traditional characters there.
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What a language tag says about writing."""

    # The primary subtag: "zh".
    language: str
    right_to_left: bool = False
    # Which shapes ideographs have: of Japan, Korea, China, Taiwan or Hong Kong; empty: the language has none.
    ideographs: Literal["", "JP", "KR", "SC", "TC", "HK"] = ""
    # The model that knows where its phrases end; empty: spaces say it.
    phrase_model: PhraseModel = ""


@lru_cache(maxsize=64)
def writing_of(tag: str) -> Writing:
    """How the language of a BCP-47 tag (ja, zh-Hant, sr-Latn; empty: unknown) is written."""
    language, *others = tag.replace("_", "-").casefold().split("-")
    script = next((part for part in others if len(part) == 4 and part.isalpha()), "")
    right_to_left = script in _RIGHT_TO_LEFT_SCRIPTS if script else language in _RIGHT_TO_LEFT
    if language == "ja":
        return Writing(language=language, ideographs="JP", phrase_model="ja")
    if language == "ko":
        return Writing(language=language, ideographs="KR")
    if language == "yue" or (language == "zh" and _TRADITIONAL & set(others) and script != "hans"):
        hong_kong = language == "yue" or "hk" in others
        return Writing(language=language, ideographs="HK" if hong_kong else "TC", phrase_model="zh-hant")
    if language in {"zh", "cmn", "wuu"}:
        return Writing(language=language, ideographs="SC", phrase_model="zh-hans")
    return Writing(language=language, right_to_left=right_to_left, phrase_model="th" if language == "th" else "")


def first_strong_direction(text: str) -> Literal["L", "R", ""]:
    """The direction of the first letter that has one; empty: none has (UAX #9, rules P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"L", "R", "AL"}:
            return "L" if direction == "L" else "R"
    return ""


def has_right_to_left(text: str) -> bool:
    """Whether any letter runs from right to left."""
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)


def is_right_to_left(text: str, language: str) -> bool:
    """Whether a text as a whole does: one in such a language, or one that begins in such letters and has most of them.

    A text without any such letter (a name, an address) runs left to right in every language, and so does one in English
    that begins with somebody's Arabic name.
    """
    if not has_right_to_left(text):
        return False
    if writing_of(language).right_to_left:
        return True
    directions = [unicodedata.bidirectional(character) for character in text]
    backwards = sum(direction in {"R", "AL"} for direction in directions)
    return first_strong_direction(text) == "R" and backwards > directions.count("L")


def ascii_digits(text: str) -> str:
    """The text with digits of every script as those of ASCII."""
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)


def display_width(text: str) -> int:
    """Characters, the full-width ones of East Asia counted twice: they take the room and the time of two letters.

    Marks above and below a letter take no room.
    """
    if text.isascii() or (max(text) < _FIRST_MARK and _SOFT_HYPHEN not in text):
        return len(text)
    return sum(map(_width_of_character, text))


def prefix_length(text: str, most: int) -> int:
    """How many characters of `text` have at most such a `display_width`; at least one.

    No letter is cut from its marks, and no emoji sequence in two.
    """
    if text.isascii():
        return max(1, min(len(text), most))
    end, room = 0, most
    while end < len(text) and _width_of_character(text[end]) <= room:
        room -= _width_of_character(text[end])
        end += 1
    whole = end
    while whole > 1 and whole < len(text) and _clings(text[whole - 1], text[whole]):
        whole -= 1
    return whole if whole > 1 else max(end, 1)


def _clings(before: str, character: str) -> bool:
    return before in _JOINERS or character in _JOINERS or unicodedata.category(character)[0] == "M"


def _width_of_character(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
