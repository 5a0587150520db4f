"""The queue of jobs on disk: the next ones to start, and the backoff of those to leave alone for now.

Reading a queue blocks and changes nothing. The state of a run (jobs in progress here and elsewhere) is passed in and
returned, so that threads never share it with the event loop.
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

# Backoff of a job that another process makes, or that has just been released.
_BACKOFF_S = 2.0


class JobKey(NamedTuple):
    """The key of a job within its workspace."""

    batch: str
    job: str


class QueueEntry(NamedTuple):
    """A job that may start; the smallest rank goes first."""

    rank: int
    key: JobKey


@dataclass(frozen=True, kw_only=True)
class QueueView:
    """The state of a queue at one moment."""

    entries: Sequence[QueueEntry] = ()
    # Claimed by other processes.
    others: Sequence[JobKey] = ()
    # If there are no entries: the earliest time at which a parked job may start; None if there is none.
    parked_until: datetime | None = None


class Queue(Protocol):
    """A source of jobs for the scheduler."""

    def peek(self, limit: int, exclude: Collection[JobKey], now: datetime) -> QueueView:
        """At most `limit` jobs that may start at `now`, without those in `exclude`."""


@dataclass(frozen=True, kw_only=True)
class BatchQueue:
    """All jobs of several batches, ordered by priority across them; the first batch is the one being run."""

    store: CheckpointStore
    batches: Sequence[str]
    order: Sequence[str]

    def peek(self, limit: int, exclude: Collection[JobKey], now: datetime) -> QueueView:
        """See `Queue`."""
        found: list[QueueEntry] = []
        others: list[JobKey] = []
        for batch in self.batches:
            if not self.store.folder(batch).exists():  # nothing was ever queued
                continue
            index = self.store.index(batch)
            leave_out = [key.job for key in exclude if key.batch == batch]
            for rank, job in index.queue.in_progress():
                # Started by a process that is still running, or by one that was killed.
                if job not in leave_out and self.store.claims.is_claimed(batch, job):
                    others.append(JobKey(batch, job))
                elif job not in leave_out:
                    found.append(QueueEntry(rank, JobKey(batch, job)))
            up = index.queue.next_jobs(now, order=self.order, limit=limit, leave_out=leave_out)
            found += [QueueEntry(rank, JobKey(batch, job)) for rank, job in up]
        entries = sorted(found, key=lambda entry: entry.rank)[:limit]
        parked_until = None if entries else self.store.index(self.batches[0]).queue.next_parked()
        return QueueView(entries=entries, others=others, parked_until=parked_until)


@dataclass(frozen=True, kw_only=True)
class JobListQueue:
    """Selected jobs of one batch, until each has ended: for `retry`."""

    store: CheckpointStore
    batch: str
    # An ordered set of ids.
    jobs: dict[str, None] = field(default_factory=dict)

    def peek(self, limit: int, exclude: Collection[JobKey], now: datetime) -> QueueView:
        """See `Queue`."""
        index = self.store.index(self.batch)
        entries: list[QueueEntry] = []
        others: list[JobKey] = []
        later: list[datetime] = []
        for job in list(self.jobs):
            key = JobKey(self.batch, job)
            row = None if key in exclude else index.find(job)
            if row is None:
                continue
            if row.status is JobStatus.PARKED and _has_to_wait(row, now):
                later.append(row.parked_until or now)
            elif self.store.claims.is_claimed(self.batch, job):
                others.append(key)
            elif row.status in {JobStatus.PENDING, JobStatus.IN_PROGRESS} or row.parked_until:
                entries.append(QueueEntry(row.priority.rank, key))
        entries = sorted(entries, key=lambda entry: entry.rank)[:limit]
        return QueueView(entries=entries, others=others, parked_until=None if entries else min(later, default=None))


def _has_to_wait(row: JobSummary, now: datetime) -> bool:
    """Whether a job is parked until after `now`. One that was parked by a clock running ahead does not wait."""
    was_clock_ahead = row.ended_at is not None and row.ended_at > now
    return row.parked_until is not None and row.parked_until > now and not was_clock_ahead


class Backoff:
    """The jobs that a run does not start for now."""

    def __init__(self) -> None:
        # Monotonic times until which jobs are left alone.
        self._until: dict[JobKey, float] = {}

    def delay(self, *keys: JobKey) -> None:
        """Leave jobs alone for two seconds: other processes make them, or they have just been released."""
        self._until.update(dict.fromkeys(keys, time.monotonic() + _BACKOFF_S))

    def exclude(self, key: JobKey) -> None:
        """Leave a job alone for the rest of the run: its result could not be saved."""
        self._until[key] = inf

    def keys(self) -> set[JobKey]:
        """The jobs that are left alone now."""
        now = time.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        return set(self._until)

    def has_delayed(self, batch: str) -> bool:
        """Whether a job of this batch is delayed, and will be looked at again."""
        return any(key.batch == batch and until < inf for key, until in self._until.items())
