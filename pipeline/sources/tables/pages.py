"""The pages that an endpoint has answered, as one table: each a file of its own, read one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import SourceError, did_you_mean
from pipeline.sources.tables.delimited import open_delimited
from pipeline.sources.tables.encoding import find_encoding
from pipeline.sources.tables.json_rows import DECODER, columns_from, open_json, row_from_value
from pipeline.sources.tables.table import BrokenRow, Table, TableOptions, TableRow

# An answer that has more than its rows is taken in whole.
MOST_WRAPPED_BYTES = 64 << 20
_AT_HINT = 'Say where: source.rows_at = "data.items"'


@dataclass(frozen=True, kw_only=True)
class Page:
    """An answer of an endpoint, kept in a file."""

    path: Path
    # "json", "jsonl" or "csv".
    kind: str
    # What comes after its rows, if it says so itself: the values beside them.
    beside: Mapping[str, Any]
    is_empty: bool = False


def open_page(path: Path, kind: str, form: TableOptions, *, name: str) -> tuple[Table, Mapping[str, Any]]:
    """The rows of an answer, and what it has beside them. Blocks. Raises `SourceError`."""
    if kind == "csv":
        return _named(open_delimited(path, form), name), {}
    if kind == "jsonl" or (not form.rows_at and _begins_with(path, b"[")):
        return _named(open_json(path, form), name), {}
    document = _document(path, name)
    rows, beside = _rows_in(document, form.rows_at, name)
    found = [row_from_value(value, number, number) for number, value in enumerate(rows, start=1)]
    columns = columns_from(found)
    table = Table(path=name, columns=columns, doubled=frozenset(), rows=lambda: iter(found), form="JSON, objects")
    return table, beside


def open_pages(pages: Sequence[Page], form: TableOptions, *, name: str) -> Table:
    """All pages as one table, called `name`. Blocks; one page that is more than a list is in memory at a time."""
    filled = [page for page in pages if not page.is_empty]
    if not filled:
        raise SourceError("answers no rows", where=name)
    first, _ = open_page(filled[0].path, filled[0].kind, form, name=name)
    count = f", {len(pages):,} pages" if len(pages) > 1 else ""
    return replace(first, rows=partial(_rows, filled, form, first.columns, name), form=f"{first.form}{count}")


def _rows(
    pages: Sequence[Page], form: TableOptions, columns: tuple[str, ...], name: str
) -> Iterator[TableRow | BrokenRow]:
    number = 0
    for page in pages:
        table, _ = open_page(page.path, page.kind, form, name=name)
        if page.kind == "csv" and table.columns != columns:
            raise SourceError("a later page has other columns than the first one", where=name)
        for row in table.rows():
            number += 1
            yield replace(row, number=number, line=row.line if len(pages) == 1 else number)


def _named(table: Table, name: str) -> Table:
    return replace(table, path=name)


def _begins_with(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(256).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(mark)


def _document(path: Path, name: str) -> object:
    if path.stat().st_size > MOST_WRAPPED_BYTES:
        limit = f"more than {MOST_WRAPPED_BYTES >> 20} MB in one object"
        raise SourceError(f"answers {limit}", where=name, hint="Ask for smaller pages, or for JSON Lines")
    try:
        return DECODER.decode(path.read_text(encoding=find_encoding(path)).strip().removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SourceError("answers broken JSON", where=name) from error


def _rows_in(document: object, at: str, name: str) -> tuple[list[object], Mapping[str, Any]]:
    """The rows of an answer, and what stands beside them."""
    if isinstance(document, list):
        return document, {}
    if not isinstance(document, dict):
        raise SourceError("answers no rows", where=name, hint="It has to be a list of objects")
    if at:
        found = value_at(document, at)
        if not isinstance(found, list):
            hint = did_you_mean(at, document, otherwise=_AT_HINT)
            raise SourceError(f"answers no list at {at[:60]!r}", where=name, hint=hint)
        return found, document
    lists = [key for key, value in document.items() if isinstance(value, list)]
    if len(lists) != 1:
        there = ", ".join(map(json.dumps, lists[:8])) or "none"
        raise SourceError(
            f"answers {len(lists)} lists, and one is that of the rows: {there}", where=name, hint=_AT_HINT
        )
    return document[lists[0]], {key: value for key, value in document.items() if key != lists[0]}


def value_at(document: Any, at: str) -> Any:  # noqa: ANN401 - whatever JSON has
    """What stands at "meta.next", which may be the name of one thing, as "@odata.nextLink" is; None: nothing does."""
    if isinstance(document, dict) and at in document:
        return document[at]
    for key in at.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document
