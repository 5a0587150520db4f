"""The index of a batch as a job queue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pipeline.state.index.database import Query
from pipeline.state.timestamps import EARLIEST, LATEST

# The order of waiting jobs, within the same priority. `smart` groups related films, which share clips, scenes and
# fonts, with the shortest of a group first.
IN_ORDER = ("rank", "position")
SMART_ORDER = ("rank", "kin", "weight", "position")
# A job parked "in the future" was parked while the clock was wrong, so its time is ignored.
_DUE = "(parked_until <= ? OR parked_at > ?)"


class QueuedJob(NamedTuple):
    """A job that may begin: the rank of its priority (0 is highest), and its id."""

    rank: int
    job: str


class JobQueue:
    """The job queue of one batch. All methods block briefly: call them in a thread."""

    def __init__(self, ask: Query) -> None:
        self._ask = ask

    def next_jobs(
        self, now: datetime, *, order: Sequence[str] = IN_ORDER, limit: int, leave_out: Collection[str] = ()
    ) -> list[QueuedJob]:
        """The first jobs of the queue: pending ones, and parked ones that are due."""
        columns = ", ".join(order)
        found: list[tuple[Any, ...]] = []
        # Two queries, because each of them can use an SQL index, however long the queue is.
        for which, values in (
            ("status = 'pending'", ()),
            (f"status = 'parked' AND {_DUE}", (now.timestamp(), now.timestamp())),
        ):
            query = (
                f"SELECT {columns}, id FROM jobs WHERE {which} AND position IS NOT NULL AND damage IS NULL "  # noqa: S608 - all ours
                f"AND id NOT IN ({', '.join('?' * len(leave_out))}) ORDER BY {columns} LIMIT ?"
            )
            found += self._ask(query, (*values, *leave_out, limit))
        return [QueuedJob(row[0], row[-1]) for row in sorted(found)[:limit]]

    def in_progress(self) -> list[QueuedJob]:
        """The jobs that were begun, most urgent first; their processes may be dead by now."""
        query = (
            "SELECT rank, id FROM jobs WHERE status = 'in_progress' AND position IS NOT NULL ORDER BY rank, position"
        )
        return [QueuedJob(rank, job_id) for rank, job_id in self._ask(query)]

    def next_parked(self) -> datetime | None:
        """When the first parked job is due; None: there is none."""
        query = (
            "SELECT MIN(parked_until) FROM jobs WHERE status = 'parked' AND position IS NOT NULL "
            "AND parked_until BETWEEN ? AND ?"
        )
        ((found,),) = self._ask(query, (EARLIEST.timestamp(), LATEST.timestamp()))
        return datetime.fromtimestamp(found, UTC) if found is not None else None
