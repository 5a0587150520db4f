"""Units in the headers of tables: "Height (m)", "Höhe in m", "Height, m", "Price €", "% of adults".

What a language calls its units and currencies, and how it shortens millions, comes from CLDR; whatever is in no such
list is no unit ("Visitors (2024)", "Made in Japan"), and the header stays as it is written. So does "Price / kg": what
is told by the kilogram is no kilogram, and nothing but its words tells it from "Height / m".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from babel import Locale

from pipeline.language.locales import locale_of

_PER_CENT = "%"
# How a header joins its unit, the surest first. The last two are for signs alone: "Plan A" has no amperes.
_IN_BRACKETS = re.compile(r"(?P<name>.*?)\s*[(\[（](?P<unit>[^()\[\]（）]+)[)\]）]")
_AFTER_WORD = re.compile(r"(?P<name>.+?)\s+(?:in|en|em|i|în|w|v|в|у)\s+(?P<unit>\S.*)")
_AFTER_MARK = re.compile(r"(?P<name>.+?)\s*[,，:：]\s*(?P<unit>[^,，:：]+)")
_ALONE = re.compile(r"(?P<name>)(?P<unit>.+)")
_AT_END = re.compile(r"(?P<name>.*?[^\W\d_].*?)\s*(?P<unit>[^\w\s,;:/]+|[^\w\s]?\s?°[CF]|(?<=\s)[A-Z]{3})")
_AT_START = re.compile(r"(?P<name>(?P<unit>[^\w\s])\s.+)")
_SIGNS = frozenset("%‰°")
_PARTS = re.compile(r"\s*[/·⋅*]\s*")
# What is told of people, of whom m, h and f are some, and what is counted or paid in millions.
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
# "Gewicht (g)" are grams, "Mass (m)" are no metres.
_UNITS_BY_NAME = (
    "gewicht gewichte grams gramm grammes gramos gramas grammi metres meters meter mètres metros metri "
    "seconds sekunden secondes segundos secondi hours heures horas tonnes tonnen tonnellate toneladas litres liters "
    "liter litros litri watt watts volt volts"
)
# A shorter name could be anything in capitals or small letters.
_NAME_CHARS = 4
# Carats, which CLDR calls gold in some languages, things, and how fast light is: as headers, other words.
_NO_UNITS = frozenset({"concentr-karat", "concentr-item", "speed-light-speed"})
# Metals that banks trade in: "Medals, gold".
_METALS = frozenset({"XAU", "XAG", "XPT", "XPD"})
# "kWh/100 km", "1000 t": so many of them.
_SO_MANY = re.compile(r"10+\s?")
# What CLDR does not have, or writes otherwise.
_MORE = {
    "m", "g", "s", "h", "t", "l", "K", "A", "V", "W", "J", "N", "%", "°", "kt", "Mt", "Gt", "MWh", "GWh", "TWh",
    "mV", "kV", "µm", "µg", "µs", "ml", "cl", "dl", "hl", "mph", "kph", "kmh", "rpm", "fps", "dB", "kN", "Bq", "Sv",
    "mSv", "lx", "bpm",
}  # fmt: skip
# Of three capitals, many are a word, too: "ALL", "TOP", "BAD".
_MONEY = {
    *("EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "KRW", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD"),
    *("NZD", "BRL", "MXN", "ZAR", "RUB", "UAH"),
}


class Measure(NamedTuple):
    """A header, read."""

    name: str
    # Empty: it has none, or none that is known.
    unit: str


def read_header(header: str, language: str) -> Measure:
    """What a column of numbers tells, and its unit. Nothing is lost: a header without a known unit is all name."""
    text = header.strip()
    for pattern in (_IN_BRACKETS, _AFTER_WORD, _AFTER_MARK, _ALONE, _AT_END, _AT_START):
        match = pattern.fullmatch(text)
        if match and _is_certain(match, pattern) and (unit := _unit(match["unit"].strip(), language)):
            return Measure(name=match["name"].strip(" –—-:,"), unit=unit)
    return Measure(name=text, unit="")


@lru_cache(maxsize=256)
def read_headers(headers: tuple[str, ...], language: str) -> tuple[Measure, ...]:
    """All headers of a table.

    What only tells columns apart is no unit: "Men (m)" beside "Women (w)", "Group (A)" beside "Group (B)".
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
    """The one letter in brackets at its end; empty: there is none."""
    match = _IN_BRACKETS.fullmatch(header.strip())
    return match["unit"] if match and len(match["unit"]) == 1 and match["unit"].isalpha() else ""


def _without_brackets(header: str) -> str:
    match = _IN_BRACKETS.fullmatch(header.strip())
    return match["name"] if match else ""


def _is_certain(match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    """Whether it can be nothing else: "Team, A" and "W" have no amperes and watts, and "Days" is a header."""
    unit = match["unit"].strip()
    if len(unit) == 1 and unit.isalpha() and _is_no_measure(match["name"], unit):
        return False
    if pattern is _AFTER_WORD or (pattern is _IN_BRACKETS and unit != "A"):  # "Group (A)" is more than "Current (A)"
        return True
    is_letter = len(unit) == 1 and unit.isascii() and unit.isalpha()
    return not (is_letter and (unit.isupper() or pattern is _ALONE)) and not (pattern is _ALONE and _is_word(unit))


def _is_no_measure(name: str, letter: str) -> bool:
    """Whether a letter behind a name is no unit: "Sex (m)", "Population (m)", and "Mass (m)" as in formulas."""
    words = re.findall(r"[^\W\d_]+", name.casefold())
    is_its_initial = len(words) == 1 and words[0][0] == letter and words[0] not in _UNITS_BY_NAME.split()
    return is_its_initial or not set(_NOT_MEASURED.split()).isdisjoint(words)


def _is_word(header: str) -> bool:
    """Whether a header could be one, or its initials: "Bar", "day", "MP", "年", and not "km" or "kWh"."""
    if not header.isalpha():  # "km/h", "%"
        return False
    return not header.isascii() or header.isupper() or header.istitle() or (header.islower() and len(header) > 2)


def _unit(text: str, language: str) -> str:
    """The unit as it stands behind numbers; empty: it is none."""
    known = _known(language)
    if text.casefold() in known.per_cent or text in {"％", "٪"}:
        return _PER_CENT
    first, _, rest = text.partition(" ")
    if first.casefold() in known.scales and (not rest or _is_compound(rest, known)):
        return text
    return text if _is_compound(text, known) else ""


def _is_compound(text: str, known: _Known) -> bool:
    return _is_one(text, known) or all(_is_one(_SO_MANY.sub("", part), known) for part in _PARTS.split(text))


def _is_one(text: str, known: _Known) -> bool:
    without_power = text.rstrip("²³")
    is_sign = text in _SIGNS or any(unicodedata.category(each) == "Sc" for each in text[-1:] + text[:1])
    # "k€", "US$"; "$3" is a price.
    if is_sign and len(text) <= 3 and not any(map(str.isdigit, text)):
        return True
    return without_power in known.symbols or text.casefold() in known.names


class _Known(NamedTuple):
    """What a language calls its units."""

    # As they are written, and in small letters what has no other meaning.
    symbols: frozenset[str]
    names: frozenset[str]
    per_cent: frozenset[str]
    scales: frozenset[str]


@lru_cache(maxsize=64)
def _known(language: str) -> _Known:
    own, english = locale_of(language), Locale("en")
    # Cups are "c" to CLDR, and bytes "B".
    units = {word for locale in (own, english) for word in _words(locale) if len(word) > 1 or not word.isascii()}
    names = {word.casefold() for word in units if len(word) >= _NAME_CHARS or not word.isascii()}
    # Where the name of a currency stands, its plural does, too, in the languages that mark it with an s.
    money = {
        name.casefold() for locale in (own, english) for code, name in locale.currencies.items() if code not in _METALS
    }
    return _Known(
        symbols=frozenset(units | _MORE | _MONEY),
        names=frozenset(names | money | {f"{name}s" for name in money}),
        per_cent=frozenset(word.casefold() for locale in (own, english) for word in _words(locale, "percent")),
        scales=frozenset(word.casefold() for word in _scales(own) if len(word) > 1 or not word.isascii()),
    )


def _words(locale: Locale, ending: str = "") -> Iterator[str]:
    """What a language calls its units: "kilometers", "km"."""
    for unit, lengths in locale.unit_display_names.items():
        if unit.endswith(ending) and unit not in _NO_UNITS:
            yield from lengths.values()


def _scales(locale: Locale) -> Iterator[str]:
    """What a language calls thousands and more: "thousand", "Mio.", "млн", "億"."""
    for lengths in locale.compact_decimal_formats.values():
        for forms in lengths.values():
            yield from (word for form in forms.values() if (word := _alone(form.pattern.replace("'", ""), "0")))


def _alone(text: str, number: str) -> str:
    return text.replace(number, "").strip(" \u00a0\u202f")
