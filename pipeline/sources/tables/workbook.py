"""Excel workbooks (.xlsx, .xlsm: Office Open XML), streamed.

A merged range has its value in its first cell. Hidden columns are read like others, and so are hidden rows, which are
marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MissingToolError, SourceError, did_you_mean
from pipeline.language.text import counted
from pipeline.sources.tables.cell_values import UnreadableValue
from pipeline.sources.tables.dialect import normalise_name
from pipeline.sources.tables.file_types import check_is_archive
from pipeline.sources.tables.header import HEAD_ROWS, find_header_row
from pipeline.sources.tables.table import (
    BrokenRow,
    Table,
    TableOptions,
    TableRow,
    check_width,
    named_columns,
    used_cells,
)
from pipeline.sources.tables.workbook_archive import translated_errors

if TYPE_CHECKING:
    from pipeline.sources.tables.worksheet import Worksheet


def open_workbook(source: Path | str, options: TableOptions) -> Table:
    """See `TableOpener`."""
    path = Path(source)
    check_is_archive(path)
    with _sheet_of(path, options.sheet) as sheet:
        name = sheet.name
        filled = ((number, cells) for number, cells, _ in sheet.rows() if used_cells(cells))
        head = list(islice(filled, HEAD_ROWS))
    if not head:
        raise SourceError(f"the sheet {name!r} is empty", where=str(path), hint="Choose another one with --sheet")
    has_header = options.has_header is not False
    start = 0
    if has_header:
        start = find_header_row([cells for _, cells in head], options.expected_columns, where=str(path))
    first, names = head[start]
    names = names[: used_cells(names)]
    check_width(names, str(path))
    is_name = [has_header and not isinstance(cell, UnreadableValue) for cell in names]
    columns, duplicates = named_columns([cell if keep else "" for cell, keep in zip(names, is_name, strict=True)])
    return Table(
        path=str(path),
        columns=columns,
        duplicates=duplicates,
        rows=partial(_rows, path, name, columns, after=first if has_header else 0),
        description=f"sheet {name!r}{'' if has_header else ', no header'}",
        title_rows=start,
        sheet=name,
    )


def _rows(path: Path, name: str, columns: Sequence[str], *, after: int) -> Iterator[TableRow | BrokenRow]:
    number = 0
    with _sheet_of(path, name) as sheet:
        for line, cells, is_hidden in sheet.rows():
            if line > after and used_cells(cells):
                number += 1
                found = _row(columns, cells, number, line)
                yield replace(found, is_hidden=True) if is_hidden and isinstance(found, TableRow) else found


def _row(columns: Sequence[str], cells: Sequence[str], number: int, line: int) -> TableRow | BrokenRow:
    by_column = dict(zip(columns, [*cells, *repeat("", len(columns) - len(cells))], strict=False))
    if used_cells(cells) <= len(columns):
        return TableRow(number=number, line=line, cells=by_column)
    problem = f"has {counted(used_cells(cells), 'cell')} for {counted(len(columns), 'column')}"
    mend = "Name the column in the header, or delete the cell"
    return BrokenRow(
        number=number, line=line, problem=problem, mend=mend, cells=by_column, extra=tuple(cells[len(columns) :])
    )


@contextmanager
def _sheet_of(path: Path, name: str) -> Iterator[Worksheet]:
    """A sheet by its name (case-insensitive); without a name, the first visible one."""
    try:
        from pipeline.sources.tables.worksheet import open_sheets  # noqa: PLC0415 - imports openpyxl
    except ModuleNotFoundError as error:
        hint = 'pip install "nightreel[xlsx]", or save the sheet as CSV (UTF-8)'
        raise MissingToolError("reading workbooks requires openpyxl, which is not installed", hint=hint) from error
    with translated_errors(path), open_sheets(path) as sheets:
        if not sheets:
            raise SourceError("has no sheet with cells", where=str(path))
        if not name:
            yield next((each for each in sheets if each.is_visible), sheets[0])
            return
        named = [each for each in sheets if each.name == name] or [
            each for each in sheets if normalise_name(each.name) == normalise_name(name)
        ]
        if not named:
            names = [each.name for each in sheets]
            hint = did_you_mean(name, names, otherwise=f"Sheets: {', '.join(names)}")
            raise SourceError(f"has no sheet {name[:60]!r}", where=str(path), hint=hint)
        yield named[0]
