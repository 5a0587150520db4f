"""A table and a template -> a brief for each row, or what is wrong with it.

columns    which column is which field
reading    a row -> Brief, or its problems
checking   all rows of a table, before anything is made of one
choice     --rows 3, --rows 2,5-9
spool      briefs of very many rows, on the disk
rejected   the rows that were refused, as a CSV with the reasons
"""

from pipeline.sources.campaign.checking import Checked, check_rows
from pipeline.sources.campaign.choice import RowChoice, parse_choice
from pipeline.sources.campaign.columns import Columns
from pipeline.sources.campaign.reading import ReadRow, RowProblem, RowReader, row_fields
from pipeline.sources.campaign.rejected import write_rejected
from pipeline.sources.campaign.spool import Spool

__all__ = [
    "Checked",
    "Columns",
    "ReadRow",
    "RowChoice",
    "RowProblem",
    "RowReader",
    "Spool",
    "check_rows",
    "parse_choice",
    "row_fields",
    "write_rejected",
]
