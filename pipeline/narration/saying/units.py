"""Units after numbers: "km/h", "°C", "m²", "%". Their names, with the plural that the number asks for, are CLDR's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal
from babel.units import UnknownUnitError, format_unit

from pipeline.narration.saying.changes import Change
from pipeline.narration.saying.numbers import NUMBER, RANGE, value_of
from pipeline.narration.saying.tongues import Tongue

# Symbols of the SI and of daily life, by CLDR's names. Letters that are also words, names or sizes (a, A, K, N, t, V)
# are left out: better a letter read than a wrong unit.
_UNITS = {
    "km/h": "kilometer-per-hour",
    "kph": "kilometer-per-hour",
    "m/s": "meter-per-second",
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
    "hPa": "hectopascal",
    "mmHg": "millimeter-ofhg",
    "kcal": "kilocalorie",
    "kJ": "kilojoule",
    "ha": "hectare",
    "%": "percent",
    "٪": "percent",
    "‰": "permille",
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
    "ar": {"كم/س": "kilometer-per-hour", "كم": "kilometer", "كغ": "kilogram", "سم": "centimeter"},
    "el": {"χλμ./ώρα": "kilometer-per-hour", "χλμ.": "kilometer", "χλμ": "kilometer", "εκ.": "centimeter"},
    "hi": {"किमी/घंटा": "kilometer-per-hour", "किमी": "kilometer", "किग्रा": "kilogram"},
    "nl": {"km/u": "kilometer-per-hour"},
    "da": {"km/t": "kilometer-per-hour"},
    "nb": {"km/t": "kilometer-per-hour"},
}


def say_units(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """The names of units after numbers and ranges of numbers."""
    units = {**_UNITS, **_BY_LANGUAGE.get(tongue.code, {})}
    for match in _pattern(tongue.code).finditer(text):
        # "5 m" in "$5 m" is no metre, and "5'" is no number.
        last = re.search(rf"(?:{NUMBER})$", match["amount"])
        value = value_of(last[0], tongue) if last else None
        around = None if value is None else _around(units[match["unit"]], value, tongue.locale)
        if around is None:
            continue
        before, after = around
        start, end = match.span("amount")
        if before and text[:start].rstrip().endswith(tuple("-−–+±")):
            continue  # nothing comes between a sign and its number
        changes = [Change(start=end, end=match.end("unit"), said=f"{after}")]
        if before:
            changes.insert(0, Change(start=start, end=start, said=before))
        if dash := re.search(r"(?<=\d)\s?-\s?(?=\d)", match["amount"]):
            if not tongue.signs.to:
                continue
            at = start + dash.start()
            changes.insert(-1, Change(start=at, end=start + dash.end(), said=f" {tongue.signs.to} "))
        yield changes


@lru_cache(maxsize=64)
def _pattern(code: str) -> re.Pattern[str]:
    symbols = sorted({**_UNITS, **_BY_LANGUAGE.get(code, {})}, key=len, reverse=True)
    unit = "|".join(map(re.escape, symbols))
    amount = rf"(?<![\w.,:/'\u2019$€£¥])(?<!\w-)(?P<amount>{RANGE})"
    return re.compile(rf"{amount}[ \u00a0\u2009\u202f]?(?P<unit>{unit})(?![\w²³/°'’]|\.\w)")


def _around(unit: str, value: Decimal, locale: Locale) -> tuple[str, str] | None:
    """What stands before and after the number when a unit is written out; None: CLDR has no words for it."""
    try:
        whole = format_unit(value, unit, length="long", format=_FORMAT, locale=locale)
    except (UnknownUnitError, KeyError, ValueError):
        return None
    number = format_decimal(value, format=_FORMAT, locale=locale)
    before, found, after = whole.partition(number)
    # Arabic has words for one and two that hold the number; some units have no name but a sign, or an English one.
    return (before, after) if found and _is_a_name(before + after, locale) else None


def _is_a_name(words: str, locale: Locale) -> bool:
    letters = [character for character in words if character.isalpha()]
    own = unicodedata.name((locale.get_language_name() or "a")[0], "").startswith("LATIN")
    return bool(letters) and "/" not in words and (own or not any(map(str.isascii, letters)))


_FORMAT = "0.##########"
