"""What can be asked of jobs that exist: go on, try again, let it be.

One that another process makes hears of a wish to cancel within a second or two.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import CheckpointError, InputError
from pipeline.language.text import counted
from pipeline.model import QUEUE, Asked, Brief, Job, JobStatus, advance
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.batch.batches import require_batch
from pipeline.orchestrator.batch.run import Outcome
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.control.bulk import BulkResult, change_jobs, select_jobs, settle
from pipeline.orchestrator.control.refresh import add_now_readable, replace_corrected_jobs
from pipeline.orchestrator.events import Listener, Notice, emit, ignore
from pipeline.orchestrator.film.remake import discard_from
from pipeline.state import CheckpointStore, Snapshots
from pipeline.workspace import find_workspace

_CANCELLABLE = (
    JobStatus.PENDING,
    JobStatus.IN_PROGRESS,
    JobStatus.PARKED,
    JobStatus.FAILED,
    JobStatus.REVIEW,
)
# A process that is done with a film puts it down within this.
_SETTLES_S = 0.2
_RETRIED = (JobStatus.FAILED, JobStatus.PARKED, JobStatus.CANCELLED)


def open_for_batch(
    batch: str,
    *,
    workspace: Path | str | None,
    overrides: Mapping[str, object] | None,
    called: Mapping[str, str] | None = None,
) -> RunContext:
    """The workspace, to go on with a batch: it is worked on as the command that began it said, but for `overrides`.

    Reads files. Raises what `open_context` does.
    """
    asked = None
    with suppress(CheckpointError, InputError):  # told by whoever needs the batch
        place = find_workspace(Path.cwd(), Path(workspace) if workspace else None)
        asked = CheckpointStore(place).read_batch(batch)
    settings = {**(asked.working if asked else {}), **(overrides or {})}
    return open_context(workspace=workspace, overrides=settings, called=called)


async def with_batch_settings(context: RunContext, batch: str) -> RunContext:
    """The context with what this batch was asked for with. Raises `InputError` for an unknown one."""
    asked = await require_batch(context, batch)
    return await to_thread.run_sync(context.for_request, asked.asked)


async def with_addition_settings(context: RunContext, batch: str) -> RunContext:
    """The context for more films of a batch: as the batch was asked for, but for what `context` is asked for.

    Raises `InputError` for an unknown batch that is not the queue.
    """
    if batch == QUEUE:
        return context
    asked = (await require_batch(context, batch)).asked
    # A film of its own in a file would take the place of the one that is there.
    output = "" if asked.output.lower().endswith(".mp4") else asked.output
    both = Asked(settings={**asked.settings, **context.asked.settings}, output=context.asked.output or output)
    return await to_thread.run_sync(context.for_request, both)


async def cancel(context: RunContext, *, batch: str, jobs: Sequence[str] = ()) -> BulkResult:
    """Make what is not completed cancelled: all of a batch, or the `jobs` whose ids begin so.

    Those under way are stopped by the process that makes them, which is asked to (`busy`). Only `retry` brings a
    cancelled job back. Raises `InputError` for an unknown batch or job.
    """
    await require_batch(context, batch)
    ids = await select_jobs(context, batch, jobs, _CANCELLABLE)

    def let_be(job: Job) -> Job | None:
        if job.status not in _CANCELLABLE:
            return None
        return advance(job, JobStatus.CANCELLED, at=context.clock(), why="cancelled")

    done = await change_jobs(context, batch, ids, let_be, or_else=partial(context.store.claims.request_cancel, batch))
    if done.busy:
        # Who was about to put a film down may have heard nothing: then nobody will, and it is ours to cancel.
        await anyio.sleep(_SETTLES_S)
        asked, done.busy = done.busy, []
        await to_thread.run_sync(settle, context, batch, asked, let_be, done)
    return done


async def resume(context: RunContext, *, batch: str, listen: Listener = ignore) -> Outcome:
    """Go on with a batch as its checkpoints stand, without its source.

    What waits for a person is taken up as well: somebody is there. What failed is not. Raises `InputError` for an
    unknown batch.
    """
    context = await with_batch_settings(context, batch)
    await _remember_budget(context, batch)
    index = await to_thread.run_sync(context.store.refreshed, batch)
    rows = await to_thread.run_sync(lambda: [row.id for row in index.rows(JobStatus.PARKED) if not row.parked_until])

    def take_up(job: Job) -> Job | None:
        if job.status is not JobStatus.PARKED or job.parked_until:
            return None
        return advance(job, JobStatus.PENDING, at=context.clock(), why="taken up again").evolve(retries=0)

    await change_jobs(context, batch, rows, take_up)
    for damage in await to_thread.run_sync(index.damages):
        is_damaged = await to_thread.run_sync(context.store.is_damaged, batch, damage.job)
        afresh = "; or nightreel retry makes it afresh, if the source has it" if is_damaged else ""
        emit(listen, Notice(text=damage.message + afresh))
    return await batches.resume(context, batch=batch, listen=listen)


async def retry(
    context: RunContext,
    *,
    batch: str,
    failed: bool = False,
    jobs: Sequence[str] = (),
    stage: str = "",
    briefs: Collection[Brief] = (),
    listen: Listener = ignore,
) -> Outcome:
    """Take up what failed, is parked or was cancelled, and go on with the batch.

    Or take up only what `failed`, or only `jobs` (beginnings of ids), and make nothing else. `briefs` are what the
    source holds now: a job whose row was mended gives way to the new one, and a brief that could not be read becomes a
    job; rows that are new are not made. From `stage` on everything is made afresh. Raises `InputError` for an unknown
    batch or job, or a film that is out.
    """
    context = await with_batch_settings(context, batch)
    await _remember_budget(context, batch)
    ids = await select_jobs(context, batch, jobs, _RETRIED[:1] if failed else _RETRIED, damaged=True)
    ids = await replace_corrected_jobs(context, batch, ids, briefs)

    def take_up(job: Job) -> Job | None:
        if job.status is JobStatus.COMPLETED and not stage:
            return None
        if stage and job.published and stage != "publishing":
            return None
        fresh = discard_from(stage, job, context) if stage else job
        if fresh.status is not JobStatus.PENDING:
            why = f"tried again, from {stage} on" if stage else "tried again"
            fresh = advance(fresh, JobStatus.PENDING, at=context.clock(), why=why)
        context.store.claims.clear_cancel_request(batch, job.id)
        return fresh.evolve(error=None, retries=0)

    done = await change_jobs(context, batch, ids, take_up)
    if not jobs:
        done.changed += await add_now_readable(context, batch, briefs)
    _tell_left(done, batch, listen, named=bool(jobs))
    if failed and not ids and not done.changed:
        emit(listen, Notice(text=f"nothing in “{batch}” has failed"))
    if not (failed or jobs):
        return await batches.resume(context, batch=batch, listen=listen)
    outcome = await batches.resume_jobs(context, batch=batch, jobs=done.changed, listen=listen)
    return await to_thread.run_sync(outcome_of_jobs, outcome, context, ids) if jobs else outcome


@dataclass(frozen=True, kw_only=True)
class SelectedOutcome(Outcome):
    """How a batch stands after some of its jobs were asked for: it is complete when those are."""

    statuses: tuple[JobStatus | None, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every film that was asked for is there."""
        return all(status is JobStatus.COMPLETED for status in self.statuses)


def outcome_of_jobs(outcome: Outcome, context: RunContext, ids: Iterable[str]) -> Outcome:
    """How the batch stands, seen from these jobs. Blocks."""
    rows = map(context.store.index(outcome.batch).find, ids)
    return SelectedOutcome(**vars(outcome), statuses=tuple(row.status if row else None for row in rows))


async def _remember_budget(context: RunContext, batch: str) -> None:
    """What the batch may cost from now on, if a flag has said so: the next command goes by it as well."""
    said = {key: value for key, value in context.batch_overrides.items() if key.startswith("budget.")}
    if not said:
        return
    async with context.store.claims.planning(batch):
        now = await require_batch(context, batch)
        if not said.items() <= now.working.items():
            await context.store.save_batch(replace(now, working={**now.working, **said}))


async def checkpoint(context: RunContext, *, batch: str, name: str, replace: bool = False) -> int:
    """Keep a copy of the batch as it stands under a name; returns how many jobs it has.

    Raises `InputError` for an unknown batch and a name that is taken, but for `replace`.
    """
    await require_batch(context, batch)
    copies = Snapshots(context.store.folder(batch), context.workspace)
    async with context.store.claims.planning(batch):
        return await to_thread.run_sync(partial(copies.make, name, replace=replace))


def _tell_left(done: BulkResult, batch: str, listen: Listener, *, named: bool) -> None:
    """Say what is not tried again, and why."""
    for reason in done.damaged:
        emit(listen, Notice(text=reason))
    if done.busy:
        films = counted(len(done.busy), "film is", "films are")
        emit(listen, Notice(text=f"{films} being made by another process"))
    if done.left and named:
        films = counted(len(done.left), "film is", "films are")
        hint = f"nightreel retry {shlex.quote(batch)} --job ID --from STAGE makes one again that was not published"
        emit(listen, Notice(text=f"{films} completed already and left alone: {hint}"))
