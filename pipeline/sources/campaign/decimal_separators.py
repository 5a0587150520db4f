"""Ambiguous decimal separators: 12.495 is not twelve thousand in a column where 15.99 has a decimal point.

Amounts of money have no three decimals, except calculated ones: 8.3, 15.99, 12.495. Without this check, 12.495 would be
read as €12,495.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from pipeline.sources.tables import Number
from pipeline.template import CellProblem

# An amount whose separator must be the decimal one, and an amount with three digits after a single separator.
_DECIMALS = re.compile(r"\D*(?:[\d.,' ]*\d)?([.,])(?:\d\d?|\d{4,})\D*|\D*0([.,])\d{3}\D*")
_AMBIGUOUS = re.compile(r"[^\d.,]*[1-9]\d{0,2}([.,])\d{3}[^\d.,]*")
_NOT_NUMERIC = re.compile(r"[^\d.,]+")
# One amount with decimals makes up to this many ambiguous; if the locale is known, only as many as itself.
_RATIO, _RATIO_WITH_LOCALE = 10, 1
_MAX_CHARS = 40


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
