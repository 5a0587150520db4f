"""Abbreviated names of weekdays and months: "Mon–Fri", "Nov. 16", "14 juil. 1789"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.narration.normalisation.edits import Edit, sentence_ends_here
from pipeline.narration.normalisation.languages import Language

# Languages in which "to" between weekdays does not inflect them.
_DAY_TO_DAY = frozenset({"da", "de", "en", "es", "fr", "id", "it", "nb", "nl", "pt", "sv"})
# Abbreviations that CLDR lacks.
_MORE_MONTHS = {"en": {"sept": 9}, "de": {"febr": 2, "sep": 9}, "fr": {"juill": 7}, "es": {"sep": 9}}
_INFLECTED = frozenset({"cs", "pl", "ru", "uk"})
_YEAR = r"(?=,? (?:de )?[12]\d{3}(?!\d))"


def say_weekdays(text: str, language: Language) -> Iterator[list[Edit]]:
    """Expand ranges of weekdays ("Mon–Fri"), which no voice reads as such."""
    days, pattern = _weekdays(language)
    to = f" {language.signs.to} " if language.code in _DAY_TO_DAY else " – "
    for match in pattern.finditer(text) if days else ():
        first, last = (days[each.casefold()] for each in match.group("first", "last"))
        stop = "." if match[0].endswith(".") and sentence_ends_here(text, match.end(), often=True) else ""
        yield [Edit(start=match.start(), end=match.end(), text=f"{first}{to}{last}{stop}")]


@lru_cache(maxsize=64)
def _weekdays(language: Language) -> tuple[dict[str, str], re.Pattern[str]]:
    """Weekdays by abbreviation (none if those are ambiguous), and a pattern for two with a dash between."""
    names = language.locale.days["format"]
    short = {names["abbreviated"][day].strip(".").casefold(): names["wide"][day] for day in range(7)}
    day = "|".join(map(re.escape, short))
    # Single letters with a dash between may be many other things.
    if min(map(len, short)) < 2 or any(map(str.isspace, "".join(short))):
        short = {}
    return short, re.compile(rf"(?<![\w–-])(?P<first>{day})\.?(?:-|\s?–\s?)(?P<last>{day})(?![\w–-])\.?", re.IGNORECASE)


def say_months(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out abbreviated months beside a day or a year: voices end the sentence at the full stop of "Nov. 16"."""
    numbers = month_numbers(language)
    for match in _month_pattern(language).finditer(text):
        # The name after a day is inflected in some languages: "5 января", but "январь 2020". In others, the alias to
        # the inflected names must not be followed: Babel caches what it finds there for all languages.
        context = "stand-alone" if language.code in _INFLECTED and not match["day"] else "format"
        names = language.locale.months[context]["wide"]
        name = next(filter(None, match.group("after_day", "before_day", "before_year")))
        start = next(match.start(group) for group in ("after_day", "before_day", "before_year") if match[group])
        stop = "." if match[0].endswith(".") and sentence_ends_here(text, match.end(), often=True) else ""
        yield [Edit(start=start, end=match.end(), text=f"{names[numbers[name.rstrip('.').casefold()]]}{stop}")]


@lru_cache(maxsize=64)
def month_numbers(language: Language) -> dict[str, int]:
    """Months by their abbreviations, casefolded and without a full stop."""
    names = language.locale.months["format"]
    short = {names["abbreviated"][month].rstrip(".").casefold(): month for month in range(1, 13)}
    short = {name: month for name, month in short.items() if name != names["wide"][month].casefold()}
    return short | _MORE_MONTHS.get(language.code, {})


@lru_cache(maxsize=64)
def _month_pattern(language: Language) -> re.Pattern[str]:
    """An abbreviated month beside a number."""
    short = month_numbers(language)
    name = "|".join(rf"{re.escape(name)}|{re.escape(name.capitalize())}" for name in short) or "(?!)"
    # Before a day only in English: "mar. 5" may be a Tuesday elsewhere.
    month_first = r"(?= \d{1,2}(?!\d|:))" if language.code == "en" else "(?!)"
    day = r"(?<![\w.,:/-])\d{1,2}(?:\.|st|nd|rd|th|er|º|ª)? (?:de )?"
    return re.compile(
        rf"(?P<day>{day})(?P<after_day>(?:{name})(?:\.|{_YEAR}))(?!\w)"
        rf"|(?<![\w.])(?P<before_day>(?:{name})\.?){month_first}|(?<![\w.])(?P<before_year>(?:{name})\.){_YEAR}"
    )
