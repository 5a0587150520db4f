"""JSON Lines and JSON arrays, streamed: each object is a row, its keys are the columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pipeline.errors import SourceError
from pipeline.sources.tables.cell_values import Number, to_cell
from pipeline.sources.tables.encoding import (
    LINE_TOO_LONG,
    LINE_TOO_LONG_HINT,
    encoding_name,
    find_encoding,
    read_lines,
)
from pipeline.sources.tables.table import MOST_COLUMNS, ROW_MAX_CHARS, BrokenRow, Table, TableOptions, TableRow

# Numbers keep their spelling: 0.10 is a price, and 1e400 must not overflow.
DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=str)
_MEND = 'A row is a JSON object: {"name": "Maria", "price": "12 EUR"}'
_CHUNK_LINES = 200
# The rows whose keys are the columns.
_SAMPLE_ROWS = 200
_WHITESPACE = " \t\r\n"


def open_json(source: Path | str, options: TableOptions) -> Table:
    """See `TableOpener`."""
    path = Path(source)
    encoding = find_encoding(path, options.encoding)
    is_lines = path.suffix.casefold() in {".jsonl", ".ndjson"}
    rows = partial(_rows_of_lines if is_lines else _rows_of_array, path, encoding)
    return Table(
        path=str(path),
        columns=columns_from(rows()),
        duplicates=frozenset(),
        rows=rows,
        description=f"{encoding_name(encoding)}, objects",
    )


def columns_from(rows: Iterable[TableRow | BrokenRow]) -> tuple[str, ...]:
    """The union of the keys of the first rows."""
    first = islice((row for row in rows if isinstance(row, TableRow)), _SAMPLE_ROWS)
    return tuple(dict.fromkeys(key for row in first for key in row.cells))


def _rows_of_lines(path: Path, encoding: str) -> Iterator[TableRow | BrokenRow]:
    number = 0
    for line in read_lines(path, encoding):
        if not line.text.strip():
            continue
        number += 1
        if line.is_cut:
            yield BrokenRow(number=number, line=line.number, problem=LINE_TOO_LONG, mend=LINE_TOO_LONG_HINT, cells={})
            continue
        try:
            value = DECODER.decode(line.text.strip().removeprefix("\ufeff"))
        except (ValueError, RecursionError) as error:
            problem = f"is invalid JSON: {_reason(error)}"
            yield BrokenRow(number=number, line=line.number, problem=problem, mend=_MEND, cells={})
        else:
            yield row_from_value(value, number, line.number)


def _rows_of_array(path: Path, encoding: str) -> Iterator[TableRow | BrokenRow]:
    """The rows of a JSON array. If the array is written on a single line, `line` is the row number instead."""
    rows = _parse_array(path, encoding)
    first = list(islice(rows, 2))
    is_one_line = len({row.line for row in first}) < len(first)
    for row in chain(first, rows):
        yield replace(row, line=row.number) if is_one_line else row


def _parse_array(path: Path, encoding: str) -> Iterator[TableRow | BrokenRow]:
    """After a syntax error the start of the next row is unknown: it raises `SourceError` and ends the table."""
    text = _Buffer(path=str(path), lines=(line.text for line in read_lines(path, encoding)))
    text.skip_whitespace()
    text.buffer = text.buffer.removeprefix("\ufeff")
    if text.next_character() != "[":
        hint = "A .json file must be a list of objects, [{…}, {…}]; one object per line is a .jsonl file"
        raise SourceError("is not a list of rows", where=text.where, hint=hint)
    text.consume(1)
    number = 0
    while (character := text.next_character()) != "]":
        if number:
            if character != ",":
                raise SourceError(f"is invalid JSON: a comma is missing after row {number}", where=text.where)
            text.consume(1)
        text.skip_whitespace()
        number += 1
        line = text.line
        yield row_from_value(text.value(number), number, line)
    text.consume(1)
    text.skip_whitespace()
    if text.buffer:
        hint = "Put all rows into one list, [{…}, {…}]"
        raise SourceError("has data after its list of rows", where=text.where, hint=hint)


@dataclass(kw_only=True)
class _Buffer:
    """A read buffer over the rest of a file."""

    path: str
    lines: Iterator[str]
    buffer: str = ""
    # Line number of the start of the buffer, from 1.
    line: int = 1

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}"

    def skip_whitespace(self) -> None:
        """Advance to the next character that is not white space."""
        while True:
            self.consume(len(self.buffer) - len(self.buffer.lstrip(_WHITESPACE)))
            if self.buffer or not self._fill():
                return

    def next_character(self) -> str:
        """The next character after white space. Raises `SourceError` at the end of the file."""
        self.skip_whitespace()
        if not self.buffer:
            raise SourceError("is invalid JSON: the list is not closed", where=self.where)
        return self.buffer[0]

    def consume(self, chars: int) -> None:
        """Advance by `chars` characters."""
        self.line += self.buffer.count("\n", 0, chars)
        self.buffer = self.buffer[chars:]

    def value(self, row: int) -> Any:  # noqa: ANN401 - whatever JSON has
        """Parse and consume one JSON value, the row of this number."""
        while True:
            try:
                value, end = DECODER.raw_decode(self.buffer)
            except RecursionError as error:
                raise SourceError(f"row {row} is invalid JSON: {_reason(error)}", where=self.where) from error
            except ValueError as error:
                if len(self.buffer) <= ROW_MAX_CHARS and self._fill():
                    continue
                problem = f"row {row} is invalid JSON: {_reason(error)}"
                raise SourceError(problem, where=self.where, hint=_MEND) from error
            # A number may continue after the end of the buffer.
            if end == len(self.buffer) and self._fill():
                continue
            self.consume(end)
            return value

    def _fill(self) -> bool:
        """Read on; False at the end of the file. Doubles the buffer, so that a long row is parsed few times."""
        lines, chars = [], 0
        for line in self.lines:
            lines.append(line)
            chars += len(line)
            if len(lines) >= _CHUNK_LINES or chars > max(len(self.buffer), 1 << 16):
                break
        self.buffer += "".join(lines)
        return bool(lines)


def row_from_value(value: object, number: int, line: int) -> TableRow | BrokenRow:
    """A row from a JSON value that `DECODER` parsed."""
    if not isinstance(value, Mapping):
        return BrokenRow(number=number, line=line, problem="is not an object", mend=_MEND, cells={})
    if len(value) > MOST_COLUMNS:
        problem = f"has {len(value):,} keys, at most {MOST_COLUMNS:,} can be read"
        return BrokenRow(number=number, line=line, problem=problem, mend=LINE_TOO_LONG_HINT, cells={})
    return TableRow(
        number=number, line=line, cells={" ".join(key.split()): to_cell(each) for key, each in value.items()}
    )


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).split(": line ")[0]
