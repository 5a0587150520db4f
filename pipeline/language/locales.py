"""CLDR locales (through Babel): number, date and currency formats of a language."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError, localedata
from babel.core import get_global

from pipeline.language.tags import truncations

# Languages whose dates begin with "d. MMMM" in CLDR.
_ORDINAL_DAYS = ("bs", "cs", "da", "de", "et", "fi", "fo", "hr", "is", "lb", "lv", "nb", "nn", "sk", "sl")


def load_common_data() -> None:
    """Read what the locales of all languages share, 7 ms, so that forked processes need not."""
    localedata.load("root")
    get_global("likely_subtags")


@lru_cache(maxsize=64)
def find_locale(language: str) -> Locale | None:
    """The locale of a BCP-47 tag, or of the tag without its region; None if CLDR has none.

    Reads a file the first time: not for the event loop.
    """
    for tag in truncations(language.replace("_", "-")):
        with suppress(UnknownLocaleError, ValueError):
            return Locale.parse(tag, sep="-")
    return None


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The locale of a BCP-47 tag, or English."""
    return find_locale(language) or Locale("en")


def calendar_names(
    locale: Locale, table: Literal["months", "days", "quarters"]
) -> Mapping[str, Mapping[str, Mapping[int, str]]]:
    """Names by context ("format", "stand-alone"), width ("wide", "abbreviated") and number.

    From a copy: what Babel finds behind an alias of one locale (often its stand-alone names) it stores for all others.
    """
    copied: Mapping[str, Mapping[str, Mapping[int, str]]] = deepcopy(getattr(locale, table))
    return copied


@lru_cache(maxsize=1)
def months_after_ordinals() -> frozenset[str]:
    """Months in the languages that write the day as an ordinal ("12. Januar", "5. Okt."), casefolded."""
    return frozenset(
        name.casefold().rstrip(".")
        for language in _ORDINAL_DAYS
        for width in ("wide", "abbreviated")
        for name in calendar_names(Locale(language), "months")["format"][width].values()
    )


def is_currency_first(locale: Locale) -> bool:
    """Whether the currency sign precedes the number."""
    pattern: str = locale.currency_formats["standard"].pattern
    return pattern.index("¤") < pattern.index("#")
