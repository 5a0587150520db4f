"""What a table is, whatever file it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

# Beyond it a file is no table of people or products any more. A row may have as many characters as a line.
MOST_COLUMNS = 20_000
ROW_MAX_CHARS = 4 << 20


@dataclass(frozen=True, kw_only=True)
class TableForm:
    """How a table is written, as far as it is known. Empty: it is found out."""

    # "," ";" "|" or a tab.
    delimiter: str = ""
    # A name that Python knows: "utf-8", "windows-1252".
    encoding: str = ""
    # Whether the first line names the columns; None: it is found out.
    has_header: bool | None = None
    # Names that a column may well have, plain (see `plain`): a line with one of them names the columns.
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One row."""

    # Its number among the rows, and the line where it begins, both from 1. Empty rows have no number.
    number: int
    line: int
    # By the names of the columns, as they were written.
    cells: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class BrokenRow:
    """A row that can't be taken apart into cells."""

    number: int
    line: int
    # What is wrong, and what to do.
    problem: str
    mend: str
    # Its cells by column, as far as they can be told.
    cells: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file of rows. `rows` reads it from the beginning, each time that it is called. Blocks.

    It raises `InputError` where the rest of the file can't be read.
    """

    path: str
    # In the order of the file; of JSON, those of its first row: others may have more.
    columns: tuple[str, ...]
    # Names that several columns have: all but the first are called otherwise ("Name (2)").
    doubled: frozenset[str]
    rows: Callable[[], Iterator[TableRow | BrokenRow]]
    # What was found out about the file, for messages: "UTF-8, cells between ;".
    form: str
