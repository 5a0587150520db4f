"""Common fractions: ½, 1/2, 2 3/4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.narration.normalisation.edits import Edit
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.patterns import LETTER, Pattern, not_after

# Words for these fractions: alone, and after a number ("a half" and "2 and a half").
_PARTS = ("1/2", "1/4", "3/4", "1/3", "2/3")
_FRACTIONS = {
    "en": "one half:and a half|one quarter:and a quarter|three quarters:and three quarters"
    "|one third:and a third|two thirds:and two thirds",
    "de": "ein halb:einhalb|ein Viertel:ein Viertel|drei Viertel:drei Viertel"
    "|ein Drittel:ein Drittel|zwei Drittel:zwei Drittel",
    "fr": "un demi:et demi|un quart:un quart|trois quarts:trois quarts|un tiers:un tiers|deux tiers:deux tiers",
    "es": "un medio:y medio|un cuarto:y un cuarto|tres cuartos:y tres cuartos"
    "|un tercio:y un tercio|dos tercios:y dos tercios",
    "it": "un mezzo:e mezzo|un quarto:e un quarto|tre quarti:e tre quarti|un terzo:e un terzo|due terzi:e due terzi",
    "pt": "um meio:e meio|um quarto:e um quarto|três quartos:e três quartos"
    "|um terço:e um terço|dois terços:e dois terços",
    "nl": "een half:en een half|een kwart:en een kwart|drie kwart:en drie kwart"
    "|een derde:en een derde|twee derde:en twee derde",
    "pl": "jedna druga:i pół|jedna czwarta:i jedna czwarta|trzy czwarte:i trzy czwarte"
    "|jedna trzecia:i jedna trzecia|dwie trzecie:i dwie trzecie",
    "ru": "одна вторая:с половиной|одна четверть:с четвертью|три четверти:и три четверти"
    "|одна треть:и одна треть|две трети:и две трети",
    "sv": "en halv:och en halv|en fjärdedel:och en fjärdedel|tre fjärdedelar:och tre fjärdedelar"
    "|en tredjedel:och en tredjedel|två tredjedelar:och två tredjedelar",
    "uk": "одна друга:з половиною|одна чверть:з чвертю|три чверті:і три чверті"
    "|одна третина:і одна третина|дві третини:і дві третини",
    "tr": "yarım:buçuk|çeyrek:ve çeyrek|üç çeyrek:ve üç çeyrek|üçte bir:ve üçte bir|üçte iki:ve üçte iki",
    "ar": "نصف:ونصف|ربع:وربع|ثلاثة أرباع:وثلاثة أرباع|ثلث:وثلث|ثلثان:وثلثان",
    "he": "חצי:וחצי|רבע:ורבע|שלושה רבעים:ושלושה רבעים|שליש:ושליש|שני שלישים:ושני שלישים",
    "hi": "आधा:और आधा|चौथाई:और चौथाई|तीन चौथाई:और तीन चौथाई|एक तिहाई:और एक तिहाई|दो तिहाई:और दो तिहाई",
    "th": "ครึ่ง:ครึ่ง|หนึ่งในสี่:กับหนึ่งในสี่|สามในสี่:กับสามในสี่|หนึ่งในสาม:กับหนึ่งในสาม|สองในสาม:กับสองในสาม",
}
# "Half" before a noun, by the nouns that take that form; of German ones, only common measures are known.
_HALVES = {
    "es": (("[^\\W\\d_]*as?", "media"), ("[^\\W\\d_]+", "medio")),
    "it": (("[^\\W\\d_]*a", "mezza"), ("[^\\W\\d_]+", "mezzo")),
    "pt": (("[^\\W\\d_]*as?|colher(?:es)?", "meia"), ("[^\\W\\d_]+", "meio")),
    "fr": (
        ("(?:cuill[èe]re|cuillerée|c|tasse|heure|h|livre|gousse|botte|bouteille|pincée|journée|pomme)s?", "une demi"),
        ("[^\\W\\d_]+", "un demi"),
    ),
    "nl": (("uur|jaar|glas|pond|ei|brood|blik|pak", "een half"), ("[^\\W\\d_]+", "een halve")),
    "de": (
        ("Teelöffel|TL|Esslöffel|EL|Liter|Meter|Kilometer|[cdm]?l|[ckm]?m|Becher|Bund|Würfel|Tag|Monat", "ein halber"),
        ("Tasse|Packung|Stunde|h|Minute|min|Zwiebel|Zitrone|Flasche|Dose|Stange|Tüte", "eine halbe"),
        ("Kilo|Kilogramm|k?g|Pfund|Glas|Päckchen|Jahr|Blech|Dutzend", "ein halbes"),
    ),
}
# The word for "and" before such a half: "2 y media".
_AND_HALF = {"es": "y", "it": "e", "pt": "e", "nl": "en"}
# Fractions in scripts without spaces, and what follows a date.
_PARTS_OF = {"ja": "{under}分の{over}", "zh": "{under}分之{over}", "ko": "{under}분의 {over}"}
_EAST_ASIAN_FRACTION = Pattern(
    rf"{not_after('./,:–-')}(?P<over>\d{{1,2}})/(?P<under>\d{{1,3}})(?!{LETTER}|[/.:(（〜~～-]|に|から|まで|号|月|日|월|일)"
)
# One and a half, two and a half; from three on, a word for "and a half" precedes the number.
_HINDI_HALVES = {"1": "डेढ़", "2": "ढाई"}
_NOUN = re.compile(r"\s(?!(?:de|del|di|do|da|dos|das|e|y|o)\b)(?P<noun>[^\W\d_]+)")
_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_FRACTION = re.compile(
    r"(?<![\w./,–-])(?P<whole>\d+\s?)?(?P<vulgar>[½¼¾⅓⅔])(?!\w)"
    r"|(?<![\w./,:–-])(?:(?P<count>\d{1,2}) )?(?P<part>[123]/[234])(?![\w/])"
)


def say_fractions(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out common fractions: ½ and 1/2; not 24/7, nor dates."""
    if written := _PARTS_OF.get(language.code):
        for match in _EAST_ASIAN_FRACTION.finditer(text):
            if int(match["over"]) < int(match["under"]):
                yield [Edit(start=match.start(), end=match.end(), text=written.format_map(match.groupdict()))]
    rows = _FRACTIONS.get(language.code, "").split("|")
    words = dict(zip(_PARTS, rows, strict=True)) if rows[0] else {}
    for match in _FRACTION.finditer(text):
        vulgar = match["vulgar"]
        part = _VULGAR.get(vulgar, match["part"])
        alone, _, after = words.get(part, "").partition(":")
        if not alone:
            continue
        if part == "1/2" and (half := _half_of(_NOUN.match(text, match.end()), language)):
            alone, after = half, f"{_AND_HALF[language.code]} {half}" if language.code in _AND_HALF else after
        if part == "1/2" and language.code == "hi" and (count := (match["whole"] or match["count"] or "").strip()):
            spoken = _HINDI_HALVES.get(count, f"साढ़े {count}")
            yield [Edit(start=match.start(), end=match.end(), text=spoken)]
            continue
        start = match.start("vulgar") if vulgar else match.start("part")
        spoken = after if match["whole"] or match["count"] else alone
        yield [Edit(start=start, end=match.end(), text=f" {spoken}")]


def fraction_value(whole: str, part: str) -> Decimal:
    """The value of a whole number ("" if none) with a fraction: "2" and "½" or "1/2"."""
    over, under = _VULGAR.get(part, part).split("/")
    return round(Decimal(whole or 0) + Decimal(over) / Decimal(under), 2)


def _half_of(noun: re.Match[str] | None, language: Language) -> str:
    """The word for half in the form that a noun takes; empty if there is only one form, or no noun."""
    forms = _HALVES.get(language.code, ()) if noun else ()
    return next((half for nouns, half in forms if noun and re.fullmatch(nouns, noun["noun"])), "")
