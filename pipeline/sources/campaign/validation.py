"""All rows of a table, checked before anything is made of one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple, Protocol

from pipeline.language.text import clean_text
from pipeline.model import Brief
from pipeline.sources.campaign.problem import RowProblem, row_problem
from pipeline.sources.campaign.row_reader import ReadRow
from pipeline.sources.campaign.row_selection import RowSelection
from pipeline.sources.campaign.spool import Spool
from pipeline.sources.campaign.table_snapshot import RecordRow
from pipeline.sources.tables import BrokenRow, Table, TableRow


class Rejection(NamedTuple):
    """Why no film can be made of a row that is good by itself, what to do, and the cell that it is about."""

    problem: str
    mend: str
    # Empty: it is the row as a whole.
    cell: str = ""


# What else may be wrong with a row. None: nothing.
RowCheck = Callable[[ReadRow], Rejection | None]
# Is told of each row that is refused.
OnReject = Callable[[TableRow | BrokenRow, list[RowProblem]], None]
_MOST_TOLD = 1000
_FIRST_ROWS, _FIRST_CHARS = 200, 1 << 20


class Reader(Protocol):
    """A row -> its brief, or all that is wrong with it."""

    def look(self, rows: Sequence[TableRow | BrokenRow]) -> None: ...  # noqa: D102 - the first rows, before any is read

    def read(self, row: TableRow | BrokenRow) -> ReadRow | list[RowProblem]: ...  # noqa: D102 - as the class says


@dataclass(kw_only=True)
class ValidatedRows:
    """What became of the rows: each is a brief, or is refused with a reason."""

    briefs: Spool
    rows: int = 0
    refused: int = 0
    # The first of them; all are given to `refuse`.
    problems: list[RowProblem] = field(default_factory=list)


def validate_rows(
    table: Table,
    reader: Reader,
    *,
    judge: RowCheck,
    refuse: OnReject,
    enter: RecordRow | None = None,
    choice: RowSelection | None = None,
) -> ValidatedRows:
    """Read the rows of a table, or those of a `choice`. Blocks. Raises `InputError` where the file can't be read on.

    `enter` is told of each row, good or not. Two rows with one key are one film asked for twice: the first one is made.
    Of memory, a row takes some 100 bytes.
    """
    checked = ValidatedRows(briefs=Spool())
    seen: dict[bytes, int] = {}
    rows = table.rows()
    first = list(_first(rows))
    reader.look(first)
    for row in chain(first, rows):
        if choice and row.number > choice.last:
            break
        if choice and row.number not in choice:
            continue
        checked.rows += 1
        found = reader.read(row)
        if isinstance(found, ReadRow):
            problem = _twice(row, found.brief, seen) or _unfilmable(row, found, judge)
            if problem is None:
                checked.briefs.append(found.brief)
                if enter and found.brief.row:
                    enter(row.number, row.cells, found.brief.row.name, ())
                continue
            found = [problem]
        checked.refused += 1
        checked.problems += found[: _MOST_TOLD - len(checked.problems)]
        refuse(row, found)
        if enter:
            enter(row.number, row.cells, "", found)
    return checked


def _first(rows: Iterator[TableRow | BrokenRow]) -> Iterator[TableRow | BrokenRow]:
    """The first rows: many, unless they are long."""
    chars = 0
    for row in islice(rows, _FIRST_ROWS):
        yield row
        chars += sum(map(len, row.cells.values()))
        if chars > _FIRST_CHARS:
            return


def _unfilmable(row: TableRow | BrokenRow, found: ReadRow, judge: RowCheck) -> RowProblem | None:
    wrong = judge(found)
    if wrong is None:
        return None
    column = next((name for name, cell in row.cells.items() if wrong.cell and clean_text(cell) == wrong.cell), "")
    return row_problem(row, column, wrong.cell, wrong.problem, wrong.mend)


def _twice(row: TableRow | BrokenRow, brief: Brief, seen: dict[bytes, int]) -> RowProblem | None:
    """What is wrong if its key was there before."""
    assert brief.row is not None
    # A mail address is one in any case, other keys are not; a film in other capitals is the same film.
    said = brief.key if brief.key and "@" not in brief.key else (brief.key or repr(brief.row.fields)).casefold()
    name = said.encode(errors="surrogatepass")
    digest = hashlib.sha256(name).digest()[:16]
    before = seen.get(digest)
    if before is None:
        seen[digest] = row.line
        return None
    problem = f"has the same key as line {before}" if brief.key else f"says the same as line {before}"
    mend = "Leave one of them out, or choose another column with --key"
    return RowProblem(row=row.number, line=row.line, column="", value=brief.key[:80], problem=problem, mend=mend)
