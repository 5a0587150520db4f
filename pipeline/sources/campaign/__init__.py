"""Table + template -> one Brief per valid row, and the problems of the others.

validation            checks all rows before any film is made; keeps their briefs on disk
campaign_reader       row -> Brief when rows use different templates
row_reader            row -> Brief, or a list of `RowProblem` (problem)
template_assignment   template of a row: by rule, or by weight (rendezvous hashing)
columns               column -> template field
option_columns        columns that set options: languages, formats, voice, priority, …
currencies            currency of amounts that do not name their own
ambiguous_cells       columns in which 3/4/2026 or 12.495 is ambiguous
non_data_rows         totals, repeated headers, titles, footers, hidden rows
suppression           rows of people who must not get a film: opted out, deceased, cancelled
row_selection         --rows 3, --rows 2,5-9, --rows extremes
table_snapshot        all rows as they were read, kept with the batch
rejected_rows         rejected rows as a CSV with reasons
"""

from pipeline.sources.campaign.campaign_reader import CampaignReader
from pipeline.sources.campaign.option_columns import OptionColumns
from pipeline.sources.campaign.problem import RowProblem, row_error
from pipeline.sources.campaign.rejected_rows import write_rejected
from pipeline.sources.campaign.row_reader import ReadRow, RowReader, row_fields
from pipeline.sources.campaign.row_selection import EXTREMES, RowSelection, find_extremes, parse_row_selection
from pipeline.sources.campaign.table_snapshot import TableSnapshot, read_snapshot, write_snapshot
from pipeline.sources.campaign.template_assignment import TemplateRule, column_names
from pipeline.sources.campaign.validation import Rejection, ValidatedRows, validate_rows

__all__ = [
    "EXTREMES",
    "CampaignReader",
    "OptionColumns",
    "ReadRow",
    "Rejection",
    "RowProblem",
    "RowReader",
    "RowSelection",
    "TableSnapshot",
    "TemplateRule",
    "ValidatedRows",
    "column_names",
    "find_extremes",
    "parse_row_selection",
    "read_snapshot",
    "row_error",
    "row_fields",
    "validate_rows",
    "write_rejected",
    "write_snapshot",
]
