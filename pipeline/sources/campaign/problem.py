"""What is wrong with a row, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.language.text import clean_text
from pipeline.sources.tables import BrokenRow, TableRow

# How what is wrong with a cell begins that is empty, and may not be.
EMPTY = "is empty"
# Of a cell, what a message repeats.
_VALUE_MAX_CHARS = 80


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """What is wrong with a row: where, what stands there, why it can't be, and what to do."""

    # The number of the row and its line in the file, from 1.
    row: int
    line: int
    # Empty: it is the row as a whole.
    column: str
    value: str
    problem: str
    mend: str

    def as_error(self, path: str) -> InputError:
        """The same as an error of the row."""
        what = f"{self.column}: {self.problem}" if self.column else f"the row {self.problem}"
        return InputError(what, where=f"{path}:{self.line}", hint=self.mend)


def row_problem(row: TableRow | BrokenRow, column: str, value: str, problem: str, mend: str) -> RowProblem:
    """What is wrong with a row, with of its cells only what fits a message."""
    short = clean_text(value[: 4 * _VALUE_MAX_CHARS])
    return RowProblem(
        row=row.number,
        line=row.line,
        column=clean_text(column)[:_VALUE_MAX_CHARS],
        value=short if len(short) <= _VALUE_MAX_CHARS else f"{short[: _VALUE_MAX_CHARS - 1]}…",
        problem=problem,
        mend=mend,
    )
