"""Validates all rows of a table before any film is made."""

from __future__ import annotations

import hashlib
import pickle
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple

from pipeline.language.text import clean_text
from pipeline.model import Brief
from pipeline.sources.campaign.campaign_reader import CampaignReader
from pipeline.sources.campaign.problem import RowProblem, row_problem
from pipeline.sources.campaign.row_reader import ReadRow, RowReader
from pipeline.sources.campaign.row_selection import RowSelection
from pipeline.sources.campaign.table_snapshot import RecordRow
from pipeline.sources.tables import BrokenRow, Table, TableRow


class Rejection(NamedTuple):
    """Why a valid row can't become a film, what to do, and the cell that causes it."""

    problem: str
    mend: str
    # Empty: the row as a whole.
    cell: str = ""


# An additional check of a valid row; None: no objection.
RowCheck = Callable[[ReadRow], Rejection | None]
# Called for each rejected row.
OnReject = Callable[[TableRow | BrokenRow, list[RowProblem]], None]
_MAX_PROBLEMS = 1000
_SAMPLE_ROWS, _SAMPLE_CHARS = 200, 1 << 20


@dataclass(kw_only=True)
class ValidatedRows:
    """The result: briefs of the valid rows, problems of the rejected ones."""

    briefs: Spool
    rows: int = 0
    refused: int = 0
    # The first 1,000; `on_reject` gets all of them.
    problems: list[RowProblem] = field(default_factory=list)


def validate_rows(
    table: Table,
    reader: CampaignReader | RowReader,
    *,
    check: RowCheck,
    on_reject: OnReject,
    record: RecordRow | None = None,
    selection: RowSelection | None = None,
) -> ValidatedRows:
    """Read all rows of a table, or the selected ones. Blocks. Raises `InputError` where the file becomes unreadable.

    `check` is an additional check, `on_reject` is called for rejected rows, `record` for every row. Of rows with the
    same key, only the first is accepted. Takes about 100 bytes of memory per row.
    """
    checked = ValidatedRows(briefs=Spool())
    seen: dict[bytes, int] = {}
    rows = table.rows()
    sample = list(_sample(rows))
    reader.sample(sample)
    for row in chain(sample, rows):
        if selection and row.number > selection.last:
            break
        if selection and row.number not in selection:
            continue
        checked.rows += 1
        found = reader.read(row)
        if isinstance(found, ReadRow):
            problem = _duplicate(row, found.brief, seen) or _rejection(row, found, check)
            if problem is None:
                checked.briefs.append(found.brief)
                if record and found.brief.row:
                    record(row.number, row.cells, found.brief.row.name, ())
                continue
            found = [problem]
        checked.refused += 1
        checked.problems += found[: _MAX_PROBLEMS - len(checked.problems)]
        on_reject(row, found)
        if record:
            record(row.number, row.cells, "", found)
    return checked


def _sample(rows: Iterator[TableRow | BrokenRow]) -> Iterator[TableRow | BrokenRow]:
    """The first rows, limited in number and size."""
    chars = 0
    for row in islice(rows, _SAMPLE_ROWS):
        yield row
        chars += sum(map(len, row.cells.values()))
        if chars > _SAMPLE_CHARS:
            return


def _rejection(row: TableRow | BrokenRow, found: ReadRow, check: RowCheck) -> RowProblem | None:
    rejection = check(found)
    if rejection is None:
        return None
    cell = rejection.cell
    column = next((name for name, value in row.cells.items() if cell and clean_text(value) == cell), "")
    return row_problem(row, column, cell, rejection.problem, rejection.mend)


def _duplicate(row: TableRow | BrokenRow, brief: Brief, seen: dict[bytes, int]) -> RowProblem | None:
    """The problem if an earlier row has the same key, or without a key the same fields."""
    assert brief.row is not None
    # E-mail addresses and field values are compared case-insensitively, other keys exactly.
    identity = brief.key if brief.key and "@" not in brief.key else (brief.key or repr(brief.row.fields)).casefold()
    digest = hashlib.sha256(identity.encode(errors="surrogatepass")).digest()[:16]
    before = seen.get(digest)
    if before is None:
        seen[digest] = row.line
        return None
    problem = f"has the same key as line {before}" if brief.key else f"is a duplicate of line {before}"
    mend = "Delete one of them, or choose another column with --key"
    return row_problem(row, "", brief.key, problem, mend)


_IN_MEMORY_BYTES = 4 << 20
# Briefs per block: what they have in common is stored once.
_BLOCK = 200


class Spool(Collection[Brief]):
    """A list of briefs on disk. The file is unnamed: no other process can write to it, and it is deleted on exit."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - lives as long as we do
        # Offsets of the blocks, and of the end of the file.
        self._offsets: list[int] = []
        self._end = 0
        # The last, incomplete block.
        self._pending: list[Brief] = []

    def append(self, brief: Brief) -> None:
        """Append a brief."""
        self._pending.append(brief)
        if len(self._pending) < _BLOCK:
            return
        self._file.seek(self._end)
        self._file.write(pickle.dumps(self._pending, pickle.HIGHEST_PROTOCOL))
        self._offsets.append(self._end)
        self._end = self._file.tell()
        self._pending = []

    def __contains__(self, brief: object) -> bool:
        return any(each == brief for each in self)

    def __len__(self) -> int:
        return len(self._offsets) * _BLOCK + len(self._pending)

    def __iter__(self) -> Iterator[Brief]:
        pending = self._pending
        for offset in tuple(self._offsets):
            self._file.seek(offset)
            yield from pickle.load(self._file)  # noqa: S301 - our own unnamed file
        yield from pending

    def __del__(self) -> None:
        self._file.close()
