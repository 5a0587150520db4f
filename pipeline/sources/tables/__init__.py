"""Tabular data sources, streamed: files, databases, HTTP APIs. Memory use does not depend on the number of rows.

    table = open_table(Path("customers.csv"), TableOptions())
    for row in table.rows():  # a `TableRow`, or a `BrokenRow` with the reason
        ...

table                `Table`, `TableRow`, `BrokenRow`: what every format produces
delimited            CSV and TSV; dialect: delimiter detection, header: header row detection
json_rows            JSON Lines and JSON arrays
workbook             Excel workbooks; worksheet: their sheets and rows, workbook_archive: checks of the ZIP archive,
                     number_formats: currency, percent and leading zeros of a number format
database             SQL queries, with a limit of each wait
pages                pages of an HTTP API, as one table
encoding             character encoding detection; legacy_encodings: is it really Windows-1252?
file_types           files whose content contradicts their name
cell_values          typed values -> strings
cell_checks          null markers, spreadsheet errors, unfilled placeholders, mojibake
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.sources.tables.cell_checks import cell_defect, cell_remedy, is_blank_marker
from pipeline.sources.tables.cell_values import FormattedNumber, Number, formatted, readable
from pipeline.sources.tables.database import open_database
from pipeline.sources.tables.delimited import open_delimited
from pipeline.sources.tables.dialect import normalise_name
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
    "readable",
]

# A new format is added here and to `sources.naming.TABLES`.
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


def open_table(source: Path | str, options: TableOptions) -> Table:
    """Open a file or a database as a table. Blocks.

    Raises `SourceError` if it is missing, empty, unreadable or of another format, and `MissingToolError` if the extra
    for its format is not installed. Pages of an HTTP API are downloaded first: see `pages`.
    """
    if is_database(source):
        return open_database(source, options)
    return _OPENERS[Path(source).suffix.casefold()](source if isinstance(source, Path) else Path(source), options)
