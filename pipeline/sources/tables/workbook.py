"""Excel worksheets (.xlsx, .xlsm), streamed: Office Open XML, read by openpyxl.

A workbook is an untrusted ZIP archive of XML: decompression bombs and entity declarations are refused before parsing.
Formulas are not evaluated; the cached result is the value. A merged range has its value in its first cell. Hidden
columns are read like others, and so are hidden rows, which are marked.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, iterparse

from pipeline.errors import MissingToolError, SourceError, did_you_mean
from pipeline.language.text import counted
from pipeline.sources.tables.cell_values import FormattedNumber, Number, UnreadableValue, as_percent, to_cell
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

# Limits of uncompressed sizes. A million rows of twenty cells take about a gigabyte; openpyxl holds all shared strings.
_MAX_BYTES, _MAX_STRINGS_BYTES = 4 << 30, 256 << 20
_MAX_PARTS = 10_000
# Worksheet XML compresses to a tenth, at best to a fiftieth; Deflate's limit is about a thousandth.
_MAX_RATIO, _RATIO_MIN_BYTES = 200, 16 << 20
# A row is held in memory as a whole: a cell of a gigabyte compresses to less than ten megabytes.
_MAX_ROW_BYTES = 32 << 20
_HEAD_BYTES = 4096
_BOMB = "is far larger when unpacked than any table"
_AS_CSV = "Save the sheet as CSV (UTF-8)"
_TRUE = ("1", "true")
_SHARED_STRINGS = "xl/sharedstrings.xml"
# openpyxl parses these into trees of twenty times their size. All styles that Excel allows take some 30 MB.
_PARSED_WHOLE, _MAX_WHOLE_BYTES = ("xl/workbook.xml", "xl/styles.xml"), 40 << 20
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_FORMULA = re.compile(rb"<(\w+:)?f[\s>/]")
_NOT_CALCULATED = UnreadableValue("is a formula without a calculated value")


class _EmptyResult(str):
    """The empty result of a formula: =IF(A2="","",A2)."""

    __slots__ = ()


# By openpyxl's cell type: a formula, the empty string result of one.
_SPECIAL_CELLS = {"f": "=", "str": _EmptyResult()}


class _LimitedReader:
    """Limits the size of a row: raises `SourceError` once `held` exceeds it. Reset `held` at the end of each row."""

    def __init__(self, file: IO[bytes], path: str) -> None:
        self._file, self._path, self.held = file, path, 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.held += len(piece)
        if self.held > _MAX_ROW_BYTES:
            raise SourceError(_BOMB, where=self._path, hint=_AS_CSV)
        return piece


def open_workbook(source: Path | str, options: TableOptions) -> Table:
    """See `TableOpener`."""
    path = Path(source)
    check_regular_file(path)
    _check_archive(path)
    with _sheet_of(path, options.sheet) as sheet:
        name = str(sheet.title)
        filled = ((number, cells) for number, cells, _ in _numbered_rows(sheet) if used_cells(cells))
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
    columns, duplicates = named_columns(names if has_header else [""] * len(names))
    return Table(
        path=str(path),
        columns=columns,
        duplicates=duplicates,
        rows=partial(_rows, path, name, columns, after=first if has_header else 0),
        description=f"sheet {name!r}{'' if has_header else ', no header'}",
        title_rows=start,
    )


def _rows(path: Path, name: str, columns: Sequence[str], *, after: int) -> Iterator[TableRow | BrokenRow]:
    number = 0
    with _sheet_of(path, name) as sheet:
        formulas = _sheet_of(path, name, formulas=True) if _has_formulas(path) else nullcontext()
        with formulas as source:
            sources = _numbered_rows(source) if source else repeat((0, [], False))
            for (line, cells, is_hidden), (_, written, _) in zip(_numbered_rows(sheet), sources, strict=False):
                if line <= after or not (used_cells(cells) or used_cells(written)):
                    continue
                number += 1
                found = _row(columns, _mark_uncalculated(cells, written), number, line)
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


def _mark_uncalculated(cells: Sequence[str], written: Sequence[str]) -> list[str]:
    """The cells, with an `UnreadableValue` for each formula that has no cached result."""
    if not written:
        return list(cells)
    return [
        _NOT_CALCULATED if source == "=" and not cell and not isinstance(cell, _EmptyResult) else cell
        for cell, source in zip(cells, written, strict=False)
    ]


def _numbered_rows(sheet: Any) -> Iterator[tuple[int, list[str], bool]]:  # noqa: ANN401 - uses untyped private attributes
    """Row number, cells and whether the row is hidden, for each row; the sheet's declared size is ignored.

    openpyxl's own iterator keeps an XML element of every row; this one releases it.
    """
    from openpyxl.worksheet._reader import ROW_TAG, WorkSheetParser  # noqa: PLC0415

    book = sheet.parent
    with closing(sheet._get_source()) as source:  # noqa: SLF001 - there is no public API for it
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,  # noqa: SLF001
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        parts: list[Element] = []
        reader = _LimitedReader(source, book._archive.filename)  # noqa: SLF001
        for event, element in iterparse(reader, events=("start", "end")):  # noqa: S314
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
            reader.held = 0
            yield number, _cells(cells, formats), is_hidden


def _format_of(book: Any, style: int) -> str:  # noqa: ANN401 - as above
    """The number format code of a cell style."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE  # noqa: PLC0415

    styles = book._cell_styles  # noqa: SLF001
    number = styles[style].numFmtId if style < len(styles) else 0
    own = number - BUILTIN_FORMATS_MAX_SIZE
    known = book._number_formats  # noqa: SLF001
    return str(known[own] if 0 <= own < len(known) else BUILTIN_FORMATS.get(number, ""))


def _cells(found: Sequence[Mapping[str, Any]], formats: Sequence[str]) -> list[str]:
    """The cells of a row by position; cells that the sheet omits are empty."""
    cells = [""] * max((each["column"] for each in found), default=0)
    for each, code in zip(found, formats, strict=True):
        cells[each["column"] - 1] = _cell(each["data_type"], each["value"], code)
    return cells


def _cell(kind: str, value: object, code: str) -> str:
    if kind in _SPECIAL_CELLS:
        return _SPECIAL_CELLS[kind]
    if kind == "e":
        return UnreadableValue(f"is the error {value}")
    cell = to_cell(value)
    if not isinstance(cell, Number):
        # ECMA-376, ST_Xstring: a carriage return is encoded as _x000D_.
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    if cell.isdecimal() and (digits := min_digits(code)):
        return Number(cell.zfill(digits))
    if currency := currency_code(code):
        return FormattedNumber(cell, f"{cell} {currency}")
    return FormattedNumber(cell, f"{as_percent(value)} %") if is_percent(code) else cell


@contextmanager
def _sheet_of(path: Path, name: str, *, formulas: bool = False) -> Iterator[ReadOnlyWorksheet]:
    """A sheet by its name (case-insensitive); without a name, the first visible one."""
    try:
        import openpyxl  # noqa: PLC0415 - optional dependency
    except ModuleNotFoundError as error:
        hint = 'pip install "nightreel[xlsx]", or save the sheet as CSV (UTF-8)'
        raise MissingToolError("reading workbooks requires openpyxl, which is not installed", hint=hint) from error
    # Warnings about unsupported features (data validation, conditional formatting), which are irrelevant here.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    with (
        _translated(path),
        closing(openpyxl.load_workbook(path, read_only=True, data_only=not formulas, keep_links=False)) as book,
    ):
        sheets = {each.title: each for each in book.worksheets}
        shown = [each for each in book.worksheets if each.sheet_state == "visible"] or book.worksheets
        chosen = next((title for title in sheets if normalise_name(title) == normalise_name(name)), "") if name else ""
        if name and not chosen:
            hint = did_you_mean(name, sheets, otherwise=f"Sheets: {', '.join(sheets)}")
            raise SourceError(f"has no sheet {name[:60]!r}", where=str(path), hint=hint)
        if not shown:
            raise SourceError("has no sheet with cells", where=str(path))
        yield sheets[name if name in sheets else chosen] if name else shown[0]


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Translate errors of openpyxl, which raises arbitrary exceptions for a corrupt file."""
    try:
        yield
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, SyntaxError, TypeError, ValueError,
            EOFError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError) as error:  # fmt: skip
        raise _corrupt(path) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"openpyxl", "zlib", "lxml", "xml"}:
            raise
        raise _corrupt(path) from error


def _corrupt(path: Path) -> SourceError:
    return SourceError("is not a readable workbook", where=str(path), hint="Save it again as .xlsx, or as CSV")


def _check_archive(path: Path) -> None:
    """Raise `SourceError` for decompression bombs and XML entity declarations."""
    with _translated(path), zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > _MAX_PARTS:
            raise SourceError(f"contains {len(parts):,} files", where=str(path), hint=_AS_CSV)
        # The declared sizes can be trusted: zipfile reads no more of a part than declared.
        strings = sum(part.file_size for part in parts if part.filename.lower() == _SHARED_STRINGS)
        is_bomb = any(
            part.file_size > _RATIO_MIN_BYTES and part.file_size > _MAX_RATIO * part.compress_size for part in parts
        )
        is_bomb |= any(part.file_size > _MAX_WHOLE_BYTES for part in parts if part.filename.lower() in _PARSED_WHOLE)
        if is_bomb or strings > _MAX_STRINGS_BYTES or sum(part.file_size for part in parts) > _MAX_BYTES:
            raise SourceError(_BOMB, where=str(path), hint=_AS_CSV)
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                with archive.open(part) as file:
                    head = file.read(_HEAD_BYTES).replace(b"\0", b"").upper()
                if any(word in head for word in _DECLARATIONS):
                    raise SourceError("contains an XML DOCTYPE", where=str(path), hint="Save it again as .xlsx")


def _has_formulas(path: Path) -> bool:
    """Whether any sheet contains a formula. Streams all sheets."""
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
