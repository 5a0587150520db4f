"""What CLDR knows of a language: how it writes numbers, dates and money."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=64)
def find_locale(language: str) -> Locale | None:
    """CLDR's data for a BCP-47 tag, or for its language without the region; None: it has none.

    Reads a file the first time: not for the event loop.
    """
    tag = language.replace("_", "-")
    while tag:
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            tag = tag.rpartition("-")[0]
    return None


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The same, or that of English."""
    return find_locale(language) or Locale("en")


def is_currency_first(locale: Locale) -> bool:
    """Whether the sign of a currency stands before the number."""
    pattern: str = locale.currency_formats["standard"].pattern
    return pattern.index("¤") < pattern.index("#")
