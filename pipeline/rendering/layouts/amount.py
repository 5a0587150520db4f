"""A number and its unit as a language writes them, in the pieces that a layout sets."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import format_compact_decimal, format_decimal, get_decimal_symbol

from pipeline.model.text import strip_unseen
from pipeline.model.writing import writing_of

# Beyond that no language has a short word, and digits are no help either.
_LARGEST = 1e15
# Digits of a number that is told to people, and of one that is written with a power of ten.
_DIGITS, _FEW_DIGITS = 12, 3
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# A whole number without a unit in this range is most likely a year, which nobody groups.
_YEARS = range(1000, 3000)
_NUMBER = re.compile(r"[-−]?\d(?:.*\d)?", re.DOTALL)
# "$bn": a sign with a word on it.
_SIGN_AND_WORD = re.compile(r"([$€£¥₹₩₽₺₴])([^\W\d_].+)")
# Signs that are read with the digits they follow, in languages that run right to left as well.
_LEFT_TO_RIGHT_SIGNS = frozenset("%‰°")


@dataclass(frozen=True, kw_only=True)
class Amount:
    """The digits, and what stands on either side of them in a layout that begins at the left."""

    figure: str
    before: str = ""
    behind: str = ""
    # How many of the digits are behind the decimal mark; None: the figure is no plain number and can't count up.
    decimals: int | None = 0


def written(value: float, unit: str, language: str, *, short: bool = False) -> Amount:
    """An amount in a language (a tag). `short`: with a word for thousands, millions…, to one decimal."""
    locale = _locale(language)
    if abs(value) >= _LARGEST or value != value:  # noqa: PLR0124 - not a number is not itself
        before, behind = _sides(unit, locale)
        return Amount(figure=_power_of_ten(value, locale), before=before, behind=behind, decimals=None)
    word = ""
    if short:
        text = format_compact_decimal(
            Decimal(f"{value:.{_DIGITS}g}"), locale=locale, fraction_digits=1, numbering_system="default"
        )
        number = _NUMBER.search(strip_unseen(text))
        assert number is not None
        text, word = number[0], _without(strip_unseen(text), number[0])
    else:
        grouped = bool(unit) or value not in _YEARS
        text = _decimal(value, locale, grouped=grouped)
    mark = get_decimal_symbol(locale, numbering_system="default")
    decimals = len(text) - 1 - text.rfind(mark) if mark in text else 0
    before, behind = _sides(f"{word} {unit}", locale)
    return Amount(figure=_signed(text), before=before, behind=behind, decimals=decimals)


def counted(amount: Amount, share: float) -> str:
    """The figure of an amount on its way from nothing (0) to all (1), of the same length: what is not there is blank.

    Places stay what they are, so that nothing moves while it counts: "1,234" is "  234" on its way.
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


def _sides(unit: str, locale: Locale) -> tuple[str, str]:
    """What of a unit stands before the digits, and what behind them."""
    before: list[str] = []
    behind: list[str] = []
    right_to_left = locale.text_direction == "rtl"
    for word in _SIGN_AND_WORD.sub(r"\1 \2", unit).split():
        if right_to_left:
            in_front = word in _LEFT_TO_RIGHT_SIGNS
        elif word == "%":
            in_front = locale.percent_formats[None].pattern.startswith("%")
        else:
            in_front = _is_currency(word, locale) and _currency_first(locale)
        (before if in_front else behind).append("×" if word == "x" else word)
    return " ".join(before), " ".join(behind)


def _currency_first(locale: Locale) -> bool:
    pattern: str = locale.currency_formats["standard"].pattern
    return pattern.index("¤") < pattern.index("#")


def _is_currency(word: str, locale: Locale) -> bool:
    if any(unicodedata.category(character) == "Sc" for character in word):
        return True
    return word in get_global("all_currencies") or word in locale.currency_symbols.values()


def _decimal(value: float, locale: Locale, *, grouped: bool) -> str:
    exact = Decimal(f"{value:.{_DIGITS}g}")
    text: str = format_decimal(
        exact, locale=locale, decimal_quantization=False, group_separator=grouped, numbering_system="default"
    )
    return strip_unseen(text)


def _power_of_ten(value: float, locale: Locale) -> str:
    """3.2 × 10³⁰, with what a number can't be as a dash."""
    if not abs(value) < float("inf"):
        return "–"
    mantissa, _, exponent = f"{value:.{_FEW_DIGITS - 1}e}".partition("e")
    return (
        f"{_signed(_decimal(float(mantissa), locale, grouped=False))}×10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    )


def _signed(text: str) -> str:
    """With a minus sign that is as wide as a plus."""
    return text.replace("-", "−")


def _without(text: str, number: str) -> str:
    return " ".join(text.replace(number, " ", 1).split())


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    """What CLDR knows of a language, or of the one it is a kind of; of English, where it knows neither."""
    tag = language.replace("-", "_")
    for name in (tag, writing_of(language).language):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale("en")
