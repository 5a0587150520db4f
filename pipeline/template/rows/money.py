"""Sums of money as people write them: "1.299,00 €", "US$ 5", "CHF 1'299.–" -> amount and ISO 4217 code."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from babel import Locale

from pipeline.template.rows.numbers import read_number
from pipeline.template.rows.problem import CellProblem

# Signs that one currency has, and those that several share: the first stands for the sign unless a field says another.
_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "₫": "VND",
    "฿": "THB", "₱": "PHP", "₦": "NGN", "₵": "GHS", "₸": "KZT", "zł": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON",
    "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "hk$": "HKD", "r$": "BRL",
    "fr.": "CHF", "sfr.": "CHF", "лв": "BGN", "лв.": "BGN", "руб": "RUB", "руб.": "RUB", "грн": "UAH", "грн.": "UAH",
    "元": "CNY", "円": "JPY", "원": "KRW", "euro": "EUR", "euros": "EUR", "eur": "EUR",
}  # fmt: skip
_SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"),
    "￥": ("CNY", "JPY"),
    "kr": ("", "SEK", "NOK", "DKK", "ISK"),
    "kr.": ("", "DKK", "SEK", "NOK", "ISK"),
}
_AMOUNT = re.compile(r"[+\-−]?\s*\d[\d.,\s\u00a0\u202f'’]*")
_MOST_DECIMALS = 4
_HINT = "Write amount and currency: 1299.00 EUR"
# A sum without cents: "1'299.–", "1.299,-".
_NO_CENTS = re.compile(r"[.,]\s*[-–—]{1,2}")


def read_money(text: str, *, currency: str, locale: str) -> tuple[Decimal, str]:
    """Amount and code of the currency. `currency` is that of sums that name none. Raises `CellProblem`."""
    written = _NO_CENTS.sub("", text.strip(), count=1)
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
    if before and after and _code(before, currency) != _code(after, currency):
        raise CellProblem(f"{text[:40]!r} is no sum of money", _HINT)
    sign = before or after
    code = _code(sign, currency) if sign else currency
    if not code:
        what = f"{text[:40]!r} names no currency" if not sign else f"{sign[:10]!r} is no currency that is known"
        raise CellProblem(what, _HINT)
    try:
        # Money has two decimals, or none; three digits after a mark are thousands.
        amount = read_number(found_text.strip(), locale=locale, is_whole=True)
    except CellProblem as error:
        raise CellProblem(error.problem, _HINT) from error
    if amount != round(amount, _MOST_DECIMALS):
        raise CellProblem(f"{text[:40]!r} has too many decimals", _HINT)
    return amount, code


def known_code(code: str) -> bool:
    """Whether it is the code of a currency."""
    return code in _codes()


def _code(sign: str, currency: str) -> str:
    """The code that a sign or a code stands for; empty: none."""
    plain = sign.casefold()
    if plain in _SIGNS:
        return _SIGNS[plain]
    if plain in _SHARED:
        return currency if currency in _SHARED[plain] else _SHARED[plain][0]
    return sign.upper() if sign.upper() in _codes() else ""


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(Locale("en").currencies)
