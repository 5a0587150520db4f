"""Parse numbers and dates as people write them in notes: "43 %", "1.234,5 km", "July 1969", "1969年7月".

Decimal separators and the names of months and eras come from CLDR, through Babel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel.numbers import get_decimal_symbol

from pipeline.language.locales import calendar_names, locale_of
from pipeline.language.writing_systems import ascii_digits

_SPACES = " \u00a0\u2009\u202f"
_MINUS = "−–-"
_NUMBER = rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,٫]\d+)?(?!\d)|\d+(?:[.,'’٫٬]\d+)*"
_AMOUNT = re.compile(
    rf"(?P<sign>[+{_MINUS}]?)[{_SPACES}]?(?P<before>[^\s\d+{_MINUS}]{{0,4}})[{_SPACES}]?(?P<number>{_NUMBER})"
    rf"(?P<gap>[{_SPACES}]?)(?P<after>\D*)"
)
_GROUPING = re.compile(rf"[{_SPACES}'’٬]")
_ONE_GROUP = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
# "1,234,567", and in India "12,34,567".
_GROUPS = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}")
# Units that may follow a number without a space; "20th", "4K" and "3D" are not amounts.
_CLOSE_UNITS = re.compile(
    r"[kcmnµ]?m|[km]?g|t|m?l|m?s|h|min|d|[kMGT]?W|[kMGT]?Wh|k?V|m?A|[kMG]?Hz|[kKMGT]?B|k?J|h?Pa|x"
)
_UNIT_MAX_CHARS, _UNIT_WORDS = 16, 2
# Larger numbers have too many digits to be shown.
_MAX_VALUE = 1e15
_PER_CENT = str.maketrans("％٪", "%%")

_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
# A negative year, as astronomers and the French write years BCE.
_NEGATIVE = re.compile(r"\s*[−-]\d")
# What may remain of a date without its words: numbers, punctuation, "1990s", "c. 1450".
_REST_OF_DATE = re.compile(r"(?:\d+s\b|\b(?:c|ca)\b|[\d\W])*")
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
_PATTERN_WORD = re.compile(r"'([^']+)'|([^\W\d_A-Za-z]+)")
_ERAS = {"BCE": 0, "CE": 1}


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A number with its unit, from a cell or a bold phrase."""

    value: float
    # "%", "km", "€"; empty if there is none.
    unit: str


@dataclass(frozen=True, kw_only=True)
class _Calendar:
    """The words in dates of a language, case-folded."""

    # Months, quarters and eras, which make a number a date.
    dating: re.Pattern[str]
    # Days of the week, and the words between the parts: "de", "年".
    joining: re.Pattern[str]
    # Eras before the year 1.
    before: re.Pattern[str]
    # Months and days of the week, which can label a time axis.
    alone: frozenset[str]


def read_amount(text: str, language: str) -> Amount | None:
    """Parse a number with or without a unit; None for anything else ("43 of 50", "5–7", "about 3")."""
    match = _AMOUNT.fullmatch(ascii_digits(text.strip()).rstrip(".:;,!。"))
    if not match:
        return None
    value = _value(match["number"], language)
    unit = _unit(match["before"], match["gap"], match["after"].strip())
    if value is None or unit is None or value >= _MAX_VALUE:
        return None
    return Amount(value=-value if match["sign"] in _MINUS and match["sign"] else value, unit=unit)


def is_date(text: str, language: str, *, words: int = 0) -> bool:
    """Whether `text` is a year, a date or an era with a number, with at most `words` other words."""
    calendar, plain = _calendar(language), ascii_digits(text).casefold()
    without, dated = calendar.dating.subn(" ", plain)
    if not re.search(r"\d", plain) or not (dated or _YEAR.search(plain)):
        return False
    rest = calendar.joining.sub(" ", without)
    if words and _YEAR.search(plain):
        rest = _WORD.sub(" ", rest, count=words)
    return bool(_REST_OF_DATE.fullmatch(rest))


def is_time(text: str, language: str) -> bool:
    """Whether `text` can label a time axis: a date, or the name of a month or weekday."""
    return is_date(text, language) or text.strip(" .").casefold() in _calendar(language).alone


def year_of(text: str, language: str) -> int | None:
    """The year of a date, negative before the common era; None if it has none."""
    plain = ascii_digits(text).casefold()
    calendar = _calendar(language)
    is_before = bool(calendar.before.search(plain) or _NEGATIVE.match(plain))
    found = _YEAR.search(plain) or (re.search(r"\d+", plain) if is_before else None)
    if not found:
        return None
    return -int(found[0]) if is_before else int(found[0])


def _value(number: str, language: str) -> float | None:
    """The value of a number; the language decides whether a single separator is a decimal or a group separator."""
    plain = _GROUPING.sub("", number).replace("٫", ".")
    marks = [each for each in plain if each in ".,"]
    if not marks:
        return float(plain)
    decimal = marks[-1] if marks.count(marks[-1]) == 1 else ""
    if len(marks) == 1 and _ONE_GROUP.fullmatch(plain) and "٫" not in number and decimal != _decimal_mark(language):
        decimal = ""
    whole, _, fraction = plain.rpartition(decimal) if decimal else (plain, "", "")
    if any(mark in whole for mark in ".,") and not _GROUPS.fullmatch(whole):
        return None
    return float(re.sub(r"[.,]", "", whole) + (f".{fraction}" if fraction else ""))


def _unit(before: str, gap: str, after: str) -> str | None:
    """The unit before or after a number, which may be empty; None if the text there is not a unit."""
    if before:
        return before if _is_currency(before) and not after else None
    if len(after) > _UNIT_MAX_CHARS or len(after.split()) > _UNIT_WORDS:
        return None
    if not gap and after[:1].isalpha() and after[0].lower() != after[0].upper() and not _CLOSE_UNITS.fullmatch(after):
        return None
    # Not a unit: "5 (2)", "5 – or so", "5/x".
    is_more = after.startswith(("/", ",", *_MINUS)) or re.search(r"[()\[\]]", after)
    return None if is_more else after.translate(_PER_CENT)


def _is_currency(sign: str) -> bool:
    return any(unicodedata.category(each) == "Sc" for each in sign) or (len(sign) == 3 and sign.isupper())


def _decimal_mark(language: str) -> str:
    return get_decimal_symbol(locale_of(language))


@lru_cache(maxsize=64)
def _calendar(language: str) -> _Calendar:
    locale = locale_of(language)
    months, days, quarters = (_names(calendar_names(locale, table)) for table in ("months", "days", "quarters"))
    eras = {name: age for width in ("wide", "abbreviated") for age, name in locale.eras[width].items()} | _ERAS
    patterns = " ".join(
        str(pattern) for pattern in (*locale.date_formats.values(), locale.datetime_skeletons.get("yMMMM", ""))
    )
    joints = {word for found in _PATTERN_WORD.findall(patterns) for word in found if word}
    return _Calendar(
        dating=_any_of({re.sub(r"\d+", "", name).strip() for name in months | quarters} | set(eras)),
        joining=_any_of(days | joints),
        before=_any_of({name for name, age in eras.items() if age == 0}),
        alone=frozenset(name.strip(" .").casefold() for name in months | days),
    )


def _names(table: Mapping[str, Mapping[str, Mapping[int, str]]]) -> set[str]:
    """The names in a CLDR table, in their format and stand-alone forms."""
    widths = ("wide", "abbreviated")
    return {name for forms in table.values() for width in widths for name in forms.get(width, {}).values()}


def _any_of(words: set[str]) -> re.Pattern[str]:
    """A pattern for any of the case-folded words, with or without full stops, preferring longer ones."""
    plain = {word.casefold().strip(" .") for word in words}
    longest_first = sorted(filter(None, plain), key=lambda word: (-len(word), word))
    parts = [re.escape(word).replace(r"\.", r"\.?") for word in longest_first]
    # In scripts with spaces, only whole words match.
    edged = [rf"(?<![^\W\d_]){part}(?![^\W\d_])" if re.search(r"[a-zà-ӿ]", part) else part for part in parts]
    return re.compile("|".join(edged) or r"(?!)")
