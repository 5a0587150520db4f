"""Ambiguous dates: 3/4/2026 does not begin with the month in a column where others are like 25/12/2026.

Dates that contradict the locale are rejected one by one. Without this check, the ambiguous ones would be misread.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.template import CellProblem, Field, day_order

_NUMBERS = re.compile(r"\s*(\d{1,2})([-./])\s?(\d{1,2})\2\s?(?:\d{4}|\d{2})(?!\d).*", re.DOTALL)
_MONTHS = 12
# One date with a clear order makes up to this many ambiguous.
_RATIO = 2
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
            and counts[column, other] * _RATIO > counts[column, "either"]
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
