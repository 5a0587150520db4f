"""All rows of a table as they were, with what they are called: kept beside a batch, for whoever joins films to them.

A line of JSON each, in the order of the table. Of a part of a table, the other rows stay as they were known.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import replacing, storage_errors
from pipeline.sources.campaign.problem import RowProblem
from pipeline.sources.campaign.row_selection import RowSelection

# What a line raises that is none of ours.
_NO_LINE = (ValueError, LookupError, TypeError, RecursionError)

logger = logging.getLogger("nightreel")


@dataclass(frozen=True, kw_only=True)
class SnapshotRow:
    """One row."""

    number: int
    # `SourceRow.name`; empty: it was refused, for this reason.
    name: str
    refused: str
    # In the order of `Roster.columns`.
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TableSnapshot:
    """The rows of a batch; `rows` reads them from the beginning, each time that it is called. Blocks."""

    columns: tuple[str, ...]
    # As `Table.separator`.
    separator: str
    rows: Callable[[], Iterator[SnapshotRow]]


# Takes the number of a row, its cells, and its name or what is wrong with it.
RecordRow = Callable[[int, Mapping[str, str], str, Sequence[RowProblem]], None]


@contextmanager
def write_snapshot(
    path: Path, columns: Sequence[str], *, separator: str = ",", choice: RowSelection | None = None
) -> Iterator[RecordRow]:
    """What enters the rows of a table, in their order. The file is there when the block has ended well.

    With a `choice`, rows that an earlier run has entered stay, but for those of the choice. Raises `StorageError`.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    before = read_snapshot(path) if choice else None
    if before and before.columns != tuple(columns):
        before = None  # another table: what is known of it can't stand beside this one
    others = (row for row in before.rows() if choice and row.number not in choice) if before else iter(())
    with replacing(path, durable=False) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps({"columns": list(columns), "separator": separator}) + "\n")
        waiting = next(others, None)

        def enter(number: int, cells: Mapping[str, str], name: str, problems: Sequence[RowProblem]) -> None:
            nonlocal waiting
            while waiting and waiting.number < number:
                file.write(_line(waiting))
                waiting = next(others, None)
            why = "; ".join(f"{each.column}: {each.problem}" if each.column else each.problem for each in problems)
            own = tuple(cells.get(column, "") for column in columns)
            file.write(_line(SnapshotRow(number=number, name=name, refused=why, cells=own)))

        yield enter
        while waiting:
            file.write(_line(waiting))
            waiting = next(others, None)


def read_snapshot(path: Path) -> TableSnapshot | None:
    """The rows that were written to `path`; None: there are none, or none that can be read."""
    try:
        if not path.is_file():  # a pipe would keep whoever opens it
            return None
        with path.open(encoding="utf-8", errors="replace") as file:
            head = json.loads(file.readline())
        columns, separator = tuple(map(str, head["columns"])), str(head["separator"])
    except (OSError, *_NO_LINE):
        return None
    return TableSnapshot(columns=columns, separator=separator, rows=lambda: _rows(path))


def _rows(path: Path) -> Iterator[SnapshotRow]:
    with path.open(encoding="utf-8", errors="replace") as file:
        file.readline()
        try:
            for line in file:
                number, name, refused, cells = json.loads(line)
                yield SnapshotRow(
                    number=int(number), name=str(name), refused=str(refused), cells=tuple(map(str, cells))
                )
        except _NO_LINE:
            # After a power cut, say. The next run of the table writes it anew.
            logger.warning("%s is damaged: the rows of its table are known up to there", path)


def _line(row: SnapshotRow) -> str:
    # ASCII: a cell may have halves of characters that UTF-8 can't hold.
    return json.dumps([row.number, row.name, row.refused, row.cells]) + "\n"
