"""Magnitude words between a number and what it counts: "1,5 Mio. €", "228 million km". They come from CLDR."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from pipeline.narration.normalisation.edits import Edit, sentence_ends_here
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.numbers import NUMBER, number_value_at
from pipeline.narration.normalisation.patterns import LETTER, Pattern, not_after

# Abbreviations that CLDR lacks, by their value; and words.
_MORE_ABBREVIATIONS = {
    "en": {"mn": 10**6, "bn": 10**9, "tn": 10**12, "trn": 10**12},
    "de": {"Tsd.": 10**3},
    "fr": {"Mds": 10**9},
    "es": {"mill.": 10**6},
    "it": {"mln": 10**6, "mld": 10**9},
    "nl": {"mln": 10**6, "mld": 10**9},
    "sv": {"milj.": 10**6},
    "el": {"εκατ.": 10**6},
    "tr": {"mlr": 10**9, "mln": 10**6},
}
_MORE_WORDS = {
    "en": ("crore", "lakh"),
    "hi": ("हजार",),
    "vi": ("tỉ", "ngàn"),
    "ar": ("مليارات", "تريليون"),
    "zh": ("萬", "億"),
}
# Letters after amounts of money, as in "$5M"; by language, since "m" and "B" mean other things elsewhere.
_LETTERS = {"k": 10**3, "K": 10**3, "m": 10**6, "M": 10**6, "b": 10**9, "B": 10**9, "T": 10**12}
LETTERS_OF = {"en": "kKmMbBT"} | dict.fromkeys(("de", "es", "fr", "it", "pt"), "kM")
# Shorter ones are letters that have other meanings: "5 M", "5 t."
_MIN_LETTERS = 2
# "Of" after millions, in languages that need it; not after thousands.
_OF = {"fr": "de", "es": "de", "it": "di", "pt": "de", "ca": "de", "ro": "de"}
_ELIDING = (*"aeéiou", "heure", "hectare")
_NO_OF = frozenset({"mil", "mila", "mille"})

# "10M" may also be megabytes, metres or moles, so it is a million only with decimals, before these
# nouns and, at the end of a clause, after these words.
_COUNT = re.compile(
    r"(?<![\w.,$€£¥₹])\d+(?:[.,]\d+)*(?P<letter>(?:(?<=\.\d)|(?<=\.\d\d))[MB](?!\w)"
    r"|[MKBk](?=\+? (?:(?:active|new|monthly|daily) )?(?:"
    r"users|people|viewers|views|followers|fans|subscribers|downloads|customers|copies|visitors|players|streams|"
    r"likes|posts|comments|parameters|jobs|tons|tonnes|trees|years|households|residents|children|voters|dollars|"
    r"euros|pounds|transistors|stars|cells|tokens|barrels)\b)"
    r"|(?P<clause>[MB])(?=[.,;:!?)]|$))"
)
_REACHES = re.compile(
    r"\b(?:over|than|nearly|about|around|almost|to|of|with|at|past|hit|got|has|have|reached|passed|exceeded|topped|"
    r"gained|lost|sold)\s$|:\s$"
)
# "60 M de personas": an abbreviated million in other languages.
_MILLIONS_OF = re.compile(r"(?<![\w.,])\d+(?:,\d+)?(?P<letter> ?M)(?= (?:de|di|d['’]))")


def say_count_suffixes(text: str, language: Language) -> Iterator[list[Edit]]:
    """Expand the letters for millions of people, views and the like."""
    for match in _MILLIONS_OF.finditer(text) if language.code in _OF else ():
        yield [Edit(start=match.start("letter"), end=match.end(), text=f" {letter_form('M', Decimal(5), language)}")]
    for match in _COUNT.finditer(text) if language.code == "en" else ():
        if match["clause"] and not _REACHES.search(text[max(0, match.start() - 12) : match.start()]):
            continue
        spoken = letter_form(match["letter"], Decimal(5), language)
        yield [Edit(start=match.start("letter"), end=match.end(), text=f" {spoken}")]


def say_magnitudes(text: str, language: Language) -> Iterator[list[Edit]]:
    """Expand abbreviated magnitude words before what is neither money nor a unit: "3,5 Mio. Menschen"."""
    for match in _abbreviated(language).finditer(text):
        value = number_value_at(text, match.start(), match["number"], language)
        stop = "." if match[0].endswith(".") and sentence_ends_here(text, match.end(), often=False) else ""
        spoken = magnitude_form(match["word"], Decimal(5) if value is None else value, language)
        yield [Edit(start=match.end("number"), end=match.end(), text=f" {spoken}{stop}")]


@lru_cache(maxsize=64)
def _abbreviated(language: Language) -> Pattern:
    words = "|".join(re.escape(word) for word, forms in magnitudes(language).items() if forms) or "(?!)"
    return Pattern(rf"{not_after('.,:/-')}(?P<number>{NUMBER})[ \u00a0\u202f]?(?P<word>{words})(?!{LETTER})")


def magnitude_form(word: str, value: Decimal, language: Language) -> str:
    """How a magnitude word or abbreviation is spoken after a number: a word as it is written."""
    forms = magnitudes(language)[word]
    return forms.get(language.locale.plural_form(value), forms["other"]) if forms else word


def letter_form(letter: str, value: Decimal, language: Language) -> str:
    """The word for a letter like the M of "$5M"."""
    forms = _words(language)[str(_LETTERS[letter])]
    return forms.get(language.locale.plural_form(value), forms["other"])


@lru_cache(maxsize=64)
def _words(language: Language) -> Mapping[str, Mapping[str, str]]:
    """The words for powers of ten ("1000", …) by plural form."""
    formats = language.locale.compact_decimal_formats
    words: dict[str, dict[str, str]] = {}
    # Some languages have the same short and long names, and only the former.
    for plural, patterns in formats.get("long", formats["short"]).items():
        for power, pattern in patterns.items():
            words.setdefault(power, {})[plural] = _name(pattern.pattern)
    return words


@lru_cache(maxsize=64)
def magnitudes(language: Language) -> Mapping[str, Mapping[str, str]]:
    """Magnitude words and abbreviations, longest first; abbreviations with their words by CLDR's plural forms."""
    words = _words(language)
    found: dict[str, Mapping[str, str]] = {}
    # The forms for one million are those of 1,000,000: for the next powers of ten, "one" is a hundred millions.
    for power, pattern in sorted(
        language.locale.compact_decimal_formats["short"]["other"].items(), key=lambda item: len(item[0])
    ):
        found.setdefault(_name(pattern.pattern), words[power])
    for abbreviation, value in _MORE_ABBREVIATIONS.get(language.code, {}).items():
        found[abbreviation] = words[str(value)]
    found |= {word: {} for forms in words.values() for word in (*forms.values(), *_MORE_WORDS.get(language.code, ()))}
    known = (word for word in found if sum(map(str.isalpha, word)) >= _MIN_LETTERS or (word and not word.isascii()))
    return {word: found[word] for word in sorted(known, key=len, reverse=True)}


def _name(pattern: str) -> str:
    """The word in a number pattern such as "0 Mio'.'"."""
    return unicodedata.normalize("NFC", pattern.replace("'", "").strip("0 \u00a0\u200f\u202f"))


def counted_noun(magnitude: str, name: str, language: Language) -> str:
    """The noun after a magnitude word: "euros" after "five thousand", "d'euros" after "cinq millions"."""
    preposition = _OF.get(language.code)
    if preposition is None or magnitude.casefold() in _NO_OF:
        return name
    return f"d'{name}" if language.code == "fr" and name.lower().startswith(_ELIDING) else f"{preposition} {name}"
