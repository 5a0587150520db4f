"""JSON Lines and JSON arrays, streamed: one object is a row, its keys are the columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pipeline.errors import SourceError
from pipeline.sources.tables.cell_values import NestedValue, Number
from pipeline.sources.tables.encoding import encoding_name, find_encoding, read_lines
from pipeline.sources.tables.table import MOST_COLUMNS, ROW_MAX_CHARS, BrokenRow, Table, TableOptions, TableRow

# Numbers stay as they were written: 0.10 is a price, and 1e400 no reason to stop.
DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=str)
_MEND = 'A row is an object in braces: {"name": "Maria", "price": "12 EUR"}'
_CHUNK_LINES = 200
# By which the columns are known.
_FIRST_ROWS = 200
_SPACE = " \t\r\n"


def open_json(source: Path | str, form: TableOptions) -> Table:
    """See `TableOpener`."""
    path = Path(source)
    encoding = form.encoding or find_encoding(path)
    rows = partial(_of_lines if path.suffix.casefold() in {".jsonl", ".ndjson"} else _of_array, path, encoding)
    return Table(
        path=str(path),
        columns=columns_from(rows()),
        doubled=frozenset(),
        rows=rows,
        form=f"{encoding_name(encoding)}, objects",
    )


def columns_from(rows: Iterable[TableRow | BrokenRow]) -> tuple[str, ...]:
    """The keys of the first rows: one of them need not have all."""
    first = islice((row for row in rows if isinstance(row, TableRow)), _FIRST_ROWS)
    return tuple(dict.fromkeys(key for row in first for key in row.cells))


def _of_lines(path: Path, encoding: str) -> Iterator[TableRow | BrokenRow]:
    number = 0
    for line in read_lines(path, encoding):
        if not line.text.strip():
            continue
        number += 1
        if line.is_cut:
            problem = f"has a line of more than {ROW_MAX_CHARS:,} characters"
            mend = "Take out what no film needs"
            yield BrokenRow(number=number, line=line.number, problem=problem, mend=mend, cells={})
            continue
        try:
            value = DECODER.decode(line.text.strip().removeprefix("\ufeff"))
        except (ValueError, RecursionError) as error:
            problem = f"is broken JSON: {_reason(error)}"
            yield BrokenRow(number=number, line=line.number, problem=problem, mend=_MEND, cells={})
        else:
            yield row_from_value(value, number, line.number)


def _of_array(path: Path, encoding: str) -> Iterator[TableRow | BrokenRow]:
    """As programs write it, all rows stand in one line: then their number tells more than that line."""
    rows = _in_array(path, encoding)
    first = list(islice(rows, 2))
    is_one_line = len({row.line for row in first}) < len(first)
    for row in chain(first, rows):
        yield replace(row, line=row.number) if is_one_line else row


def _in_array(path: Path, encoding: str) -> Iterator[TableRow | BrokenRow]:
    """Nobody can tell where the next row begins once one is broken: that ends the table with an `SourceError`."""
    text = _Text(path=str(path), lines=(line.text for line in read_lines(path, encoding)))
    text.skip()
    text.buffer = text.buffer.removeprefix("\ufeff")
    if text.next_character() != "[":
        hint = "A .json file holds a list of objects, [{…}, {…}]; a file with one object a line is called .jsonl"
        raise SourceError("is no list of rows", where=text.where, hint=hint)
    text.take(1)
    number = 0
    while (character := text.next_character()) != "]" or number == 0:
        if character == "]":
            break
        if number:
            if character != ",":
                raise SourceError("is broken JSON: a comma is missing between two rows", where=text.where)
            text.take(1)
        text.skip()
        number += 1
        line = text.line
        yield row_from_value(text.value(), number, line)
    text.take(1)
    text.skip()
    if text.buffer:
        hint = "Put all rows into one list, [{…}, {…}]"
        raise SourceError("has something behind its list of rows", where=text.where, hint=hint)


@dataclass(kw_only=True)
class _Text:
    """What is left of a file, of which little is in memory."""

    path: str
    lines: Iterator[str]
    buffer: str = ""
    # Where the buffer begins, from 1.
    line: int = 1

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}"

    def skip(self) -> None:
        """Leave spaces behind."""
        while True:
            self.take(len(self.buffer) - len(self.buffer.lstrip(_SPACE)))
            if self.buffer or not self._more():
                return

    def next_character(self) -> str:
        """What comes after spaces. Raises `SourceError` at the end of the file."""
        self.skip()
        if not self.buffer:
            raise SourceError("is broken JSON: it ends before its list does", where=self.where)
        return self.buffer[0]

    def take(self, chars: int) -> None:
        """Leave so much behind."""
        self.line += self.buffer.count("\n", 0, chars)
        self.buffer = self.buffer[chars:]

    def value(self) -> Any:  # noqa: ANN401 - whatever JSON has
        """The value that begins here."""
        while True:
            try:
                value, end = DECODER.raw_decode(self.buffer)
            except RecursionError as error:
                raise SourceError(f"is broken JSON: {_reason(error)}", where=self.where) from error
            except ValueError as error:
                if len(self.buffer) <= ROW_MAX_CHARS and self._more():
                    continue
                raise SourceError(f"is broken JSON: {_reason(error)}", where=self.where, hint=_MEND) from error
            # A number may go on in the next line of the file.
            if end == len(self.buffer) and self._more():
                continue
            self.take(end)
            return value

    def _more(self) -> bool:
        """Twice as much as there is, so that a long row is not tried over and over."""
        lines, chars = [], 0
        for line in self.lines:
            lines.append(line)
            chars += len(line)
            if len(lines) >= _CHUNK_LINES or chars > max(len(self.buffer), 1 << 16):
                break
        self.buffer += "".join(lines)
        return bool(lines)


def row_from_value(value: object, number: int, line: int) -> TableRow | BrokenRow:
    """What JSON has as a row, read by `DECODER`."""
    if not isinstance(value, Mapping):
        return BrokenRow(number=number, line=line, problem="is no object", mend=_MEND, cells={})
    if len(value) > MOST_COLUMNS:
        problem = f"has {len(value):,} keys, at most {MOST_COLUMNS:,} can be read"
        return BrokenRow(number=number, line=line, problem=problem, mend="Take out what no film needs", cells={})
    return TableRow(number=number, line=line, cells={" ".join(key.split()): _cell(each) for key, each in value.items()})


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else NestedValue(json.dumps(value, ensure_ascii=False))


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).split(": line ")[0]
