"""Parse amounts of money as people write them: "1.299,00 €", "US$ 5", "CHF 1'299.–" -> amount and ISO 4217 code."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import get_currency_precision

from pipeline.template.rows.numbers import read_number, with_leading_sign
from pipeline.template.rows.problem import CellProblem

# Unambiguous signs; then those shared by several currencies, the first of which is the default.
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
_KNOWN_BY_SIGN = frozenset((*_SIGNS.values(), *(code for codes in _SHARED.values() for code in codes if code)))
_AMOUNT = re.compile(r"[+\-−]?\s*\d[\d.,\s\u00a0\u202f'’\u066b\u066c，．]*")
# "Price (EUR)", "Price in €", "Price EUR", "price_eur": name and currency of a column.
_IN_NAME = re.compile(
    r"(.*?[^\W_])(?:[\s_]*[(\[]\s*(?:in\s+)?([^\s()\[\]]{1,5})\s*[)\]]|[\s_,/]+(?:in[\s_]+)?([^\s_()\[\]]{1,5}))\s*"
)
# In a currency with three decimals, 1.250 may be 1.25 or 1,250.
_GROUP_DIGITS = 3
_HINT = "Write amount and currency: 1299.00 EUR"
# An amount without cents: "1'299.–", "1.299,-", "500/-", "1299:-".
_NO_CENTS = re.compile(r"[.,/:]\s*[-–—]{1,2}")


def read_money(text: str, *, currency: str, locale: str, rounds: bool = False) -> tuple[Decimal, str]:
    """Parse an amount and its currency code. `currency` is the default. Raises `CellProblem`.

    With `rounds`, amounts with more decimals than the currency has are rounded; otherwise they are a problem.
    """
    written = with_leading_sign(_NO_CENTS.sub("", text.strip(), count=1))
    found = _AMOUNT.search(written)
    if found is None:
        raise CellProblem(f"{text[:40]!r} is not an amount of money", _HINT)
    before, after = written[: found.start()].strip(), written[found.end() :].strip()
    if before in {"-", "−", "+"}:
        before, found_text = "", before + found[0]
    elif before.startswith(("-", "−")):
        before, found_text = before[1:].strip(), "-" + found[0]
    else:
        found_text = found[0]
    code = currency_code(after, currency) if after else currency
    if before:
        # $ 500 CAD
        code, other = currency_code(before, code), code
        if after and code != other:
            raise CellProblem(f"{text[:40]!r} is not an amount of money", _HINT)
    if not code:
        raise CellProblem(_currency_problem(text, before or after), _HINT)
    # EUR 2, JPY 0, KWD 3 (ISO 4217, from CLDR).
    decimals = get_currency_precision(code)
    try:
        # With fewer than three decimals, three digits after a separator are thousands.
        amount = read_number(found_text.strip(), locale=locale, is_whole=decimals < _GROUP_DIGITS)
    except CellProblem as error:
        raise CellProblem(error.problem, error.mend if decimals >= _GROUP_DIGITS else _HINT) from error
    if amount == (rounded := round_money(amount, code)):
        return amount, code
    if not rounds:
        raise CellProblem(
            f"{text[:40]!r} has more decimals than {code}, which has {decimals or 'none'}",
            f"Round it: {rounded:f} {code}",
        )
    return rounded, code


def round_money(amount: Decimal, code: str) -> Decimal:
    """Round to the decimals of a currency, halves up, as spreadsheets do."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(code)), ROUND_HALF_UP)


def _currency_problem(text: str, sign: str) -> str:
    """Why the currency of an amount with this sign is not known."""
    if not sign:
        return f"{text[:40]!r} names no currency"
    if any(map(str.isdigit, sign)):
        return f"{text[:40]!r} contains more than one number"
    if several := _SHARED.get(sign.casefold()):
        return f"{sign!r} may be {', '.join(filter(None, several))}"
    return f"{sign[:10]!r} is not a known currency"


def currency_in_header(name: str, currency: str = "") -> tuple[str, str]:
    """Split a column's header in name and currency code: "Price (EUR)". The code is empty if it names none.

    `currency` is that of `currency_code`.
    """
    found = _IN_NAME.fullmatch(name.strip())
    code = currency_code(found[2] or found[3], currency) if found else ""
    # Some codes are words: "Price all" is not in Albanian lekë.
    return (found[1], code) if found and code in _KNOWN_BY_SIGN else (name, "")


def currency_code(sign: str, currency: str = "") -> str:
    """The code for a currency sign or code; empty if it is neither. `currency` resolves signs of several currencies."""
    plain = sign.strip().casefold()
    if plain in _SIGNS:
        return _SIGNS[plain]
    if plain in _SHARED:
        return currency if currency in _SHARED[plain] else _SHARED[plain][0]
    # USD$ 5
    code = plain.upper().removesuffix("$")
    return code if code in _codes() else ""


def has_currency(text: str) -> bool:
    """Whether an amount has a currency sign or letters, known or not."""
    return any(character.isalpha() or unicodedata.category(character) == "Sc" for character in text)


def is_currency_code(code: str) -> bool:
    """Whether `code` is an ISO 4217 code."""
    return code in _codes()


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(Locale("en").currencies)
