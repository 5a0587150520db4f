"""The rows of a batch: a table of contents over its job files, in SQLite.

The job files are the truth; this is only what was read from them, so that nobody has to read fifty thousand files to
find the next job or to count the finished ones. Each row remembers the stamp (time and size) of the file it was made
of, as git's index does: what has changed since, by whatever hand, is read again. A database that is damaged, old or
missing is made anew; it may be deleted at any time. Where it can't be written, it is kept in memory (see `keeper`).

Whose turn it is says `turns`, how many there are says `sums`; how a row is written and read is in `rows`.
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
from pipeline.state.index.queue import Turns
from pipeline.state.index.recovery import RecoveringDatabase
from pipeline.state.index.rows import (
    DROP_NONSENSE,
    PUT,
    PUT_STAGE,
    ROW,
    JobOverview,
    columns_from,
    for_stage,
    in_short,
    sensible,
)
from pipeline.state.index.totals import Sums
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
    """One batch. Every method blocks for a moment: call it in a thread. Safe for many threads and processes."""

    def __init__(
        self,
        path: Path,
        workspace: Path,
        *,
        refill: Callable[[BatchIndex], None],
        in_memory: bool = False,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`refill` brings the rows up to date from the job files, for when the database was lost.

        `in_memory` leaves the file as it is: it is read, if nobody writes to it, and never written. `now_s` is any
        steady clock, in seconds.
        """
        self._path = path
        self._refill = refill
        self._keeper = RecoveringDatabase(path, workspace, fill=lambda: refill(self), in_memory=in_memory, now_s=now_s)
        self.turns = Turns(self._ask)
        self.sums = Sums(self._ask)

    def close(self) -> None:
        """Let go of the file."""
        self._keeper.close()

    def renew(self) -> None:
        """Begin anew, without a row: the database has holes."""
        self._keeper.renew()

    # What is written ---------------------------------------------------------------------------------------------

    def put(self, rows: Sequence[tuple[JobSummary, str]]) -> None:
        """Keep rows, each with the stamp of its file; their places stay."""
        # A job that was never begun has come to no stage.
        new = [columns_from(row, stamp) for row, stamp in rows if not row.attempts]
        begun = [columns_from(row, stamp) for row, stamp in rows if row.attempts]
        parts = [(part, row.id) for row, _ in rows for part in row.sketch]

        def put(database: sqlite3.Connection) -> None:
            database.executemany(PUT, new)
            for values in begun:
                if not database.execute(PUT_STAGE, for_stage(values)).rowcount:
                    database.execute(PUT, values)
            # Parts that a row has no more stay: who finds a row by one looks whether it has it.
            database.executemany("INSERT OR IGNORE INTO sketches VALUES (?, ?)", parts)

        self._change(put)

    def put_damage(self, damage: Damage, stamp: str) -> None:
        """Keep that a job can't be read."""
        row = JobSummary(id=damage.job, batch="", title=damage.job, folder="", status=JobStatus.FAILED)
        columns = (*columns_from(row, stamp)[:-2], damage.message, ROW.dump_json(row))
        self._change(lambda database: database.execute(PUT, columns))

    def drop_nonsense(self) -> None:
        """Drop the rows that no job of ours can have, so that their files are read again."""

        def drop(database: sqlite3.Connection) -> None:
            dropped = database.execute(DROP_NONSENSE, (EARLIEST.timestamp(), LATEST.timestamp()) * 2).rowcount
            if dropped:
                logger.info("%d rows of %s make no sense: their files are read again", dropped, self._path)

        self._change(drop)

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

    def is_empty(self) -> bool:
        """Whether no job is known, listed or not."""
        return not self._ask("SELECT 1 FROM jobs LIMIT 1")

    def has_holes(self) -> bool:
        """Whether the database is damaged. Looks at all of it; one that is busy is not."""
        return self._keeper.has_holes()

    def find(self, job_id: str) -> JobSummary | None:
        """One row, listed or not; None for a job that is unknown or damaged."""
        return self._one("id = ?", job_id)

    def listed(self, job_id: str) -> JobSummary | None:
        """The same; None as well for a job that the batch has no more."""
        return self._one("id = ? AND position IS NOT NULL", job_id)

    def in_folder(self, folder: str) -> JobSummary | None:
        """The listed job whose films go to `folder`."""
        return self._one("folder = ? AND position IS NOT NULL", folder)

    def _one(self, condition: str, value: str) -> JobSummary | None:
        query = f"SELECT id, row FROM jobs WHERE {condition} AND damage IS NULL"  # noqa: S608 - ours
        found = self._ask(query, (value,))
        return self._row(found[0][0], found[0][1], sensible) if found else None

    def of_key(self, key: str) -> list[JobSummary]:
        """The listed jobs of the row with this name, one for each of its films."""
        query = "SELECT id, row FROM jobs WHERE key = ? AND key != '' AND position IS NOT NULL ORDER BY position"
        return self._all(query, key)

    def of_row(self, name: str) -> list[JobSummary]:
        """The listed jobs of a row of a table (`SourceRow.name`), one for each of its films."""
        query = "SELECT id, row FROM jobs WHERE of_row = ? AND of_row != '' AND position IS NOT NULL ORDER BY position"
        return self._all(query, name)

    def beside(self, id_chars: int) -> list[JobSummary]:
        """The listed jobs whose folders end with so much of their ids: theirs was taken. Rows with a name have keys."""
        query = (
            "SELECT id, row FROM jobs WHERE folder LIKE '%-' || substr(id, 1, ?) AND key = '' AND position IS NOT NULL"
        )
        return self._all(query, id_chars)

    def _all(self, query: str, value: str | int) -> list[JobSummary]:
        rows = (self._row(job_id, row, sensible) for job_id, row in self._ask(query, (value,)))
        return [row for row in rows if row]

    def alike(self, job_id: str, sketch: Sequence[str], *, limit: int) -> list[tuple[JobSummary, bool]]:
        """Other listed jobs that share a part of this sketch, in the order of the batch, at most so many.

        Those that failed or were cancelled are not among them: there is no film of theirs. With each goes whether it
        comes before this job.
        """
        query = (
            "SELECT id, row, position < (SELECT position FROM jobs WHERE id = ?) FROM jobs "  # noqa: S608 - all ours
            f"WHERE id IN (SELECT id FROM sketches WHERE part IN ({', '.join('?' * len(sketch))})) AND id != ? "
            "AND status NOT IN ('failed', 'cancelled') AND position IS NOT NULL AND damage IS NULL "
            "ORDER BY position LIMIT ?"
        )
        found = self._ask(query, (job_id, *sketch, job_id, limit))
        rows = ((self._row(other, row, sensible), bool(before)) for other, row, before in found)
        return [(row, before) for row, before in rows if row and not set(sketch).isdisjoint(row.sketch)]

    def rows(self, *statuses: JobStatus) -> Iterator[JobSummary]:
        """The rows of the batch in its order, page by page; all, or those of some statuses."""
        return self._paged(sensible, statuses)

    def rows_whose(self, name: Literal["origin", "series"], value: str) -> list[JobSummary]:
        """The rows of the batch that say this there, in its order: of very many, only these are read."""
        query = (
            "SELECT id, row FROM jobs WHERE position IS NOT NULL AND damage IS NULL "  # noqa: S608 - ours
            f"AND coalesce(json_extract(CAST(row AS TEXT), '$.{name}'), '') = ? ORDER BY position"
        )
        return [row for job_id, data in self._ask(query, (value,)) if (row := self._row(job_id, data, sensible))]

    def told(self, *statuses: JobStatus) -> Iterator[JobOverview]:
        """`rows` in short, for who tells of very many: in half the time."""
        return self._paged(in_short, statuses)

    def latest(self, *statuses: JobStatus, limit: int) -> list[JobSummary]:
        """The rows of these statuses whose files were saved last, the last one first."""
        wanted = ", ".join(repr(status.value) for status in statuses)
        query = (
            f"SELECT id, row FROM jobs WHERE status IN ({wanted}) AND position IS NOT NULL AND damage IS NULL "  # noqa: S608 - ours
            "ORDER BY stamp DESC LIMIT ?"  # a stamp begins with the time
        )
        return [row for job_id, data in self._ask(query, (limit,)) if (row := self._row(job_id, data, sensible))]

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
        query = "SELECT id, video FROM jobs WHERE status = 'completed' AND position IS NOT NULL AND damage IS NULL"
        return self._ask(query)

    def damages(self, *, listed: bool = True) -> list[Damage]:
        """The jobs that can't be read: those that the batch lists, or all that have a file."""
        which = "AND position IS NOT NULL" if listed else ""
        found = self._ask(f"SELECT id, damage FROM jobs WHERE damage IS NOT NULL {which}")  # noqa: S608 - ours
        return [Damage(job=job_id, message=message) for job_id, message in found]

    # The database ------------------------------------------------------------------------------------------------

    def _ask(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._keeper.use(lambda database: database.execute(query, values).fetchall())

    def _change(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Run `work` in a transaction: all of it is kept, or nothing."""
        self._keeper.use(lambda database: transact(database, work))

    def _paged(self, read: Callable[[str, bytes], Row | None], statuses: Sequence[JobStatus]) -> Iterator[Row]:
        wanted = f"AND status IN ({', '.join(repr(status.value) for status in statuses)})" if statuses else ""
        query = (
            f"SELECT position, id, row FROM jobs WHERE position > ? AND damage IS NULL {wanted} "  # noqa: S608 - ours
            "ORDER BY position LIMIT ?"
        )
        last = -1
        while page := self._ask(query, (last, _PAGE)):
            last = page[-1][0]
            yield from (row for _, job_id, data in page if (row := self._row(job_id, data, read)))

    def _row(self, job_id: str, data: bytes, read: Callable[[str, bytes], Row | None]) -> Row | None:
        """The row of a job. One that makes no sense is dropped, and the job's file read again; None: there is none."""
        row = read(job_id, data)
        if row is None:
            logger.info("the row of job %s in %s makes no sense: its file is read again", job_id, self._path)
            self.forget([job_id])
            self._refill(self)
            found = self._ask("SELECT row FROM jobs WHERE id = ? AND damage IS NULL", (job_id,))
            row = read(job_id, found[0][0]) if found else None
        return row
