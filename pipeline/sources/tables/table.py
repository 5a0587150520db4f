"""The table interface that all formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Protocol

from pipeline.errors import SourceError

# Excel has 16,384 columns. The size limit holds for a row and for a line of text.
MOST_COLUMNS = 20_000
ROW_MAX_CHARS = 4 << 20


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """Format options. Empty values are detected."""

    # "," ";" "|" or a tab.
    delimiter: str = ""
    # A Python codec name: "utf-8", "windows-1252".
    encoding: str = ""
    # None: detected.
    has_header: bool | None = None
    # Likely column names, normalised by `normalise_name`: a row that contains them is the header.
    expected_columns: frozenset[str] = frozenset()
    # Name of the sheet in a workbook.
    sheet: str = ""
    # SQL query, and the database password if the URL has none.
    query: str = ""
    password: str = field(default="", repr=False)
    # How long a database may take to connect and answer, and then for the next rows; the most that it may return.
    timeout_s: float = 60
    most_bytes: int = 2 << 30
    # Path to the list of rows in a JSON document: "data.items".
    rows_at: str = ""


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One row."""

    # Row number (empty rows are not counted) and the line on which it starts, both from 1.
    number: int
    line: int
    # Cell by column name.
    cells: Mapping[str, str]
    # Hidden or filtered out in the worksheet.
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class BrokenRow:
    """A row that can't be parsed into one cell per column."""

    number: int
    line: int
    # What is wrong, and what to do.
    problem: str
    mend: str
    # The cells that could be assigned to a column, and the surplus ones.
    cells: Mapping[str, str]
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. Each call of `rows` reads it from the beginning. Blocks.

    Iterating raises `SourceError` at the point from which the rest can't be read.
    """

    # Path or URL for messages and briefs, without credentials.
    path: str
    # In file order; for JSON, the keys of its first 200 rows: later rows may have more.
    columns: tuple[str, ...]
    # Column names that occur more than once: all but the first are renamed ("Name (2)").
    duplicates: frozenset[str]
    rows: Callable[[], Iterator[TableRow | BrokenRow]]
    # Detected properties, for messages: "UTF-8, cells between semicolons".
    description: str
    # Number of non-empty title rows above the header, which are skipped.
    title_rows: int = 0
    # Name of the sheet in a workbook, for messages.
    sheet: str = ""
    # Delimiter for CSV files written for the same user: Excel reads back only the one it writes in that locale.
    separator: str = ","


class TableOpener(Protocol):
    """Opens one table format, detecting what the options leave open. Blocks.

    Holds one row and the header in memory. Every opener passes tests/contract/test_table_sources.py.
    """

    def __call__(self, source: Path | str, options: TableOptions) -> Table:
        """Open a source. Raises `SourceError` if it has no rows or can't be read."""
        ...


def named_columns(names: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Unique column names, and the names that occurred more than once. A nameless column is called by its number."""
    found: dict[str, None] = {}
    duplicates = set()
    for number, written in enumerate(names, start=1):
        name = base = " ".join(written.split()) or str(number)
        times = 1
        while name in found:
            duplicates.add(base)
            times += 1
            name = f"{base} ({times})"
        found[name] = None
    return tuple(found), frozenset(duplicates)


def check_width(columns: Sequence[object], path: str) -> None:
    """Raise `SourceError` if there are too many columns."""
    if len(columns) > MOST_COLUMNS:
        raise SourceError(f"has {len(columns):,} columns, at most {MOST_COLUMNS:,} can be read", where=path)


def used_cells(cells: Sequence[str]) -> int:
    """The number of cells without trailing empty ones; 0: the row is empty."""
    return len(cells) - sum(1 for _ in takewhile(lambda cell: not cell.strip(), reversed(cells)))
