"""Prices per unit or quantity: "25 €/h", "$5/month", "1,50 €/100 g"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from babel.units import format_compound_unit

from pipeline.narration.normalisation.edits import Edit, sentence_ends_here
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.numbers import NUMBER
from pipeline.narration.normalisation.unit_symbols import units_by_symbol
from pipeline.narration.normalisation.units import NO_STOP, affixes_of, is_native_name

# A price per unit or word.
_PRICE_PER_UNIT = re.compile(
    rf"(?:[€£$¥₽₴₹]|zł|Kč|kr|руб\.?|грн|(?:(?<=[€£$])|(?<=[€£$] ))(?:{NUMBER})[kKMB]?)(?: net| brut)?(?P<slash>/)"
    r"(?P<each>[^\W\d_]+[²³23]?\.?)"
)
_PRICE_PER_QUANTITY = re.compile(r"(?<=[€£$])/(?P<many>\d{1,4}) ?(?P<unit>g|kg|ml|l|km|m²)(?!\w)")
_PER = {"el": "ανά", "en": "per", "de": "pro", "fr": "par", "es": "por", "pt": "por", "nl": "per", "sv": "per"}
# "2 l of water/day", "3x/week", "95 €/nuit"
_PERIODS = {
    "en": "day|week|month|year|night|person|hour|serving",
    "de": "Tag|Woche|Monat|Jahr|Nacht|Person|Stunde|Portion",
    "fr": "jour|semaine|mois|an|nuit|personne|heure",
    "es": "día|semana|mes|año|noche|persona|hora",
    "pt": "dia|semana|mês|ano|noite|pessoa|hora",
    "nl": "dag|week|maand|jaar|nacht|persoon|uur",
    "sv": "dag|vecka|månad|år|natt|person|timme",
}
_EACH = {
    "en": {"hr": "hour", "mo": "month", "yr": "year", "gal": "gallon"},
    "de": {"Std.": "hour", "Std": "hour", "Mon.": "month", "Mon": "month"},
    "it": {"ora": "hour", "mese": "month", "anno": "year"},
    "pl": {"godz.": "hour", "mies.": "month"},
    "ru": {"ч": "hour", "час": "hour", "мес.": "month", "месяц": "month"},
    "uk": {"год": "hour", "міс.": "month", "місяць": "month"},
}
_PERSON = {("fr", "pers"): "personne", ("es", "pers"): "persona", ("de", "Pers"): "Person", ("it", "pers"): "persona"}


def say_prices_per_unit(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out prices per unit: "25 €/h", "$5/month"."""
    symbols = {**units_by_symbol(language), **_EACH.get(language.code, {})}
    for match in _PRICE_PER_UNIT.finditer(text):
        each = match["each"] if match["each"] in symbols else match["each"].rstrip(".")
        end = match.start("each") + len(each)
        whole = _PERSON.get((language.code, each.rstrip(".")), each)
        spoken = f" {per} {whole}" if (per := _PER.get(language.code)) and len(each) > 2 else ""
        if each in symbols and "/" not in symbols[each]:
            phrase = (
                format_compound_unit(Decimal(5), None, denominator_unit=symbols[each], locale=language.locale) or ""
            )
            before, _, after = phrase.partition("5")
            spoken = after if not before and is_native_name(after, language.locale) else spoken
        if spoken:
            stop = "." if each.endswith(".") and sentence_ends_here(text, end, often=True) else ""
            no_stop = NO_STOP.match(text, end)
            yield [Edit(start=match.start("slash"), end=no_stop.end() if no_stop else end, text=f"{spoken}{stop}")]


def say_periods(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out the slash before a period or a person: "3x/week"; not in "day/night"."""
    per, periods = _PER.get(language.code, ""), _PERIODS.get(language.code, "(?!)")
    for match in re.finditer(rf"(?<=[^\W_])(?<!day)(?<!Tag)/(?=(?:{periods})\b(?!/))", text):
        yield [Edit(start=match.start(), end=match.end(), text=f" {per} ")]


def say_prices_per_quantity(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out prices per quantity: "1,50 €/100 g"."""
    per, units = _PER.get(language.code), units_by_symbol(language)
    for match in _PRICE_PER_QUANTITY.finditer(text) if per else ():
        if affixes := affixes_of(units[match["unit"]], Decimal(match["many"]), language.locale):
            yield [
                Edit(start=match.start(), end=match.start("many"), text=f" {per} "),
                Edit(start=match.end("many"), end=match.end(), text=affixes[1]),
            ]
