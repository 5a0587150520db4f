"""How batches stand, read from the rows of their jobs and from locks, as values and as JSON.

A row is looked at once and forgotten: fifty thousand jobs are told in a second or two, and in little memory.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pydantic import TypeAdapter

from pipeline.cli.escaping import plain_json
from pipeline.cli.options import CommonOptions
from pipeline.errors import CheckpointError, ConfigurationError
from pipeline.model import UNFINISHED, Cost, JobStatus, JobSummary, failure_reason
from pipeline.reporting.groups import Group, Groups
from pipeline.state import CheckpointStore, JobOverview, no_batch
from pipeline.workspace import find_workspace

if TYPE_CHECKING:
    from pipeline.orchestrator.uploads import UploadDays

# Rows of a table for a person.
_MOST_ROWS = 200
# Films that stand still, of which somebody should know why.
_STOPPED = (JobStatus.FAILED, JobStatus.REVIEW, JobStatus.PARKED)
# Jobs that are made JSON at once.
_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class JobState:
    """A job as `status` shows it."""

    id: str
    title: str
    status: str
    # The stage at work, or the one that it goes on with.
    stage: str
    attempts: int
    priority: str
    # ISO 8601, if it waits for a time.
    parked_until: str | None
    video: str | None
    error: str | None
    # Over all attempts.
    cost: Cost = field(default_factory=Cost)
    # The series that it is a part of, and its number there; empty and 0: none.
    series: str = ""
    episode: int = 0


@dataclass(frozen=True, kw_only=True)
class BatchState:
    """A batch as `list` and `status` show it."""

    batch: str
    source: str = ""
    # ISO 8601.
    created_at: str = ""
    # Every status, also those that no job has.
    counts: Mapping[str, int] = field(default_factory=lambda: _all_of({}))
    # Processes that work on it now.
    workers: tuple[int, ...] = ()
    cost: Cost = field(default_factory=Cost)
    # How long it takes to publish what is left of it; only told of one batch.
    uploads: tuple[UploadDays, ...] = ()
    # Why nothing is known of it: its own file is damaged.
    error: str | None = None


_JOBS = TypeAdapter(list[JobState])


def open_store(place: CommonOptions) -> CheckpointStore:
    """The checkpoints of the workspace, without loading what makes films. Raises `InputError` for no workspace."""
    return CheckpointStore(find_workspace(Path.cwd(), place.workspace))


class BatchStatus:
    """One batch. Everything blocks. Raises `InputError` when there is none of that name."""

    def __init__(self, store: CheckpointStore, name: str) -> None:
        known = store.read_batch(name)
        if known is None:
            raise no_batch(name, store.batch_names())
        self._known = known
        self._store = store
        self._index = store.refreshed(name)
        # A checkpoint says "in progress" for ever when its process was killed; the lock knows better.
        self._abandoned = {job for _, job in self._index.queue.in_progress() if not store.claims.is_claimed(name, job)}
        # And a film that somebody took away is not there, whatever was true once. Either goes on with the next run.
        self._gone: set[str] = set()

    def state(self) -> BatchState:
        """All but the single jobs, from what the checkpoints say."""
        counts = Counter({status: standing.jobs for status, standing in self._index.totals.counts().items()})
        counts[JobStatus.IN_PROGRESS] -= len(self._abandoned)
        counts[JobStatus.PENDING] += len(self._abandoned)
        counts[JobStatus.FAILED] += len(self._known.refused)
        return BatchState(
            batch=self._known.name,
            source=self._known.source,
            created_at=self._known.created_at.isoformat(),
            counts=_all_of(counts),
            workers=tuple(self._store.claims.workers(self._known.name)),
            cost=self._index.totals.cost(),
        )

    def checked_state(self) -> BatchState:
        """The same, after a look whether the films are there."""
        state = self.state()
        self._gone = {job for job, video in self._index.videos() if video is None or not _exists(video)}
        counts = Counter(state.counts)
        counts[JobStatus.COMPLETED] -= len(self._gone)
        counts[JobStatus.PENDING] += len(self._gone)
        return replace(state, counts=_all_of(counts))

    def full_state(self) -> BatchState:
        """The same, with what is left to publish."""
        state = self.checked_state()
        left = sum(state.counts[status] for status in UNFINISHED)
        if not left:
            return replace(state, uploads=())
        # They are parked for their captions, say.
        waiting = sum(bool(row.published) for row in self._index.rows(JobStatus.PARKED))
        return replace(state, uploads=self._uploads(left - waiting, waiting=waiting))

    def _uploads(self, films: int, *, waiting: int) -> tuple[UploadDays, ...]:
        from pipeline.orchestrator.uploads import upload_days
        from pipeline.settings import load_settings

        asked = {**self._known.asked.settings, **self._asked_of_one()}
        try:
            settings = load_settings(self._store.workspace, asked)
        except ConfigurationError:
            # The next run will say what is wrong with them.
            return ()
        return upload_days(self._store.workspace, settings, films, waiting=waiting, clock=lambda: datetime.now(UTC))

    def _asked_of_one(self) -> Mapping[str, str | bool | int | float]:
        """What flags said of a film that is left: `publish` is asked of films, whatever was asked of their batch."""
        with suppress(CheckpointError):  # a damaged film is told in its own line
            for row in self._index.rows(*UNFINISHED):
                job = self._store.read_job(self._known.name, row.id)
                return job.asked.settings if job else {}
        return {}

    def jobs(self, *statuses: JobStatus) -> Iterator[JobState]:
        """The jobs in the order of the batch, page by page, unreadable ones last; all, or those of some statuses."""
        yield from map(self._job, self._index.overviews(*statuses))
        if not statuses or JobStatus.FAILED in statuses:
            for damage in self._index.damages():
                yield _lost_state(damage.job, damage.job, damage.message)
            for refused in self._known.refused:
                yield _lost_state("", refused.where, refused.error.message)

    def stopped(self) -> list[Group]:
        """What failed, is held or waits, by cause, the worst first; damaged jobs are left out."""
        groups = Groups()
        for row in (*self._known.refused_rows, *self._index.rows(*_STOPPED)):
            groups.add(row)
        return groups.ordered()

    def first_jobs(self, alone: Sequence[JobSummary] = ()) -> list[JobState]:
        """As many as a person wants to see; of those that stand still, `alone`. What is not completed comes first."""
        found: list[JobState] = []
        damaged = (_lost_state(damage.job, damage.job, damage.message) for damage in self._index.damages())
        # Those whose films are gone wait to be made again.
        lost = (job for job in self.jobs(JobStatus.COMPLETED) if job.id in self._gone)
        there = (job for job in self.jobs(JobStatus.COMPLETED) if job.id not in self._gone)
        for jobs in (
            self.jobs(JobStatus.IN_PROGRESS),
            damaged,
            map(_stopped_state, alone),
            self.jobs(JobStatus.PENDING),
            self.jobs(JobStatus.CANCELLED),
            lost if self._gone else (),
            there,
        ):
            found += islice(jobs, _MOST_ROWS - len(found))
        return found

    def _job(self, job: JobOverview) -> JobState:
        lost = job.id in self._gone or job.id in self._abandoned
        return JobState(
            id=job.id,
            title=job.title,
            status=JobStatus.PENDING if lost else job.status,
            stage=job.stage,
            attempts=job.attempts,
            priority=job.priority,
            parked_until=job.parked_until.isoformat() if job.parked_until else None,
            video=job.video if job.status is JobStatus.COMPLETED and not lost else None,
            error=job.error.message if job.error else None,
            cost=job.cost,
            series=job.series,
            episode=job.episode,
        )


def all_states(store: CheckpointStore, *, checked: bool = True) -> Iterator[BatchState]:
    """Every batch of the workspace; a damaged one does not hide the others. `checked`: are the films there?"""
    for name in store.batch_names():
        try:
            report = BatchStatus(store, name)
            yield report.checked_state() if checked else report.state()
        except CheckpointError as error:
            yield BatchState(batch=name, error=str(error))


def write_batch(report: BatchStatus, out: TextIO) -> None:
    """One batch as one JSON document on one line, written page by page."""
    state = asdict(report.full_state())
    out.write(plain_json(json.dumps(state, ensure_ascii=False))[:-1] + ', "jobs": [')
    separator, jobs = "", report.jobs()
    while page := list(islice(jobs, _PAGE)):
        # Without the brackets of the list.
        out.write(separator + plain_json(_JOBS.dump_json(page).decode()[1:-1]))
        separator = ", "
    out.write("]}\n")


def write_batches(states: Iterable[BatchState], out: TextIO) -> None:
    """All batches as one JSON document on one line."""
    out.write(plain_json(json.dumps([asdict(state) for state in states], ensure_ascii=False)) + "\n")


def _stopped_state(row: JobSummary) -> JobState:
    """A film that stands still, and why: after the place of its brief, which its title does not tell."""
    why = failure_reason(row)
    is_placed = not row.origin or row.origin == row.title or row.origin in why
    return JobState(
        id=row.id,
        title=row.title,
        status=row.status,
        stage=row.stage,
        attempts=row.attempts,
        priority=row.priority,
        parked_until=row.parked_until.isoformat() if row.parked_until else None,
        video=None,
        error=why if is_placed else f"{row.origin}: {why}",
        cost=row.cost,
        series=row.series,
        episode=row.episode,
    )


def _lost_state(job_id: str, title: str, why: str) -> JobState:
    """A job of which only the id can be read, or a brief that can't be read and never became a job."""
    return JobState(
        id=job_id,
        title=title,
        status=JobStatus.FAILED.value,
        stage="",
        attempts=0,
        priority="",
        parked_until=None,
        video=None,
        error=why,
    )


def _exists(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - fifty thousand times


def _all_of(counts: Mapping[JobStatus, int] | Mapping[str, int]) -> dict[str, int]:
    found: Mapping[str, int] = {str(status): count for status, count in counts.items()}
    return {status.value: found.get(status.value, 0) for status in JobStatus}
