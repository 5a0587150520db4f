"""Header row detection: the first row, unless titles or group names stand above it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import zip_longest

from pipeline.errors import SourceError
from pipeline.sources.tables.dialect import normalise_name

# Cells that are data, hardly ever column names: a number, an amount, a date, an e-mail address, a URL.
_VALUE = re.compile(
    r"[-+(]?\s*[^\w\s]?\s*\d[\d.,'\s]*\s*[^\w\s]?\)?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|\S+@\S+\.\S+|https?://\S+",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(19|20)\d\d")
_VOTING_ROWS = 20
# The header is among this many non-empty rows.
HEAD_ROWS = 12
# A title row has fewer filled cells than this share of the header's; otherwise it may be a data row.
_TITLE_MAX_SHARE = 0.75


def find_header_row(rows: Sequence[Sequence[str]], expected_columns: Collection[str], *, where: str) -> int:
    """The index of the header among the first non-empty rows of a table.

    It is 0, unless a later row has two of the expected columns (normalised) and the first has not, or the first row has
    a single filled cell, like a title. Raises `SourceError` if rows above the header look like data.
    """
    counts = [sum(normalise_name(name) in expected_columns for name in row) for row in rows[:HEAD_ROWS]]
    if not counts or counts[0] > 1:
        return 0
    index = next((index for index, count in enumerate(counts) if count > 1), 0)
    if not (index := index or (0 if counts[0] else _first_row_below_title(rows))):
        return 0
    limit = _filled(rows[index]) * _TITLE_MAX_SHARE
    if any(_filled(row) >= limit for row in rows[:index]):
        raise SourceError(
            f"has its header in row {index + 1}, below what may be data rows",
            where=where,
            hint="Move the header to the top, or delete the rows above it",
        )
    return index


def looks_like_header(rows: Sequence[Sequence[str]], expected_columns: Collection[str]) -> bool:
    """Whether the first row is a header: it contains an expected column (normalised), or the columns vote for it.

    A word above values votes for a header, a value above values against it. A year may be either.
    """
    if not rows or any(normalise_name(name) in expected_columns for name in rows[0]):
        return True
    votes = 0
    for first, *below in zip_longest(*rows[:_VOTING_ROWS], fillvalue=""):
        filled = [cell for cell in below if cell.strip()]
        if filled and sum(map(_is_value, filled)) * 2 > len(filled):
            votes += -1 if _is_value(first) and not _YEAR.fullmatch(first.strip()) else 1
    return votes > 0 or (votes == 0 and not any(map(_is_value, rows[0])))


def _first_row_below_title(rows: Sequence[Sequence[str]]) -> int:
    """The index of the first row that is as wide as the table; 0: the first row is no title, or there is no table."""
    width = max(map(_filled, rows))
    if _filled(rows[0]) > 1 or width <= 2:
        return 0
    return next((index for index, row in enumerate(rows[:HEAD_ROWS]) if _filled(row) > width / 2), 0)


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _is_value(cell: str) -> bool:
    return bool(_VALUE.fullmatch(cell.strip()))
