"""Ambiguous dates and amounts, which the other cells of their column decide.

3/4/2026 does not begin with the month where others are like 25/12/2026. 12.495 is not twelve thousand where 15.99 has a
decimal point: amounts of money have no three decimals, except calculated ones. Each ambiguous cell is rejected, as it
would be misread.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from pipeline.sources.tables import Number
from pipeline.template import CellProblem, Field, day_order

_NUMBERS = re.compile(r"\s*(\d{1,2})([-./])\s?(\d{1,2})\2\s?(?:\d{4}|\d{2})(?!\d).*", re.DOTALL)
_MONTHS = 12
# One date with a clear order makes up to this many ambiguous.
_DATE_RATIO = 2
_MAX_CHARS = 40


class DateOrders:
    """The order of day and month in date columns, as observed in a sample of rows."""

    def __init__(self, columns: Mapping[str, Field], *, locale: str) -> None:
        """`columns` are the date fields by column; `locale` is that of the table, if known."""
        orders = {column: field.order or day_order(locale) for column, field in columns.items()}
        # Only these two can be confused with each other.
        self._expected = {column: order for column, order in orders.items() if order in {"dmy", "mdy"}}
        # Columns whose observed order is not the expected one.
        self._contradicted: frozenset[str] = frozenset()

    def sample(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Observe the order of the dates in these rows."""
        counts: Counter[tuple[str, str]] = Counter(
            (column, _order(row.get(column, ""))) for row in rows for column in self._expected
        )
        self._contradicted = frozenset(
            column
            for column, expected in self._expected.items()
            if (other := "mdy" if expected == "dmy" else "dmy")
            and counts[column, other] * _DATE_RATIO > counts[column, "either"]
            and counts[column, other] > counts[column, expected]
        )

    def check(self, column: str, cell: str) -> None:
        """Raise `CellProblem` for an ambiguous date in a column whose clear dates contradict the expected order."""
        if column in self._contradicted and _order(cell) == "either":
            first = "month" if self._expected[column] == "dmy" else "day"
            problem = f"{cell.strip()[:40]!r} is ambiguous: other dates in the column begin with the {first}"
            raise CellProblem(problem, "Write 2026-11-03, or set the locale (--locale en-GB, en-US)")


def _order(cell: str) -> str:
    """The order of a numeric date: dmy, mdy or either; empty: no such date."""
    found = _NUMBERS.fullmatch(cell) if len(cell) <= _MAX_CHARS else None
    if found is None or found[1].lstrip("0") == found[3].lstrip("0"):
        return ""
    first, second = int(found[1]), int(found[3])
    if first > _MONTHS or second > _MONTHS:
        return "dmy" if second <= _MONTHS else "mdy" if first <= _MONTHS else ""
    return "either"


# An amount whose separator must be the decimal one, and an amount with three digits after a single separator.
_DECIMALS = re.compile(r"\D*(?:[\d.,' ]*\d)?([.,])(?:\d\d?|\d{4,})\D*|\D*0([.,])\d{3}\D*")
_AMBIGUOUS = re.compile(r"[^\d.,]*[1-9]\d{0,2}([.,])\d{3}[^\d.,]*")
_NOT_NUMERIC = re.compile(r"[^\d.,]+")
# One amount with decimals makes up to this many ambiguous; if the locale is known, only as many as itself.
_RATIO, _RATIO_WITH_LOCALE = 10, 1


class DecimalSeparators:
    """Decimal separators in money columns, as observed in a sample of rows."""

    def __init__(self, columns: Collection[str], *, locale: str) -> None:
        """`locale` is the locale of the numbers, if known; a 15.99 among 12.495 is evidence against it."""
        self._columns = columns
        self._ratio = _RATIO_WITH_LOCALE if locale else _RATIO
        # Columns and their decimal separators, which can't separate thousands as well.
        self._observed: frozenset[tuple[str, str]] = frozenset()

    def sample(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Observe the decimal separators in these rows."""
        clear: Counter[tuple[str, str]] = Counter()
        ambiguous: Counter[tuple[str, str]] = Counter()
        for row in rows:
            for column in self._columns:
                cell = row.get(column, "")
                if isinstance(cell, Number) or len(cell) > _MAX_CHARS:
                    continue
                if found := _DECIMALS.fullmatch(cell):
                    clear[column, found[1] or found[2]] += 1
                elif found := _AMBIGUOUS.fullmatch(cell):
                    ambiguous[column, found[1]] += 1
        self._observed = frozenset(each for each, count in clear.items() if count * self._ratio >= ambiguous[each])

    def check(self, column: str, cell: str) -> None:
        """Raise `CellProblem` for an amount with an ambiguous separator."""
        if not self._observed or isinstance(cell, Number) or len(cell) > _MAX_CHARS:
            return
        found = _AMBIGUOUS.fullmatch(cell)
        if found and (column, found[1]) in self._observed:
            plain = _NOT_NUMERIC.sub("", cell)
            both = f"{plain.replace(found[1], '')} or {plain.replace(found[1], '.')}"
            problem = f"{cell.strip()!r} may be {both}: other amounts in the column use this separator for decimals"
            raise CellProblem(problem, "Write two decimals, or none; or set the locale (e.g. --locale en)")
