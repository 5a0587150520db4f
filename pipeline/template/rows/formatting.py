"""Locale-aware formatting of amounts, numbers, dates, ordinals and plurals, with CLDR data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache, total_ordering
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from pipeline.template.rows.money import round_money
from pipeline.template.rows.numbers import parse_locale

# A space between currency code and digits: CHF 1,299 (CLDR's currencySpacing, which Babel ignores).
_MISSING_SPACE = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_STYLES = ("short", "medium", "long", "full")
# English ordinal suffixes, and ordinals by language; in other languages, a full stop is added.
_ENGLISH = {1: "st", 2: "nd", 3: "rd"}
_ORDINALS: Mapping[str, Callable[[int], str]] = {
    "fr": lambda n: f"{n}{'er' if n == 1 else 'e'}",
    "es": lambda n: f"{n}.º",
    "it": lambda n: f"{n}º",
    "pt": lambda n: f"{n}º",
    "nl": lambda n: f"{n}e",
    "sv": lambda n: f"{n}:{'a' if n % 10 in {1, 2} and n % 100 not in {11, 12} else 'e'}",
    "ja": lambda n: f"第{n}",
    "zh": lambda n: f"第{n}",
    "ko": lambda n: f"{n}번째",
    "ru": lambda n: f"{n}-й",
    "uk": lambda n: f"{n}-й",
    "ar": str,
    "he": str,
    "hi": lambda n: f"{n}वां",
    "th": lambda n: f"ที่ {n}",
}
_FEMININE: Mapping[str, Callable[[int], str]] = {
    "fr": lambda n: f"{n}{'re' if n == 1 else 'e'}",
    "es": lambda n: f"{n}.ª",
    "it": lambda n: f"{n}ª",
    "pt": lambda n: f"{n}ª",
    "ru": lambda n: f"{n}-я",
    "uk": lambda n: f"{n}-а",
    "hi": lambda n: f"{n}वीं",
}
_GENDERS = frozenset(("masculine", "feminine"))


class Number(Decimal):
    """A number that is rendered in the format of `language`."""

    language: str

    def __new__(cls, value: Decimal, language: str) -> Number:
        """A `value` in the format of `language`."""
        number = super().__new__(cls, value)
        number.language = language
        return number

    def __str__(self) -> str:
        return number_text(Decimal(self), self.language)


class Money:
    """An amount of money: `{{ price }}` is "€1,299". Amounts of one currency can be compared, added and subtracted."""

    __slots__ = ("amount", "currency", "language")

    def __init__(self, amount: Decimal, currency: str, language: str) -> None:
        self.amount = amount
        self.currency = currency
        self.language = language

    @property
    def symbol(self) -> str:
        """The currency symbol in its language: €, $, CHF."""
        return get_currency_symbol(self.currency, locale=parse_locale(self.language))

    def __str__(self) -> str:
        return money_text(self.amount, self.currency, self.language)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __hash__(self) -> int:
        return hash((self.amount, self.currency))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and (self.amount, self.currency) == (other.amount, other.currency)

    def __lt__(self, other: Any) -> bool:  # noqa: ANN401 - templates may compare anything
        return self.amount < self._operand(other)

    def __gt__(self, other: Any) -> bool:  # noqa: ANN401
        return self.amount > self._operand(other)

    def __le__(self, other: Any) -> bool:  # noqa: ANN401
        return self.amount <= self._operand(other)

    def __ge__(self, other: Any) -> bool:  # noqa: ANN401
        return self.amount >= self._operand(other)

    def __add__(self, other: Any) -> Money:  # noqa: ANN401
        return Money(self.amount + self._operand(other), self.currency, self.language)

    def __sub__(self, other: Any) -> Money:  # noqa: ANN401
        return Money(self.amount - self._operand(other), self.currency, self.language)

    def _operand(self, other: Any) -> Decimal:  # noqa: ANN401
        """The amount of an operand: money of the same currency, or a plain number. Raises `ValueError`."""
        if isinstance(other, Money):
            if other.currency != self.currency:
                raise ValueError(f"{self.currency} and {other.currency} can't be compared")
            return other.amount
        try:
            return Decimal(str(other))
        except InvalidOperation as error:
            raise ValueError(f"{str(other)[:40]!r} is no amount to compare with {self}") from error


@total_ordering
class Day:
    """A date: `{{ until }}` is "30 June 2026". Dates can be compared."""

    __slots__ = ("day", "language", "month", "year")

    def __init__(self, day: date, language: str) -> None:
        self.year, self.month, self.day = day.year, day.month, day.day
        self.language = language

    @property
    def date(self) -> date:
        """The date as a `datetime.date`."""
        return date(self.year, self.month, self.day)

    def __str__(self) -> str:
        return date_text(self.date, self.language)

    def __hash__(self) -> int:
        return hash(self.date)

    def __eq__(self, other: object) -> bool:
        return self.date.isoformat() == _iso(other)

    def __lt__(self, other: object) -> bool:
        return self.date.isoformat() < _iso(other)


def _iso(other: object) -> str:
    return other.date.isoformat() if isinstance(other, Day) else str(other)


@lru_cache(maxsize=4096)
def money_text(amount: Decimal, currency: str, language: str) -> str:
    """Format an amount, rounded to the currency's decimals; whole amounts without decimals."""
    amount = round_money(amount, currency)
    whole = amount == amount.to_integral_value()
    locale = parse_locale(language)
    pattern = _without_cents(language) if whole else None
    written = format_currency(amount, currency, locale=locale, format=pattern, currency_digits=not whole)
    return _MISSING_SPACE.sub("\u00a0", written)


@lru_cache(maxsize=4096)
def number_text(number: Decimal, language: str) -> str:
    """Format a number, with all its decimals."""
    return format_decimal(number, locale=parse_locale(language), decimal_quantization=False)


@lru_cache(maxsize=4096)
def date_text(day: date, language: str, style: str = "long") -> str:
    """Format a date; `style` is short, medium, long or full, or a CLDR pattern ("d MMMM"). Raises `ValueError`."""
    if style not in _STYLES and not set(style) <= set("GyMLEcdewWqQY .,/-'年月日일월년"):
        raise ValueError(f"{style!r} is not a date format; use short, medium, long, full or a pattern: d MMMM")
    written = format_date(day, format=style, locale=parse_locale(language))
    # French writes the first of a month as an ordinal; CLDR does not.
    return re.sub(r"\b1 (?=[^\W\d])", "1er ", written) if language.partition("-")[0] == "fr" else written


def ordinal_text(number: int, language: str, gender: str = "masculine") -> str:
    """Format an ordinal: 3rd, 3., 3e; feminine 1re, 3.ª in languages that distinguish it. Raises `ValueError`."""
    if gender not in _GENDERS:
        raise ValueError(f"{gender!r} is not a gender; use feminine, or nothing")
    base = language.partition("-")[0]
    if base == "en":
        ending = "th" if number % 100 in {11, 12, 13} else _ENGLISH.get(number % 10, "th")
        return f"{number}{ending}"
    known = {**_ORDINALS, **_FEMININE} if gender == "feminine" else _ORDINALS
    return known[base](number) if base in known else f"{number}."


def plural_text(number: object, forms: tuple[str, ...], language: str) -> str:
    """Select the plural form for a number ("day", "days"); pass all forms of the language. Raises `ValueError`."""
    locale = parse_locale(language)
    known: list[str] = [
        category for category in ("zero", "one", "two", "few", "many", "other") if category in _categories(language)
    ]
    if len(forms) != len(known) and len(forms) != 2:
        raise ValueError(f"plural() in {locale.language} takes {len(known)} forms: {', '.join(known)}")
    category = str(locale.plural_form(Decimal(number) if isinstance(number, Decimal) else int(str(number) or "0")))
    if len(forms) != len(known):
        return forms[0] if category == "one" else forms[1]
    return forms[known.index(category)]


@lru_cache(maxsize=64)
def _categories(language: str) -> frozenset[str]:
    return frozenset(parse_locale(language).plural_form.rules) | {"other"}


@lru_cache(maxsize=64)
def _without_cents(language: str) -> str:
    pattern = parse_locale(language).currency_formats["standard"].pattern
    return str(pattern).replace(".00", "")
