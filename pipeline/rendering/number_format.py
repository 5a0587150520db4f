"""Numbers by locale: decimal signs, grouping, compact forms, and the position of units.

Patterns and words are from CLDR through Babel, which leaves digits European: the native digits of languages that use
them by default (Persian, Bengali) are substituted here. A minus is U+2212, not a hyphen.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.numbers import format_compact_decimal, format_decimal
from babel.units import UnknownUnitError, format_unit

from pipeline.language.locales import locale_of

MINUS = "\u2212"
# A unit up to this length is set at every number; a longer one is set once, below the heading.
SHORT_UNIT_CHARS = 4
# From here on all numbers of a chart are written in compact form.
_COMPACT_FROM = 100_000
# Significant digits that are read at a glance.
_DIGITS, _COMPACT_DIGITS = 5, 3
# A number this many times smaller than the largest is negligible beside it.
_NEGLIGIBLE_RATIO = 1000
_MAX_DECIMALS = 6
# Prefix of a zero that stands for a smaller number than the decimals can show.
_ABOUT = "≈"
_BY_TEN_THOUSANDS = frozenset({"ja", "zh", "yue", "ko"})
_BIDI_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
# Code points of zero in CLDR's numbering systems; others fall back to European digits.
_EUROPEAN = 0x30
_ZERO = {
    "latn": _EUROPEAN,
    "arab": 0x660,
    "arabext": 0x6F0,
    "deva": 0x966,
    "beng": 0x9E6,
    "tibt": 0xF20,
    "mymr": 0x1040,
}
_NO_BREAK_SPACE = "\u00a0"
# "$bn", "€m": a currency sign joined with a word.
_SIGN_AND_WORD = re.compile(r"([$€£¥₹₩₽₺₴])([^\W\d_].*)")
_CURRENCY = re.compile(r"([A-Z]{0,3}(?P<sign>\S))\s?(?P<rest>.*)")
# A number with an optional sign, currency, short unit and second end of a range.
_NUMERIC = re.compile(
    r"[~≈<>±+\-−–]?\s?(?:[A-Z]{0,3}[^\w\s.,;:!?()\"']{1,2}\s?|[A-Z]{3}\s)?[+\-−–]?(?:\d[\d.,'’٫٬\s]*[¼-¾⅐-⅞]?|[¼-¾⅐-⅞])"
    r"(?:[–\-/:×]\s?\d[\d.,]*)?"
    r"(?P<unit>[\s]?[^\d\s]{0,8}(?:\s[^\d\s]{0,4})?)"
)
# The k of French and Norwegian and the t of Danish, which read as unit prefixes.
_ENDS_LIKE_PREFIX = re.compile(r"\d\s?[kt]\.?$")
# The abbreviations of Vietnamese (N, Tr, T) are hardly used, and read as units.
_SPELT_OUT = frozenset({"vi"})
_BLANKS = frozenset({"", "-", "–", "—", "−", "…", "?", "n/a", "N/A", "n. a."})


def format_number(value: float, language: str, unit: str) -> str:
    """One number with its unit: 1234.5 and "%" give "1.234,5 %" in German."""
    return format_numbers((value,), language, unit)[0]


def format_numbers(values: Sequence[float], language: str, unit: str = "") -> tuple[str, ...]:
    """Numbers that are compared with each other: with their unit, all with as many decimals as the most exact needs.

    Large ones are written in compact form ("1.2M"). `language` is a tag like pt-BR; unknown ones are formatted as
    English.
    """
    locale = locale_of(language)
    largest = max(map(abs, values), default=0.0)
    if largest >= _COMPACT_FROM:
        is_measure = unit[:1].isalpha()
        short = _format_all_compact(values, locale, is_measure=is_measure)
        return tuple(with_unit(number, language, unit) for number in short)
    decimals = _decimals(values, largest)
    if decimals == 1 and is_money(unit, locale):
        decimals = 2  # 84.9 is written 84.90
    return tuple(with_unit(_format_plain(value, decimals, locale), language, unit) for value in values)


def with_unit(number: str, language: str, unit: str) -> str:
    """A formatted number with its unit where the locale puts it: "5 %", "%5", "$5", "5 km"."""
    if not unit:
        return number
    locale = locale_of(language)
    minus, bare = (number[0], number[1:]) if number.startswith((MINUS, _ABOUT)) else ("", number)
    money = _CURRENCY.fullmatch(unit)
    if money and unicodedata.category(money["sign"]) == "Sc":
        before, after = _affixes(locale.currency_formats["standard"].pattern, "¤", money[1], joined=len(money[1]) == 1)
        return f"{minus}{before}{bare}{money['rest']}{after}"
    if unit in "%٪":
        before, after = _affixes(locale.percent_formats[None].pattern, "%", _percent_sign(locale))
        return f"{minus}{before}{bare}{after}"
    return f"{minus}{bare}{_unit_space(unit, locale)}{unit}"


def is_symbol(unit: str) -> bool:
    """Whether a unit is a symbol that reads as part of the number (%, $, °, ×): an axis shows it at every tick."""
    return 0 < len(unit) <= 2 and not any(map(str.isalpha, unit))


def is_money(unit: str, locale: Locale) -> bool:
    """Whether a unit is a currency and nothing else: €, US$, CHF; not "€ million"."""
    return bool(split_unit(unit)) and all(is_currency(word, locale) for word in split_unit(unit))


def split_unit(unit: str) -> list[str]:
    """The words of a unit, with a currency sign joined with a word as two of them."""
    return _SIGN_AND_WORD.sub(r"\1 \2", unit).split()


def is_currency(word: str, locale: Locale) -> bool:
    """Whether a word is the symbol or the code of a currency."""
    if any(unicodedata.category(character) == "Sc" for character in word):
        return True
    return word in get_global("all_currencies") or word in locale.currency_symbols.values()


def looks_numeric(text: str) -> bool:
    """Whether a table cell holds a number, optionally with a sign or unit: "$1.2M", "−5 °C", "1969", "3–5 km"."""
    return _NUMERIC.fullmatch(text.strip()) is not None


def is_blank(text: str) -> bool:
    """Whether a table cell is empty or a dash."""
    return text.strip() in _BLANKS


def _decimals(values: Sequence[float], largest: float) -> int:
    """As many decimals as the most exact value needs, as long as the largest is read at a glance.

    Negligible values beside the largest get decimals of their own: 54 and 0.01, not 54.00.
    """
    needed = max((_decimals_of(value) for value in values if abs(value) * _NEGLIGIBLE_RATIO >= largest), default=0)
    whole = math.floor(math.log10(largest)) + 1 if largest else 1
    return min(needed, max(0, _DIGITS - max(1, whole)) if largest >= 1 else _MAX_DECIMALS)


def _decimals_of(value: float) -> int:
    """The number of decimals a value was given with, at most `_MAX_DECIMALS`; 0 if those would be zeros."""
    if round(abs(value), _MAX_DECIMALS) == 0:
        return 0
    exponent = Decimal(f"{value:.{_DIGITS}g}").normalize().as_tuple().exponent
    return min(_MAX_DECIMALS, max(0, -exponent)) if isinstance(exponent, int) else 0


def _format_plain(value: float, decimals: int, locale: Locale) -> str:
    exact = Decimal(repr(value))
    if abs(exact - round(exact, decimals)) > abs(exact) / 5:
        # Rounded like the larger ones it would be zero or misleading.
        decimals = min(_MAX_DECIMALS, _decimals_of(float(f"{value:.1g}")))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if exact and not rounded:
        return _ABOUT + localise("0", locale)
    return localise(format_decimal(rounded or 0, format=_pattern(decimals, locale), locale=locale), locale)


def _format_all_compact(values: Sequence[float], locale: Locale, *, is_measure: bool) -> tuple[str, ...]:
    """In compact form, with another digit if two different values would look the same."""
    # In languages that group by ten thousands, four digits may precede the word.
    digits = _COMPACT_DIGITS + (locale.language in _BY_TEN_THOUSANDS)
    short = tuple(_format_compact(value, digits, locale, is_measure=is_measure) for value in values)
    if len(set(short)) == len(set(values)):
        return short
    return tuple(_format_compact(value, digits + 1, locale, is_measure=is_measure) for value in values)


def _format_compact(value: float, digits: int, locale: Locale, *, is_measure: bool) -> str:
    """With the locale's word or letter for thousands and millions; plain if it has none for that size.

    Before a unit of measurement (km), a letter that reads as a prefix or unit itself is spelt out ("384 mille km"); in
    Vietnamese, always.
    """
    exact = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(str(value))
    written = str(format_compact_decimal(exact, locale=locale, fraction_digits=digits - 1))
    if (is_measure and _ENDS_LIKE_PREFIX.search(written)) or locale.language in _SPELT_OUT:
        written = str(format_compact_decimal(exact, format_type="long", locale=locale, fraction_digits=digits - 1))
    if any(map(str.isalpha, written)):
        return localise(written, locale)
    return _format_plain(float(exact), min(1, _decimals_of(float(exact))), locale)


def _pattern(decimals: int, locale: Locale) -> str:
    """The locale's grouping (3, or 3 and then 2) with `decimals` decimals."""
    whole = locale.decimal_formats[None].pattern.partition(";")[0].partition(".")[0]
    return f"{whole}.{'0' * decimals}" if decimals else whole


def localise(written: str, locale: Locale) -> str:
    """Babel's output in native digits, with a real minus and without directional marks."""
    written = written.translate(_BIDI_MARKS).replace("-", MINUS)
    zero = zero_of(locale)
    if zero == _EUROPEAN:
        return written
    signs = locale.number_symbols.get(locale.default_numbering_system, {})
    table = digit_table(zero)
    latin = locale.number_symbols["latn"]
    for name in ("decimal", "group"):
        if name in signs and len(latin[name]) == 1:
            table[ord(latin[name])] = signs[name]
    return written.translate(table).translate(_BIDI_MARKS)


def numbering_system(locale: Locale) -> str:
    """CLDR's name of the locale's default digits, if supported here; else "latn"."""
    system: str = locale.default_numbering_system
    return system if system in _ZERO else "latn"


def zero_of(locale: Locale) -> int:
    """The code point of the locale's zero."""
    return _ZERO[numbering_system(locale)]


def digit_table(zero: int) -> dict[int, int]:
    """A table for `str.translate` from European digits to those that begin at `zero`."""
    return {_EUROPEAN + digit: zero + digit for digit in range(10)}


def _percent_sign(locale: Locale) -> str:
    system = locale.default_numbering_system
    return str(locale.number_symbols.get(system, {}).get("percentSign", "%")).translate(_BIDI_MARKS)


def _affixes(pattern: str, placeholder: str, sign: str, *, joined: bool = True) -> tuple[str, str]:
    """Prefix and suffix of a number from a CLDR pattern and its sign; a sign of letters is set off by a space."""
    positive = pattern.partition(";")[0].translate(_BIDI_MARKS)
    before, after = re.fullmatch(r"([^#0]*)[#0,.]+([^#0]*)", positive).groups()  # type: ignore[union-attr]
    if placeholder in before:
        gap = "" if before.endswith(placeholder) else _NO_BREAK_SPACE
        return sign + (gap if joined else gap or (_NO_BREAK_SPACE if sign[-1].isalpha() else "")), ""
    return "", (_NO_BREAK_SPACE if after[0].isspace() or sign[0].isalpha() else "") + sign


@lru_cache(maxsize=256)
def _unit_space(unit: str, locale: Locale) -> str:
    """The space between a number and a unit: none or a no-break space."""
    if unit in {"°", "×", "x", "‰", "′", "″"}:
        return ""
    if unit in {"°C", "°F", "℃"}:
        try:
            written = format_unit(5, "celsius", length="short", locale=locale)
        except (UnknownUnitError, KeyError, ValueError):
            written = "5 °C"
        return _NO_BREAK_SPACE if any(map(str.isspace, written)) else ""
    return "" if unicodedata.east_asian_width(unit[0]) == "W" else _NO_BREAK_SPACE
