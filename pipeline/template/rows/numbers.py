"""Parse numbers as people write them: 1,299.50 · 1.299,50 · 1 299,50 · 1'299.50 · ١٢٩٩ -> "1299.50"."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol

from pipeline.language.writing_systems import ascii_digits
from pipeline.template.rows.problem import CellProblem

# Spaces, apostrophes and underscores are always group separators.
_GROUPING = re.compile(r"(?<=\d)[\s\u00a0\u202f\u2009'’_\u066c](?=\d)")
_NUMBER = re.compile(r"[+-]?\d*(?:[.,]\d+)*")
# Accounting notation for negative numbers: (500.00), $(500.00); SAP's 500.00- is ambiguous, it may end in a dash.
_BRACKETED = re.compile(r"([^\d(]*)\(([^()]*\d[^()]*)\)([^\d)]*)")
_TRAILING_DASH = re.compile(r"[^-−–—]*\d[^-−–—]*[-−][^-−–—\d]*")
_MAX_DIGITS = 15
_MARKS = str.maketrans("−\u066b，．", "-.,.")


def read_number(text: str, *, locale: str, is_whole: bool = False) -> Decimal:
    """Parse a number. Raises `CellProblem`.

    A single separator before three digits ("1.299") is ambiguous. It is a group separator if a whole number is expected
    (`is_whole`), otherwise what it is in `locale`.
    """
    if text.rstrip().endswith(("%", "٪", "％")):
        raise CellProblem(f"{text[:40]!r} is a percentage", "Write 20 or 0.2 for 20 %, as the template takes it")
    digits = _plain_digits(with_leading_sign(text))
    compact = _GROUPING.sub("", digits)
    if not re.search(r"\d", compact) or not _NUMBER.fullmatch(compact):
        raise CellProblem(f"{text[:40]!r} is not a number", "Write digits: 1299.50")
    if sum(map(str.isdigit, compact.lstrip("+-0.,"))) > _MAX_DIGITS:
        raise CellProblem(f"{text[:40]!r} has more than {_MAX_DIGITS} digits", "Write a smaller number")
    marks = re.findall("[.,]", compact)
    decimal = _decimal_mark(compact, marks, text, locale=locale, is_whole=is_whole)
    whole, _, fraction = compact.rpartition(decimal) if decimal else (compact, "", "")
    parts = re.split("[.,]", whole.lstrip("+-"))
    if any(len(part) not in {2, 3} for part in parts[1:-1]) or (len(parts) > 1 and len(parts[-1]) != 3):
        raise CellProblem(f"{text[:40]!r} is grouped oddly", "Write digits without marks between them: 1299.50")
    sign = "-" if compact.startswith("-") else ""
    return Decimal(f"{sign}{''.join(parts) or '0'}{'.' if fraction else ''}{fraction}")


def with_leading_sign(text: str) -> str:
    """Replace accounting notation, (500.00), by a minus sign. Raises `CellProblem` for a trailing dash."""
    if found := _BRACKETED.fullmatch(text.strip()):
        return f"-{found[1]}{found[2]}{found[3]}"
    if _TRAILING_DASH.fullmatch(text):
        raise CellProblem(f"{text[:40]!r} may be negative", "Put a minus sign before it, or remove the dash")
    return text


def _decimal_mark(compact: str, marks: list[str], text: str, *, locale: str, is_whole: bool) -> str:
    """The decimal separator of a number without group separators, or an empty text."""
    if not marks:
        return ""
    last = marks[-1]
    if len(set(marks)) == 2:
        if marks.count(last) > 1:
            raise CellProblem(f"{text[:40]!r} is not a number", "Write digits: 1299.50")
        return last
    if len(marks) > 1:
        return ""
    after = len(compact) - compact.index(last) - 1
    before = compact.index(last) - compact.startswith(("+", "-"))
    if locale and last in {known := get_decimal_symbol(parse_locale(locale)), "." if known == "," else ","}:
        # A group of other than three digits is reported by the caller.
        return last if last == known else ""
    if after != 3 or before > 3 or compact.lstrip("+-").startswith("0") or not before:
        return last
    if is_whole:
        return ""
    raise CellProblem(
        f"{text[:40]!r} may be {compact.replace(last, '')} or {compact.replace(last, '.')}",
        "Write two decimals, or name the locale (e.g. --locale de)",
    )


def _plain_digits(text: str) -> str:
    """The text with digits of all scripts as ASCII, and normalised minus signs and separators."""
    return ascii_digits(text.strip().translate(_MARKS))


@lru_cache(maxsize=64)
def parse_locale(name: str) -> Locale:
    """The locale of a tag; for an unknown one, the locale of its language, else English."""
    for tag in (name, name.partition("-")[0]):
        try:
            return Locale.parse(tag.replace("-", "_"))
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale("en")
