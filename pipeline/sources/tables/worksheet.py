"""The sheets of a workbook and their rows, read by openpyxl's parsers with bounded memory.

Formulas are not evaluated; the cached result is the value. A cell that can't be read is an `UnreadableValue`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from pipeline.sources.tables.cell_values import FormattedNumber, Number, UnreadableValue, as_percent, to_cell
from pipeline.sources.tables.number_formats import currency_code, is_percent, min_digits
from pipeline.sources.tables.workbook_archive import LimitedReader, WorkbookArchive

# Distinct texts are held in memory. A row is parsed as a whole: a cell of a gigabyte compresses to some megabytes.
_MAX_STRINGS_BYTES, _MAX_ROW_BYTES = 256 << 20, 8 << 20
_TRUE = ("1", "true")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_STRING_TAG, _RUN_TAG, _TEXT_TAG = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "r", "t"))
_NOT_CALCULATED = "is a formula without a calculated value"
# What a cell of a type should be: ECMA-376, ST_CellType.
_TYPES = {"b": "TRUE or FALSE", "d": "a date", "n": "a number", "s": "a text"}
# Excel has no dates before that, and displays #### instead.
_FIRST_YEAR = 1900
_SHOWN_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class Worksheet:
    """A sheet in an open workbook."""

    name: str
    is_visible: bool
    # Name of its part in the archive.
    part: str
    reader: _Reader

    def rows(self) -> Iterator[tuple[int, list[str], bool]]:
        """Row number, cells and whether the row is hidden, for each row; the sheet's declared size is ignored."""
        parser = _Parser(self.reader)
        with closing(_elements(self.reader.archive, self.part, ROW_TAG)) as elements:
            for element in elements:
                number, cells = parser.parse_row(element)
                # Otherwise the attributes of each row would be kept.
                parser.row_dimensions.clear()
                yield number, _cells(cells, self.reader), element.get("hidden") in _TRUE


@contextmanager
def open_sheets(path: Path) -> Iterator[list[Worksheet]]:
    """The sheets of a workbook, in order, without charts."""
    # Warnings about unsupported features (data validation, conditional formatting), which are irrelevant here.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    with WorkbookArchive(path) as archive:
        reader = _Reader(archive)
        reader.read()
        yield [
            Worksheet(name=str(each.name), is_visible=each.state == "visible", part=link.target, reader=reader)
            for each, link in reader.parser.find_sheets()
            if link.target in reader.valid_files and "chartsheet" not in link.Type
        ]


class _Reader(ExcelReader):
    """Reads what cells need: texts, dates and number formats, but no charts, names and properties."""

    def __init__(self, archive: WorkbookArchive) -> None:
        super().__init__(archive.path, read_only=True, data_only=True, keep_links=False)
        self.archive.close()
        self.archive: Any = archive

    def read(self) -> None:
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)

    def read_strings(self) -> None:
        """Like openpyxl's, but bounded, and lazily."""
        package: Any = self.package
        found = package.find(SHARED_STRINGS)
        if found is None:
            return
        name = found.PartName[1:]
        if self.archive.getinfo(name).file_size > _MAX_STRINGS_BYTES:
            raise self.archive.bomb()
        self.shared_strings: Any = _Texts(_elements(self.archive, name, _STRING_TAG))


class _Texts:
    """The texts of a workbook by number, read up to the last one that was asked for: a header needs only the first."""

    def __init__(self, elements: Iterator[Element]) -> None:
        self._elements = elements
        self._read: list[str] = []

    def __getitem__(self, number: int) -> str:
        for element in islice(self._elements, max(0, number + 1 - len(self._read))):
            # A text, or runs of formatted text. Phonetic guides are left out.
            texts = element.findall(_TEXT_TAG) or element.findall(f"{_RUN_TAG}/{_TEXT_TAG}")
            self._read.append("".join(text.text or "" for text in texts))
        return self._read[number]


def _elements(archive: WorkbookArchive, part: str, tag: str) -> Generator[Any]:
    """The elements with a tag, each forgotten before the next one is read. Stops at the end of the sheet's data."""
    parents: list[Element] = []
    with closing(LimitedReader(archive, part, _MAX_ROW_BYTES)) as source:
        for event, element in iterparse(source, events=("start", "end")):  # noqa: S314 - see `WorkbookArchive`
            if event == "start":
                parents.append(element)
                continue
            parents.pop()
            if element.tag == DATA_TAG:
                return
            if element.tag == tag:
                yield element
                parents[-1].clear()
                source.release()


class _Parser(WorkSheetParser):
    """Reads cells. One with an invalid value is an error value, where openpyxl rejects the whole sheet."""

    def __init__(self, reader: _Reader) -> None:
        book: Any = reader.wb
        super().__init__(
            BytesIO(),  # the rows are parsed one by one
            reader.shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001 - there is no public API for it
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )

    def parse_cell(self, element: Element) -> dict[str, Any]:
        before = self.col_counter
        try:
            cell: dict[str, Any] = super().parse_cell(element)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            # Raises again for an invalid cell reference: without one, the row can't be assigned to columns.
            at = element.get("r")
            self.col_counter = coordinate_to_tuple(at)[1] if at else before + 1
            return {"column": self.col_counter, "data_type": "", "value": _unreadable(element)}
        if problem := self._problem(element, cell):
            cell |= {"data_type": "", "value": problem}
        return cell

    @staticmethod
    def _problem(element: Element, cell: Mapping[str, Any]) -> UnreadableValue | None:
        value, kind, declared = cell["value"], cell["data_type"], element.get("t", "n")
        if value is None:
            # The empty result of a formula, =IF(A2="","",A2), is a text.
            is_uncalculated = declared != "str" and element.find(FORMULA_TAG) is not None
            return UnreadableValue(_NOT_CALCULATED) if is_uncalculated else None
        if kind == "e" and declared == "e":
            return UnreadableValue(f"is the error {str(value)[:_SHOWN_CHARS]}")
        is_overflow = isinstance(value, float) and not isfinite(value)
        is_too_early = isinstance(value, datetime) and value.year < _FIRST_YEAR and declared == "n"
        is_negative_index = declared == "s" and "-" in element.findtext(VALUE_TAG, "")
        # openpyxl marks a number outside the range of dates as an error.
        if kind == "e" or is_overflow or is_too_early or is_negative_index:
            return _unreadable(element, is_date=kind in "de")
        return None


def _unreadable(element: Element, *, is_date: bool = False) -> UnreadableValue:
    written = " ".join((element.findtext(VALUE_TAG) or "")[: 4 * _SHOWN_CHARS].split())[:_SHOWN_CHARS]
    wanted = _TYPES["d"] if is_date else _TYPES.get(element.get("t", "n"), "a value")
    return UnreadableValue(f"is “{written}” where the sheet should have {wanted}")


def _cells(found: Sequence[Mapping[str, Any]], reader: _Reader) -> list[str]:
    """The cells of a row by position; cells that the sheet omits are empty."""
    cells = [""] * max((each["column"] for each in found), default=0)
    for each in found:
        cells[each["column"] - 1] = _cell(each["value"], _format_of(reader.wb, each.get("style_id", 0)))
    return cells


def _format_of(book: Any, style: int) -> str:  # noqa: ANN401 - uses untyped private attributes
    """The number format code of a cell style."""
    styles = book._cell_styles  # noqa: SLF001
    number = styles[style].numFmtId if style < len(styles) else 0
    own = number - BUILTIN_FORMATS_MAX_SIZE
    known = book._number_formats  # noqa: SLF001
    return str(known[own] if 0 <= own < len(known) else BUILTIN_FORMATS.get(number, ""))


def _cell(value: object, code: str) -> str:
    cell = to_cell(value)
    if isinstance(cell, UnreadableValue):
        return cell
    if not isinstance(cell, Number):
        # ECMA-376, ST_Xstring: a carriage return is encoded as _x000D_.
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    if cell.isdecimal() and (digits := min_digits(code)):
        return Number(cell.zfill(digits))
    if currency := currency_code(code):
        return FormattedNumber(cell, f"{cell} {currency}")
    return FormattedNumber(cell, f"{as_percent(value)} %") if is_percent(code) else cell
