"""The downloaded pages of an HTTP API as one table. Each page is a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import SourceError, did_you_mean
from pipeline.sources.tables.delimited import open_delimited
from pipeline.sources.tables.encoding import find_encoding
from pipeline.sources.tables.json_rows import DECODER, columns_from, open_json, row_from_value
from pipeline.sources.tables.table import BrokenRow, Table, TableOpener, TableOptions, TableRow

# A JSON object that wraps the rows is parsed as a whole, so its size is limited.
MOST_WRAPPED_BYTES = 64 << 20
_ROWS_AT_HINT = 'Set the path to the rows: source.rows_at = "data.items"'


@dataclass(frozen=True, kw_only=True)
class Page:
    """A response of the API, stored in a file."""

    path: Path
    # "json", "jsonl" or "csv".
    kind: str
    # The other values of the JSON document: where APIs put the link to the next page.
    metadata: Mapping[str, Any]
    is_empty: bool = False


def open_page(path: Path, kind: str, options: TableOptions, *, name: str) -> tuple[Table, Mapping[str, Any]]:
    """The rows of a page, and the other values of its JSON document. Blocks. Raises `SourceError`."""
    if kind == "csv":
        return _open_file(open_delimited, path, options, name), {}
    if kind == "jsonl" or (not options.rows_at and _begins_with(path, b"[")):
        return _open_file(open_json, path, options, name), {}
    document = _document(path, name)
    rows, metadata = _rows_in(document, options.rows_at, name)
    found = [row_from_value(value, number, number) for number, value in enumerate(rows, start=1)]
    columns = columns_from(found)
    table = Table(
        path=name, columns=columns, duplicates=frozenset(), rows=lambda: iter(found), description="JSON, objects"
    )
    return table, metadata


def open_pages(pages: Sequence[Page], options: TableOptions, *, name: str) -> Table:
    """All pages as one table called `name`. Blocks. At most one page is held in memory."""
    filled = [page for page in pages if not page.is_empty]
    if not filled:
        raise SourceError("returned no rows", where=name)
    first, _ = open_page(filled[0].path, filled[0].kind, options, name=name)
    count = f", {len(pages):,} pages" if len(pages) > 1 else ""
    return replace(
        first, rows=partial(_rows, filled, options, first.columns, name), description=f"{first.description}{count}"
    )


def _rows(
    pages: Sequence[Page], options: TableOptions, columns: tuple[str, ...], name: str
) -> Iterator[TableRow | BrokenRow]:
    number = 0
    for page in pages:
        table, _ = open_page(page.path, page.kind, options, name=name)
        if page.kind == "csv" and table.columns != columns:
            raise SourceError("the columns of a later page differ from those of the first", where=name)
        for row in table.rows():
            number += 1
            yield replace(row, number=number, line=row.line if len(pages) == 1 else number)


def _open_file(open_: TableOpener, path: Path, options: TableOptions, name: str) -> Table:
    """A page as a table called `name`. Errors name it, too: the file exists only during the download."""

    def rows() -> Iterator[TableRow | BrokenRow]:
        with _located(path, name):
            yield from table.rows()

    with _located(path, name):
        table = open_(path, options)
    return replace(table, path=name, rows=rows)


@contextmanager
def _located(path: Path, name: str) -> Iterator[None]:
    try:
        yield
    except SourceError as error:
        where = error.where.replace(str(path), name)
        raise SourceError(error.message, where=where, hint=error.hint) from error


def _begins_with(path: Path, prefix: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(256).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(prefix)


def _document(path: Path, name: str) -> object:
    if path.stat().st_size > MOST_WRAPPED_BYTES:
        limit = f"more than {MOST_WRAPPED_BYTES >> 20} MB in one object"
        raise SourceError(f"returned {limit}", where=name, hint="Request smaller pages, or JSON Lines")
    with _located(path, name):
        encoding = find_encoding(path)
    try:
        return DECODER.decode(path.read_text(encoding=encoding).strip().removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SourceError("returned invalid JSON", where=name) from error


def _rows_in(document: object, rows_at: str, name: str) -> tuple[list[object], Mapping[str, Any]]:
    """The rows of a JSON document, and its other values."""
    if isinstance(document, list):
        return document, {}
    if not isinstance(document, dict):
        raise SourceError("returned no rows", where=name, hint="The response must be a list of objects")
    if rows_at:
        found = value_at(document, rows_at)
        if not isinstance(found, list):
            hint = did_you_mean(rows_at, document, otherwise=_ROWS_AT_HINT)
            raise SourceError(f"returned no list at {rows_at[:60]!r}", where=name, hint=hint)
        return found, document
    lists = [key for key, value in document.items() if isinstance(value, list)]
    if len(lists) != 1:
        names = ", ".join(map(json.dumps, lists[:8])) or "none"
        what = f"returned {len(lists)} lists, and it is unclear which holds the rows: {names}"
        raise SourceError(what, where=name, hint=_ROWS_AT_HINT)
    return document[lists[0]], {key: value for key, value in document.items() if key != lists[0]}


def value_at(document: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value at a dotted path ("meta.next"), or at a key that contains dots ("@odata.nextLink"); None: missing."""
    if isinstance(document, dict) and path in document:
        return document[path]
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document
