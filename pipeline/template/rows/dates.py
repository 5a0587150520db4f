"""Parse dates as people write them: 2026-11-03, 3 Nov 2026, 3. November 2026, 03.11.2026, 2026年11月3日.

3/11/2026 is accepted if the order of day and month is known.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import get_date_format

from pipeline.language.locales import calendar_names
from pipeline.language.writing_systems import ascii_digits
from pipeline.template.rows.numbers import parse_locale
from pipeline.template.rows.problem import CellProblem

_HINT = "Write year, month and day: 2026-11-03"
_LOCALE_HINT = f"{_HINT}; or name the locale (e.g. --locale de)"
# A time of day is dropped: films only mention dates.
_TIME = re.compile(r"(?<=[\d日号號일)）])\.?(?:T|,? )\d{1,2}:\d{2}.*")
_ISO = re.compile(r"(\d{4})[-./] ?(\d{1,2})[-./] ?(\d{1,2})\.?")
# SAP's format: only in this order are its parts a month and a day.
_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)")
_NUMBERS = re.compile(r"(\d{1,2})([-./ ])\s?(\d{1,2})\2\s?(\d{4}|\d{2})\s?[rг]?\.?")
_EAST = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日号號일]")
# The weekday after an East Asian date: (月), 星期一, 월요일.
_EAST_DAYS = {
    sign: day for signs in ("月火水木金土日", "一二三四五六天", "월화수목금토일") for day, sign in enumerate(signs)
}
_EAST_WEEK = re.compile(
    r" ?(?:[(（](?:星期|週|周)?(\w)(?:曜日?|요일)?[)）]|(?:星期|週|周)(\w)|(\w)(?:曜日?|요일))$".replace(
        r"\w", f"[{''.join(_EAST_DAYS)}]"
    )
)
# The limits of programs' date ranges, which they write for missing dates.
_PLACEHOLDERS = frozenset(
    date(*each) for each in ((1, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1970, 1, 1), (9999, 12, 31))
)
# Serial dates of spreadsheets (days since the end of 1899), from 1954 to 2119.
_SERIAL = re.compile(r"([2-7]\d{4})(?:[.,]\d+)?")
_SERIAL_EPOCH = date(1899, 12, 30)
# Not `\w`, which lacks the vowel signs and other marks of many scripts.
_WORDS = re.compile(r"[^\s\d.,،、;:/()\-–—'’\"_]+\.?|\d+")
# Languages with other calendars, and the years that are probably not Gregorian in them.
_OTHER_CALENDARS = {"th": (2400, 9999), "fa": (1, 1699), "ps": (1, 1699), "ar": (1, 1699)}
_IGNORED_WORDS = "on am el il of de del den the le du st nd rd th º ° г года r er"
_IGNORED = frozenset(_IGNORED_WORDS.split())
ORDERS = ("dmy", "mdy", "ymd")


def read_date(text: str, *, order: str = "", locale: str = "") -> date:
    """Parse a date. `order` is "dmy", "mdy" or "ymd"; if empty, the locale's, or else the date must be unambiguous.

    Raises `CellProblem`.
    """
    written = _TIME.sub("", ascii_digits(" ".join(text.split())))
    if week := _EAST_WEEK.search(written):
        day = _read(text, written[: week.start()], order, locale)
        return _checked_weekday(text, day, {_EAST_DAYS[sign] for sign in week.groups() if sign})
    return _read(text, written, order, locale)


def _read(text: str, written: str, order: str, locale: str) -> date:
    if found := _ISO.fullmatch(written) or _COMPACT.fullmatch(written) or _EAST.fullmatch(written):
        day = _day(text, found[1], found[2], found[3])
    elif serial := _SERIAL.fullmatch(written):
        likely = _SERIAL_EPOCH + timedelta(days=int(serial[1]))
        raise CellProblem(
            f"{text[:40]!r} is a spreadsheet's day number, probably {likely}",
            "Format the column as a date, and save the table again",
        )
    elif numbers := _NUMBERS.fullmatch(written):
        day = _from_numbers(text, numbers, order or day_order(locale))
    else:
        day = _from_words(text, written, locale, order or day_order(locale))
    if day in _PLACEHOLDERS and not any(map(str.isalpha, written)):
        raise CellProblem(
            f"{text[:40]!r} is a placeholder for a missing date",
            f"Leave the cell empty, or write the month as a word: {day.day} {day:%B} {day.year:04d}",
        )
    first, last = _OTHER_CALENDARS.get(re.split("[-_]", locale)[0].casefold(), (0, 0))
    if first <= day.year <= last:
        raise CellProblem(f"{text[:40]!r} may be a date in another calendar", "Write the Gregorian date: 2026-11-03")
    return day


def _from_numbers(text: str, found: re.Match[str], order: str) -> date:
    first, mark, second, year = found.groups()
    if len(year) == 2 and not order:
        raise CellProblem(f"{text[:40]!r} has a two-digit year", _LOCALE_HINT)
    if order == "ymd":
        if len(year) == 4:
            raise CellProblem(f"{text[:40]!r} does not begin with the year", _HINT)
        return _day(text, f"20{first.zfill(2)}", second, year)
    full = _four_digit_year(year)
    if mark == "." and not order:
        order = "dmy"  # all notations with full stops begin with the day
    if not order:
        if int(first) > 12 or first.lstrip("0") == second.lstrip("0"):
            order = "dmy"
        elif int(second) > 12:
            order = "mdy"
        else:
            either = f"{full}-{int(second):02d}-{int(first):02d} or {full}-{int(first):02d}-{int(second):02d}"
            raise CellProblem(
                f"{text[:40]!r} may be {either}", "Write one of these, or name the locale (e.g. --locale en-GB)"
            )
    return _day(text, full, second, first) if order == "dmy" else _day(text, full, first, second)


def _four_digit_year(year: str) -> str:
    return year if len(year) == 4 else f"{'19' if int(year) >= 70 else '20'}{year.zfill(2)}"


def _from_words(text: str, written: str, locale: str, order: str) -> date:
    weekdays, pattern = _weekdays(locale)
    named_weekdays = {weekdays[found] for found in pattern.findall(written.casefold())}
    words = [word.rstrip(".").casefold() for word in _WORDS.findall(pattern.sub(" ", written.casefold()))]
    names = _months(locale)
    months = [names[word] for word in words if word in names]
    numbers = [word for word in words if word.isdigit()]
    # "before 3 November 2026" is not that day.
    other = set(words).difference(numbers, names, _IGNORED, _words_of(locale))
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(months) == 1 and len(days) == len(numbers) == 2:
        # 1-Feb-26
        if not order:
            raise CellProblem(f"{text[:40]!r} has a two-digit year", _LOCALE_HINT)
        days, years = (
            (days[1:], [_four_digit_year(days[0])]) if order == "ymd" else (days[:1], [_four_digit_year(days[1])])
        )
    if len(months) != 1 or len(years) != 1 or len(days) != 1 or len(numbers) != 2 or other:
        raise CellProblem(f"{text[:40]!r} is not a date", _LOCALE_HINT if other else _HINT)
    return _checked_weekday(text, _day(text, years[0], str(months[0]), days[0]), named_weekdays)


def _checked_weekday(text: str, day: date, weekdays: Collection[int]) -> date:
    """Return the date. Raises `CellProblem` if it does not fall on the weekdays that are given."""
    if any(each != day.weekday() for each in weekdays):
        raise CellProblem(f"{text[:40]!r} is a {day:%A}", "Correct the date, or the day of the week")
    return day


def _day(text: str, year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise CellProblem(f"{text[:40]!r} is not a date in any calendar", _HINT) from error


@lru_cache(maxsize=64)
def _months(locale: str) -> dict[str, int]:
    """Month numbers by name, in the locale and in English."""
    return _numbers_by_name("months", locale) | {"sept": 9}


@lru_cache(maxsize=64)
def _weekdays(locale: str) -> tuple[dict[str, int], re.Pattern[str]]:
    """Weekday numbers by name, in the locale and in English, and a pattern for the names."""
    # Ambiguous ones are dropped: in Italian, mar is also a month.
    names = _numbers_by_name("days", locale)
    found = {name: number for name, number in names.items() if name not in _months(locale)}
    longest_first = sorted(map(re.escape, found), key=len, reverse=True)
    return found, re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)")


def _numbers_by_name(table: Literal["months", "days"], locale: str) -> dict[str, int]:
    """The numbers of months or weekdays by their names, casefolded and without a full stop."""
    found: dict[str, int] = {}
    for each in filter(None, ("en", locale)):
        names = calendar_names(parse_locale(each), table)
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                found |= {name.rstrip(".").casefold(): number for number, name in names[context][width].items()}
    return found


@lru_cache(maxsize=64)
def _words_of(locale: str) -> frozenset[str]:
    """The words in a locale's date formats: 3 de noviembre de 2026, 2026 m. lapkričio 3 d."""
    patterns = (get_date_format(style, parse_locale(locale)).pattern for style in ("medium", "long", "full"))
    # ASCII letters are fields of the pattern, unless they are quoted.
    plain = " ".join(re.sub(r"'([^']*)'|[a-zA-Z]+", r" \1 ", pattern) for pattern in patterns if locale)
    return frozenset(word.rstrip(".").casefold() for word in _WORDS.findall(plain))


@lru_cache(maxsize=64)
def day_order(locale: str) -> str:
    """The order of day, month and year in a locale's numeric dates ("dmy"); empty without a locale."""
    if not locale:
        return ""
    pattern = get_date_format("short", parse_locale(locale)).pattern.casefold()
    return "".join(dict.fromkeys(letter for letter in pattern if letter in "dmy"))
