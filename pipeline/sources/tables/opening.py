"""Which files are tables, and who reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.sources.tables.delimited import open_delimited
from pipeline.sources.tables.objects import open_objects
from pipeline.sources.tables.table import Table, TableForm

# Add a kind of table here: a function from a path and what is known of its form to a `Table`.
_OPENERS: Mapping[str, Callable[..., Table]] = {
    ".csv": open_delimited,
    ".tsv": open_delimited,
    ".json": open_objects,
    ".jsonl": open_objects,
    ".ndjson": open_objects,
}
SUFFIXES = tuple(_OPENERS)


def is_table(source: Path | str) -> bool:
    """Whether a source is a table, by its name."""
    return Path(source).suffix.casefold() in _OPENERS


def open_table(path: Path, form: TableForm) -> Table:
    """The table in a file, with its columns. Blocks; memory does not grow with its rows.

    Raises `InputError` for a file that is missing, empty, none of ours or can't be read.
    """
    suffix = path.suffix.casefold()
    return _OPENERS[suffix](path, form, suffix=suffix)
