"""What a table is, whatever file it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Protocol

from pipeline.errors import SourceError

# Beyond it a file is no table of people or products any more. A row may have as many characters as a line.
MOST_COLUMNS = 20_000
ROW_MAX_CHARS = 4 << 20


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How a table is written, as far as it is known. Empty: it is found out."""

    # "," ";" "|" or a tab.
    delimiter: str = ""
    # A name that Python knows: "utf-8", "windows-1252".
    encoding: str = ""
    # Whether the first line names the columns; None: it is found out.
    has_header: bool | None = None
    # Names that a column may well have, plain (see `plain`): a line with one of them names the columns.
    names: frozenset[str] = frozenset()
    # The sheet of a workbook, by its name.
    sheet: str = ""
    # What is asked of a database, in SQL; and the password that its address does not have.
    query: str = ""
    password: str = field(default="", repr=False)
    # Where the rows are in JSON that has more: "data.items".
    rows_at: str = ""


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One row."""

    # Its number among the rows, and the line where it begins, both from 1. Empty rows have no number.
    number: int
    line: int
    # By the names of the columns, as they were written.
    cells: Mapping[str, str]
    # Whether nobody sees it who looks at the sheet: filtered out, or hidden.
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class BrokenRow:
    """A row that can't be taken apart into cells."""

    number: int
    line: int
    # What is wrong, and what to do.
    problem: str
    mend: str
    # Its cells by column, as far as they can be told: of one with too few, no others.
    cells: Mapping[str, str]
    # Those for which there is no column.
    over: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A source of rows. `rows` reads it from the beginning, each time that it is called. Blocks.

    It raises `SourceError` where the rest can't be read.
    """

    # What it is called in messages and in briefs, without secrets.
    path: str
    # In the order of the file; of JSON, those of its first 200 rows: others may have more.
    columns: tuple[str, ...]
    # Names that several columns have: all but the first are called otherwise ("Name (2)").
    doubled: frozenset[str]
    rows: Callable[[], Iterator[TableRow | BrokenRow]]
    # What was found out about the file, for messages: "UTF-8, cells between ;".
    form: str
    # How many lines with something in them stand above the one that names the columns, and are no rows.
    titles: int = 0
    # What stands between the cells of tables that are written for whoever wrote this one: Excel takes no other where it
    # writes semicolons.
    separator: str = ","


class TableOpener(Protocol):
    """A kind of table: finds out how one is written. Every kind passes tests/contract/test_table_sources.py.

    Blocks, and holds no more than a row and what names the columns, however many rows there are.
    """

    def __call__(self, source: Path | str, form: TableOptions) -> Table:
        """The table in a source. Raises `SourceError` for one that has no rows, or can't be read."""
        ...


def named_columns(names: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """A name for each column, and those that were given twice. One without a name is called by its number."""
    found: dict[str, None] = {}
    doubled = set()
    for number, written in enumerate(names, start=1):
        name = base = " ".join(written.split()) or str(number)
        times = 1
        while name in found:
            doubled.add(base)
            times += 1
            name = f"{base} ({times})"
        found[name] = None
    return tuple(found), frozenset(doubled)


def check_width(columns: Sequence[object], path: str) -> None:
    """Raise `SourceError` for what has too many columns to be a table."""
    if len(columns) > MOST_COLUMNS:
        raise SourceError(f"has {len(columns):,} columns, at most {MOST_COLUMNS:,} can be read", where=path)


def used_cells(cells: Sequence[str]) -> int:
    """How many cells there are, without the empty ones at the end; 0: the row is empty."""
    return len(cells) - sum(1 for _ in takewhile(lambda cell: not cell.strip(), reversed(cells)))
