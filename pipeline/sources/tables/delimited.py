"""CSV and its kin, streamed."""

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
from pipeline.sources.tables.dialect import declared_delimiter, delimiter_name, find_delimiter, has_spaced_quotes
from pipeline.sources.tables.encoding import Line, encoding_name, find_encoding, read_lines
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

# What a table is judged by.
_HEAD_LINES, _HEAD_CHARS = 40, 1 << 20
# A cell that goes on for so many lines began with a quote that nobody closed.
_MOST_LINES = 2000
_UNCLOSED = ("opens a quote and never closes it", 'Close the quote, or double one that is meant as such ("")')
_STRAY = ("has a quote within a cell in quotes", 'Double a quote that is meant as such: "5"" pipe"')
# What a sum becomes that its own comma has torn: $1,000.00, 1,299 €.
_BEGINS, _ENDS = re.compile(r"(?:[^\w\s]|[A-Z]{3} ?)?\d{1,3}"), re.compile(r"\d{3}(?:\.\d+)?(?: ?[^\w\s]| ?[A-Z]{3})?")

csv.field_size_limit(ROW_MAX_CHARS)


@dataclass(frozen=True, kw_only=True)
class _Record:
    """What stands between two line ends that are no part of a cell."""

    line: int
    cells: Sequence[str]
    problem: str = ""
    mend: str = ""


def open_delimited(source: Path | str, form: TableOptions) -> Table:
    """See `TableOpener`."""
    path = Path(source)
    encoding = form.encoding or find_encoding(path)
    head = list(_head(path, encoding))
    said = declared_delimiter(head[0].text) if head else ""
    skipped = 1 if said else 0
    texts = [line.text for line in head[skipped:]]
    known = form.delimiter or said or ("\t" if path.suffix.casefold() == ".tsv" else "")
    delimiter = known or find_delimiter(texts, form.names)
    is_spaced = has_spaced_quotes(texts, delimiter)
    records = partial(_records, path, encoding, delimiter, skipped, is_spaced=is_spaced)
    rows = [row for row in csv.reader(texts, delimiter=delimiter) if any(map(str.strip, row))]
    at = 0 if form.has_header is False else find_header_row(rows, form.names, where=str(path))
    first = next(islice((record for record in records() if any(map(str.strip, record.cells))), at, None), None)
    if first is None:
        raise SourceError("is empty", where=str(path), hint="The first line names the columns, each other is a film")
    has_header = looks_like_header(rows[at:], form.names) if form.has_header is None else form.has_header
    if first.problem:
        raise SourceError(first.problem, where=f"{path}:{first.line}", hint=first.mend)
    check_width(first.cells, str(path))
    columns, doubled = named_columns(first.cells if has_header else [""] * len(first.cells))
    below = Counter(map(len, rows[at + 1 :]))
    width = max([len(columns), *(cells for cells, count in below.items() if count * 2 > below.total())])
    suffix = "" if has_header else ", no header"
    return Table(
        path=str(path),
        columns=columns,
        doubled=doubled,
        rows=partial(
            _rows, records, columns, delimiter, after=first.line if has_header else first.line - 1, width=width
        ),
        form=f"{encoding_name(encoding)}, cells between {delimiter_name(delimiter)}{suffix}",
        titles=at,
        separator=delimiter if delimiter == ";" else ",",
    )


def _head(path: Path, encoding: str) -> Iterator[Line]:
    chars = 0
    for line in islice(read_lines(path, encoding), _HEAD_LINES):
        chars += len(line.text)
        yield line
        if chars > _HEAD_CHARS:
            return


def _rows(
    records: partial[Iterator[_Record]], columns: Sequence[str], delimiter: str, *, after: int, width: int
) -> Iterator[TableRow | BrokenRow]:
    """The rows after a line, of which most have `width` cells, empty ones at their end among them."""
    number = 0
    for record in records():
        if record.line <= after or not (record.problem or any(map(str.strip, record.cells))):
            continue
        number += 1
        cells = dict(zip(columns, record.cells, strict=False))
        problem, mend = (record.problem, record.mend) if record.problem else _fault(record, columns, delimiter, width)
        if problem:
            # Where what is over is empty, a word keeps it from being nothing when the row is run once more as it is.
            over = record.cells[len(columns) :]
            over = over if not over or used_cells(over) else ["one cell too many"]
            yield BrokenRow(number=number, line=record.line, problem=problem, mend=mend, cells=cells, over=tuple(over))
        else:
            yield TableRow(number=number, line=record.line, cells=cells)


def _fault(record: _Record, columns: Sequence[str], delimiter: str, width: int) -> tuple[str, str]:
    """What is wrong with the number of its cells, and what to do; empty: nothing is."""
    cells = record.cells
    if delimiter == "," and len(cells) > width and (torn := _torn_sum(cells)):
        # Empty cells at the end are nothing, and would hide that the others have moved on.
        return f"has one cell more than others, and may have torn {torn}", f'Put quotes around it: "{torn}"'
    if used_cells(cells) > len(columns):
        mend = f'Put quotes around a cell that holds one of the {delimiter_name(delimiter)}: "a{delimiter} b"'
        return f"has {used_cells(cells)} cells, and there are {len(columns)} columns", mend
    if len(cells) == 1 and len(columns) > 2:
        mend = "Leave it out, if it is a title or a footer; put quotes around a cell that holds a line break"
        return f"says only “{' '.join(cells[0].split())[:60]}”, and there are {len(columns)} columns", mend
    if len(cells) < len(columns):
        mend = "Give empty cells for what is missing; put quotes around a cell that holds a line break"
        return f"has {len(cells)} cells, and there are {len(columns)} columns", mend
    return "", ""


def _torn_sum(cells: Sequence[str]) -> str:
    """A sum that its own comma has torn, without quotes around it; empty: there is none."""
    pairs = pairwise(cell.strip() for cell in cells)
    return next((f"{one},{two}" for one, two in pairs if _BEGINS.fullmatch(one) and _ENDS.fullmatch(two)), "")


def _records(path: Path, encoding: str, delimiter: str, skipped: int, *, is_spaced: bool) -> Iterator[_Record]:
    """The records of a file; `is_spaced`: cells in quotes have spaces before them.

    Where quotes don't match, the line is told by itself, and what follows it is read on.
    """
    feed = _Feed(islice(read_lines(path, encoding), skipped, None))
    while feed.has_more():
        # Strict: a stray quote, and another one some rows later, would hide all that is between them in one cell.
        reader = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=is_spaced)
        try:
            for cells in reader:
                yield _record(feed.taken[0], cells)
                feed.taken.clear()
        except csv.Error:
            first = feed.taken[0]
            # As they stand there, quotes and all.
            cells = next(csv.reader([first.text], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
            problem, mend = _UNCLOSED if feed.ran_on else _STRAY
            yield _Record(line=first.number, cells=cells, problem=problem, mend=mend)
            feed.give_back()


def _record(first: Line, cells: Sequence[str]) -> _Record:
    if first.is_cut:
        return _Record(line=first.number, cells=[], problem=_too_long(), mend="Take out what no film needs")
    return _Record(line=first.number, cells=cells)


def _too_long() -> str:
    return f"has a line of more than {ROW_MAX_CHARS:,} characters"


class _Feed:
    """Lines for `csv.reader`, which notes those of the record at hand, and ends it when it does not end by itself."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()
        # Of the record that is being read.
        self.taken: list[Line] = []
        self.ran_on = False
        self._chars = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if not self.taken:
            self._chars = 0
        line = None
        if len(self.taken) < _MOST_LINES and self._chars < ROW_MAX_CHARS:
            line = self._waiting.popleft() if self._waiting else next(self._lines, None)
        if line is None:
            self.ran_on = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        self._chars += len(line.text)
        # What is cut is no row: nothing in it may open a quote.
        return "\n" if line.is_cut else line.text

    def has_more(self) -> bool:
        """Whether there are lines left."""
        if not self._waiting and (line := next(self._lines, None)):
            self._waiting.append(line)
        return bool(self._waiting)

    def give_back(self) -> None:
        """All lines of the record but its first one are read again, as records of their own."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        self.taken.clear()
        self.ran_on = False
