"""Whether 3/4/2026 begins with its month, as the locale says: not in a column where others are like 25/12/2026.

Those are told one by one. Without this, the rest would be films with another day.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.template import CellProblem, Field, day_order

_NUMBERS = re.compile(r"\s*(\d{1,2})([-./])\s?(\d{1,2})\2\s?(?:\d{4}|\d{2})(?!\d).*", re.DOTALL)
_MONTHS = 12
# One day that is clear makes so many doubtful.
_SOME = 2
_LOOKED_AT_CHARS = 40


class DateOrders:
    """In which order columns write day and month, as far as their first rows tell."""

    def __init__(self, columns: Mapping[str, Field], *, locale: str) -> None:
        """`columns` are those of days; `locale` is that of the table, if that is known."""
        orders = {column: field.order or day_order(locale) for column, field in columns.items()}
        # Years of two digits would be days elsewhere.
        self._asked = {column: order for column, order in orders.items() if order in {"dmy", "mdy"}}
        # Columns that begin otherwise than they should.
        self._wrong: frozenset[str] = frozenset()

    def look(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Note how the days of these rows begin."""
        counts: Counter[tuple[str, str]] = Counter(
            (column, _order(row.get(column, ""))) for row in rows for column in self._asked
        )
        self._wrong = frozenset(
            column
            for column, asked in self._asked.items()
            if (other := "mdy" if asked == "dmy" else "dmy")
            and counts[column, other] * _SOME > counts[column, "either"]
            and counts[column, other] > counts[column, asked]
        )

    def check(self, column: str, cell: str) -> None:
        """Raise `CellProblem` for a day that begins as it should, in a column where others do not."""
        if column in self._wrong and _order(cell) == "either":
            begins = "month" if self._asked[column] == "dmy" else "day"
            told = f"{cell.strip()[:40]!r} may be two days: others of its column begin with the {begins}"
            raise CellProblem(told, "Write 2026-11-03, or say whose days they are (--locale en-GB, en-US)")


def _order(cell: str) -> str:
    """As a day of numbers has it: dmy, mdy, or either; empty: it is none."""
    found = _NUMBERS.fullmatch(cell) if len(cell) <= _LOOKED_AT_CHARS else None
    if found is None or found[1].lstrip("0") == found[3].lstrip("0"):
        return ""
    first, second = int(found[1]), int(found[3])
    if first > _MONTHS or second > _MONTHS:
        return "dmy" if second <= _MONTHS else "mdy" if first <= _MONTHS else ""
    return "either"
