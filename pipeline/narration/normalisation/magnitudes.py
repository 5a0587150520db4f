"""Magnitude words between a number and what it counts: "1,5 Mio. €", "228 million km"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.narration.normalisation.edits import Edit
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.numbers import BILLIONS, MILLIONS, THOUSANDS, plural_form

# Magnitude words and abbreviations, and how they are spoken; empty: as written.
WORDS = {
    "en": {"thousand": "", "million": "", "billion": "", "trillion": "", "mn": "million", "bn": "billion"}
    | {"crore": "", "lakh": ""},
    "de": {
        "Mio.": "Million/Millionen",
        "Mrd.": "Milliarde/Milliarden",
        "Tsd.": "Tausend",
        "Millionen": "",
        "Milliarden": "",
        "Million": "",
    }
    | {"Milliarde": ""},
    "fr": {
        "Mds": "milliard/milliards",
        "Md": "milliard/milliards",
        "millions": "",
        "million": "",
        "milliards": "",
        "milliard": "",
    },
    "es": {"mill.": "millones", "millones": "", "millón": "", "mil": ""},
    "it": {
        "mln": "milioni",
        "mld": "miliardi",
        "milioni": "",
        "milione": "",
        "miliardi": "",
        "miliardo": "",
        "mila": "",
    },
    "pt": {"mi": "milhões", "bi": "bilhões", "milhões": "", "milhão": "", "bilhões": "", "bilhão": "", "mil": ""},
    "nl": {"mln.": "miljoen", "mld.": "miljard", "mln": "miljoen", "mld": "miljard", "miljoen": "", "miljard": ""},
    "pl": {"tys.": THOUSANDS["pl"], "mln": MILLIONS["pl"], "mld": BILLIONS["pl"]}
    | dict.fromkeys((*MILLIONS["pl"].split("/"), *BILLIONS["pl"].split("/"), *THOUSANDS["pl"].split("/")), ""),
    "ru": {"тыс.": THOUSANDS["ru"], "млн": MILLIONS["ru"], "млрд": BILLIONS["ru"]}
    | dict.fromkeys((*MILLIONS["ru"].split("/"), *BILLIONS["ru"].split("/"), *THOUSANDS["ru"].split("/")), ""),
    "uk": {"тис.": THOUSANDS["uk"], "млн": MILLIONS["uk"], "млрд": BILLIONS["uk"]}
    | dict.fromkeys((*MILLIONS["uk"].split("/"), *BILLIONS["uk"].split("/"), *THOUSANDS["uk"].split("/")), ""),
    "cs": {"tis.": THOUSANDS["cs"], "mil.": MILLIONS["cs"], "mld.": BILLIONS["cs"]}
    | dict.fromkeys((*MILLIONS["cs"].split("/"), *BILLIONS["cs"].split("/"), *THOUSANDS["cs"].split("/")), ""),
    "sv": {"mn": "miljoner", "md": "miljarder", "miljoner": "", "miljon": "", "miljarder": "", "miljard": ""},
    "tr": {"milyon": "", "milyar": "", "bin": ""},
    "el": {"εκατ.": "εκατομμύρια", "δισ.": "δισεκατομμύρια", "εκατομμύρια": "", "δισεκατομμύρια": ""},
    "da": {"mio.": "millioner", "mia.": "milliarder"}
    | dict.fromkeys(("millioner", "million", "milliarder", "milliard", "tusind"), ""),
    "nb": {"mill.": "millioner", "mrd.": "milliarder"}
    | dict.fromkeys(("millioner", "million", "milliarder", "milliard", "tusen"), ""),
    "fi": {"milj.": "miljoonaa", "mrd.": "miljardia"}
    | dict.fromkeys(("miljoonaa", "miljoona", "miljardia", "miljardi"), ""),
    "ar": dict.fromkeys(("مليون", "ملايين", "مليار", "مليارات", "ألف", "آلاف", "تريليون"), ""),
    "he": dict.fromkeys(("מיליון", "מיליארד", "אלף"), ""),
    "hi": dict.fromkeys(("करोड़", "करोड़", "लाख", "हज़ार", "हज़ार", "हजार", "अरब"), ""),
    "th": dict.fromkeys(("พันล้าน", "ล้าน", "แสน", "หมื่น", "พัน"), ""),
    "vi": dict.fromkeys(("triệu", "tỷ", "tỉ", "nghìn", "ngàn"), ""),
    "id": dict.fromkeys(("juta", "miliar", "ribu", "triliun"), ""),
    "ja": {"万": "", "億": "", "兆": ""},
    "zh": {"万": "", "亿": "", "萬": "", "億": ""},
    "ko": {"만": "", "억": "", "조": ""},
}
# "Of" after millions, in languages that need it; not after thousands.
_OF = {"fr": "de", "es": "de", "it": "di", "pt": "de", "ca": "de", "ro": "de"}
_ELIDING = (*"aeéiou", "heure", "hectare")
_NO_OF = frozenset({"mil", "mila", "mille"})

# "2.3bn people"; "10M" may also be megabytes, metres or moles, so it is a million only with decimals, before these
# nouns and, at the end of a clause, after these words.
_COUNT = re.compile(
    r"(?<![\w.,$€£¥₹])\d+(?:[.,]\d+)*(?P<letter>(?:bn|tn)\b|(?:(?<=\.\d)|(?<=\.\d\d))[MB](?!\w)"
    r"|[MKB](?=\+? (?:(?:active|new|monthly|daily) )?(?:"
    r"users|people|viewers|views|followers|fans|subscribers|downloads|customers|copies|visitors|players|streams|"
    r"likes|posts|comments|parameters|jobs|tons|tonnes|trees|years|households|residents|children|voters|dollars|"
    r"euros|pounds|transistors|stars|cells|tokens|barrels)\b)"
    r"|(?P<clause>[MB])(?=[.,;:!?)]|$))"
)
_REACHES = re.compile(
    r"\b(?:over|than|nearly|about|around|almost|to|of|with|at|past|hit|got|has|have|reached|passed|exceeded|topped|"
    r"gained|lost|sold)\s$|:\s$"
)
_COUNTS = {"bn": "billion", "tn": "trillion", "K": "thousand", "M": "million", "B": "billion"}
# "60 M de personas": an abbreviated million in other languages.
_MILLIONS_OF = re.compile(r"(?<![\w.,])\d+(?:,\d+)?(?P<letter> ?M)(?= (?:de|di|d['’]))")
_MILLIONS = {"fr": "millions", "es": "millones", "it": "milioni", "pt": "milhões"}


def say_count_suffixes(text: str, language: Language) -> Iterator[list[Edit]]:
    """Expand the letters for millions of people, views and the like."""
    if spoken := _MILLIONS.get(language.code):
        for match in _MILLIONS_OF.finditer(text):
            yield [Edit(start=match.start("letter"), end=match.end(), text=f" {spoken}")]
    for match in _COUNT.finditer(text) if language.code == "en" else ():
        if match["clause"] and not _REACHES.search(text[max(0, match.start() - 12) : match.start()]):
            continue
        yield [Edit(start=match.start("letter"), end=match.end(), text=f" {_COUNTS[match['letter']]}")]


def magnitude_form(word: str, value: Decimal, language: Language) -> str:
    """The plural form of a word of `WORDS` after a number."""
    return plural_form(tuple((WORDS[language.code][word] or word).split("/")), value, language)


def counted_noun(magnitude: str, name: str, language: Language) -> str:
    """The noun after a magnitude word: "euros" after "five thousand", "d'euros" after "cinq millions"."""
    preposition = _OF.get(language.code)
    if preposition is None or magnitude.casefold() in _NO_OF:
        return name
    return f"d'{name}" if language.code == "fr" and name.lower().startswith(_ELIDING) else f"{preposition} {name}"
