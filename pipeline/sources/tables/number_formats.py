"""Excel number format codes: currency, percent and leading zeros.

    [$€-407] #,##0.00      #,##0.00 "€"      "$"#,##0.00_);…      [$CHF-807] #,##0      0.0%

A cell displayed as $1,299.00 stores 1299: only its format says which currency it is in.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# In the first section (positive numbers): a currency with a locale id (LCID), or quoted text.
_NAMED = re.compile(r"\[\$(?P<sign>[^\]-]+)(?:-(?P<place>[0-9A-Fa-f]+))?\]")
_QUOTED = re.compile(r'"([^"]*)"')
_ESCAPED = re.compile(r"\\.|_.|\*.|\[[^\]]*\]")
_CODE = re.compile(r"[A-Z]{3}")
# Symbols that several currencies share, by the LCID of the format.
_SHARED = {
    ("$", "409"): "USD", ("$", "1009"): "CAD", ("$", "c09"): "AUD", ("$", "1409"): "NZD", ("$", "80a"): "MXN",
    ("$", "4809"): "SGD", ("$", "c04"): "HKD", ("¥", "411"): "JPY", ("¥", "804"): "CNY", ("￥", "804"): "CNY",
    ("kr", "41d"): "SEK", ("kr", "414"): "NOK", ("kr", "406"): "DKK", ("kr.", "406"): "DKK", ("kr", "40f"): "ISK",
}  # fmt: skip


@lru_cache(maxsize=256)
def currency_code(code: str) -> str:
    """The currency symbol or code that a format displays; empty: none."""
    section = code.split(";", maxsplit=1)[0]
    if named := _NAMED.search(section):
        sign = named["sign"].strip()
        return _SHARED.get((sign.casefold(), (named["place"] or "").lstrip("0").casefold()), sign)
    for words in _QUOTED.findall(section):
        plain = words.strip()
        if _has_sign(plain) or _CODE.fullmatch(plain):
            return str(plain)
    rest = _ESCAPED.sub("", _QUOTED.sub("", section))
    return next((each for each in rest if _has_sign(each)), "")


@lru_cache(maxsize=256)
def is_percent(code: str) -> bool:
    """Whether a format displays a percentage."""
    return "%" in _ESCAPED.sub("", _QUOTED.sub("", code.split(";", maxsplit=1)[0]))


@lru_cache(maxsize=256)
def min_digits(code: str) -> int:
    """The number of digits to which a format of zeros alone pads integers (00000 for postcodes); 0: no padding."""
    section = code.split(";", maxsplit=1)[0]
    return len(section) if section.strip("0") == "" and len(section) > 1 else 0


def _has_sign(text: str) -> bool:
    return any(unicodedata.category(each) == "Sc" for each in text)
