"""Units in table headers: "Height (m)", "Höhe in m", "Height, m", "Price €", "% of adults".

The names of units, currencies and large numbers in each language come from CLDR. Anything else is not a unit ("Visitors
(2024)", "Made in Japan"), and the header stays as written. So does "Price / kg", because a price per kilogram is not in
kilograms, and only the words distinguish it from "Height / m".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from babel import Locale

from pipeline.language.locales import locale_of
from pipeline.language.tags import same_language

_PER_CENT = "%"
# How a header contains its unit, the most certain first. The last two are for symbols only: "Plan A" is not in amperes.
_IN_BRACKETS = re.compile(r"(?P<name>.*?)\s*[(\[（](?P<unit>[^()\[\]（）]+)[)\]）]")
_AFTER_WORD = re.compile(r"(?P<name>.+?)\s+(?:in|en|em|i|în|w|v|в|у)\s+(?P<unit>\S.*)")
_AFTER_MARK = re.compile(r"(?P<name>.+?)\s*[,，:：]\s*(?P<unit>[^,，:：]+)")
_ALONE = re.compile(r"(?P<name>)(?P<unit>.+)")
_AT_END = re.compile(r"(?P<name>.*?[^\W\d_].*?)\s*(?P<unit>[^\w\s,;:/]+|[^\w\s]?\s?°[CF]|(?<=\s)[A-Z]{3})")
_AT_START = re.compile(r"(?P<name>(?P<unit>[^\w\s])\s.+)")
_SYMBOLS = frozenset("%‰°")
_PARTS = re.compile(r"\s*[/·⋅*]\s*")
# Headers about people (m, h and f may be their sex), and about counts and money (m is millions).
_NOT_MEASURED = (
    "sex gender geschlecht sexe genre sexo género gênero sesso genere geslacht kön køn kjønn sukupuoli płeć pohlaví "
    "pohlavie nem cinsiyet пол стать φύλο 性別 性别 성별 giới jenis "
    "men women boys girls male female males females männer frauen jungen mädchen herren damen hommes femmes garçons "
    "filles hombres mujeres niños niñas homens mulheres meninos meninas uomini donne ragazzi ragazze mannen vrouwen "
    "män kvinnor mænd kvinder menn kvinner мужчины женщины "
    "population people inhabitants users subscribers viewers visitors passengers customers members downloads votes "
    "revenue sales turnover profit income earnings budget cost costs price prices money spending value valuation "
    "answer yes no group team class model type version section series medium"
)
# Words whose own initial is a unit: "Gewicht (g)" is in grams, but "Mass (m)" is not in metres.
_UNITS_BY_NAME = (
    "gewicht gewichte grams gramm grammes gramos gramas grammi metres meters meter mètres metros metri "
    "seconds sekunden secondes segundos secondi hours heures horas tonnes tonnen tonnellate toneladas litres liters "
    "liter litros litri watt watts volt volts"
)
# Shorter names are matched with their exact case.
_MIN_NAME_CHARS = 4
# CLDR units whose names are other words as headers: carats ("gold" in some languages), items, light.
_NOT_UNITS = frozenset({"concentr-karat", "concentr-item", "speed-light-speed"})
# Precious metals have currency codes: "Medals, gold".
_METALS = frozenset({"XAU", "XAG", "XPT", "XPD"})
# A power of ten before a unit: "kWh/100 km", "1000 t".
_MULTIPLIER = re.compile(r"10+\s?")
# Units that CLDR lacks, or spells differently.
_MORE_UNITS = {
    "m", "g", "s", "h", "t", "l", "K", "A", "V", "W", "J", "N", "%", "°", "kt", "Mt", "Gt", "MWh", "GWh", "TWh",
    "mV", "kV", "µm", "µg", "µs", "ml", "cl", "dl", "hl", "mph", "kph", "kmh", "rpm", "fps", "dB", "kN", "Bq", "Sv",
    "mSv", "lx", "bpm",
}  # fmt: skip
# Not all of ISO 4217, because many codes are words: "ALL", "TOP", "BAD".
_CURRENCIES = {
    *("EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "KRW", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD"),
    *("NZD", "BRL", "MXN", "ZAR", "RUB", "UAH"),
}


class Measure(NamedTuple):
    """A header, split into name and unit."""

    name: str
    # Empty if it has none, or an unknown one.
    unit: str


def read_header(header: str, language: str) -> Measure:
    """Split a header into name and unit; without a known unit, all of it is the name."""
    text = header.strip()
    for pattern in (_IN_BRACKETS, _AFTER_WORD, _AFTER_MARK, _ALONE, _AT_END, _AT_START):
        match = pattern.fullmatch(text)
        if match and _is_certain(match, pattern) and (unit := _unit(match["unit"].strip(), language)):
            return Measure(name=match["name"].strip(" –—-:,"), unit=unit)
    return Measure(name=text, unit="")


@lru_cache(maxsize=256)
def read_headers(headers: tuple[str, ...], language: str) -> tuple[Measure, ...]:
    """All headers of a table, split into name and unit.

    Letters that only distinguish columns are not units: "Men (m)" and "Women (w)", "Group (A)" and "Group (B)".
    """
    found = [read_header(header, language) for header in headers]
    letters = [_letter_of(header) for header in headers]
    plain = [each.casefold() for each in map(_without_brackets, headers)]
    others = {letter for letter, each in zip(letters, found, strict=True) if letter and not each.unit}
    for at, (header, letter) in enumerate(zip(headers, letters, strict=True)):
        same = [read for read, name in zip(found, plain, strict=True) if name == plain[at] and name]
        is_one_of_several = len(same) > 1 and len({each.unit for each in same}) > 1
        if (letter and others) or (is_one_of_several and _IN_BRACKETS.fullmatch(header)):
            found[at] = Measure(name=header.strip(), unit="")
    return tuple(found)


def _letter_of(header: str) -> str:
    """A single letter in brackets at the end of a header, or an empty text."""
    match = _IN_BRACKETS.fullmatch(header.strip())
    return match["unit"] if match and len(match["unit"]) == 1 and match["unit"].isalpha() else ""


def _without_brackets(header: str) -> str:
    match = _IN_BRACKETS.fullmatch(header.strip())
    return match["name"] if match else ""


def _is_certain(match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    """Whether it is surely a unit: not in "Team, A" (amperes), "W" (watts) and the bare header "Days"."""
    unit = match["unit"].strip()
    if len(unit) == 1 and unit.isalpha() and _is_label_letter(match["name"], unit):
        return False
    # "Group (A)" is more common than "Current (A)".
    if pattern is _AFTER_WORD or (pattern is _IN_BRACKETS and unit != "A"):
        return True
    is_letter = len(unit) == 1 and unit.isascii() and unit.isalpha()
    return not (is_letter and (unit.isupper() or pattern is _ALONE)) and not (pattern is _ALONE and _is_word(unit))


def _is_label_letter(name: str, letter: str) -> bool:
    """Whether a letter after a name is not a unit: "Sex (m)", "Population (m)", or a formula's "Mass (m)"."""
    words = re.findall(r"[^\W\d_]+", name.casefold())
    is_its_initial = len(words) == 1 and words[0][0] == letter and words[0] not in _UNITS_BY_NAME.split()
    return is_its_initial or not set(_NOT_MEASURED.split()).isdisjoint(words)


def _is_word(header: str) -> bool:
    """Whether a header may be a word or initials ("Bar", "day", "MP", "年"), and not only a unit ("km", "kWh")."""
    if not header.isalpha():  # "km/h", "%"
        return False
    return not header.isascii() or header.isupper() or header.istitle() or (header.islower() and len(header) > 2)


def _unit(text: str, language: str) -> str:
    """The unit as written after numbers; empty if it is not one."""
    known = _units_of(language)
    if text.casefold() in known.per_cent or text in {"％", "٪"}:
        return _PER_CENT
    first, _, rest = text.partition(" ")
    if first.casefold() in known.scales and (not rest or _is_compound(rest, known)):
        return text
    # English names millions of what a header counts: "Deaths (millions)".
    if not rest and first.casefold().removesuffix("s") in known.scales and same_language(language, "en"):
        return text.removesuffix("s")
    return text if _is_compound(text, known) else ""


def _is_compound(text: str, known: _Units) -> bool:
    return _is_unit(text, known) or all(_is_unit(_MULTIPLIER.sub("", part), known) for part in _PARTS.split(text))


def _is_unit(text: str, known: _Units) -> bool:
    without_power = text.rstrip("²³")
    is_sign = text in _SYMBOLS or any(unicodedata.category(each) == "Sc" for each in text[-1:] + text[:1])
    # "k€", "US$"; "$3" is a price.
    if is_sign and len(text) <= 3 and not any(map(str.isdigit, text)):
        return True
    return without_power in known.symbols or text.casefold() in known.names


class _Units(NamedTuple):
    """The units of a language."""

    # Units as written; then those that are unambiguous in any case, case-folded.
    symbols: frozenset[str]
    names: frozenset[str]
    per_cent: frozenset[str]
    scales: frozenset[str]


@lru_cache(maxsize=64)
def _units_of(language: str) -> _Units:
    own, english = locale_of(language), Locale("en")
    # Not single letters: CLDR has "c" for cups and "B" for bytes.
    units = {word for locale in (own, english) for word in _words(locale) if len(word) > 1 or not word.isascii()}
    names = {word.casefold() for word in units if len(word) >= _MIN_NAME_CHARS or not word.isascii()}
    # Names of currencies, and plurals for the languages that form them with an s.
    money = {
        name.casefold() for locale in (own, english) for code, name in locale.currencies.items() if code not in _METALS
    }
    return _Units(
        symbols=frozenset(units | _MORE_UNITS | _CURRENCIES),
        names=frozenset(names | money | {f"{name}s" for name in money}),
        per_cent=frozenset(word.casefold() for locale in (own, english) for word in _words(locale, "percent")),
        scales=frozenset(word.casefold() for word in _scales(own) if len(word) > 1 or not word.isascii()),
    )


def _words(locale: Locale, ending: str = "") -> Iterator[str]:
    """The names and symbols of a language's units: "kilometers", "km"."""
    for unit, lengths in locale.unit_display_names.items():
        if unit.endswith(ending) and unit not in _NOT_UNITS:
            yield from lengths.values()


def _scales(locale: Locale) -> Iterator[str]:
    """A language's words for powers of ten: "thousand", "Mio.", "млн", "億"."""
    for lengths in locale.compact_decimal_formats.values():
        for forms in lengths.values():
            yield from filter(None, (_without_number(form.pattern) for form in forms.values()))


def _without_number(pattern: str) -> str:
    """The word in a CLDR number pattern such as "0 Mio'.'"."""
    return pattern.replace("'", "").replace("0", "").strip(" \u00a0\u202f")
