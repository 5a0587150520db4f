"""Units after numbers: "km/h", "°C", "m²", "%". Their names, with the plural that the number asks for, are CLDR's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal
from babel.units import UnknownUnitError, format_compound_unit, format_unit

from pipeline.narration.saying.changes import LETTER, Change, not_after
from pipeline.narration.saying.magnitudes import WORDS, of, said_as
from pipeline.narration.saying.numbers import NUMBER, OTHER_TO, RANGE, value_at
from pipeline.narration.saying.tongues import Tongue

# Symbols of the SI and of daily life, by CLDR's names. Letters that are also words, names or sizes (a, A, K, N, t, V)
# are left out: better a letter read than a wrong unit.
_UNITS = {
    "km/h": "kilometer-per-hour",
    "kph": "kilometer-per-hour",
    "m/s": "meter-per-second",
    "m/s²": "meter-per-square-second",
    "km/s": "kilometer/second",
    "mph": "mile-per-hour",
    "km²": "square-kilometer",
    "km2": "square-kilometer",
    "m²": "square-meter",
    "m2": "square-meter",
    "cm²": "square-centimeter",
    "m³": "cubic-meter",
    "m3": "cubic-meter",
    "cm³": "cubic-centimeter",
    "km³": "cubic-kilometer",
    "km": "kilometer",
    "m": "meter",
    "cm": "centimeter",
    "mm": "millimeter",
    "µm": "micrometer",
    "μm": "micrometer",
    "nm": "nanometer",
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "µg": "microgram",
    "μg": "microgram",
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "ft": "foot",
    "°C": "celsius",
    "ºC": "celsius",
    "° C": "celsius",
    "° F": "fahrenheit",
    "℃": "celsius",
    "°F": "fahrenheit",
    "℉": "fahrenheit",
    "°": "degree",
    "l": "liter",
    "L": "liter",
    "ml": "milliliter",
    "mL": "milliliter",
    "kW": "kilowatt",
    "MW": "megawatt",
    "GW": "gigawatt",
    "W": "watt",
    "kWh": "kilowatt-hour",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "kB": "kilobyte",
    "KB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "TB": "terabyte",
    "ms": "millisecond",
    "s": "second",
    "h": "hour",
    "min": "minute",
    "hPa": "hectopascal",
    "mmHg": "millimeter-ofhg",
    "kcal": "kilocalorie",
    "kJ": "kilojoule",
    "ha": "hectare",
    "%": "percent",
    "٪": "percent",
    "‰": "permille",
}
# "120 g/km", "5 µg/m³": so much for each.
_OF_EACH = ("g", "kg", "mg", "µg", "μg", "l", "L", "ml", "kWh", "W", "kW", "m", "km", "MB", "GB", "kcal", "kJ")
_EACH = ("km", "h", "s", "m²", "m³", "l", "L", "kg", "cm³", "g")
_UNITS |= {
    f"{one}/{other}": f"{_UNITS[one]}/{_UNITS[other]}"
    for one in _OF_EACH
    for other in _EACH
    if f"{one}/{other}" not in _UNITS and one != other
}
_CYRILLIC = {
    "км/ч": "kilometer-per-hour",
    "км/год": "kilometer-per-hour",
    "м/с": "meter-per-second",
    "км²": "square-kilometer",
    "м²": "square-meter",
    "м³": "cubic-meter",
    "км": "kilometer",
    "м": "meter",
    "см": "centimeter",
    "мм": "millimeter",
    "кг": "kilogram",
    "мг": "milligram",
    "мл": "milliliter",
    "кВт": "kilowatt",
    "МВт": "megawatt",
    "Гц": "hertz",
    "МБ": "megabyte",
    "ГБ": "gigabyte",
}
_BY_LANGUAGE = {
    "en": {"mi": "mile", "yd": "yard"},
    "ru": _CYRILLIC,
    "uk": _CYRILLIC,
    "bg": _CYRILLIC,
    "he": {
        'קמ"ש': "kilometer-per-hour",
        'ק"מ': "kilometer",
        'ס"מ': "centimeter",
        'ק"ג': "kilogram",
        'מ"ר': "square-meter",
    },
    "th": {"กม./ชม.": "kilometer-per-hour", "กม.": "kilometer", "กก.": "kilogram", "ซม.": "centimeter"},
    "ar": {"°م": "celsius", "كم/س": "kilometer-per-hour", "كم": "kilometer", "كغ": "kilogram", "سم": "centimeter"},
    "el": {"χλμ./ώρα": "kilometer-per-hour", "χλμ.": "kilometer", "χλμ": "kilometer", "εκ.": "centimeter"},
    "hi": {"किमी/घंटा": "kilometer-per-hour", "किमी": "kilometer", "किग्रा": "kilogram"},
    "nl": {"km/u": "kilometer-per-hour"},
    "sv": {"km/tim": "kilometer-per-hour"},
    "tr": {"km/sa": "kilometer-per-hour"},
    "id": {"km/jam": "kilometer-per-hour"},
    "da": {"km/t": "kilometer-per-hour"},
    "nb": {"km/t": "kilometer-per-hour"},
}


# What CLDR has no words for: before and after the number.
_OWN = {
    ("zh", "percent"): ("百分之", ""),
    ("ko", "percent"): ("", "퍼센트"),
    ("vi", "percent"): ("", " phần trăm"),
    ("sk", "percent"): ("", " percent"),
    ("ar", "percent"): ("", " بالمئة"),
}
_ENGLISH = frozenset(
    {"percent", "permille", "feet", "foot", "ounces", "gigabytes", "megabytes", "kilobytes", "terabytes"}
)
_APOSTROPHES = "'\u2019"
# "1h 30m"; a sign before a number; the full stop of "6 ft. tall".
_HOURS = re.compile(r"\d\s?h\s$")
_SIGNED = re.compile(r"[-−–+±]\s?$")
_NO_STOP = re.compile(r"\.(?=\s[a-zß-öø-ÿ])")
# Languages that write ordinals with a raised letter; a noun after a sign that may be one.
_ORDINALS = frozenset({"it", "es", "pt"})
_ORDINAL = re.compile(r"(?<![\w.,])\d{1,3}(?P<sign>°|\.[ºª°])(?!\w)")
_NOUN = re.compile(
    r" (?!(?:a|di|de|do|da|e|y|o|in|en|em|con|com|al|nord|sud|est|ovest|norte|sur|sul|este|oeste|leste|sotto|sopra|"
    r"bajo|sobre|centigradi|celsius|fahrenheit|latitud\w*|longitud\w*)\b)[^\W\d_]{2}",
    re.IGNORECASE,
)


def say_units(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """The names of units after numbers and ranges of numbers."""
    units = {**_UNITS, **_BY_LANGUAGE.get(tongue.code, {})}
    for match in _pattern(tongue.code).finditer(text):
        # "5 m" in "$5 m" is no metre, and "5'" is no number.
        last = re.search(rf"(?:{NUMBER})$", match["amount"])
        value = value_at(text, match.start("amount") + last.start(), last[0], tongue) if last else None
        if value is None or _is_something_else(match, value, tongue):
            continue
        unit = (
            "minute"
            if match["unit"] == "m" and _HOURS.search(text, max(0, match.start() - 4), match.start())
            else units[match["unit"]]
        )
        around = _around(unit, value, tongue.locale)
        if around is None:
            continue
        before, after = around
        start, end = match.span("amount")
        stop = _NO_STOP.match(text, match.end("unit"))
        changes = [Change(start=end, end=stop.end() if stop else match.end("unit"), said=f"{after}")]
        if before:
            # Nothing comes between a sign and its number.
            sign = _SIGNED.search(text, max(0, start - 2), start)
            at = sign.start() if sign else start
            changes.insert(0, Change(start=at, end=at, said=before))
        if dash := OTHER_TO.search(match["amount"]):
            if not tongue.signs.to:
                continue
            at = start + dash.start()
            changes.insert(-1, Change(start=at, end=start + dash.end(), said=f" {tongue.signs.to} "))
        yield changes


def say_large_units(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """The names of units after millions and more: "228 million km", "30,3 Mio. km²"; in the form of many."""
    units = {**_UNITS, **_BY_LANGUAGE.get(tongue.code, {})}
    pattern = _large_pattern(tongue.code)
    for match in pattern.finditer(text) if pattern else ():
        value = value_at(text, match.start("amount"), match["amount"], tongue)
        around = None if value is None else _around(units[match["unit"]], Decimal(1_000_000), tongue.locale)
        if value is None or around is None or around[0]:
            continue
        magnitude = said_as(match["word"], value, tongue)
        stop = _NO_STOP.match(text, match.end("unit"))
        yield [
            Change(start=match.start("word"), end=match.end("word"), said=magnitude),
            Change(
                start=match.start("unit"),
                end=stop.end() if stop else match.end("unit"),
                said=of(magnitude, around[1].strip(), tongue),
            ),
        ]


@lru_cache(maxsize=64)
def _large_pattern(code: str) -> re.Pattern[str] | None:
    words = "|".join(map(re.escape, sorted(WORDS.get(code, {}), key=len, reverse=True)))
    # "5 Mio. m" is as good as certain; "5 mil l" is not, nor is any other letter alone.
    symbols = sorted({**_UNITS, **_BY_LANGUAGE.get(code, {})}, key=len, reverse=True)
    unit = "|".join(map(re.escape, filter(lambda symbol: len(symbol) > 1 or symbol == "m", symbols)))
    if not words:
        return None
    space = "[ \u00a0\u2009\u202f]"
    return re.compile(
        rf"{not_after('.,:/$€£¥฿₫' + _APOSTROPHES)}(?P<amount>{NUMBER}){space}(?P<word>{words}){space}(?P<unit>{unit})"
        rf"(?!{LETTER}|[²³/°'’]|\.\w)"
    )


@lru_cache(maxsize=64)
def _pattern(code: str) -> re.Pattern[str]:
    symbols = sorted({**_UNITS, **_BY_LANGUAGE.get(code, {})}, key=len, reverse=True)
    unit = "|".join(map(re.escape, symbols))
    amount = rf"{not_after('.,:/$€£¥฿₫' + _APOSTROPHES)}(?:(?<=[\u05d0-\u05ea]-)|(?<!\w-))(?P<amount>{RANGE})"
    return re.compile(rf"{amount}(?P<space>[ \u00a0\u2009\u202f]?)(?P<unit>{unit})(?!{LETTER}|[²³/°'’]|\.\w)")


def _is_something_else(match: re.Match[str], value: Decimal, tongue: Tongue) -> bool:
    """The 1960s, and the "3° posto" of who has no º on the keyboard."""
    if match["unit"] == "s":
        return not match["space"] and value % 10 == 0
    if match["unit"] != "°" or tongue.code not in _ORDINALS:
        return False
    return bool(_NOUN.match(match.string, match.end()))


def say_ordinals(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """3° posto and 3.º lugar as 3º: voices know that sign, but neither a degree nor a full stop in its place."""
    if tongue.code in _ORDINALS:
        for match in _ORDINAL.finditer(text):
            if match["sign"] != "°" or _NOUN.match(text, match.end()):
                sign = match["sign"].removeprefix(".").replace("°", "º")
                yield [Change(start=match.start("sign"), end=match.end(), said=sign)]


def _around(unit: str, value: Decimal, locale: Locale) -> tuple[str, str] | None:
    """What stands before and after the number when a unit is written out; None: CLDR has no words for it."""
    if own := _OWN.get((locale.language, unit)):
        return own
    try:
        whole = _written_out(unit, value, locale)
    except (UnknownUnitError, KeyError, ValueError):
        return None
    number = format_decimal(value, format=_FORMAT, locale=locale)
    before, found, after = whole.partition(number)
    # Arabic has words for one and two that hold the number; some units have no name but a sign, or an English one.
    return (before, after) if found and _is_a_name(before + after, locale) else None


def _is_a_name(words: str, locale: Locale) -> bool:
    letters = [character for character in words if character.isalpha()]
    own = unicodedata.name((locale.get_language_name() or "a")[0], "").startswith("LATIN")
    if words.strip() in _ENGLISH and locale.language not in {"en", "nl"}:
        return False  # what CLDR says where it does not know
    return bool(letters) and "/" not in words and (own or not any(map(str.isascii, letters)))


def _written_out(unit: str, value: Decimal, locale: Locale) -> str:
    one, _, other = unit.partition("/")
    if not other:
        return format_unit(value, one, length="long", format=_FORMAT, locale=locale)
    return format_compound_unit(value, one, denominator_unit=other, length="long", format=_FORMAT, locale=locale) or ""


_FORMAT = "0.##########"
