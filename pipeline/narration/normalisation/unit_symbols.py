"""Unit symbols and CLDR's names of the units. Most symbols are CLDR's short names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.units import format_unit

from pipeline.narration.normalisation.languages import Language

# Languages in which CLDR's short names are the spoken ones.
SHORT_NAMES = frozenset({"ja", "ko", "zh"})
# Units whose symbols are no words, names or sizes (as A, K, N and V are): better a letter read than a wrong unit.
_UNITS = (  # noqa: SIM905
    "kilometer-per-hour meter-per-second meter-per-square-second "
    "kilometer meter centimeter millimeter micrometer nanometer "
    "square-kilometer square-meter square-centimeter hectare cubic-kilometer cubic-meter cubic-centimeter "
    "kilogram gram milligram microgram pound ounce foot liter deciliter centiliter milliliter "
    "hour minute second millisecond microsecond hertz kilohertz megahertz gigahertz "
    "watt kilowatt megawatt gigawatt kilowatt-hour kilojoule kilocalorie hectopascal kilopascal megapascal "
    "newton-meter kilobyte megabyte gigabyte terabyte celsius fahrenheit degree percent permille "
    "liter-per-100-kilometer kilowatt-hour-per-100-kilometer"
).split()
# Other spellings, and units that CLDR lacks.
_MORE_SYMBOLS = {
    "kilometer-per-hour": "kph",
    "mile-per-hour": "mph",
    "kilometer/second": "km/s",
    "square-kilometer": "km2",
    "square-meter": "m2",
    "cubic-meter": "m3",
    "micrometer": "µm",
    "microgram": "µg",
    "microsecond": "µs",
    "pound": "lbs",
    "liter": "L",
    "milliliter": "mL",
    "kilobyte": "KB",
    "celsius": "ºC|° C|℃",
    "fahrenheit": "° F|℉",
    "millimeter-ofhg": "mmHg",
    "percent": "٪|％",
    "watt-hour": "Wh",
    "megawatt-hour": "MWh",
    "gigawatt-hour": "GWh",
    "terawatt-hour": "TWh",
    "kilobit/second": "kbps|kbit/s",
    "megabit/second": "Mbps|Mbit/s",
    "gigabit/second": "Gbps|Gbit/s",
    "kilowatt-hour-per-100-kilometer": "kWh/100 km|kWh/100km",
    "liter-per-100-kilometer": "l/100 km|l/100km|L/100 km|L/100km",
}
# Numerators and denominators of compound units: "120 g/km", "5 µg/m³".
_NUMERATORS = ("g", "kg", "mg", "µg", "μg", "l", "L", "ml", "kWh", "W", "kW", "m", "km", "MB", "GB", "kcal", "kJ")
_DENOMINATORS = ("km", "h", "s", "m²", "m³", "l", "L", "kg", "cm³", "g")
_CYRILLIC = {
    "kilometer-per-hour": "км/ч|км/год",
    "meter": "м",
    "gram": "г",
    "liter": "л",
    "minute": "мин",
    "millimeter-ofhg": "мм рт. ст.",
    "celsius": "°С",
    "kilowatt-hour": "кВт·ч|кВт⋅ч|кВт*ч|кВтч",
    "square-meter": "кв. м",
    "square-kilometer": "кв. км",
    "tonne": "т",
}
_BY_LANGUAGE = {
    # Not the tonne: in recipes, "t" is a teaspoon.
    "en": {
        "mile": "mi",
        "yard": "yd|yds",
        "mile-per-gallon": "mpg",
        "horsepower": "hp",
        "hour": "hr|hrs",
        "minute": "mins",
        "second": "secs",
        "year": "yrs",
    },
    "ru": {**_CYRILLIC, "hour": "ч"},
    "sv": {"kilometer-per-hour": "km/tim", "square-meter": "kvm"},
    "uk": _CYRILLIC,
    "bg": _CYRILLIC,
    "he": {"meter": "מ'", "gram": "ג'"},
    "th": {"kilometer-per-hour": "กม./ชม.", "kilometer": "กม.", "kilogram": "กก.", "centimeter": "ซม."},
    "ar": {"celsius": "°م", "kilometer/second": "كم/ث", "kilogram": "كغ", "gram": "غ"},
    "fr": {"minute": "mn", "kilobyte": "ko|Ko", "megabyte": "Mo", "gigabyte": "Go", "terabyte": "To"},
    "el": {"kilometer-per-hour": "χλμ./ώρα|χλμ/ώρα", "kilometer": "χλμ.|χλμ", "centimeter": "εκ."},
    "hi": {"kilometer-per-hour": "किमी/घंटा", "kilometer": "किमी", "kilogram": "किग्रा"},
    **{
        code: {"kilometer-per-hour": f"km/{hour}"}
        for code, hour in {"nl": "u", "tr": "sa", "id": "jam", "da": "t", "nb": "t"}.items()
    },
}


@lru_cache(maxsize=64)
def units_by_symbol(language: Language) -> Mapping[str, str]:
    """All unit symbols of a language, with the CLDR name of each unit; longer symbols first."""
    # CLDR's short names are the international symbols in Italian, and a language's own if they are of another script.
    units = {_name(unit, "short", Locale("it")): unit for unit in _UNITS}
    if language.code != "en":
        units["t"] = "tonne"
    # CLDR's Bulgarian ones are Latin.
    own = Locale("ru") if language.code == "bg" else language.locale
    for unit in () if language.code in SHORT_NAMES else _UNITS:
        symbol = _name(unit, "short", own)
        is_own = any(letter.isalpha() and letter > "\u036f" for letter in symbol) and len(symbol) > 1
        if is_own and not symbol.endswith(".") and symbol != _name(unit, "long", own):
            # Hebrew's mark of abbreviations is often typed as a quotation mark.
            units |= {symbol: unit, symbol.replace("״", '"'): unit}
    units |= _spelt(_MORE_SYMBOLS)
    compounds = {f"{one}/{other}": f"{units[one]}/{units[other]}" for one, other in _compounds()}
    units = {**compounds, **units, **_spelt(_BY_LANGUAGE.get(language.code, {}))}
    return {symbol: units[symbol] for symbol in sorted(units, key=len, reverse=True)}


def _name(unit: str, length: Literal["short", "long"], locale: Locale) -> str:
    written = format_unit(Decimal(5), unit, length=length, format="0", locale=locale)
    return written.replace("5", "").strip(" \u00a0\u202f\u200e\u200f")


def _compounds() -> Iterator[tuple[str, str]]:
    return ((one, other) for one in _NUMERATORS for other in _DENOMINATORS if one != other)


def _spelt(units: Mapping[str, str]) -> dict[str, str]:
    return {symbol: unit for unit, symbols in units.items() for symbol in symbols.split("|")}
