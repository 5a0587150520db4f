"""`BatchIndex`: an SQLite index of a batch's job files.

The job files are the source of truth; the index avoids reading fifty thousand files to find the next job or to count
the finished ones. Each row has the stamp (time and size) of its file, as in git's index: a file that has changed since,
for whatever reason, is read again. A database that is damaged, outdated or missing is rebuilt; it may be deleted at any
time. If it can't be written, it is kept in memory (see `recovery`).

The job queue is in `queue`, counts and sums are in `totals`, and the format of a row is in `rows`.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pipeline.model import JobStatus, JobSummary
from pipeline.state.index.database import transact
from pipeline.state.index.queue import JobQueue
from pipeline.state.index.recovery import RecoveringDatabase
from pipeline.state.index.rows import (
    DROP_INVALID,
    PUT,
    ROW,
    JobOverview,
    columns_from,
    parse_overview,
    parse_row,
)
from pipeline.state.index.totals import Totals
from pipeline.state.timestamps import EARLIEST, LATEST

logger = logging.getLogger("nightreel")

_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Damage:
    """A job file that can't be read, and why."""

    job: str
    message: str


Row = TypeVar("Row", JobSummary, JobOverview)


class BatchIndex:
    """The index of one batch. All methods block briefly: call them in a thread. Safe for threads and processes."""

    def __init__(
        self,
        path: Path,
        workspace: Path,
        *,
        refill: Callable[[BatchIndex], None],
        in_memory: bool = False,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`refill` brings the rows up to date from the job files, after the database was lost.

        `in_memory`: the file is never written, and only read if no other process writes to it. `now_s` is any monotonic
        clock, in seconds.
        """
        self._path = path
        self._refill = refill
        self.database = RecoveringDatabase(path, workspace, fill=lambda: refill(self), in_memory=in_memory, now_s=now_s)
        self.queue = JobQueue(self._ask)
        self.totals = Totals(self._ask)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    # Writing -----------------------------------------------------------------------------------------------------

    def put(self, rows: Sequence[tuple[JobSummary, str]]) -> None:
        """Insert or update rows, each with the stamp of its file; their positions are kept."""
        columns = [columns_from(row, stamp) for row, stamp in rows]
        parts = [(part, row.id) for row, _ in rows for part in row.sketch]

        def put(database: sqlite3.Connection) -> None:
            database.executemany(PUT, columns)
            # Obsolete parts are not removed: queries check that a found row still has the part.
            database.executemany("INSERT OR IGNORE INTO sketches VALUES (?, ?)", parts)

        self._change(put)

    def put_damage(self, damage: Damage, stamp: str) -> None:
        """Record that a job file can't be read."""
        row = JobSummary(id=damage.job, batch="", title=damage.job, folder="", status=JobStatus.FAILED)
        columns = (*columns_from(row, stamp)[:-2], damage.message, ROW.dump_json(row))
        self._change(lambda database: database.execute(PUT, columns))

    def drop_invalid(self) -> None:
        """Delete invalid rows, so that their files are read again."""

        def drop(database: sqlite3.Connection) -> None:
            dropped = database.execute(DROP_INVALID, (EARLIEST.timestamp(), LATEST.timestamp()) * 2).rowcount
            if dropped:
                logger.info("%d rows of %s are invalid: their files are read again", dropped, self._path)

        self._change(drop)

    def delete(self, ids: Collection[str]) -> None:
        """Delete rows."""
        these = [(job_id,) for job_id in ids]
        self._change(lambda database: database.executemany("DELETE FROM jobs WHERE id = ?", these))

    def set_order(self, ids: Sequence[str], stamp: str) -> None:
        """Set the positions of the jobs; unlisted jobs are not part of the batch.

        `stamp` is that of the batch's file, which lists them.
        """

        def place(database: sqlite3.Connection) -> None:
            database.execute("UPDATE jobs SET position = NULL WHERE position IS NOT NULL")
            database.executemany("UPDATE jobs SET position = ? WHERE id = ?", ((n, i) for n, i in enumerate(ids)))
            database.execute("UPDATE about SET arranged = ?", (stamp,))

        self._change(place)

    # Queries -----------------------------------------------------------------------------------------------------

    def stamps(self) -> dict[str, str]:
        """The stamp of every row, listed or not, by id."""
        return dict(self._ask("SELECT id, stamp FROM jobs"))

    def order_stamp(self) -> str:
        """The stamp of the batch file from which the positions were taken; empty: none yet."""
        return str(self._ask("SELECT arranged FROM about")[0][0])

    def is_empty(self) -> bool:
        """Whether there are no rows, listed or not."""
        return not self._ask("SELECT 1 FROM jobs LIMIT 1")

    def find(self, job_id: str) -> JobSummary | None:
        """A job, listed or not; None if it is unknown or damaged."""
        found = self._ask("SELECT row FROM jobs WHERE id = ? AND damage IS NULL", (job_id,))
        return self._row(job_id, found[0][0], parse_row) if found else None

    def listed(self, job_id: str) -> JobSummary | None:
        """Like `find`, but also None for a job that is no longer part of the batch."""
        return next(iter(self._where("id = ?", job_id)), None)

    def by_folder(self, folder: str) -> JobSummary | None:
        """The listed job with this output folder."""
        return next(iter(self._where("folder = ?", folder)), None)

    def by_key(self, key: str) -> list[JobSummary]:
        """The listed jobs of the table row with this key, one per film."""
        return self._where("key = ? AND key != ''", key)

    def by_row(self, name: str) -> list[JobSummary]:
        """The listed jobs of a table row by `SourceRow.name`, one per film."""
        return self._where("of_row = ? AND of_row != ''", name)

    def with_id_in_folder(self, id_chars: int) -> list[JobSummary]:
        """The listed jobs without a key whose folder ends with that much of their id: their first choice was taken."""
        return self._where("folder LIKE '%-' || substr(id, 1, ?) AND key = ''", id_chars)

    def _where(self, condition: str, *values: str | int, order: str = "position") -> list[JobSummary]:
        """The listed jobs that meet a condition, without damaged ones."""
        query = (
            f"SELECT id, row FROM jobs WHERE {condition} AND position IS NOT NULL AND damage IS NULL "  # noqa: S608 - ours
            f"ORDER BY {order}"
        )
        rows = (self._row(job_id, row, parse_row) for job_id, row in self._ask(query, values))
        return [row for row in rows if row]

    def near_duplicates(self, job_id: str, sketch: Sequence[str], *, limit: int) -> list[tuple[JobSummary, bool]]:
        """Other listed jobs that share a part of this MinHash sketch, in the order of the batch, at most `limit`.

        Failed and cancelled jobs are left out: they have no film. The boolean says whether it precedes this job.
        """
        query = (
            "SELECT id, row, position < (SELECT position FROM jobs WHERE id = ?) FROM jobs "  # noqa: S608 - all ours
            f"WHERE id IN (SELECT id FROM sketches WHERE part IN ({', '.join('?' * len(sketch))})) AND id != ? "
            "AND status NOT IN ('failed', 'cancelled') AND position IS NOT NULL AND damage IS NULL "
            "ORDER BY position LIMIT ?"
        )
        found = self._ask(query, (job_id, *sketch, job_id, limit))
        rows = ((self._row(other, row, parse_row), bool(before)) for other, row, before in found)
        return [(row, before) for row, before in rows if row and not set(sketch).isdisjoint(row.sketch)]

    def rows(self, *statuses: JobStatus) -> Iterator[JobSummary]:
        """The jobs in the order of the batch, read in pages; all, or those with one of the statuses."""
        return self._paged(parse_row, statuses)

    def rows_where(self, name: Literal["origin", "series"], value: str) -> list[JobSummary]:
        """The jobs with this value in a field, in the order of the batch; only these are parsed."""
        return self._where(f"coalesce(json_extract(CAST(row AS TEXT), '$.{name}'), '') = ?", value)

    def overviews(self, *statuses: JobStatus) -> Iterator[JobOverview]:
        """Like `rows`, with fewer fields, for long lists: takes half the time."""
        return self._paged(parse_overview, statuses)

    def latest(self, *statuses: JobStatus, limit: int) -> list[JobSummary]:
        """The jobs with these statuses that were saved most recently, newest first."""
        # A stamp begins with the time.
        return self._where(_status_in(statuses), limit, order="stamp DESC LIMIT ?")

    def ids(self, *statuses: JobStatus) -> list[str]:
        """The ids of the jobs with these statuses, without damaged ones, in the order of the batch."""
        query = (
            f"SELECT id FROM jobs WHERE {_status_in(statuses)} AND position IS NOT NULL AND damage IS NULL "  # noqa: S608 - ours
            "ORDER BY position"
        )
        return [job_id for (job_id,) in self._ask(query)]

    def ids_like(self, prefix: str) -> list[str]:
        """The ids of listed jobs with this prefix."""
        query = "SELECT id FROM jobs WHERE substr(id, 1, ?) = ? AND position IS NOT NULL ORDER BY position"
        return [job_id for (job_id,) in self._ask(query, (len(prefix), prefix))]

    def videos(self) -> list[tuple[str, str | None]]:
        """The id and video path of every completed job of the batch."""
        query = "SELECT id, video FROM jobs WHERE status = 'completed' AND position IS NOT NULL AND damage IS NULL"
        return self._ask(query)

    def damages(self, *, listed: bool = True) -> list[Damage]:
        """The unreadable jobs: those listed by the batch, or all."""
        which = "AND position IS NOT NULL" if listed else ""
        found = self._ask(f"SELECT id, damage FROM jobs WHERE damage IS NOT NULL {which}")  # noqa: S608 - ours
        return [Damage(job=job_id, message=message) for job_id, message in found]

    # The database ------------------------------------------------------------------------------------------------

    def _ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self.database.use(lambda database: database.execute(query, values).fetchall())

    def _change(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Run `work` in a transaction."""
        self.database.use(lambda database: transact(database, work))

    def _paged(self, read: Callable[[str, bytes], Row | None], statuses: Sequence[JobStatus]) -> Iterator[Row]:
        wanted = f"AND {_status_in(statuses)}" if statuses else ""
        query = (
            f"SELECT position, id, row FROM jobs WHERE position > ? AND damage IS NULL {wanted} "  # noqa: S608 - ours
            "ORDER BY position LIMIT ?"
        )
        last = -1
        while page := self._ask(query, (last, _PAGE)):
            last = page[-1][0]
            yield from (row for _, job_id, data in page if (row := self._row(job_id, data, read)))

    def _row(self, job_id: str, data: bytes, read: Callable[[str, bytes], Row | None]) -> Row | None:
        """Parse the row of a job. An invalid row is deleted and the job's file read again; None: no such job."""
        row = read(job_id, data)
        if row is None:
            logger.info("the row of job %s in %s is invalid: its file is read again", job_id, self._path)
            self.delete([job_id])
            self._refill(self)
            found = self._ask("SELECT row FROM jobs WHERE id = ? AND damage IS NULL", (job_id,))
            row = read(job_id, found[0][0]) if found else None
        return row


def _status_in(statuses: Sequence[JobStatus]) -> str:
    return f"status IN ({', '.join(repr(status.value) for status in statuses)})"
