"""The state of batches, read from their checkpoints and locks, as values and as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from anyio import to_thread
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.errors import CheckpointError, InputError
from pipeline.model import JobStatus, JobSummary
from pipeline.state import CheckpointStore, Damage

_COLOURS = {
    JobStatus.COMPLETED: "green",
    JobStatus.FAILED: "red",
    JobStatus.IN_PROGRESS: "cyan",
    JobStatus.PENDING: "dim",
    JobStatus.PARKED: "yellow",
    JobStatus.REVIEW: "magenta",
    JobStatus.CANCELLED: "dim",
}
_ANY_WIDTH = 10_000


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


@dataclass(frozen=True, kw_only=True)
class BatchState:
    """A batch as `status` shows it."""

    batch: str
    # Every status, also those that no job has.
    counts: dict[str, int]
    jobs: tuple[JobState, ...]
    # Why nothing is known of it: its own file is damaged.
    error: str | None = None


async def batch_state(store: CheckpointStore, name: str) -> BatchState:
    """One batch. Raises `InputError` when there is none of that name."""
    if await store.load_batch(name) is None:
        known = ", ".join(await store.batches())
        hint = f"There is {known}" if known else "Nothing has been run in this workspace yet"
        raise InputError(f"no batch named {name!r}", hint=hint)

    def look() -> list[JobState]:
        index = store.refreshed(name)
        jobs = [_job_state(store, row) for row in index.rows()]
        return jobs + [_damaged_state(damage) for damage in index.damages()]

    jobs = await to_thread.run_sync(look)
    return BatchState(batch=name, counts=_count(jobs), jobs=tuple(jobs))


async def all_states(store: CheckpointStore) -> tuple[BatchState, ...]:
    """Every batch of the workspace; a damaged one does not hide the others."""
    states = []
    for name in await store.batches():
        try:
            states.append(await batch_state(store, name))
        except CheckpointError as error:
            states.append(BatchState(batch=name, counts=_count([]), jobs=(), error=str(error)))
    return tuple(states)


def print_batch(state: BatchState) -> None:
    """One batch, a row for each film."""
    table = Table(box=None, pad_edge=False, title=None)
    for column in ("film", "status", "stage", "tries", "where, or why not"):
        table.add_column(column, header_style="dim", no_wrap=True)
    for job in state.jobs:
        colour = _COLOURS[JobStatus(job.status)]
        table.add_row(
            escape(job.title),
            f"[{colour}]{job.status}[/]",
            "" if job.status == JobStatus.COMPLETED else job.stage,
            str(job.attempts),
            escape(job.error or job.video or ""),
        )
    console = Console(highlight=False)
    console.print(f"[bold]{escape(state.batch)}[/]  {_counts(state)}\n")
    # Paths are there to be copied: the table takes the width it needs, however narrow the terminal.
    console.width = max(console.width, Console(width=_ANY_WIDTH).measure(table).maximum)
    console.print(table)


def print_batches(states: tuple[BatchState, ...]) -> None:
    """A line for each batch."""
    console = Console(highlight=False)
    if not states:
        console.print("Nothing has been run in this workspace yet. Try: nightreel make topics/octopus-hearts.md")
    for state in states:
        about = f"[red]{escape(state.error)}[/]" if state.error else _counts(state)
        console.print(f"[bold]{escape(state.batch)}[/]  {about}", soft_wrap=True)


def _job_state(store: CheckpointStore, row: JobSummary) -> JobState:
    # A checkpoint says "in progress" for ever when its process was killed; the lock knows better. And a film that
    # somebody took away is not there, whatever was true once. Either is what the next run goes on with.
    abandoned = row.status is JobStatus.IN_PROGRESS and not store.is_claimed(row.batch, row.id)
    video = row.video if row.status is JobStatus.COMPLETED else None
    gone = video is not None and not video.exists()
    return JobState(
        id=row.id,
        title=row.title,
        status=(JobStatus.PENDING if abandoned or gone else row.status).value,
        stage=row.stage,
        attempts=row.attempts,
        priority=row.priority.value,
        parked_until=row.parked_until.isoformat() if row.parked_until else None,
        video=None if video is None or gone else str(video),
        error=row.error.message if row.error else None,
    )


def _damaged_state(damage: Damage) -> JobState:
    """A job of which only the id can be read."""
    return JobState(
        id=damage.job,
        title=damage.job,
        status=JobStatus.FAILED.value,
        stage="",
        attempts=0,
        priority="",
        parked_until=None,
        video=None,
        error=damage.message,
    )


def _count(jobs: Sequence[JobState]) -> dict[str, int]:
    counts = Counter(job.status for job in jobs)
    return {status.value: counts[status.value] for status in JobStatus}


def _counts(state: BatchState) -> str:
    return " · ".join(
        f"[{_COLOURS[JobStatus(name)]}]{count} {name}[/]" for name, count in state.counts.items() if count
    )
