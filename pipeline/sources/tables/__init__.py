"""Tables, row by row: files, databases, what services answer. However many rows there are, one is in memory.

    table = open_table(Path("customers.csv"), TableForm())
    for row in table.rows():  # a `TableRow`, or a `BrokenRow` with the reason
        ...

opening     which tables are read by whom
encoding    bytes -> text, whatever program wrote it; western: whether Windows-1252 is what it looks like, letters: by
            how often languages write them
dialect     which character stands between cells
header      which row names the columns, if one does
delimited   CSV, TSV, semicolons, bars
objects     JSON Lines and JSON arrays
workbook    sheets of Excel's; formats: the currency that a number is shown in
database    queries
pages       what an endpoint has answered
cells       values of programs -> cells
"""

from pipeline.sources.tables.cells import Number, ShownNumber, as_shown
from pipeline.sources.tables.dialect import plain
from pipeline.sources.tables.encoding import damage_in, mend_of, says_nothing
from pipeline.sources.tables.opening import open_table
from pipeline.sources.tables.pages import open_pages
from pipeline.sources.tables.table import BrokenRow, Table, TableForm, TableRow

__all__ = [
    "BrokenRow",
    "Number",
    "ShownNumber",
    "Table",
    "TableForm",
    "TableRow",
    "as_shown",
    "damage_in",
    "mend_of",
    "open_pages",
    "open_table",
    "plain",
    "says_nothing",
]
