"""Whose turn it is: the index of a batch as a queue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pipeline.state.index.database import Ask
from pipeline.state.timestamps import EARLIEST, LATEST

# How waiting jobs follow each other below the same priority. `smart` keeps films of one kin together, which share
# clips, scenes and fonts, and lets the short ones of a kin go first.
IN_ORDER = ("rank", "position")
SMART_ORDER = ("rank", "kin", "weight", "position")
# A job that was parked in the future was parked under a clock that ran ahead: its time means nothing.
_DUE = "(parked_until <= ? OR parked_at > ?)"


class QueuedJob(NamedTuple):
    """A job that may begin: the rank of its priority (0 goes first), and its id."""

    rank: int
    job: str


class Turns:
    """The queue of one batch. Every method blocks for a moment: call it in a thread."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def next_up(
        self, now: datetime, *, order: Sequence[str] = IN_ORDER, limit: int, leave_out: Collection[str] = ()
    ) -> list[QueuedJob]:
        """The jobs whose turn is next: pending ones, and parked ones whose time has come."""
        columns = ", ".join(order)
        found: list[tuple[Any, ...]] = []
        # Two questions, because each alone is answered from an index, however long the queue is.
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

    def under_way(self) -> list[QueuedJob]:
        """The jobs that some process has begun, the most urgent first; it may be dead by now."""
        query = (
            "SELECT rank, id FROM jobs WHERE status = 'in_progress' AND position IS NOT NULL ORDER BY rank, position"
        )
        return [QueuedJob(rank, job_id) for rank, job_id in self._ask(query)]

    def next_parked(self) -> datetime | None:
        """When the first parked job may go on; None: no job waits for a time."""
        query = (
            "SELECT MIN(parked_until) FROM jobs WHERE status = 'parked' AND position IS NOT NULL "
            "AND parked_until BETWEEN ? AND ?"
        )
        ((found,),) = self._ask(query, (EARLIEST.timestamp(), LATEST.timestamp()))
        return datetime.fromtimestamp(found, UTC) if found is not None else None
