"""A problem with a row, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.language.text import clean_text
from pipeline.sources.tables import BrokenRow, Table, TableRow
from pipeline.sources.tables.cell_values import UnreadableValue

# Prefix of the problem of an empty required cell.
EMPTY = "is empty"
# Cells are truncated in messages.
_VALUE_MAX_CHARS = 80
# Problems of a row that its error names.
_MAX_NAMED = 4
# User name and password in an address: messages and logs must not have them.
_CREDENTIALS = re.compile(r"(?<=://)[^\s/?#]*@")


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """A problem with a row: the place, the value, what is wrong, and what to do."""

    # Row number and line in the file, from 1.
    row: int
    line: int
    # Empty: the row as a whole.
    column: str
    value: str
    problem: str
    mend: str

    @property
    def reason(self) -> str:
        """The problem, after its column if it has one."""
        return f"{self.column}: {self.problem}" if self.column else self.problem


def row_error(problems: Sequence[RowProblem], table: Table) -> InputError:
    """The problems of a row as one exception. The first few are named: rejected.csv has all."""
    named = problems[:_MAX_NAMED]
    what = "; ".join(each.reason if each.column else f"the row {each.problem}" for each in named)
    what += f"; and {len(problems) - len(named)} more" if len(problems) > len(named) else ""
    mends = dict.fromkeys(each.mend for each in named if each.mend)
    where = f"{table.path}:{problems[0].line}"
    return InputError(f"sheet “{table.sheet}”: {what}" if table.sheet else what, where=where, hint=". ".join(mends))


def row_problem(row: TableRow | BrokenRow, column: str, value: str, problem: str, mend: str) -> RowProblem:
    """A `RowProblem` with the cell truncated for messages, without passwords in addresses."""
    shown = "" if isinstance(value, UnreadableValue) else value[: 4 * _VALUE_MAX_CHARS]
    short = clean_text(_CREDENTIALS.sub("…@", shown))
    return RowProblem(
        row=row.number,
        line=row.line,
        column=clean_text(column)[:_VALUE_MAX_CHARS],
        value=short if len(short) <= _VALUE_MAX_CHARS else f"{short[: _VALUE_MAX_CHARS - 1]}…",
        problem=problem,
        mend=mend,
    )
