"""Numbers as people write them: 1,299.50 · 1.299,50 · 1 299,50 · 1'299.50 · ١٢٩٩ -> "1299.50"."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from pipeline.language.writing_systems import ascii_digits
from pipeline.template.rows.problem import CellProblem

# Spaces, apostrophes and underscores only ever group digits.
_GROUPING = re.compile(r"(?<=\d)[\s\u00a0\u202f\u2009'’_\u066c](?=\d)")
_NUMBER = re.compile(r"[+-]?\d*(?:[.,]\d+)*")
# What bookkeepers write for less than nothing: (500.00), $(500.00); SAP writes 500.00-, which may as well be a dash.
_IN_BRACKETS = re.compile(r"([^\d(]*)\(([^()]*\d[^()]*)\)([^\d)]*)")
_DASHED = re.compile(r"[^-−–—]*\d[^-−–—]*[-−][^-−–—\d]*")
_MOST_DIGITS = 15
_MARKS = str.maketrans("−\u066b，．", "-.,.")


def read_number(text: str, *, locale: str, is_whole: bool = False) -> Decimal:
    """The number that a text writes. Raises `CellProblem`.

    A single mark before three digits may group ("1.299") or divide: it groups where only whole numbers are meant, and
    in a `locale` that groups so; it divides in one that divides so.
    """
    if text.rstrip().endswith(("%", "٪", "％")):
        raise CellProblem(f"{text[:40]!r} is in per cent", "Write 20 or 0.2 for 20 %, as the template takes it")
    digits = _plain_digits(signed(text))
    compact = _GROUPING.sub("", digits)
    if not re.search(r"\d", compact) or not _NUMBER.fullmatch(compact):
        raise CellProblem(f"{text[:40]!r} is no number", "Write digits: 1299.50")
    if sum(map(str.isdigit, compact.lstrip("+-0.,"))) > _MOST_DIGITS:
        raise CellProblem(f"{text[:40]!r} has more than {_MOST_DIGITS} digits", "Write a smaller number")
    marks = re.findall("[.,]", compact)
    decimal = _decimal_mark(compact, marks, text, locale=locale, is_whole=is_whole)
    whole, _, fraction = compact.rpartition(decimal) if decimal else (compact, "", "")
    parts = re.split("[.,]", whole.lstrip("+-"))
    if any(len(part) not in {2, 3} for part in parts[1:-1]) or (len(parts) > 1 and len(parts[-1]) != 3):
        raise CellProblem(f"{text[:40]!r} is grouped oddly", "Write digits without marks between them: 1299.50")
    sign = "-" if compact.startswith("-") else ""
    return Decimal(f"{sign}{''.join(parts) or '0'}{'.' if fraction else ''}{fraction}")


def signed(text: str) -> str:
    """A number with its minus before it, as in (500.00). Raises `CellProblem` for a dash that may be one."""
    if found := _IN_BRACKETS.fullmatch(text.strip()):
        return f"-{found[1]}{found[2]}{found[3]}"
    if _DASHED.fullmatch(text):
        raise CellProblem(f"{text[:40]!r} may be less than nothing", "Put a minus before it, or take the dash away")
    return text


def _decimal_mark(compact: str, marks: list[str], text: str, *, locale: str, is_whole: bool) -> str:
    """The mark before the fraction; empty: there is no fraction."""
    if not marks:
        return ""
    last = marks[-1]
    if len(set(marks)) == 2:
        if marks.count(last) > 1:
            raise CellProblem(f"{text[:40]!r} is no number", "Write digits: 1299.50")
        return last
    if len(marks) > 1:
        return ""
    after = len(compact) - compact.index(last) - 1
    before = compact.index(last) - compact.startswith(("+", "-"))
    if locale and last in {known := decimal_mark(locale), "." if known == "," else ","}:
        return last if last == known else ("" if after == 3 else _odd(text))
    if after != 3 or before > 3 or compact.lstrip("+-").startswith("0") or not before:
        return last
    if is_whole:
        return ""
    raise CellProblem(
        f"{text[:40]!r} may be {compact.replace(last, '')} or {compact.replace(last, '.')}",
        "Write two decimals, or say how numbers are written with locale (e.g. --locale de)",
    )


def _odd(text: str) -> str:
    raise CellProblem(f"{text[:40]!r} is grouped oddly", "Write digits without marks between them: 1299.50")


def _plain_digits(text: str) -> str:
    """With digits of every script as ASCII, and one kind of minus and of marks."""
    return ascii_digits(text.strip().translate(_MARKS))


@lru_cache(maxsize=64)
def parse_locale(name: str) -> Locale:
    """A locale by its tag; one that is not known by its language, else English."""
    for tag in (name, name.partition("-")[0]):
        try:
            return Locale.parse(tag.replace("-", "_"))
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale("en")


@lru_cache(maxsize=64)
def decimal_mark(locale: str) -> str:
    """The mark before a fraction."""
    return str(parse_locale(locale).number_symbols.get("latn", {}).get("decimal", "."))
