"""Which sources are tables, and who reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.sources.addresses import is_database, is_endpoint
from pipeline.sources.tables.database import open_database
from pipeline.sources.tables.delimited import open_delimited
from pipeline.sources.tables.objects import open_objects
from pipeline.sources.tables.table import Table, TableForm, TableOpener
from pipeline.sources.tables.workbook import open_workbook

# Add a kind of table here.
_OPENERS: Mapping[str, TableOpener] = {
    ".csv": open_delimited,
    ".tsv": open_delimited,
    ".json": open_objects,
    ".jsonl": open_objects,
    ".ndjson": open_objects,
    ".xlsx": open_workbook,
    ".xlsm": open_workbook,
    ".db": open_database,
    ".sqlite": open_database,
    ".sqlite3": open_database,
}


def is_table(source: Path | str) -> bool:
    """Whether a source is a table, by its name."""
    if is_database(source) or is_endpoint(source):
        return True
    return Path(source).suffix.casefold() in _OPENERS


def open_table(source: Path | str, form: TableForm) -> Table:
    """The table in a file or a database, with its columns. Blocks; memory does not grow with its rows.

    Raises `SourceError` for what is missing, empty, none of ours or can't be read, and `MissingToolError` where the
    extra that reads it is not installed. What an endpoint answers is fetched first: see `pages`.
    """
    if is_database(source):
        return open_database(source, form)
    return _OPENERS[Path(source).suffix.casefold()](source if isinstance(source, Path) else Path(source), form)
