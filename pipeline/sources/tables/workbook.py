"""A sheet of a workbook (.xlsx, .xlsm), streamed: Office Open XML, read by openpyxl.

A workbook is a ZIP archive of XML, written by anybody. What unpacks to far more than it holds and what declares
entities is refused before it is parsed. Formulas are never worked out: what the program that saved the file made of
them is the value. Merged cells have their value in the first of them; hidden columns are read like others, and so are
hidden rows, which say so.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, iterparse

from pipeline.errors import MissingToolError, SourceError, did_you_mean
from pipeline.sources.tables.cell_values import FormattedNumber, Number, UnreadableValue, as_percent, cell_of
from pipeline.sources.tables.dialect import normalise_name
from pipeline.sources.tables.encoding import check_regular_file
from pipeline.sources.tables.header import HEAD_ROWS, find_header_row
from pipeline.sources.tables.number_formats import currency_code, is_percent, min_digits
from pipeline.sources.tables.table import (
    BrokenRow,
    Table,
    TableOptions,
    TableRow,
    check_width,
    named_columns,
    used_cells,
)

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

# A million rows of twenty cells unpack to about a gigabyte; all different texts of a workbook are held at once.
_MOST_BYTES, _MOST_TEXT_BYTES = 4 << 30, 256 << 20
_MOST_PARTS = 10_000
# XML of cells packs to a tenth, at best to a fiftieth. Deflate can't pack to less than a thousandth.
_MOST_RATIO, _RATIO_FROM_BYTES = 200, 16 << 20
# A row is held until it ends: a cell of a gigabyte packs to less than ten megabytes.
_MOST_ROW_BYTES = 32 << 20
_HEAD_BYTES = 4096
_TRUE = ("1", "true")
_TEXTS = "xl/sharedstrings.xml"
# openpyxl holds these as trees, of twenty times their size. All formats that Excel can have would take some 30 MB.
_TREES, _MOST_TREE_BYTES = ("xl/workbook.xml", "xl/styles.xml"), 40 << 20
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_FORMULA = re.compile(rb"<(\w+:)?f[\s>/]")
_NOT_WORKED_OUT = UnreadableValue("is a formula that was never worked out")


class _NoText(str):
    """What a formula has made, and it is nothing: =IF(A2="","",A2)."""

    __slots__ = ()


# By what openpyxl calls a cell: a formula, one that has made nothing.
_CELLS = {"f": "=", "str": _NoText()}


class _Measured:
    """A sheet that is refused when one of its rows does not end. Set `held` to 0 where one does."""

    def __init__(self, file: IO[bytes], path: str) -> None:
        self._file, self._path, self.held = file, path, 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.held += len(piece)
        if self.held > _MOST_ROW_BYTES:
            raise SourceError(
                "unpacks to far more than a table", where=self._path, hint="Save the sheet as CSV (UTF-8)"
            )
        return piece


def open_workbook(source: Path | str, form: TableOptions) -> Table:
    """See `TableOpener`."""
    path = Path(source)
    check_regular_file(path)
    _check_archive(path)
    with _sheet_of(path, form.sheet) as sheet:
        name = str(sheet.title)
        head = list(islice(((number, cells) for number, cells, _ in _numbered(sheet) if used_cells(cells)), HEAD_ROWS))
    if not head:
        raise SourceError(f"the sheet {name!r} is empty", where=str(path), hint="Choose another one with --sheet")
    is_named = form.has_header is not False
    at = find_header_row([cells for _, cells in head], form.names, where=str(path)) if is_named else 0
    first, names = head[at]
    names = names[: used_cells(names)]
    check_width(names, str(path))
    columns, doubled = named_columns(names if is_named else [""] * len(names))
    return Table(
        path=str(path),
        columns=columns,
        doubled=doubled,
        rows=partial(_rows, path, name, columns, after=first if is_named else 0),
        form=f"sheet {name!r}{'' if is_named else ', no header'}",
        titles=at,
    )


def _rows(path: Path, name: str, columns: Sequence[str], *, after: int) -> Iterator[TableRow | BrokenRow]:
    number = 0
    with _sheet_of(path, name) as sheet:
        formulas = _sheet_of(path, name, formulas=True) if _has_formulas(path) else None
        with formulas or _nothing() as written:
            both = zip(_numbered(sheet), _numbered(written) if written else repeat((0, [], False)), strict=False)
            for (line, cells, is_hidden), (_, sources, _) in both:
                if line <= after or not (used_cells(cells) or used_cells(sources)):
                    continue
                number += 1
                found = _row(columns, _with_lost(cells, sources), number, line)
                yield replace(found, is_hidden=True) if is_hidden and isinstance(found, TableRow) else found


def _row(columns: Sequence[str], cells: Sequence[str], number: int, line: int) -> TableRow | BrokenRow:
    by_column = dict(zip(columns, [*cells, *repeat("", len(columns) - len(cells))], strict=False))
    if used_cells(cells) <= len(columns):
        return TableRow(number=number, line=line, cells=by_column)
    problem = f"has {used_cells(cells)} cells, and there are {len(columns)} columns"
    mend = "Give the column a name, or take the cell out"
    return BrokenRow(
        number=number, line=line, problem=problem, mend=mend, cells=by_column, over=tuple(cells[len(columns) :])
    )


def _with_lost(cells: Sequence[str], sources: Sequence[str]) -> list[str]:
    """The cells, with a word in the place of what nobody has worked out."""
    if not sources:
        return list(cells)
    return [
        _NOT_WORKED_OUT if source == "=" and not cell and not isinstance(cell, _NoText) else cell
        for cell, source in zip(cells, sources, strict=False)
    ]


def _numbered(sheet: Any) -> Iterator[tuple[int, list[str], bool]]:  # noqa: ANN401 - what it shares is in none of its types
    """Rows with their numbers, as the program shows them, whatever the sheet says of its size; whether it hides them.

    openpyxl's own loop keeps an element of each row that it has passed: this one keeps none.
    """
    from openpyxl.worksheet._reader import ROW_TAG, WorkSheetParser  # noqa: PLC0415

    book = sheet.parent
    with closing(sheet._get_source()) as source:  # noqa: SLF001 - the least that it takes
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,  # noqa: SLF001
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        parts: list[Element] = []
        measured = _Measured(source, book._archive.filename)  # noqa: SLF001
        for event, element in iterparse(measured, events=("start", "end")):  # noqa: S314
            if event == "start":
                parts.append(element)
                continue
            parts.pop()
            if element.tag != ROW_TAG:
                continue
            number, cells = parser.parse_row(element)
            formats = [_format_of(book, each.get("style_id", 0)) for each in cells]
            is_hidden = element.get("hidden") in _TRUE
            parts[-1].clear()
            parser.row_dimensions.clear()
            measured.held = 0
            yield number, _cells(cells, formats), is_hidden


def _format_of(book: Any, style: int) -> str:  # noqa: ANN401 - as above
    """How the numbers of a style are shown, as the workbook says it."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE  # noqa: PLC0415

    styles = book._cell_styles  # noqa: SLF001
    number = styles[style].numFmtId if style < len(styles) else 0
    own = number - BUILTIN_FORMATS_MAX_SIZE
    known = book._number_formats  # noqa: SLF001
    return str(known[own] if 0 <= own < len(known) else BUILTIN_FORMATS.get(number, ""))


def _cells(found: Sequence[Mapping[str, Any]], formats: Sequence[str]) -> list[str]:
    """The cells of a row, with empty ones where the sheet has none."""
    cells = [""] * max((each["column"] for each in found), default=0)
    for each, code in zip(found, formats, strict=True):
        cells[each["column"] - 1] = _cell(each["data_type"], each["value"], code)
    return cells


def _cell(kind: str, value: object, code: str) -> str:
    if kind in _CELLS:
        return _CELLS[kind]
    if kind == "e":
        return UnreadableValue(f"is the error {value}")
    cell = cell_of(value)
    if not isinstance(cell, Number):
        # ECMA-376, ST_Xstring: a carriage return is written _x000D_.
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    if cell.isdecimal() and (digits := min_digits(code)):
        return Number(cell.zfill(digits))
    if currency := currency_code(code):
        return FormattedNumber(cell, f"{cell} {currency}")
    return FormattedNumber(cell, f"{as_percent(value)} %") if is_percent(code) else cell


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


@contextmanager
def _sheet_of(path: Path, name: str, *, formulas: bool = False) -> Iterator[ReadOnlyWorksheet]:
    """A sheet, by its name in any case, else the first one that is shown."""
    try:
        import openpyxl  # noqa: PLC0415 - of an extra
    except ModuleNotFoundError as error:
        hint = 'pip install "nightreel[xlsx]", or save the sheet as CSV (UTF-8)'
        raise MissingToolError("workbooks are read by openpyxl, which is not installed", hint=hint) from error
    # What it does not know of a sheet is nothing that a table has.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    with (
        _translated(path),
        closing(openpyxl.load_workbook(path, read_only=True, data_only=not formulas, keep_links=False)) as book,
    ):
        sheets = {each.title: each for each in book.worksheets}
        shown = [each for each in book.worksheets if each.sheet_state == "visible"] or book.worksheets
        chosen = next((title for title in sheets if normalise_name(title) == normalise_name(name)), "") if name else ""
        if name and not chosen:
            hint = did_you_mean(name, sheets, otherwise=f"There is {', '.join(sheets)}")
            raise SourceError(f"has no sheet {name[:60]!r}", where=str(path), hint=hint)
        if not shown:
            raise SourceError("has no sheet with cells", where=str(path))
        yield sheets[name if name in sheets else chosen] if name else shown[0]


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """The one place where failures of openpyxl become ours: it raises whatever a broken file leads it into."""
    try:
        yield
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, SyntaxError, TypeError, ValueError,
            EOFError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError) as error:  # fmt: skip
        raise _broken(path) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"openpyxl", "zlib", "lxml", "xml"}:
            raise
        raise _broken(path) from error


def _broken(path: Path) -> SourceError:
    return SourceError("is no workbook that can be read", where=str(path), hint="Save it again as .xlsx, or as CSV")


def _check_archive(path: Path) -> None:
    """Raise `SourceError` for an archive that is a trap: for memory, or for whoever parses its XML."""
    with _translated(path), zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS:
            raise SourceError(f"is packed from {len(parts):,} parts", where=str(path), hint="Save the sheet as CSV")
        # zipfile reads no more of a part than the archive says that it has.
        texts = sum(part.file_size for part in parts if part.filename.lower() == _TEXTS)
        swollen = any(
            part.file_size > _RATIO_FROM_BYTES and part.file_size > _MOST_RATIO * part.compress_size for part in parts
        )
        swollen |= any(part.file_size > _MOST_TREE_BYTES for part in parts if part.filename.lower() in _TREES)
        if swollen or texts > _MOST_TEXT_BYTES or sum(part.file_size for part in parts) > _MOST_BYTES:
            raise SourceError("unpacks to far more than a table", where=str(path), hint="Save the sheet as CSV (UTF-8)")
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                with archive.open(part) as file:
                    head = file.read(_HEAD_BYTES).replace(b"\0", b"").upper()
                if any(word in head for word in _DECLARED):
                    raise SourceError("declares entities, as no workbook does", where=str(path), hint="Save it again")


def _has_formulas(path: Path) -> bool:
    """Whether any sheet has one. Reads them all, a little at a time."""
    with _translated(path), zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.filename.lower().startswith("xl/worksheets/"):
                with archive.open(part) as file:
                    before = b""
                    while piece := file.read(1 << 16):
                        if _FORMULA.search(before + piece):
                            return True
                        before = piece[-16:]
    return False
