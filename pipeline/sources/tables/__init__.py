"""Tables, row by row: files, databases, what services answer. However many rows there are, one is in memory.

    table = open_table(Path("customers.csv"), TableForm())
    for row in table.rows():  # a `TableRow`, or a `BrokenRow` with the reason
        ...

table                `Table`, `TableRow`, `BrokenRow`: what every format produces
delimited            CSV and TSV; dialect: delimiter detection, header: header row detection
json_rows            JSON Lines and JSON arrays
workbook             Excel sheets; number_formats: currency, percent and leading zeros of a number format
database             SQL queries
pages                pages of an HTTP API, as one table
encoding             character encoding detection; windows_1252: is it really Windows-1252? letter_frequencies: the
                     same by letter frequencies of languages
cell_values          typed values -> strings
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.sources.tables.cell_values import FormattedNumber, Number, formatted
from pipeline.sources.tables.database import open_database
from pipeline.sources.tables.delimited import open_delimited
from pipeline.sources.tables.dialect import normalise_name
from pipeline.sources.tables.encoding import cell_defect, cell_remedy, is_blank_marker
from pipeline.sources.tables.json_rows import open_json
from pipeline.sources.tables.pages import open_pages
from pipeline.sources.tables.table import BrokenRow, Table, TableOpener, TableOptions, TableRow
from pipeline.sources.tables.workbook import open_workbook
from pipeline.sources.urls import is_database

__all__ = [
    "BrokenRow",
    "FormattedNumber",
    "Number",
    "Table",
    "TableOptions",
    "TableRow",
    "cell_defect",
    "cell_remedy",
    "formatted",
    "is_blank_marker",
    "normalise_name",
    "open_pages",
    "open_table",
]

# Add a kind of table here, and to those that `naming` knows.
_OPENERS: Mapping[str, TableOpener] = {
    ".csv": open_delimited,
    ".tsv": open_delimited,
    ".json": open_json,
    ".jsonl": open_json,
    ".ndjson": open_json,
    ".xlsx": open_workbook,
    ".xlsm": open_workbook,
    ".db": open_database,
    ".sqlite": open_database,
    ".sqlite3": open_database,
}


def open_table(source: Path | str, form: TableOptions) -> Table:
    """The table in a file or a database, with its columns. Blocks; memory does not grow with its rows.

    Raises `SourceError` for what is missing, empty, none of ours or can't be read, and `MissingToolError` where the
    extra that reads it is not installed. What an endpoint answers is fetched first: see `pages`.
    """
    if is_database(source):
        return open_database(source, form)
    return _OPENERS[Path(source).suffix.casefold()](source if isinstance(source, Path) else Path(source), form)
