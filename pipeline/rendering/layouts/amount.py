"""Amounts: a number and its unit by locale, in the pieces that a layout sets."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from babel import Locale
from babel.numbers import format_compact_decimal, format_decimal, get_decimal_symbol

from pipeline.language.locales import is_currency_first, locale_of
from pipeline.language.text import strip_invisible
from pipeline.rendering.number_format import (
    MINUS,
    digit_table,
    is_currency,
    is_money,
    numbering_system,
    split_unit,
    zero_of,
)

# Outside this range numbers are written with a power of ten: there is no word for them, and digits don't help.
_MAX_PLAIN, _MIN_PLAIN = 1e15, 1e-6
# Significant digits, plain and with a power of ten.
_DIGITS, _MANTISSA_DIGITS = 12, 3
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# An integer without a unit in this range is probably a year, which is not grouped.
_YEARS = range(1000, 3000)
_NUMBER = re.compile(r"[-−]?\d(?:.*\d)?", re.DOTALL)
# Signs that follow the digits directly, also in right-to-left languages.
_LEFT_TO_RIGHT_SIGNS = frozenset("%‰°")


@dataclass(frozen=True, kw_only=True)
class Amount:
    """The digits, and the units before and after them in a left-to-right layout."""

    figure: str
    before: str = ""
    behind: str = ""
    # Whether the unit before the digits is raised, like a currency sign.
    raised: bool = False
    # Number of decimals; None: not a plain number, so it can't count up.
    decimals: int | None = 0


def format_amount(value: float, unit: str, language: str, *, short: bool = False) -> Amount:
    """An amount in a language (a tag). `short`: compact, with a word for thousands, millions…, to one decimal."""
    locale = locale_of(language)
    if not (value == 0 or _MIN_PLAIN <= abs(value) < _MAX_PLAIN):
        return _with_unit(Amount(figure=_power_of_ten(value, locale), decimals=None), unit, locale)
    word, system = "", numbering_system(locale)
    if short:
        text, word = _compact(value, locale, system, "short")
        letter = word.strip().strip(".")
        if len(letter) == 1 and letter.isascii() and unit[:1].isalpha() and not is_currency(unit, locale):
            # A single letter before a unit reads as part of it: "k km", "M km", "t km".
            text, word = _compact(value, locale, system, "long")
    else:
        text = _decimal(value, locale, grouped=bool(unit) or value not in _YEARS)
    mark = get_decimal_symbol(locale, numbering_system=system)
    decimals = len(text) - 1 - text.rfind(mark) if mark in text else 0
    # 84.9 is written 84.90 as a price, but 2.5 billion is not one.
    if decimals == 1 and not word and is_money(unit, locale):
        text, decimals = f"{text}0", 2
    return _with_unit(Amount(figure=_in_digits(text, locale), decimals=decimals), f"{word} {unit}", locale)


def _compact(value: float, locale: Locale, system: str, kind: Literal["short", "long"]) -> tuple[str, str]:
    """The digits, and the word for thousands, millions… that goes with them."""
    written = format_compact_decimal(
        _exact(value), format_type=kind, locale=locale, fraction_digits=1, numbering_system=system
    )
    text = strip_invisible(written)
    number = _NUMBER.search(text)
    assert number is not None
    return number[0], text.replace(number[0], " ", 1)


def numeral(number: int, language: str) -> str:
    """An ordinal position or chapter number in the digits of a language."""
    return format_amount(number, "", language).figure


def partial_figure(amount: Amount, share: float) -> str:
    """The figure at `share` (0 to 1) of counting up, with the same length: leading places are blank.

    Places keep their positions, so that nothing moves while it counts: "1,234" is "  234" on its way.
    """
    if share >= 1 or amount.decimals is None:
        return amount.figure
    places = [index for index, character in enumerate(amount.figure) if character.isdecimal()]
    whole = int("".join(str(unicodedata.decimal(amount.figure[index])) for index in places))
    digits = str(int(whole * share)).zfill(len(places))
    first = min(len(digits) - len(digits.lstrip("0")), len(places) - 1 - amount.decimals)
    shown = list(amount.figure)
    for index, digit in zip(places, digits, strict=True):
        zero = ord(shown[index]) - unicodedata.decimal(shown[index])
        shown[index] = chr(zero + int(digit))
    for index in range(places[0], places[first]):
        shown[index] = " "
    return "".join(shown)


def _with_unit(amount: Amount, unit: str, locale: Locale) -> Amount:
    """The amount with its unit before or after the digits, as the locale wants."""
    before: list[str] = []
    behind: list[str] = []
    raised = False
    for word in split_unit(unit):
        is_sign = is_currency(word, locale)
        if locale.text_direction == "rtl":
            in_front = word in _LEFT_TO_RIGHT_SIGNS
        elif word == "%":
            in_front = locale.percent_formats[None].pattern.startswith("%")
        else:
            in_front = is_sign and is_currency_first(locale)
        raised = raised or (in_front and is_sign)
        (before if in_front else behind).append("×" if word == "x" else word)
    return replace(amount, before=" ".join(before), behind=" ".join(behind), raised=raised)


def _exact(value: float) -> Decimal:
    # Adding 0.0 turns -0.0 into 0.
    return Decimal(f"{value + 0.0:.{_DIGITS}g}")


def _decimal(value: float, locale: Locale, *, grouped: bool) -> str:
    text: str = format_decimal(
        _exact(value),
        locale=locale,
        decimal_quantization=False,
        group_separator=grouped,
        numbering_system=numbering_system(locale),
    )
    return strip_invisible(text)


def _power_of_ten(value: float, locale: Locale) -> str:
    """3.2 × 10³⁰; a dash for infinity and NaN."""
    if not abs(value) < float("inf"):
        return "–"
    mantissa, _, exponent = f"{value:.{_MANTISSA_DIGITS - 1}e}".partition("e")
    raised = str(int(exponent)).translate(_SUPERSCRIPTS)
    return _in_digits(f"{_decimal(float(mantissa), locale, grouped=False)}×10", locale) + raised


def _in_digits(text: str, locale: Locale) -> str:
    """The text in native digits, with a real minus sign."""
    return text.replace("-", MINUS).translate(digit_table(zero_of(locale)))
