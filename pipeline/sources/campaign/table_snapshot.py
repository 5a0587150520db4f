"""A snapshot of a table's rows, stored with the batch, so that results can be joined to them.

JSON Lines in table order. When only some rows of the table are run, the others keep their earlier state.
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
from pipeline.sources.tables import readable

# Exceptions that a corrupt line raises.
_CORRUPT = (ValueError, LookupError, TypeError, RecursionError)

logger = logging.getLogger("nightreel")


@dataclass(frozen=True, kw_only=True)
class SnapshotRow:
    """One row."""

    number: int
    # `SourceRow.name`; empty: the row was rejected, for the reason in `refused`.
    name: str
    refused: str
    # In the order of `TableSnapshot.columns`.
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TableSnapshot:
    """The rows of a batch. Each call of `rows` reads them from the beginning. Blocks."""

    columns: tuple[str, ...]
    # See `Table.separator`.
    separator: str
    rows: Callable[[], Iterator[SnapshotRow]]


# Takes the number of a row, its cells, its name (empty if rejected) and its problems.
RecordRow = Callable[[int, Mapping[str, str], str, Sequence[RowProblem]], None]


@contextmanager
def write_snapshot(
    path: Path, columns: Sequence[str], *, separator: str = ",", selection: RowSelection | None = None
) -> Iterator[RecordRow]:
    """Yield a callback that records the rows in table order. The file is written when the block succeeds.

    With a `selection`, unselected rows of an earlier snapshot are kept. Raises `StorageError`.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    before = read_snapshot(path) if selection else None
    if before and before.columns != tuple(columns):
        before = None  # the columns have changed: the old rows don't fit
    others = (row for row in before.rows() if selection and row.number not in selection) if before else iter(())
    with replacing(path, durable=False) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps({"columns": list(columns), "separator": separator}) + "\n")
        kept = next(others, None)

        def record(number: int, cells: Mapping[str, str], name: str, problems: Sequence[RowProblem]) -> None:
            nonlocal kept
            while kept and kept.number < number:
                file.write(_line(kept))
                kept = next(others, None)
            why = "; ".join(each.reason for each in problems)
            own = tuple(readable(cells.get(column, "")) for column in columns)
            file.write(_line(SnapshotRow(number=number, name=name, refused=why, cells=own)))

        yield record
        while kept:
            file.write(_line(kept))
            kept = next(others, None)


def read_snapshot(path: Path) -> TableSnapshot | None:
    """Open a snapshot; None: it is missing or unreadable."""
    try:
        if not path.is_file():  # opening a pipe would block
            return None
        with path.open(encoding="utf-8", errors="replace") as file:
            head = json.loads(file.readline())
        columns, separator = tuple(map(str, head["columns"])), str(head["separator"])
    except (OSError, *_CORRUPT):
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
        except _CORRUPT:
            # After a power cut, for example. The next run of the table rewrites it.
            logger.warning("%s is corrupt: its remaining rows are ignored", path)


def _line(row: SnapshotRow) -> str:
    # ASCII-escaped: a cell may contain lone surrogates, which UTF-8 can't encode.
    return json.dumps([row.number, row.name, row.refused, row.cells]) + "\n"
