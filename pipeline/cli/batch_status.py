"""The status of batches, read from their indexes and lock files, as values and as JSON.

Rows are streamed: fifty thousand jobs take a second or two, and little memory.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
from pipeline.model import UNFINISHED, Batch, Cost, JobStatus, JobSummary, failure_reason
from pipeline.reporting.groups import Group, Groups
from pipeline.state import CheckpointStore, JobOverview
from pipeline.workspace import find_workspace

if TYPE_CHECKING:
    from pipeline.orchestrator.uploads import UploadDays
    from pipeline.settings import Settings

# Rows printed on a terminal.
_MAX_ROWS = 200
# Statuses with a reason to show.
_STOPPED = (JobStatus.FAILED, JobStatus.REVIEW, JobStatus.PARKED)
# Jobs serialised at once.
_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class JobState:
    """A job as `status` shows it."""

    id: str
    title: str
    status: str
    # The stage in progress, or the one to resume with.
    stage: str = ""
    attempts: int = 0
    priority: str = ""
    # ISO 8601; None unless parked until a time.
    parked_until: str | None = None
    video: str | None = None
    error: str | None = None
    # Over all attempts.
    cost: Cost = field(default_factory=Cost)
    # Series and episode number; empty and 0 if it is no episode.
    series: str = ""
    episode: int = 0


@dataclass(frozen=True, kw_only=True)
class BatchState:
    """A batch as `list` and `status` show it."""

    batch: str
    source: str = ""
    # ISO 8601.
    created_at: str = ""
    # Jobs by status, with an entry for every status.
    counts: Mapping[str, int] = field(default_factory=lambda: _all_statuses({}))
    # Ids of the processes running it.
    workers: tuple[int, ...] = ()
    cost: Cost = field(default_factory=Cost)
    # Days that publishing the rest takes; only computed for a single batch.
    uploads: tuple[UploadDays, ...] = ()
    # Why its processes start no new films: a disk is too full; only computed for a single batch.
    waits_because: str = ""
    # Why batch.json can't be read.
    error: str | None = None


_JOBS = TypeAdapter(list[JobState])


def open_store(common: CommonOptions) -> CheckpointStore:
    """The checkpoint store of the workspace, without the imports for making films. Raises `InputError`."""
    return CheckpointStore(find_workspace(Path.cwd(), common.workspace))


class BatchStatus:
    """The status of one batch. Everything blocks. Raises `InputError` for an unknown batch."""

    def __init__(self, store: CheckpointStore, name: str) -> None:
        self._known = store.known_batch(name)
        self._store = store
        self._index = store.refreshed(name)
        self._abandoned = store.abandoned(name)
        # Completed jobs whose film was deleted. The next run makes them again.
        self._gone: set[str] = set()

    def state(self) -> BatchState:
        """The state of the batch by its checkpoints."""
        counts = self._index.totals.jobs(abandoned=len(self._abandoned))
        counts[JobStatus.FAILED] += len(self._known.refused)
        return BatchState(
            batch=self._known.name,
            source=self._known.source,
            created_at=self._known.created_at.isoformat(),
            counts=_all_statuses(counts),
            workers=tuple(self._store.claims.workers(self._known.name)),
            cost=self._index.totals.cost(),
        )

    def checked_state(self) -> BatchState:
        """The state after checking that the films exist."""
        state = self.state()
        # Not `Path`: there may be fifty thousand films.
        videos = self._index.videos()
        self._gone = {job for job, video in videos if video is None or not os.path.exists(video)}  # noqa: PTH110
        counts = Counter(state.counts)
        counts[JobStatus.COMPLETED] -= len(self._gone)
        counts[JobStatus.PENDING] += len(self._gone)
        return replace(state, counts=_all_statuses(counts))

    def full_state(self) -> BatchState:
        """The checked state, with the days that publishing takes, and why no new films are started."""
        from pipeline.orchestrator.resources import disk_refusal
        from pipeline.orchestrator.uploads import upload_days

        state = self.checked_state()
        left = sum(state.counts[status] for status in UNFINISHED)
        if not left:
            return state
        workspace, settings = self._store.workspace, settings_of(self._known, self._store, **self._overrides_of_a_job())
        if settings is None:
            return state
        # Published, but parked for captions, for example.
        waiting = sum(bool(row.published) for row in self._index.rows(JobStatus.PARKED))
        uploads = upload_days(workspace, settings, left - waiting, waiting=waiting, clock=lambda: datetime.now(UTC))
        is_queued = state.workers and state.counts[JobStatus.PENDING]
        refusal = disk_refusal(workspace, settings, output=self._known.asked.output) if is_queued else ""
        return replace(state, uploads=uploads, waits_because=refusal)

    def _overrides_of_a_job(self) -> Mapping[str, str | bool | int | float]:
        """The overrides of an unfinished job: `publish` sets them on jobs, not on the batch."""
        with suppress(CheckpointError):  # damaged jobs have lines of their own
            for row in self._index.rows(*UNFINISHED):
                job = self._store.read_job(self._known.name, row.id)
                return job.asked.settings if job else {}
        return {}

    def jobs(self, *statuses: JobStatus) -> Iterator[JobState]:
        """All jobs, or those in `statuses`, in the order of the batch; unreadable ones last."""
        yield from map(self._job, self._index.overviews(*statuses))
        if not statuses or JobStatus.FAILED in statuses:
            for damage in self._index.damages():
                yield _unreadable_state(damage.job, damage.job, damage.message)
            for refused in self._known.refused:
                yield _unreadable_state("", refused.where, refused.error.message)

    def stopped(self) -> list[Group]:
        """Failed, held and parked films grouped by cause, the worst first; without damaged jobs."""
        groups = Groups()
        for row in (*self._known.refused_rows, *self._index.rows(*_STOPPED)):
            groups.add(row)
        return groups.ordered()

    def first_jobs(self, alone: Sequence[JobSummary] = ()) -> list[JobState]:
        """The first jobs to print, incomplete ones first; of stopped films, only those in `alone`."""
        found: list[JobState] = []
        damaged = (_unreadable_state(damage.job, damage.job, damage.message) for damage in self._index.damages())
        missing = (job for job in self.jobs(JobStatus.COMPLETED) if job.id in self._gone)
        present = (job for job in self.jobs(JobStatus.COMPLETED) if job.id not in self._gone)
        for jobs in (
            self.jobs(JobStatus.IN_PROGRESS),
            damaged,
            map(_stopped_state, alone),
            self.jobs(JobStatus.PENDING),
            self.jobs(JobStatus.CANCELLED),
            missing if self._gone else (),
            present,
        ):
            found += islice(jobs, _MAX_ROWS - len(found))
        return found

    def _job(self, job: JobOverview) -> JobState:
        state = _state_of(job, error=job.error.message if job.error else None)
        if job.id in self._gone or job.id in self._abandoned:
            return replace(state, status=JobStatus.PENDING.value)
        return replace(state, video=job.video if job.status is JobStatus.COMPLETED else None)


def settings_of(known: Batch, store: CheckpointStore, **overrides: object) -> Settings | None:
    """The settings that a batch is made with; None: they are invalid, which its next run reports."""
    from pipeline.settings import load_settings

    with suppress(ConfigurationError):
        return load_settings(store.workspace, {**known.asked.settings, **known.working, **overrides})
    return None


def all_states(store: CheckpointStore, *, checked: bool = True) -> Iterator[BatchState]:
    """The state of every batch, including damaged ones. `checked`: check that the films exist."""
    for name in store.batch_names():
        try:
            report = BatchStatus(store, name)
            yield report.checked_state() if checked else report.state()
        except CheckpointError as error:
            yield BatchState(batch=name, error=str(error))


def write_batch(report: BatchStatus, out: TextIO) -> None:
    """Write a batch as a JSON document on one line, page by page."""
    state = asdict(report.full_state())
    out.write(plain_json(json.dumps(state, ensure_ascii=False))[:-1] + ', "jobs": [')
    separator, jobs = "", report.jobs()
    while page := list(islice(jobs, _PAGE)):
        # Without the brackets of the list.
        out.write(separator + plain_json(_JOBS.dump_json(page).decode()[1:-1]))
        separator = ", "
    out.write("]}\n")


def _stopped_state(row: JobSummary) -> JobState:
    """A stopped film and the reason, after the origin of its brief if neither title nor reason has it."""
    why = failure_reason(row)
    names_origin = not row.origin or row.origin == row.title or row.origin in why
    return _state_of(row, error=why if names_origin else f"{row.origin}: {why}")


def _state_of(row: JobSummary | JobOverview, *, error: str | None) -> JobState:
    """A job as its row says, without its film."""
    return JobState(
        id=row.id,
        title=row.title,
        status=row.status,
        stage=row.stage,
        attempts=row.attempts,
        priority=row.priority,
        parked_until=row.parked_until.isoformat() if row.parked_until else None,
        error=error,
        cost=row.cost,
        series=row.series,
        episode=row.episode,
    )


def _unreadable_state(job_id: str, title: str, why: str) -> JobState:
    """A damaged job, or an unreadable brief, which never became a job."""
    return JobState(id=job_id, title=title, status=JobStatus.FAILED.value, error=why)


def _all_statuses(counts: Mapping[JobStatus, int] | Mapping[str, int]) -> dict[str, int]:
    found: Mapping[str, int] = {str(status): count for status, count in counts.items()}
    return {status.value: found.get(status.value, 0) for status in JobStatus}
