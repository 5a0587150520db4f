"""CSV and other delimited text, streamed."""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.language.text import counted
from pipeline.sources.tables.dialect import declared_delimiter, delimiter_name, find_delimiter, has_spaced_quotes
from pipeline.sources.tables.encoding import (
    LINE_TOO_LONG,
    LINE_TOO_LONG_HINT,
    Line,
    encoding_name,
    find_encoding,
    read_lines,
)
from pipeline.sources.tables.file_types import EMPTY_HINT
from pipeline.sources.tables.header import find_header_row, looks_like_header
from pipeline.sources.tables.table import (
    ROW_MAX_CHARS,
    BrokenRow,
    Table,
    TableOptions,
    TableRow,
    check_width,
    named_columns,
    used_cells,
)

# The sample that delimiter and header are detected from.
_SAMPLE_LINES, _SAMPLE_CHARS = 40, 1 << 20
# A quoted cell with more lines than this has no closing quote.
_MAX_RECORD_LINES = 2000
_UNCLOSED = ("has an unclosed quote", 'Close the quote, or double a literal one ("")')
_STRAY = ("has an unescaped quote inside a quoted cell", 'Double a literal quote: "5"" pipe"')
# The two halves of an unquoted amount that was split at its thousands comma: $1,000.00, 1,299 €.
_SPLIT_HEAD = re.compile(r"(?:[^\w\s]|[A-Z]{3} ?)?\d{1,3}")
_SPLIT_TAIL = re.compile(r"\d{3}(?:\.\d+)?(?: ?[^\w\s]| ?[A-Z]{3})?")

csv.field_size_limit(ROW_MAX_CHARS)


@dataclass(frozen=True, kw_only=True)
class _Record:
    """A CSV record (RFC 4180): one row, which may span several lines."""

    line: int
    cells: Sequence[str]
    problem: str = ""
    mend: str = ""


def open_delimited(source: Path | str, options: TableOptions) -> Table:
    """See `TableOpener`."""
    path = Path(source)
    encoding = find_encoding(path, options.encoding)
    sample = list(_sample(path, encoding))
    declared = declared_delimiter(sample[0].text) if sample else ""
    skipped = 1 if declared else 0
    texts = [line.text for line in sample[skipped:]]
    known = options.delimiter or declared or ("\t" if path.suffix.casefold() == ".tsv" else "")
    delimiter = known or find_delimiter(texts, options.expected_columns)
    is_spaced = has_spaced_quotes(texts, delimiter)
    records = partial(_records, path, encoding, delimiter, skipped, is_spaced=is_spaced)
    rows = [row for row in csv.reader(texts, delimiter=delimiter) if any(map(str.strip, row))]
    start = 0 if options.has_header is False else find_header_row(rows, options.expected_columns, where=str(path))
    first = next(islice((record for record in records() if any(map(str.strip, record.cells))), start, None), None)
    if first is None:
        raise SourceError("is empty", where=str(path), hint=EMPTY_HINT)
    if (has_header := options.has_header) is None:
        has_header = looks_like_header(rows[start:], options.expected_columns)
    if first.problem:
        raise SourceError(first.problem, where=f"{path}:{first.line}", hint=first.mend)
    check_width(first.cells, str(path))
    columns, duplicates = named_columns(first.cells if has_header else [""] * len(first.cells))
    below = Counter(map(len, rows[start + 1 :]))
    width = max([len(columns), *(cells for cells, count in below.items() if count * 2 > below.total())])
    suffix = "" if has_header else ", no header"
    return Table(
        path=str(path),
        columns=columns,
        duplicates=duplicates,
        rows=partial(
            _rows, records, columns, delimiter, after=first.line if has_header else first.line - 1, width=width
        ),
        description=f"{encoding_name(encoding)}, cells between {delimiter_name(delimiter)}{suffix}",
        title_rows=start,
        separator=delimiter if delimiter == ";" else ",",
    )


def _sample(path: Path, encoding: str) -> Iterator[Line]:
    chars = 0
    for line in islice(read_lines(path, encoding), _SAMPLE_LINES):
        chars += len(line.text)
        yield line
        if chars > _SAMPLE_CHARS:
            return


def _rows(
    records: partial[Iterator[_Record]], columns: Sequence[str], delimiter: str, *, after: int, width: int
) -> Iterator[TableRow | BrokenRow]:
    """The rows after line `after`; `width` is the usual number of cells, trailing empty ones included."""
    number = 0
    for record in records():
        if record.line <= after or not (record.problem or any(map(str.strip, record.cells))):
            continue
        number += 1
        cells = dict(zip(columns, record.cells, strict=False))
        problem, mend = record.problem, record.mend
        if not problem:
            problem, mend = _width_problem(record, columns, delimiter, width)
        if problem:
            # A text in place of empty surplus cells: if the row is run again uncorrected, it is still rejected.
            extra = record.cells[len(columns) :]
            extra = extra if not extra or used_cells(extra) else ["one cell too many"]
            yield BrokenRow(
                number=number, line=record.line, problem=problem, mend=mend, cells=cells, extra=tuple(extra)
            )
        else:
            yield TableRow(number=number, line=record.line, cells=cells)


def _width_problem(record: _Record, columns: Sequence[str], delimiter: str, width: int) -> tuple[str, str]:
    """What is wrong with the number of cells, and what to do; empty: nothing."""
    cells = record.cells
    if delimiter == "," and len(cells) > width and (amount := _split_amount(cells)):
        # Checked first: trailing empty cells do not count below, and would hide that the others are shifted.
        return f"has one cell too many; {amount} may be one amount", f'Put it in quotes: "{amount}"'
    if used_cells(cells) > len(columns):
        mend = f'Quote a cell that contains {delimiter_name(delimiter)}: "a{delimiter} b"'
        return f"has {counted(used_cells(cells), 'cell')} for {counted(len(columns), 'column')}", mend
    if len(cells) == 1 and len(columns) > 2:
        mend = "Delete it if it is a title or a footer; quote a cell that contains a line break"
        return f"has only the cell “{' '.join(cells[0].split())[:60]}” for {len(columns)} columns", mend
    if len(cells) < len(columns):
        mend = "Add empty cells for missing values; quote a cell that contains a line break"
        return f"has {counted(len(cells), 'cell')} for {counted(len(columns), 'column')}", mend
    return "", ""


def _split_amount(cells: Sequence[str]) -> str:
    """An unquoted amount that was split at its thousands comma; empty: none."""
    pairs = pairwise(cell.strip() for cell in cells)
    return next((f"{one},{two}" for one, two in pairs if _SPLIT_HEAD.fullmatch(one) and _SPLIT_TAIL.fullmatch(two)), "")


def _records(path: Path, encoding: str, delimiter: str, skipped: int, *, is_spaced: bool) -> Iterator[_Record]:
    """The records of a file; `is_spaced`: quoted cells follow a space.

    A line with mismatched quotes becomes a broken record of its own; reading resumes on the next line.
    """
    feed = _LineFeed(islice(read_lines(path, encoding), skipped, None))
    while feed.has_more():
        # Strict: otherwise a stray quote and the next one, rows later, would swallow everything between into one cell.
        reader = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=is_spaced)
        try:
            for cells in reader:
                first = feed.taken[0]
                if first.is_cut:
                    yield _Record(line=first.number, cells=[], problem=LINE_TOO_LONG, mend=LINE_TOO_LONG_HINT)
                else:
                    yield _Record(line=first.number, cells=cells)
                feed.taken.clear()
        except csv.Error:
            first = feed.taken[0]
            # The raw cells, with their quotes.
            cells = next(csv.reader([first.text], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
            problem, mend = _UNCLOSED if feed.ran_on else _STRAY
            yield _Record(line=first.number, cells=cells, problem=problem, mend=mend)
            feed.push_back()


class _LineFeed:
    """Lines for `csv.reader`: remembers those of the current record, and ends a record that grows too long."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()
        # The lines of the current record.
        self.taken: list[Line] = []
        self.ran_on = False
        self._chars = 0

    def __iter__(self) -> _LineFeed:
        return self

    def __next__(self) -> str:
        if not self.taken:
            self._chars = 0
        line = None
        if len(self.taken) < _MAX_RECORD_LINES and self._chars < ROW_MAX_CHARS:
            line = self._waiting.popleft() if self._waiting else next(self._lines, None)
        if line is None:
            self.ran_on = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        self._chars += len(line.text)
        # A truncated line is rejected anyway; a quote in it must not swallow the following lines.
        return "\n" if line.is_cut else line.text

    def has_more(self) -> bool:
        """Whether there are lines left."""
        if not self._waiting and (line := next(self._lines, None)):
            self._waiting.append(line)
        return bool(self._waiting)

    def push_back(self) -> None:
        """Push back all lines of the record except the first, to be parsed as records of their own."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        self.taken.clear()
        self.ran_on = False
