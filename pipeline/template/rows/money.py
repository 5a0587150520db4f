"""Sums of money as people write them: "1.299,00 €", "US$ 5", "CHF 1'299.–" -> amount and ISO 4217 code."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import get_currency_precision

from pipeline.template.rows.numbers import read_number, signed
from pipeline.template.rows.problem import CellProblem

# Signs that one currency has, and those that several share: the first stands for the sign unless a field says another.
_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "₫": "VND",
    "฿": "THB", "₱": "PHP", "₦": "NGN", "₵": "GHS", "₸": "KZT", "zł": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON",
    "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "hk$": "HKD", "r$": "BRL",
    "mx$": "MXN", "fr.": "CHF", "sfr.": "CHF", "лв": "BGN", "лв.": "BGN", "руб": "RUB", "руб.": "RUB", "р.": "RUB",
    "грн": "UAH", "грн.": "UAH", "sr": "SAR",
    "元": "CNY", "円": "JPY", "원": "KRW", "euro": "EUR", "euros": "EUR", "eur": "EUR",
    "đ": "VND", "vnđ": "VND", "บาท": "THB", 'ש"ח': "ILS", "ש״ח": "ILS",
    "tl": "TRY", "ر.س": "SAR", "ر.س.": "SAR", "د.إ": "AED", "د.إ.": "AED",
}  # fmt: skip
_SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"),
    "￥": ("CNY", "JPY"),
    "kr": ("", "SEK", "NOK", "DKK", "ISK"),
    "kr.": ("", "DKK", "SEK", "NOK", "ISK"),
    "rs": ("", "INR", "PKR", "LKR", "NPR", "MUR"),
    "rs.": ("", "INR", "PKR", "LKR", "NPR", "MUR"),
}
_USUAL = frozenset((*_SIGNS.values(), *(code for codes in _SHARED.values() for code in codes if code)))
_AMOUNT = re.compile(r"[+\-−]?\s*\d[\d.,\s\u00a0\u202f'’\u066b\u066c，．]*")
# "Price (EUR)", "Price in €", "Price EUR", "price_eur": the name, and what its sums are in.
_IN_NAME = re.compile(
    r"(.*?[^\W_])(?:[\s_]*[(\[]\s*(?:in\s+)?([^\s()\[\]]{1,5})\s*[)\]]|[\s_,/]+(?:in[\s_]+)?([^\s_()\[\]]{1,5}))\s*"
)
# With so many decimals in a currency, 1.250 may be a little more than one, or 1,250.
_DIGITS_OF_A_THOUSAND = 3
_HINT = "Write amount and currency: 1299.00 EUR"
# A sum without cents: "1'299.–", "1.299,-", "500/-", "1299:-".
_NO_CENTS = re.compile(r"[.,/:]\s*[-–—]{1,2}")


def read_money(text: str, *, currency: str, locale: str, rounds: bool = False) -> tuple[Decimal, str]:
    """Amount and code of the currency. `currency` is that of sums that name none. Raises `CellProblem`.

    It `rounds` what a program has worked out to more decimals than the currency has; what is written so is told.
    """
    written = signed(_NO_CENTS.sub("", text.strip(), count=1))
    found = _AMOUNT.search(written)
    if found is None:
        raise CellProblem(f"{text[:40]!r} is no sum of money", _HINT)
    before, after = written[: found.start()].strip(), written[found.end() :].strip()
    if before in {"-", "−", "+"}:
        before, found_text = "", before + found[0]
    elif before.startswith(("-", "−")):
        before, found_text = before[1:].strip(), "-" + found[0]
    else:
        found_text = found[0]
    code = _code(after, currency) if after else currency
    if before:
        # $ 500 CAD
        code, other = _code(before, code), code
        if after and code != other:
            raise CellProblem(f"{text[:40]!r} is no sum of money", _HINT)
    if not code:
        raise CellProblem(_uncoded(text, before or after), _HINT)
    decimals = decimals_of(code)
    try:
        # Most money has two decimals, or none; three digits after a mark are thousands.
        amount = read_number(found_text.strip(), locale=locale, is_whole=decimals < _DIGITS_OF_A_THOUSAND)
    except CellProblem as error:
        raise CellProblem(error.problem, error.mend if decimals >= _DIGITS_OF_A_THOUSAND else _HINT) from error
    if amount == (rounded := round_money(amount, code)):
        return amount, code
    if not rounds:
        told = f"{text[:40]!r} has more decimals than {code}, which has {decimals or 'none'}"
        raise CellProblem(told, f"Round it: {rounded:f} {code}")
    return rounded, code


def decimals_of(code: str) -> int:
    """How many decimals sums of a currency have: EUR 2, JPY 0, KWD 3 (ISO 4217, as CLDR has it)."""
    return int(get_currency_precision(code))


def round_money(amount: Decimal, code: str) -> Decimal:
    """To what can be paid in a currency, halves up: as spreadsheets show it."""
    return amount.quantize(Decimal(1).scaleb(-decimals_of(code)), ROUND_HALF_UP)


def _uncoded(text: str, sign: str) -> str:
    """Why it is not known what a sum is in, that has this sign beside it."""
    if not sign:
        return f"{text[:40]!r} names no currency"
    if any(map(str.isdigit, sign)):
        return f"{text[:40]!r} is more than one number"
    if several := _SHARED.get(sign.casefold()):
        return f"{sign!r} may be {', '.join(filter(None, several))}"
    return f"{sign[:10]!r} is no currency that is known"


def currency_in_header(name: str, currency: str = "") -> tuple[str, str]:
    """Of the name of a column the rest, and the currency that it names: "Price (EUR)". It names none: "".

    `currency` is what a sign that several currencies share stands for, where it may.
    """
    found = _IN_NAME.fullmatch(name.strip())
    code = currency_code(found[2] or found[3], currency) if found else ""
    # Names of currencies are words, too: "Price all" is in no leks.
    return (found[1], code) if found and code in _USUAL else (name, "")


def currency_code(sign: str, currency: str = "") -> str:
    """The code of a sign or a code, as a cell of its own has it; empty: it is none."""
    return _code(sign.strip(), currency)


def has_currency(text: str) -> bool:
    """Whether a sum says what it is in, whatever that is."""
    return any(character.isalpha() or unicodedata.category(character) == "Sc" for character in text)


def is_currency_code(code: str) -> bool:
    """Whether it is the code of a currency."""
    return code in _codes()


def _code(sign: str, currency: str) -> str:
    """The code that a sign or a code stands for; empty: none."""
    plain = sign.casefold()
    if plain in _SIGNS:
        return _SIGNS[plain]
    if plain in _SHARED:
        return currency if currency in _SHARED[plain] else _SHARED[plain][0]
    # USD$ 5
    code = sign.upper().removesuffix("$")
    return code if code in _codes() else ""


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(Locale("en").currencies)
