"""Whose turn it is: the next jobs of the queue on disk, for who has a place free, but for those left alone for now.

Reading the queue blocks, and changes nothing: what a run knows of the jobs (which ones it has taken, which ones others
have) is handed in and given back, so that a thread and the loop never share it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import NamedTuple, Protocol

from pipeline.model import JobStatus, JobSummary
from pipeline.state import CheckpointStore

# A job that another process makes, or that was just put down, is looked at again after this.
_WHILE_S = 2.0


class JobKey(NamedTuple):
    """A job of a workspace."""

    batch: str
    job: str


class QueueEntry(NamedTuple):
    """A job that may begin; the smaller rank goes first."""

    rank: int
    key: JobKey


@dataclass(frozen=True, kw_only=True)
class QueueView:
    """What one look at the queue has shown."""

    turns: Sequence[QueueEntry] = ()
    # Made by other processes, as far as their locks tell.
    others: Sequence[JobKey] = ()
    # When nothing may begin now: the time of the first job that waits for one; None: none does.
    parked_until: datetime | None = None


class Queue(Protocol):
    """Where turns come from."""

    def look(self, places: int, away: Collection[JobKey], now: datetime) -> QueueView:
        """At most `places` jobs that may begin at `now`, less those that are `away`."""


@dataclass(frozen=True, kw_only=True)
class BatchQueue:
    """All jobs of some batches, the most urgent of all of them first; the first batch is the one that is run."""

    store: CheckpointStore
    batches: Sequence[str]
    order: Sequence[str]

    def look(self, places: int, away: Collection[JobKey], now: datetime) -> QueueView:
        """See `Queue`."""
        found: list[QueueEntry] = []
        others: list[JobKey] = []
        for batch in self.batches:
            if not self.store.folder(batch).exists():  # nobody has ever left anything in the queue
                continue
            index = self.store.index(batch)
            leave_out = [key.job for key in away if key.batch == batch]
            for rank, job in index.queue.in_progress():
                # Begun by a process that is gone now, or by one that is at work.
                if job not in leave_out and self.store.claims.is_claimed(batch, job):
                    others.append(JobKey(batch, job))
                elif job not in leave_out:
                    found.append(QueueEntry(rank, JobKey(batch, job)))
            up = index.queue.next_jobs(now, order=self.order, limit=places, leave_out=leave_out)
            found += [QueueEntry(rank, JobKey(batch, job)) for rank, job in up]
        turns = sorted(found, key=lambda turn: turn.rank)[:places]
        return QueueView(turns=turns, others=others, parked_until=None if turns else self._parked_until())

    def _parked_until(self) -> datetime | None:
        return self.store.index(self.batches[0]).queue.next_parked()


@dataclass(frozen=True, kw_only=True)
class JobListQueue:
    """Some jobs of one batch, each until it is over: for `retry`."""

    store: CheckpointStore
    batch: str
    # In the order in which they were asked for, each once.
    jobs: dict[str, None] = field(default_factory=dict)

    def look(self, places: int, away: Collection[JobKey], now: datetime) -> QueueView:
        """See `Queue`."""
        index = self.store.index(self.batch)
        turns: list[QueueEntry] = []
        others: list[JobKey] = []
        later: list[datetime] = []
        for job in list(self.jobs):
            key = JobKey(self.batch, job)
            row = None if key in away else index.find(job)
            if row is None:
                continue
            if row.status is JobStatus.PARKED and _has_to_wait(row, now):
                later.append(row.parked_until or now)
            elif self.store.claims.is_claimed(self.batch, job):
                others.append(key)
            elif row.status in {JobStatus.PENDING, JobStatus.IN_PROGRESS} or row.parked_until:
                turns.append(QueueEntry(row.priority.rank, key))
        turns = sorted(turns, key=lambda turn: turn.rank)[:places]
        return QueueView(turns=turns, others=others, parked_until=None if turns else min(later, default=None))


def _has_to_wait(row: JobSummary, now: datetime) -> bool:
    """Whether its time is to come. One that was parked in the future was parked under a clock that ran ahead."""
    was_ahead = row.ended_at is not None and row.ended_at > now
    return row.parked_until is not None and row.parked_until > now and not was_ahead


class Backoff:
    """The jobs that one run leaves alone for now."""

    def __init__(self) -> None:
        # Until when (monotonic) each is left alone.
        self._until: dict[JobKey, float] = {}

    def for_a_while(self, *keys: JobKey) -> None:
        """Leave jobs alone for two seconds: other processes make them, or they were just put down."""
        self._until.update(dict.fromkeys(keys, time.monotonic() + _WHILE_S))

    def for_good(self, key: JobKey) -> None:
        """Leave a job alone for the rest of the run: how it ended could not be saved."""
        self._until[key] = inf

    def keys(self) -> set[JobKey]:
        """The jobs that are left alone now."""
        now = time.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        return set(self._until)

    def ends_for(self, batch: str) -> bool:
        """Whether a job of this batch is to be looked at again."""
        return any(key.batch == batch and until < inf for key, until in self._until.items())
