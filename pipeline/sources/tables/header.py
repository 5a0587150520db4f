"""Which row names the columns: the first one, unless titles or the names of groups stand above it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import zip_longest

from pipeline.errors import SourceError
from pipeline.sources.tables.dialect import normalise_name

# What stands in a row, and hardly ever names a column: a number, a sum, a date, an address.
_VALUE = re.compile(
    r"[-+(]?\s*[^\w\s]?\s*\d[\d.,'\s]*\s*[^\w\s]?\)?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|\S+@\S+\.\S+|https?://\S+",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(19|20)\d\d")
_VOTING_ROWS = 20
# Among so many rows, the first ones with something in them, one names the columns.
HEAD_ROWS = 12
# Of the cells of a row that names the columns, what stands above it has not so many: else it would be a row as well.
_FEWER = 0.75


def find_header_row(rows: Sequence[Sequence[str]], names: Collection[str], *, where: str) -> int:
    """The place of the row that names the columns, among the first ones of a table that are not empty.

    It is the first one, unless a later one has two of the `names`, plain, and the first one has not; or unless a single
    cell of the first one is filled, as of a title. Raises `SourceError` if rows of people or things may stand above.
    """
    counts = [sum(normalise_name(name) in names for name in row) for row in rows[:HEAD_ROWS]]
    if not counts or counts[0] > 1:
        return 0
    at = next((at for at, count in enumerate(counts) if count > 1), 0)
    if not (at := at or (0 if counts[0] else _below_title(rows))):
        return 0
    least = _filled(rows[at]) * _FEWER
    if any(_filled(row) >= least for row in rows[:at]):
        raise SourceError(
            f"has the names of its columns in row {at + 1}, and above it what may be rows",
            where=where,
            hint="Put the line with the names first, or take out what stands above it",
        )
    return at


def looks_like_header(rows: Sequence[Sequence[str]], names: Collection[str]) -> bool:
    """Whether the first of these rows names the columns. It does if one of `names`, plain, is among them.

    Else the columns vote: where values stand below a word, the word is a name; where they stand below a value, it is
    none. A year is either.
    """
    if not rows or any(normalise_name(name) in names for name in rows[0]):
        return True
    votes = 0
    for first, *below in zip_longest(*rows[:_VOTING_ROWS], fillvalue=""):
        filled = [cell for cell in below if cell.strip()]
        if filled and sum(map(_is_value, filled)) * 2 > len(filled):
            votes += -1 if _is_value(first) and not _YEAR.fullmatch(first.strip()) else 1
    return votes > 0 or (votes == 0 and not any(map(_is_value, rows[0])))


def _below_title(rows: Sequence[Sequence[str]]) -> int:
    """The place of the first row that is as wide as a table; 0: the first one is no title, or there is no table."""
    width = max(map(_filled, rows))
    if _filled(rows[0]) > 1 or width <= 2:
        return 0
    return next((at for at, row in enumerate(rows[:HEAD_ROWS]) if _filled(row) > width / 2), 0)


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _is_value(cell: str) -> bool:
    return bool(_VALUE.fullmatch(cell.strip()))
