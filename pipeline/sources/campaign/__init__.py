"""A table and a template -> a brief for each row, or what is wrong with it.

columns    which column is which field; currencies: what the sums in it are in
marks      what stands before their decimals; orders: whether days begin with the day
reading    a row -> Brief, or its problems (problem)
checking   all rows of a table, before anything is made of one
reader     the same for a table whose rows get several templates; strays: rows that are none of their own,
           optouts: rows of people who get no film
casting    which of them: by rule, or by a stable share
deciding   what columns decide besides: languages, formats, voice, priority, …
choice     --rows 3, --rows 2,5-9, --rows extremes: the rows that stand out
spool      briefs of very many rows, on the disk
roster     all rows as they were, kept beside the batch
rejected   the rows that were refused, as a CSV with the reasons
"""

from pipeline.sources.campaign.casting import Part, column_names
from pipeline.sources.campaign.checking import Checked, Unfit, check_rows
from pipeline.sources.campaign.choice import EXTREMES, RowChoice, find_extremes, parse_choice
from pipeline.sources.campaign.deciding import Deciders
from pipeline.sources.campaign.problem import RowProblem
from pipeline.sources.campaign.reader import CampaignReader
from pipeline.sources.campaign.reading import ReadRow, RowReader, row_fields
from pipeline.sources.campaign.rejected import write_rejected
from pipeline.sources.campaign.roster import Roster, read_roster, write_roster

__all__ = [
    "EXTREMES",
    "CampaignReader",
    "Checked",
    "Deciders",
    "Part",
    "ReadRow",
    "Roster",
    "RowChoice",
    "RowProblem",
    "RowReader",
    "Unfit",
    "check_rows",
    "column_names",
    "find_extremes",
    "parse_choice",
    "read_roster",
    "row_fields",
    "write_rejected",
    "write_roster",
]
