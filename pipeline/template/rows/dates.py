"""Days as people write them: 2026-11-03, 3 Nov 2026, 3. November 2026, 03.11.2026, 2026年11月3日.

3/11/2026 is one where it is clear.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import get_date_format, get_day_names, get_month_names

from pipeline.language.writing_systems import ascii_digits
from pipeline.template.rows.numbers import parse_locale
from pipeline.template.rows.problem import CellProblem

_HINT = "Write year, month and day: 2026-11-03"
_WHOSE = f"{_HINT}; or say whose days they are (e.g. --locale de)"
# A time of day is left out: films speak of days.
_TIME = re.compile(r"(?<=[\d日号號일)）])\.?(?:T|,? )\d{1,2}:\d{2}.*")
_ISO = re.compile(r"(\d{4})[-./] ?(\d{1,2})[-./] ?(\d{1,2})\.?")
# As SAP writes it: in no other order are its parts a month and a day.
_CLOSE = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)")
_NUMBERS = re.compile(r"(\d{1,2})([-./ ])\s?(\d{1,2})\2\s?(\d{4}|\d{2})\s?[rг]?\.?")
_EAST = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日号號일]")
# Behind it: (月), 星期一, 월요일.
_EAST_DAYS = {
    sign: day for signs in ("月火水木金土日", "一二三四五六天", "월화수목금토일") for day, sign in enumerate(signs)
}
_EAST_WEEK = re.compile(
    r" ?(?:[(（](?:星期|週|周)?(\w)(?:曜日?|요일)?[)）]|(?:星期|週|周)(\w)|(\w)(?:曜日?|요일))$".replace(
        r"\w", f"[{''.join(_EAST_DAYS)}]"
    )
)
# Where programs begin and end to count: they write it where they have no day.
_NO_DAYS = frozenset(
    date(*each) for each in ((1, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1970, 1, 1), (9999, 12, 31))
)
# Since the end of 1899, from 1954 to 2119.
_COUNTED = re.compile(r"([2-7]\d{4})(?:[.,]\d+)?")
_FIRST_COUNTED = date(1899, 12, 30)
# Vowels and other marks of many scripts are no letters for `\w`.
_WORDS = re.compile(r"[^\s\d.,،、;:/()\-–—'’\"_]+\.?|\d+")
# Where years may be counted otherwise, and which are then not ours: by the language of the locale, from and to.
_OTHER_YEARS = {"th": (2400, 9999), "fa": (1, 1699), "ps": (1, 1699), "ar": (1, 1699)}
_LITTLE_WORDS = "on am el il of de del den the le du st nd rd th º ° г года r er"
_LITTLE = frozenset(_LITTLE_WORDS.split())
ORDERS = ("dmy", "mdy", "ymd")


def read_date(text: str, *, order: str = "", locale: str = "") -> date:
    """The day. `order` of its parts is "dmy", "mdy" or "ymd"; empty: that of the locale, else it has to be clear.

    Raises `CellProblem`.
    """
    written = _TIME.sub("", ascii_digits(" ".join(text.split())))
    if week := _EAST_WEEK.search(written):
        day = _read(text, written[: week.start()], order, locale)
        return _of_week(text, day, {_EAST_DAYS[sign] for sign in week.groups() if sign})
    return _read(text, written, order, locale)


def _read(text: str, written: str, order: str, locale: str) -> date:
    if found := _ISO.fullmatch(written) or _CLOSE.fullmatch(written) or _EAST.fullmatch(written):
        day = _day(text, found[1], found[2], found[3])
    elif counted := _COUNTED.fullmatch(written):
        seems = _FIRST_COUNTED + timedelta(days=int(counted[1]))
        told = f"{text[:40]!r} is how a spreadsheet counts days, and may be {seems}"
        raise CellProblem(told, "Format the column as a date, and save the table again")
    elif numbers := _NUMBERS.fullmatch(written):
        day = _of_numbers(text, numbers, order or day_order(locale))
    else:
        day = _of_words(text, written, locale, order or day_order(locale))
    if day in _NO_DAYS and not any(map(str.isalpha, written)):
        told = f"{text[:40]!r} is what programs write where they have no day"
        raise CellProblem(
            told, f"Leave the cell empty, or write the month as a word: {day.day} {day:%B} {day.year:04d}"
        )
    first, last = _OTHER_YEARS.get(re.split("[-_]", locale)[0].casefold(), (0, 0))
    if first <= day.year <= last:
        raise CellProblem(
            f"{text[:40]!r} may be a day of another calendar", "Write the day of the Gregorian one: 2026-11-03"
        )
    return day


def _of_numbers(text: str, found: re.Match[str], order: str) -> date:
    first, mark, second, year = found.groups()
    if len(year) == 2 and not order:
        raise CellProblem(f"{text[:40]!r} has a year of two digits", _WHOSE)
    if order == "ymd":
        if len(year) == 4:
            raise CellProblem(f"{text[:40]!r} does not begin with its year", _HINT)
        return _day(text, f"20{first.zfill(2)}", second, year)
    full = _full(year)
    if mark == "." and not order:
        order = "dmy"  # whoever writes points begins with the day
    if not order:
        if int(first) > 12 or first.lstrip("0") == second.lstrip("0"):
            order = "dmy"
        elif int(second) > 12:
            order = "mdy"
        else:
            may = f"{full}-{int(second):02d}-{int(first):02d} or {full}-{int(first):02d}-{int(second):02d}"
            raise CellProblem(
                f"{text[:40]!r} may be {may}",
                "Write one of these, or say whose days they are (e.g. --locale en-GB)",
            )
    return _day(text, full, second, first) if order == "dmy" else _day(text, full, first, second)


def _full(year: str) -> str:
    return year if len(year) == 4 else f"{'19' if int(year) >= 70 else '20'}{year.zfill(2)}"


def _of_words(text: str, written: str, locale: str, order: str) -> date:
    weekdays, pattern = _weekdays(locale)
    said = {weekdays[found] for found in pattern.findall(written.casefold())}
    words = [word.rstrip(".").casefold() for word in _WORDS.findall(pattern.sub(" ", written.casefold()))]
    names = _months(locale)
    months = [names[word] for word in words if word in names]
    numbers = [word for word in words if word.isdigit()]
    # "before 3 November 2026" is another day.
    other = set(words).difference(numbers, names, _LITTLE, _words_of(locale))
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(months) == 1 and len(days) == len(numbers) == 2:
        # 1-Feb-26
        if not order:
            raise CellProblem(f"{text[:40]!r} has a year of two digits", _WHOSE)
        days, years = (days[1:], [_full(days[0])]) if order == "ymd" else (days[:1], [_full(days[1])])
    if len(months) != 1 or len(years) != 1 or len(days) != 1 or len(numbers) != 2 or other:
        raise CellProblem(f"{text[:40]!r} is no day", _WHOSE if other else _HINT)
    return _of_week(text, _day(text, years[0], str(months[0]), days[0]), said)


def _of_week(text: str, day: date, said: Collection[int]) -> date:
    """The day, if it is the one of the week that is said."""
    if any(each != day.weekday() for each in said):
        raise CellProblem(f"{text[:40]!r} is a {day:%A}", "Mend the day, or the day of the week")
    return day


def _day(text: str, year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise CellProblem(f"{text[:40]!r} is no day of any calendar", _HINT) from error


@lru_cache(maxsize=64)
def _months(locale: str) -> dict[str, int]:
    """The number of each month by its names, in the locale and in English."""
    found: dict[str, int] = {}
    for each in ("en", locale):
        if each:
            for width in ("wide", "abbreviated"):
                for context in ("format", "stand-alone"):
                    names = get_month_names(width, context, parse_locale(each))
                    found |= {name.rstrip(".").casefold(): number for number, name in names.items()}
    return found | {"sept": 9}


@lru_cache(maxsize=64)
def _weekdays(locale: str) -> tuple[dict[str, int], re.Pattern[str]]:
    """The number of each day of the week by its names, in the locale and in English, and what finds them in a text."""
    found: dict[str, int] = {}
    for each in filter(None, ("en", locale)):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = get_day_names(width, context, parse_locale(each))
                found |= {name.rstrip(".").casefold(): number for number, name in names.items()}
    # In Italian, mar is a month as well.
    found = {name: number for name, number in found.items() if name not in _months(locale)}
    longest_first = sorted(map(re.escape, found), key=len, reverse=True)
    return found, re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)")


@lru_cache(maxsize=64)
def _words_of(locale: str) -> frozenset[str]:
    """What a locale writes between the parts of a day: 3 de noviembre de 2026, 2026 m. lapkričio 3 d."""
    patterns = (get_date_format(style, parse_locale(locale)).pattern for style in ("medium", "long", "full"))
    # Letters of ASCII stand for parts, unless they are in quotes.
    plain = " ".join(re.sub(r"'([^']*)'|[a-zA-Z]+", r" \1 ", pattern) for pattern in patterns if locale)
    return frozenset(word.rstrip(".").casefold() for word in _WORDS.findall(plain))


@lru_cache(maxsize=64)
def day_order(locale: str) -> str:
    """In which order a locale writes day, month and year with numbers."""
    if not locale:
        return ""
    pattern = get_date_format("short", parse_locale(locale)).pattern.casefold()
    return "".join(dict.fromkeys(letter for letter in pattern if letter in "dmy"))
