"""Numbers as a language writes them: decimal signs, groups, short forms of millions, and where a unit stands.

Patterns and words are CLDR's, through Babel, which leaves digits European: where a language has its own by default
(Persian, Bengali), they are put in here. A minus is a minus, not a hyphen.
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
# A unit as long as this stands at every number; a longer one is said once, beside the heading.
SHORT_UNIT_CHARS = 4
# From here on all numbers of a chart are written in their short form.
_LONG_FROM = 100_000
# How many digits are read at a glance.
_SIGNIFICANT, _SIGNIFICANT_SHORT = 5, 3
# How many times larger the largest is that makes a number next to nothing.
_NEXT_TO_NOTHING = 1000
_MOST_DECIMALS = 6
# Stands before the zero of what is smaller than these decimals can tell.
_ABOUT = "≈"
_BY_TEN_THOUSANDS = frozenset({"ja", "zh", "yue", "ko"})
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))
# Where the digits of CLDR's numbering systems begin; any other is written as in English.
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
# "$bn", "€m": a sign with a word on it.
_SIGN_AND_WORD = re.compile(r"([$€£¥₹₩₽₺₴])([^\W\d_].*)")
_CURRENCY = re.compile(r"([A-Z]{0,3}(?P<sign>\S))\s?(?P<rest>.*)")
# A number with what may stand around it: a sign, a currency, a short unit, the other end of a range.
_NUMERIC = re.compile(
    r"[~≈<>±+\-−–]?\s?(?:[A-Z]{0,3}[^\w\s.,;:!?()\"']{1,2}\s?|[A-Z]{3}\s)?[+\-−–]?(?:\d[\d.,'’٫٬\s]*[¼-¾⅐-⅞]?|[¼-¾⅐-⅞])"
    r"(?:[–\-/:×]\s?\d[\d.,]*)?"
    r"(?P<unit>[\s]?[^\d\s]{0,8}(?:\s[^\d\s]{0,4})?)"
)
# The k of French and Norwegian, the t of Danish.
_LIKE_A_UNIT = re.compile(r"\d\s?[kt]\.?$")
_NOTHING = frozenset({"", "-", "–", "—", "−", "…", "?", "n/a", "N/A", "n. a."})


def write_number(value: float, language: str, unit: str) -> str:
    """One number with its unit: 1234.5 and "%" are "1.234,5 %" in German."""
    return write_numbers((value,), language, unit)[0]


def write_numbers(values: Sequence[float], language: str, unit: str = "") -> tuple[str, ...]:
    """Numbers that are compared with each other, all with as many decimals as the most exact needs, and their unit.

    Millions are written short ("1.2M"). `language` is a tag like pt-BR; unknown ones are written as English.
    """
    locale = locale_of(language)
    largest = max(map(abs, values), default=0.0)
    if largest >= _LONG_FROM:
        is_measure = unit[:1].isalpha()
        short = _all_short(values, locale, is_measure=is_measure)
        return tuple(with_unit(number, language, unit) for number in short)
    decimals = _decimals(values, largest)
    if decimals == 1 and is_money(unit, locale):
        decimals = 2  # a price of 84.9 is 84.90
    return tuple(with_unit(_plain(value, decimals, locale), language, unit) for value in values)


def with_unit(number: str, language: str, unit: str) -> str:
    """A number that is written already, with its unit where the language sets it: "5 %", "%5", "$5", "5 km"."""
    if not unit:
        return number
    locale = locale_of(language)
    minus, bare = (number[0], number[1:]) if number.startswith((MINUS, _ABOUT)) else ("", number)
    money = _CURRENCY.fullmatch(unit)
    if money and unicodedata.category(money["sign"]) == "Sc":
        before, after = _around(locale.currency_formats["standard"].pattern, "¤", money[1], joined=len(money[1]) == 1)
        return f"{minus}{before}{bare}{money['rest']}{after}"
    if unit in "%٪":
        before, after = _around(locale.percent_formats[None].pattern, "%", _percent_sign(locale))
        return f"{minus}{before}{bare}{after}"
    return f"{minus}{bare}{_gap(unit, locale)}{unit}"


def is_sign(unit: str) -> bool:
    """Whether a unit is a sign that reads as a part of the number: %, $, °, ×; an axis can have it at every tick."""
    return 0 < len(unit) <= 2 and not any(map(str.isalpha, unit))


def is_money(unit: str, locale: Locale) -> bool:
    """Whether a unit is a currency and nothing else: €, US$, CHF; not € million."""
    return bool(words_of_unit(unit)) and all(is_currency(word, locale) for word in words_of_unit(unit))


def words_of_unit(unit: str) -> list[str]:
    """The words of a unit, a sign with a word on it as two of them."""
    return _SIGN_AND_WORD.sub(r"\1 \2", unit).split()


def is_currency(word: str, locale: Locale) -> bool:
    """Whether a word is the sign of a currency or its code."""
    if any(unicodedata.category(character) == "Sc" for character in word):
        return True
    return word in get_global("all_currencies") or word in locale.currency_symbols.values()


def looks_numeric(text: str) -> bool:
    """Whether a cell of a table holds a number, with a sign or a unit perhaps: "$1.2M", "−5 °C", "1969", "3–5 km"."""
    return _NUMERIC.fullmatch(text.strip()) is not None


def is_blank(text: str) -> bool:
    """Whether a cell says that there is nothing: empty, or a dash."""
    return text.strip() in _NOTHING


def _decimals(values: Sequence[float], largest: float) -> int:
    """As many as the most exact of them needs, as long as the largest can be read at a glance.

    What is next to nothing beside the largest has decimals of its own: 54 and 0.01, not 54.00.
    """
    needed = max((_own_decimals(value) for value in values if abs(value) * _NEXT_TO_NOTHING >= largest), default=0)
    whole = math.floor(math.log10(largest)) + 1 if largest else 1
    return min(needed, max(0, _SIGNIFICANT - max(1, whole)) if largest >= 1 else _MOST_DECIMALS)


def _own_decimals(value: float) -> int:
    """How many decimals a number was given with, at most so many; 0 if all of those would be zeros."""
    if round(abs(value), _MOST_DECIMALS) == 0:
        return 0
    exponent = Decimal(f"{value:.{_SIGNIFICANT}g}").normalize().as_tuple().exponent
    return min(_MOST_DECIMALS, max(0, -exponent)) if isinstance(exponent, int) else 0


def _plain(value: float, decimals: int, locale: Locale) -> str:
    exact = Decimal(repr(value))
    if abs(exact - round(exact, decimals)) > abs(exact) / 5:
        # Next to a large one it would be nothing, or another number.
        decimals = min(_MOST_DECIMALS, _own_decimals(float(f"{value:.1g}")))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if exact and not rounded:
        return _ABOUT + native("0", locale)
    return native(format_decimal(rounded or 0, format=_pattern(decimals, locale), locale=locale), locale)


def _all_short(values: Sequence[float], locale: Locale, *, is_measure: bool) -> tuple[str, ...]:
    """With a digit more where two that differ would look the same."""
    # Where numbers are named by ten thousands, four digits may stand before the name.
    digits = _SIGNIFICANT_SHORT + (locale.language in _BY_TEN_THOUSANDS)
    short = tuple(_short(value, digits, locale, is_measure=is_measure) for value in values)
    if len(set(short)) == len(set(values)):
        return short
    return tuple(_short(value, digits + 1, locale, is_measure=is_measure) for value in values)


def _short(value: float, digits: int, locale: Locale, *, is_measure: bool) -> str:
    """With the language's word or letter for thousands and millions; as it is, where it has none for that size.

    Before a unit that is measured in (km), a letter that is a prefix or a unit itself is written out: "384 mille km".
    """
    exact = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(str(value))
    written = str(format_compact_decimal(exact, locale=locale, fraction_digits=digits - 1))
    if is_measure and _LIKE_A_UNIT.search(written):
        written = str(format_compact_decimal(exact, format_type="long", locale=locale, fraction_digits=digits - 1))
    if any(map(str.isalpha, written)):
        return native(written, locale)
    return _plain(float(exact), min(1, _own_decimals(float(exact))), locale)


def _pattern(decimals: int, locale: Locale) -> str:
    """The language's own groups (3, or 3 and then 2) with so many decimals."""
    whole = locale.decimal_formats[None].pattern.partition(";")[0].partition(".")[0]
    return f"{whole}.{'0' * decimals}" if decimals else whole


def native(written: str, locale: Locale) -> str:
    """What Babel wrote, in digits of the language, a real minus, no marks of direction."""
    written = written.translate(_MARKS).replace("-", MINUS)
    zero = zero_of(locale)
    if zero == _EUROPEAN:
        return written
    signs = locale.number_symbols.get(locale.default_numbering_system, {})
    table = digits_from(zero)
    latin = locale.number_symbols["latn"]
    for name in ("decimal", "group"):
        if name in signs and len(latin[name]) == 1:
            table[ord(latin[name])] = signs[name]
    return written.translate(table).translate(_MARKS)


def numbering_of(locale: Locale) -> str:
    """CLDR's name of the digits that a language writes by default, as far as we have them; else European ones."""
    system: str = locale.default_numbering_system
    return system if system in _ZERO else "latn"


def zero_of(locale: Locale) -> int:
    """The code of the zero that a language writes."""
    return _ZERO[numbering_of(locale)]


def digits_from(zero: int) -> dict[int, int]:
    """For `str.translate`: European digits to those that begin there."""
    return {_EUROPEAN + digit: zero + digit for digit in range(10)}


def _percent_sign(locale: Locale) -> str:
    system = locale.default_numbering_system
    return str(locale.number_symbols.get(system, {}).get("percentSign", "%")).translate(_MARKS)


def _around(pattern: str, placeholder: str, sign: str, *, joined: bool = True) -> tuple[str, str]:
    """What stands before and after a number by a CLDR pattern, its sign put in; one of letters keeps its distance."""
    positive = pattern.partition(";")[0].translate(_MARKS)
    before, after = re.fullmatch(r"([^#0]*)[#0,.]+([^#0]*)", positive).groups()  # type: ignore[union-attr]
    if placeholder in before:
        gap = "" if before.endswith(placeholder) else _NO_BREAK_SPACE
        return sign + (gap if joined else gap or (_NO_BREAK_SPACE if sign[-1].isalpha() else "")), ""
    return "", (_NO_BREAK_SPACE if after[0].isspace() or sign[0].isalpha() else "") + sign


@lru_cache(maxsize=256)
def _gap(unit: str, locale: Locale) -> str:
    """What stands between a number and such a unit."""
    if unit in {"°", "×", "x", "‰", "′", "″"}:
        return ""
    if unit in {"°C", "°F", "℃"}:
        try:
            written = format_unit(5, "celsius", length="short", locale=locale)
        except (UnknownUnitError, KeyError, ValueError):
            written = "5 °C"
        return _NO_BREAK_SPACE if any(map(str.isspace, written)) else ""
    return "" if unicodedata.east_asian_width(unit[0]) == "W" else _NO_BREAK_SPACE
