"""Whether 12.495 is thousands: not in a column where other sums have their decimals behind a point.

Money has no three decimals, until a script has worked it out: 8.3, 15.99, 12.495. Read as €12,495 it would be a film.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from pipeline.sources.tables import Number
from pipeline.template import CellProblem

# Decimals by their number, and a sum that may have three or be a thousand times as much.
_DECIMALS = re.compile(r"\D*(?:[\d.,' ]*\d)?([.,])(?:\d\d?|\d{4,})\D*|\D*0([.,])\d{3}\D*")
_DOUBTFUL = re.compile(r"[^\d.,]*[1-9]\d{0,2}([.,])\d{3}[^\d.,]*")
_AROUND = re.compile(r"[^\d.,]+")
# One sum with decimals makes so many doubtful; where a locale says what the mark is, no more than itself.
_SOME, _ONE = 10, 1
_LOOKED_AT_CHARS = 40


class DecimalSeparators:
    """The marks before decimals in columns of sums, as far as their first rows tell."""

    def __init__(self, columns: Collection[str], *, locale: str) -> None:
        """`locale` is that of the numbers, if that is known: 15.99 beside 12.495 says that it is another one."""
        self._columns = columns
        self._each = _ONE if locale else _SOME
        # Columns and marks that can't part thousands.
        self._known: frozenset[tuple[str, str]] = frozenset()

    def look(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Note what stands before decimals in these rows."""
        told: Counter[tuple[str, str]] = Counter()
        doubtful: Counter[tuple[str, str]] = Counter()
        for row in rows:
            for column in self._columns:
                cell = row.get(column, "")
                if isinstance(cell, Number) or len(cell) > _LOOKED_AT_CHARS:
                    continue
                if found := _DECIMALS.fullmatch(cell):
                    told[column, found[1] or found[2]] += 1
                elif found := _DOUBTFUL.fullmatch(cell):
                    doubtful[column, found[1]] += 1
        self._known = frozenset(each for each, count in told.items() if count * self._each >= doubtful[each])

    def check(self, column: str, cell: str) -> None:
        """Raise `CellProblem` for a sum that may be a thousand times as much."""
        if not self._known or isinstance(cell, Number) or len(cell) > _LOOKED_AT_CHARS:
            return
        found = _DOUBTFUL.fullmatch(cell)
        if found and (column, found[1]) in self._known:
            plain = _AROUND.sub("", cell)
            both = f"{plain.replace(found[1], '')} or {plain.replace(found[1], '.')}"
            told = f"{cell.strip()!r} may be {both}: other sums of its column have decimals behind such a mark"
            raise CellProblem(told, "Write two decimals, or none; or say whose numbers they are (e.g. --locale en)")
