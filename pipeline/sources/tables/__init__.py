"""Tables, row by row: CSV and its kin, JSON Lines and JSON arrays. However many rows there are, one is in memory.

    table = open_table(Path("customers.csv"), TableForm())
    for row in table.rows():  # a `TableRow`, or a `BrokenRow` with the reason
        ...

encoding    bytes -> text, whatever program wrote it
dialect     which character stands between cells, and whether the first line names the columns
delimited   CSV, TSV, semicolons, bars
objects     JSON Lines and JSON arrays
"""

from pipeline.sources.tables.dialect import plain
from pipeline.sources.tables.encoding import damage_in
from pipeline.sources.tables.opening import SUFFIXES, is_table, open_table
from pipeline.sources.tables.table import BrokenRow, Table, TableForm, TableRow

__all__ = ["SUFFIXES", "BrokenRow", "Table", "TableForm", "TableRow", "damage_in", "is_table", "open_table", "plain"]
