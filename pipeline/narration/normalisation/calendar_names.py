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
_MORE_DAYS = {"en": {"tues": 1, "thur": 3, "thurs": 3}}
# Words before an abbreviated weekday, and what may follow it, in languages whose abbreviations may be words.
_CAPITALISED = frozenset({"de", "en"})
_HOURS_FOLLOW = r" \d{1,2}(?:[:.]\d\d)?(?:\s?[–-]\s?\d{1,2}|\s?[ap]m\b|\sUhr)"
_DATE_FOLLOWS = r" \d{1,2}\b"
_BESIDE_DAYS = {
    "de": ("am bis ab seit vom", r"[,:;)/]| [a-zäöü]| \d{1,2}(?:\. |\s?[–:-]|\sUhr)"),
    "en": ("on until till by through every next last this", r"[,:;)/]| [a-z\d]"),
    **dict.fromkeys(("es", "fr", "it", "nl", "pt"), ("", _DATE_FOLLOWS)),
}
# Words before an abbreviated month without a number, and abbreviations that are also words.
_BEFORE_MONTHS = {
    "de": "im seit bis ab Anfang Mitte Ende",
    "en": "in by since until till from to of last this next early late mid through",
    "es": "de en hasta desde",
    "fr": "en de à d' fin début",
    "it": "di a nel in da",
    "nl": "in sinds tot vanaf van",
    "pt": "de em até",
    "sv": "i sedan",
}
_NO_MONTHS = frozenset({"mar", "dez", "set", "ago", "sep", "may", "mei", "mai", "maj"})
_INFLECTED = frozenset({"cs", "pl", "ru", "uk"})
_YEAR = r"(?=,? (?:de )?[12]\d{3}(?!\d))"


def say_weekdays(text: str, language: Language) -> Iterator[list[Edit]]:
    """Expand ranges of weekdays ("Mon–Fri"), and abbreviated ones with a full stop: voices read them as other words."""
    days, pattern = _weekdays(language)
    to = f" {language.signs.to} " if language.code in _DAY_TO_DAY else " – "
    for match in pattern.finditer(text) if days else ():
        first, last = (days[each.casefold()] for each in match.group("first", "last"))
        stop = "." if match[0].endswith(".") and sentence_ends_here(text, match.end(), often=True) else ""
        yield [Edit(start=match.start(), end=match.end(), text=f"{first}{to}{last}{stop}")]
    for match in _single_weekday(language).finditer(text):
        stop = "." if sentence_ends_here(text, match.end(), often=True) else ""
        yield [Edit(start=match.start(), end=match.end(), text=days[match["day"].casefold()] + stop)]


@lru_cache(maxsize=64)
def _single_weekday(language: Language) -> re.Pattern[str]:
    """An abbreviated weekday before what does not begin a sentence, or after another or a preposition."""
    days, _ = _weekdays(language)
    if not days or language.code not in _BESIDE_DAYS:
        return re.compile("(?!)")
    before, following = _BESIDE_DAYS[language.code]
    name = "|".join(re.escape(day.capitalize() if language.code in _CAPITALISED else day) for day in days)
    words = "|".join(rf"(?<=\b(?i:{word}) )" for word in before.split()) or "(?!)"
    is_one = rf"(?:(?:{words})(?=(?:{name})\.)|(?=(?:{name})\.(?:{following}))|(?=(?:{name}){_HOURS_FOLLOW}))"
    return re.compile(rf"(?<![\w.–-]){is_one}(?P<day>{name})(?:\.|(?= ))")


@lru_cache(maxsize=64)
def _weekdays(language: Language) -> tuple[dict[str, str], re.Pattern[str]]:
    """Weekdays by abbreviation (none if those are ambiguous), and a pattern for two with a dash between."""
    names = language.locale.days["format"]
    short = {names["abbreviated"][day].strip(".").casefold(): names["wide"][day] for day in range(7)}
    short |= {day: names["wide"][number] for day, number in _MORE_DAYS.get(language.code, {}).items()}
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
        group = next(filter(match.group, ("after_day", "before_day", "before_year", "alone", "first")))
        name, start = match[group], match.start(group)
        stop = "." if match[0].endswith(".") and sentence_ends_here(text, match.end(), often=True) else ""
        dash = (f" {language.signs.to} " if language.code in _DAY_TO_DAY else " – ") if match["dash"] else ""
        yield [Edit(start=start, end=match.end(), text=f"{names[numbers[name.rstrip('.').casefold()]]}{dash}{stop}")]


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
    words = "|".join(
        rf"(?<=\b(?i:{word}){' ' * word.isalpha()})" for word in _BEFORE_MONTHS.get(language.code, "").split()
    )
    clear = "|".join(each for each in name.split("|") if each.casefold() not in _NO_MONTHS) or "(?!)"
    year = r"(?:de )?[12]\d{3}"
    # Before a day only in English: "mar. 5" may be a Tuesday elsewhere.
    month_first = r"(?= \d{1,2}(?!\d|:))" if language.code == "en" else "(?!)"
    day = r"(?<![\w.,:/-])\d{1,2}(?:\.|st|nd|rd|th|er|º|ª)? (?:de )?"
    return re.compile(
        rf"(?P<day>{day})(?P<after_day>(?:{name})(?:\.|{_YEAR}))(?!\w)"
        rf"|(?<![\w.])(?P<before_day>(?:{name})\.?){month_first}|(?<![\w.])(?P<before_year>(?:{name})\.){_YEAR}"
        rf"|(?:{words or '(?!)'})(?P<alone>(?:{clear})\.)(?! \d)"
        # The first of two: "Feb.–Dec. 1916".
        rf"|(?<![\w.])(?P<first>(?:{name})\.?)(?P<dash>\s?[–-]\s?)(?=(?:{name})\. {year})"
    )
