"""The rows of a batch: a queue and a table of contents over its job files, in SQLite.

The job files are the truth; this is only what was read from them, so that nobody has to read fifty thousand files to
find the next job or to count the finished ones. Each row remembers the stamp (time and size) of the file it was made
of, as git's index does: what has changed since, by whatever hand, is read again. A database that is damaged, old or
missing is made anew; it may be deleted at any time when nothing runs. Where it can't be written, it is kept in memory.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import CheckpointError, StorageError
from pipeline.model import JobStatus, JobSummary
from pipeline.state.database import connect, copied_to_memory, is_damage, new_in_memory, open_file, remove, transact

logger = logging.getLogger("nightreel")

_ROW = TypeAdapter(JobSummary)
_PAGE = 500

# How waiting jobs follow each other below the same priority. `smart` keeps films of one kin together, which share
# clips, scenes and fonts, and lets the short ones of a kin go first.
IN_ORDER = ("rank", "position")
SMART_ORDER = ("rank", "kin", "weight", "position")


@dataclass(frozen=True, kw_only=True)
class Damage:
    """A job file that can't be read, and why."""

    job: str
    message: str


class Standing(NamedTuple):
    """How many jobs, and about how many characters they speak."""

    jobs: int
    weight: int


class Turn(NamedTuple):
    """A job that may begin: the rank of its priority (0 goes first), and its id."""

    rank: int
    job: str


class BatchIndex:
    """One batch. Every method blocks for a moment: call it in a thread. Safe for many threads and processes."""

    def __init__(self, path: Path, workspace: Path, *, in_memory: bool = False) -> None:
        """`in_memory` leaves the file as it is: it is read, if nobody writes to it, and never written."""
        self._path = path
        self._workspace = str(workspace)
        self._lock = threading.Lock()
        self._in_memory = in_memory
        self._database: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._close()

    def renew(self) -> None:
        """Begin anew, without a row: the database has holes."""
        with self._lock:
            self._close()
            if self._in_memory:
                self._database = new_in_memory(self._workspace)
            else:
                remove(self._path)

    # What is written ---------------------------------------------------------------------------------------------

    def put(self, rows: Sequence[tuple[JobSummary, str]]) -> None:
        """Keep rows, each with the stamp of its file; their places stay."""
        columns = [_columns(row, stamp) for row, stamp in rows]
        self._change(lambda database: database.executemany(_PUT, columns))

    def put_damage(self, damage: Damage, stamp: str) -> None:
        """Keep that a job can't be read."""
        row = JobSummary(id=damage.job, batch="", title=damage.job, folder="", status=JobStatus.FAILED)
        columns = (*_columns(row, stamp)[:-2], damage.message, _ROW.dump_json(row))
        self._change(lambda database: database.execute(_PUT, columns))

    def forget(self, ids: Collection[str]) -> None:
        """Drop rows."""
        these = [(job_id,) for job_id in ids]
        self._change(lambda database: database.executemany("DELETE FROM jobs WHERE id = ?", these))

    def arrange(self, ids: Sequence[str], stamp: str) -> None:
        """Give the jobs of the batch their places; those that are not named are not part of it.

        `stamp` is that of the file that lists them.
        """

        def place(database: sqlite3.Connection) -> None:
            database.execute("UPDATE jobs SET position = NULL WHERE position IS NOT NULL")
            database.executemany("UPDATE jobs SET position = ? WHERE id = ?", ((n, i) for n, i in enumerate(ids)))
            database.execute("UPDATE about SET arranged = ?", (stamp,))

        self._change(place)

    # What is asked -----------------------------------------------------------------------------------------------

    def stamps(self) -> dict[str, str]:
        """The stamp of every row, listed or not, by id."""
        return dict(self._ask("SELECT id, stamp FROM jobs"))

    def arranged(self) -> str:
        """The stamp of the list that the places were taken from; empty: none yet."""
        return str(self._ask("SELECT arranged FROM about")[0][0])

    def is_whole(self) -> bool:
        """Whether the database has no holes. Looks at all of it."""
        try:
            return self._ask("PRAGMA quick_check(1)") == [("ok",)]
        except CheckpointError:
            return False

    def find(self, job_id: str) -> JobSummary | None:
        """One row, listed or not; None for a job that is unknown or damaged."""
        found = self._ask("SELECT row FROM jobs WHERE id = ? AND damage IS NULL", (job_id,))
        return self._row(found[0][0]) if found else None

    def in_folder(self, folder: str) -> JobSummary | None:
        """The listed job whose films go to `folder`."""
        found = self._ask("SELECT row FROM jobs WHERE folder = ? AND position IS NOT NULL", (folder,))
        return self._row(found[0][0]) if found else None

    def rows(self, *statuses: JobStatus) -> Iterator[JobSummary]:
        """The rows of the batch in its order, page by page; all, or those of some statuses."""
        wanted = f"AND status IN ({', '.join(repr(status.value) for status in statuses)})" if statuses else ""
        query = (
            f"SELECT position, row FROM jobs WHERE position > ? AND damage IS NULL {wanted} ORDER BY position LIMIT ?"  # noqa: S608 - statuses are ours
        )
        last = -1
        while page := self._ask(query, (last, _PAGE)):
            last = page[-1][0]
            yield from (self._row(row) for _, row in page)

    def told(self, *statuses: JobStatus) -> Iterator[tuple[Any, ...]]:
        """`rows` in short, for who tells of very many.

        Of each the id, title, status, stage, attempts, priority, parked_until (ISO 8601), video and error message.
        """
        wanted = f"AND status IN ({', '.join(repr(status.value) for status in statuses)})" if statuses else ""
        paths = [
            "$.id",
            "$.title",
            "$.status",
            "$.stage",
            "$.attempts",
            "$.priority",
            "$.parked_until",
            "$.video",
            "$.error.message",
        ]
        query = (
            f"SELECT position, json_extract(CAST(row AS TEXT), {', '.join(map(repr, paths))}) FROM jobs "  # noqa: S608 - ours
            f"WHERE position > ? AND damage IS NULL {wanted} ORDER BY position LIMIT ?"
        )
        last = -1
        while page := self._ask(query, (last, _PAGE)):
            last = page[-1][0]
            yield from (tuple(json.loads(values)) for _, values in page)

    def latest(self, *statuses: JobStatus, limit: int) -> list[JobSummary]:
        """The rows of these statuses whose files were saved last, the last one first."""
        wanted = ", ".join(repr(status.value) for status in statuses)
        query = (
            f"SELECT row FROM jobs WHERE status IN ({wanted}) AND position IS NOT NULL AND damage IS NULL "  # noqa: S608 - ours
            "ORDER BY stamp DESC LIMIT ?"  # a stamp begins with the time
        )
        return [self._row(row) for (row,) in self._ask(query, (limit,))]

    def ids(self, *statuses: JobStatus) -> list[str]:
        """Ids of the jobs in these statuses, damaged ones left out, in the order of the batch."""
        wanted = ", ".join(repr(status.value) for status in statuses)
        query = (
            f"SELECT id FROM jobs WHERE status IN ({wanted}) AND position IS NOT NULL AND damage IS NULL "  # noqa: S608 - ours
            "ORDER BY position"
        )
        return [job_id for (job_id,) in self._ask(query)]

    def ids_like(self, prefix: str) -> list[str]:
        """Ids of the jobs of the batch that begin so."""
        query = "SELECT id FROM jobs WHERE substr(id, 1, ?) = ? AND position IS NOT NULL ORDER BY position"
        return [job_id for (job_id,) in self._ask(query, (len(prefix), prefix))]

    def videos(self) -> list[tuple[str, str | None]]:
        """The id and the film of every completed job of the batch."""
        query = (
            "SELECT id, json_extract(CAST(row AS TEXT), '$.video') FROM jobs "
            "WHERE status = 'completed' AND position IS NOT NULL AND damage IS NULL"
        )
        return self._ask(query)

    def damages(self) -> list[Damage]:
        """The listed jobs that can't be read."""
        found = self._ask("SELECT id, damage FROM jobs WHERE damage IS NOT NULL AND position IS NOT NULL")
        return [Damage(job=job_id, message=message) for job_id, message in found]

    def counts(self) -> dict[JobStatus, Standing]:
        """How many jobs are in each status, and how much work; every status is named."""
        query = "SELECT status, COUNT(*), SUM(weight) FROM jobs WHERE position IS NOT NULL GROUP BY status"
        found = {status: Standing(jobs, weight) for status, jobs, weight in self._ask(query)}
        return {status: found.get(status.value, Standing(0, 0)) for status in JobStatus}

    def next_up(
        self, now: datetime, *, order: Sequence[str] = IN_ORDER, limit: int, leave_out: Collection[str] = ()
    ) -> list[Turn]:
        """The jobs whose turn is next: pending ones, and parked ones whose time has come."""
        columns = ", ".join(order)
        found: list[tuple[Any, ...]] = []
        # Two questions, because each alone is answered from an index, however long the queue is.
        for which, values in (
            ("status = 'pending'", ()),
            ("status = 'parked' AND parked_until <= ?", (now.timestamp(),)),
        ):
            query = (
                f"SELECT {columns}, id FROM jobs WHERE {which} AND position IS NOT NULL AND damage IS NULL "  # noqa: S608 - all ours
                f"AND id NOT IN ({', '.join('?' * len(leave_out))}) ORDER BY {columns} LIMIT ?"
            )
            found += self._ask(query, (*values, *leave_out, limit))
        return [Turn(row[0], row[-1]) for row in sorted(found)[:limit]]

    def under_way(self) -> list[str]:
        """Ids of the jobs that some process has begun; it may be dead by now."""
        return [
            row[0] for row in self._ask("SELECT id FROM jobs WHERE status = 'in_progress' AND position IS NOT NULL")
        ]

    def next_parked(self) -> datetime | None:
        """When the first parked job may go on; None: no job waits for a time."""
        (found,) = self._ask("SELECT MIN(parked_until) FROM jobs WHERE status = 'parked' AND position IS NOT NULL")
        return datetime.fromtimestamp(found[0], UTC) if found[0] is not None else None

    # The file ----------------------------------------------------------------------------------------------------

    def _ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._opened().execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise self._trouble(error) from error

    def _change(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """All of `work`, or nothing. Where the disk refuses, it goes on in memory: the job files have it all."""
        with self._lock:
            try:
                try:
                    transact(self._opened(), work)
                except sqlite3.OperationalError as error:
                    if self._in_memory or is_damage(error):
                        raise
                    logger.debug("the index %s can't be written: %s", self._path, error)
                    self._move_to_memory()
                    transact(self._opened(), work)
            except sqlite3.Error as error:
                raise self._trouble(error) from error

    def _opened(self) -> sqlite3.Connection:
        """The database. A batch that is not there is not begun by asking for it."""
        if self._database is None:
            if self._in_memory:
                self._database = copied_to_memory(self._path, self._workspace)
            elif self._path.parent.is_dir():
                self._database = self._open()
            else:
                return new_in_memory(self._workspace)
        return self._database

    def _open(self) -> sqlite3.Connection:
        """The database; a new one when there is none that we can use."""
        for _ in range(2):
            try:
                return open_file(self._path, self._workspace)
            except sqlite3.Error as error:
                if not is_damage(error):
                    logger.debug("no index at %s: %s", self._path, error)
                    break
            try:
                remove(self._path)
            except StorageError as error:
                logger.debug("no index at %s: %s", self._path, error)
                break
        # A folder that can't be written: `status` still tells what the job files say.
        self._in_memory = True
        return copied_to_memory(self._path, self._workspace)

    def _move_to_memory(self) -> None:
        memory = connect(":memory:")
        self._opened().backup(memory)
        self._close()
        self._in_memory, self._database = True, memory

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _row(self, data: bytes) -> JobSummary:
        try:
            return _ROW.validate_json(data)
        except ValidationError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> CheckpointError:
        reason = error if isinstance(error, sqlite3.Error) else "a row is none"
        hint = "Remove the file when nothing runs: it is made anew from the job files"
        return CheckpointError(f"is damaged: {reason}", where=str(self._path), hint=hint)


_PUT = """
    INSERT INTO jobs (id, stamp, status, rank, parked_until, kin, weight, folder, damage, row)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp, status = excluded.status, rank = excluded.rank,
    parked_until = excluded.parked_until, kin = excluded.kin, weight = excluded.weight, folder = excluded.folder,
    damage = excluded.damage, row = excluded.row
"""


def _columns(row: JobSummary, stamp: str) -> tuple[object, ...]:
    until = row.parked_until.timestamp() if row.parked_until else None
    rank, data = row.priority.rank, _ROW.dump_json(row)
    return (row.id, stamp, row.status.value, rank, until, row.kin, row.weight, row.folder, None, data)
