"""Upper case by language."""

from __future__ import annotations

import unicodedata

_ACUTE = "\u0301"


def uppercase(text: str, language: str) -> str:
    """`text` in upper case: Turkish keeps the dot of its i, Greek drops accents, Georgian stays as it is.

    The rules of CLDR's el-Upper, tr-Upper and az-Upper, as far as a short line needs them. `language` is a tag.
    """
    primary = language.casefold().partition("-")[0]
    if primary == "ka":
        return text
    if primary in {"tr", "az"}:
        return text.replace("i", "İ").upper()
    if primary == "el":
        bare = "".join(c for c in unicodedata.normalize("NFD", text.upper()) if c != _ACUTE)
        return unicodedata.normalize("NFC", bare)
    return text.upper()
