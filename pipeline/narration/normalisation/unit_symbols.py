"""Unit symbols and CLDR's names of the units, common to all languages and specific to one."""

from __future__ import annotations

from collections.abc import Mapping

# Symbols of SI and everyday units. Letters that are also words, names or sizes (a, A, K, N, t, V) are left out: better
# a letter read than a wrong unit.
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
    "cl": "centiliter",
    "dl": "deciliter",
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
    "％": "percent",
    "‰": "permille",
    **dict.fromkeys(("l/100 km", "l/100km", "L/100 km", "L/100km"), "liter-per-100-kilometer"),
}
# Numerators and denominators of compound units: "120 g/km", "5 µg/m³".
_NUMERATORS = ("g", "kg", "mg", "µg", "μg", "l", "L", "ml", "kWh", "W", "kW", "m", "km", "MB", "GB", "kcal", "kJ")
_DENOMINATORS = ("km", "h", "s", "m²", "m³", "l", "L", "kg", "cm³", "g")
_UNITS |= {
    f"{one}/{other}": f"{_UNITS[one]}/{_UNITS[other]}"
    for one in _NUMERATORS
    for other in _DENOMINATORS
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
    "г": "gram",
    "л": "liter",
    "мин": "minute",
    "кв. м": "square-meter",
    "кв. км": "square-kilometer",
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
        "מ'": "meter",
        "ג'": "gram",
        'ק"ג': "kilogram",
        'מ"ר': "square-meter",
    },
    "th": {"กม./ชม.": "kilometer-per-hour", "กม.": "kilometer", "กก.": "kilogram", "ซม.": "centimeter"},
    "ar": {
        "°م": "celsius",
        "كم/س": "kilometer-per-hour",
        "كم/ث": "kilometer/second",
        "كم": "kilometer",
        "كغ": "kilogram",
        "سم": "centimeter",
    }
    | {"م²": "square-meter", "كم²": "square-kilometer", "غ": "gram"},
    "fr": {"ko": "kilobyte", "Ko": "kilobyte", "Mo": "megabyte", "Go": "gigabyte", "To": "terabyte"},
    "el": {"χλμ./ώρα": "kilometer-per-hour", "χλμ.": "kilometer", "χλμ": "kilometer", "εκ.": "centimeter"},
    "hi": {"किमी/घंटा": "kilometer-per-hour", "किमी": "kilometer", "किग्रा": "kilogram"},
    "nl": {"km/u": "kilometer-per-hour"},
    "sv": {"km/tim": "kilometer-per-hour"},
    "tr": {"km/sa": "kilometer-per-hour"},
    "id": {"km/jam": "kilometer-per-hour"},
    "da": {"km/t": "kilometer-per-hour"},
    "nb": {"km/t": "kilometer-per-hour"},
}


def units_by_symbol(code: str) -> Mapping[str, str]:
    """All unit symbols of a language, with the CLDR name of each unit."""
    return {**_UNITS, **_BY_LANGUAGE.get(code, {})}
