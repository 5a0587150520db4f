"""The state of batches, read from the rows of their jobs and from locks, as values and as tables.

A row is looked at once and forgotten: fifty thousand jobs are told in a second or two, and in little memory.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

from pipeline.cli.options import Place
from pipeline.cli.text import marked, plain_json
from pipeline.errors import CheckpointError, ConfigurationError, InputError, did_you_mean
from pipeline.model import Cost, JobStatus, bill, dollars
from pipeline.state import CheckpointStore, JobInShort
from pipeline.workspace import find_workspace

if TYPE_CHECKING:
    from pipeline.orchestrator.uploads import UploadDays

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
# So many digits tell the films of a batch apart, mostly; a command takes any beginning of an id.
_ID_DIGITS = 6
# Between columns; and what the last column of a cropped table needs to say anything.
_GAP, _LEAST_CELLS = 1, 16
# Rows of a table for a person, and what stands in it before the completed ones.
_MOST_ROWS = 200
# Jobs that are made JSON at once.
_PAGE = 500
_ORDER = (
    JobStatus.IN_PROGRESS,
    JobStatus.FAILED,
    JobStatus.REVIEW,
    JobStatus.PARKED,
    JobStatus.PENDING,
    JobStatus.CANCELLED,
)


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


def open_store(place: Place) -> CheckpointStore:
    """The checkpoints of the workspace, without loading what makes films. Raises `InputError` for no workspace."""
    return CheckpointStore(find_workspace(Path.cwd(), place.workspace))


class BatchReport:
    """One batch. Everything blocks. Raises `InputError` when there is none of that name."""

    def __init__(self, store: CheckpointStore, name: str) -> None:
        known = store.read_batch(name)
        if known is None:
            names = store.batch_names()
            hint = did_you_mean(name, names) if names else "Nothing has been run in this workspace yet"
            raise InputError(f"no batch named {name!r}", hint=hint)
        self._known = known
        self._store = store
        self._index = store.refreshed(name)
        # A checkpoint says "in progress" for ever when its process was killed; the lock knows better.
        self._abandoned = {job for _, job in self._index.under_way() if not store.is_claimed(name, job)}
        # And a film that somebody took away is not there, whatever was true once. Either goes on with the next run.
        self._gone: set[str] = set()

    def state(self) -> BatchState:
        """All but the single jobs, from what the checkpoints say."""
        counts = Counter({status: standing.jobs for status, standing in self._index.counts().items()})
        counts[JobStatus.IN_PROGRESS] -= len(self._abandoned)
        counts[JobStatus.PENDING] += len(self._abandoned)
        counts[JobStatus.FAILED] += len(self._known.refused)
        return BatchState(
            batch=self._known.name,
            source=self._known.source,
            created_at=self._known.created_at.isoformat(),
            counts=_all_of(counts),
            workers=tuple(self._store.workers(self._known.name)),
            cost=self._index.cost(),
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
        left = sum(state.counts[status] for status in (JobStatus.PENDING, JobStatus.IN_PROGRESS, JobStatus.PARKED))
        if not left:
            return replace(state, uploads=())
        # They are parked for their captions, say.
        waiting = sum(bool(row.published) for row in self._index.rows(JobStatus.PARKED))
        return replace(state, uploads=self._uploads(left - waiting, waiting=waiting))

    def _uploads(self, films: int, *, waiting: int) -> tuple[UploadDays, ...]:
        from pipeline.orchestrator.uploads import upload_days
        from pipeline.settings import load_settings

        try:
            settings = load_settings(self._store.workspace, self._known.asked.settings)
        except ConfigurationError:
            # The next run will say what is wrong with them.
            return ()
        return upload_days(self._store.workspace, settings, films, waiting=waiting, clock=lambda: datetime.now(UTC))

    def jobs(self, *statuses: JobStatus) -> Iterator[JobState]:
        """The jobs in the order of the batch, page by page, unreadable ones last; all, or those of some statuses."""
        yield from map(self._job, self._index.told(*statuses))
        if not statuses or JobStatus.FAILED in statuses:
            for damage in self._index.damages():
                yield _lost_state(damage.job, damage.job, damage.message)
            for refused in self._known.refused:
                yield _lost_state("", refused.where, refused.error.message)

    def first_jobs(self) -> list[JobState]:
        """As many as a person wants to see; those that are not completed come first."""
        found: list[JobState] = []
        # Those whose films are gone wait to be made again.
        lost = (job for job in self.jobs(JobStatus.COMPLETED) if job.id in self._gone)
        there = (job for job in self.jobs(JobStatus.COMPLETED) if job.id not in self._gone)
        for jobs in (*map(self.jobs, _ORDER), lost if self._gone else (), there):
            found += islice(jobs, _MOST_ROWS - len(found))
        return found

    def origin(self, job_id: str) -> str:
        """Where the brief of a job stands; empty: it has no place."""
        row = self._index.find(job_id) if job_id else None
        return row.origin if row else ""

    def _job(self, job: JobInShort) -> JobState:
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


def print_batch(report: BatchReport, *, fits: bool = False) -> None:
    """One batch, a row for each film, as far as anybody reads them; `fits`: cropped to the terminal."""
    state = report.full_state()
    jobs = report.first_jobs()
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, title=None)
    bought = state.cost.tokens > 0
    for column in ("id", "film", "status", "stage", "tries", *(["cost"] if bought else []), "where, or why not"):
        table.add_column(column, header_style="dim", no_wrap=True, overflow="ellipsis")
    table.columns[0].style = "dim"
    if fits:
        table.columns[1].max_width = console.width // 3
    for job in jobs:
        colour = _COLOURS[JobStatus(job.status)]
        table.add_row(
            job.id[:_ID_DIGITS],
            marked(f"{job.episode} · {job.title}" if job.episode else job.title),
            f"[{colour}]{job.status}[/]{_until(job.parked_until)}",
            "" if job.status == JobStatus.COMPLETED else marked(job.stage),
            str(job.attempts),
            *([bill(job.cost) if job.cost.tokens else ""] if bought else []),
            marked(_why_not(job, report) or job.video or ""),
        )
    console.print(f"[bold]{marked(state.batch)}[/]  {_counts(state)}{_at_work(state)}", soft_wrap=True)
    for line in _costs(state.cost):
        console.print(f"[dim]{marked(line)}[/]", soft_wrap=True)
    for line in _publishing(state.uploads):
        console.print(f"[dim]{marked(line)}[/]", soft_wrap=True)
    console.print()
    if fits:
        _crop_last(table, console)
    else:
        # Paths are there to be copied: the table takes the width it needs, however narrow the terminal.
        console.width = max(console.width, Console(width=_ANY_WIDTH).measure(table).maximum)
    console.print(table)
    more = sum(state.counts.values()) - len(jobs)
    if more > 0:
        console.print(f"… and {more} more: --json lists all")


def _why_not(job: JobState, report: BatchReport) -> str:
    """What went wrong, after the place of the brief, and without the title, which stands beside it."""
    if not job.error:
        return ""
    why, origin = job.error.removeprefix(f"{job.title}: "), report.origin(job.id)
    return f"{origin}: {why}" if origin and origin not in why else why


def _crop_last(table: Table, console: Console) -> None:
    """Give the last column what the others leave of the terminal; too little, and it is left out."""
    last = table.columns.pop()
    left = console.width - console.measure(table).maximum - _GAP
    if left >= _LEAST_CELLS:
        last.max_width = left
        table.columns.append(last)


def write_batch(report: BatchReport, out: TextIO) -> None:
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


def all_states(store: CheckpointStore, *, checked: bool = True) -> Iterator[BatchState]:
    """Every batch of the workspace; a damaged one does not hide the others. `checked`: are the films there?"""
    for name in store.batch_names():
        try:
            report = BatchReport(store, name)
            yield report.checked_state() if checked else report.state()
        except CheckpointError as error:
            yield BatchState(batch=name, error=str(error))


def print_batches(states: Iterable[BatchState]) -> None:
    """A line for each batch."""
    console, count = Console(highlight=False), 0
    for state in states:
        count += 1
        about = f"[red]{marked(state.error)}[/]" if state.error else f"{_counts(state)}{_at_work(state)}"
        console.print(f"[bold]{marked(state.batch)}[/]  {about}", soft_wrap=True)
    if not count:
        console.print("Nothing has been run in this workspace yet. Try: nightreel make topics/octopus-hearts.md")


def print_list(states: Iterable[BatchState]) -> None:
    """A table of all batches."""
    table = Table(box=None, pad_edge=False)
    for column in ("batch", "films", "begun", "source", ""):
        table.add_column(column, header_style="dim", no_wrap=True)
    for state in states:
        done, total = state.counts[JobStatus.COMPLETED], sum(state.counts.values())
        begun = f"{datetime.fromisoformat(state.created_at).astimezone():%Y-%m-%d %H:%M}" if state.created_at else ""
        about = f"[red]{marked(state.error)}[/]" if state.error else _at_work(state).strip()
        table.add_row(f"[bold]{marked(state.batch)}[/]", f"{done}/{total}", begun, marked(state.source), about)
    console = Console(highlight=False)
    if not table.row_count:
        console.print("Nothing has been run in this workspace yet. Try: nightreel make topics/octopus-hearts.md")
        return
    console.width = max(console.width, Console(width=_ANY_WIDTH).measure(table).maximum)
    console.print(table)


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


def _counts(state: BatchState) -> str:
    return " · ".join(
        f"[{_COLOURS[JobStatus(name)]}]{count} {name}[/]" for name, count in state.counts.items() if count
    )


def _at_work(state: BatchState) -> str:
    if not state.workers:
        return ""
    processes = "process" if len(state.workers) == 1 else "processes"
    return f"  [cyan]{processes} {', '.join(map(str, state.workers))} at work[/]"


def _costs(cost: Cost) -> Iterator[str]:
    """What was bought, and of which models; nothing if nothing was."""
    if not cost.tokens:
        return
    yield f"cost {bill(cost)}, {cost.tokens:,} tokens"
    for name, model in sorted(cost.models.items()):
        money = "no known price" if model.usd is None else dollars(model.usd)
        calls = f"{model.calls:,} call{'' if model.calls == 1 else 's'}, " if model.calls else ""
        yield f"  {name}: {calls}{model.tokens_in:,} read, {model.tokens_out:,} written, {money}"


def _publishing(uploads: tuple[UploadDays, ...]) -> Iterator[str]:
    if uploads:
        from pipeline.orchestrator.uploads import told_days

        yield from (f"publishing {told_days(found)}" for found in uploads)


def _until(moment: str | None) -> str:
    return f" until {datetime.fromisoformat(moment).astimezone():%a %H:%M}" if moment else ""
