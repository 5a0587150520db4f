"""Cancel, resume and retry jobs, and save checkpoints of batches.

A process that makes a job notices a cancel request within a second or two.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from anyio import to_thread

from pipeline.errors import CheckpointError, InputError
from pipeline.language.text import counted
from pipeline.model import QUEUE, Asked, Brief, Job, JobStatus, advance, requeued
from pipeline.orchestrator.batch.batches import require_batch
from pipeline.orchestrator.batch.bulk import BulkResult, change_jobs, select_jobs
from pipeline.orchestrator.batch.run import Outcome, run_jobs
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.control.refresh import add_now_readable, replace_corrected_jobs
from pipeline.orchestrator.events import Listener, ignore, notify
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
_RETRIED = (JobStatus.FAILED, JobStatus.PARKED, JobStatus.CANCELLED)


def open_for_batch(
    batch: str,
    *,
    workspace: Path | str | None,
    overrides: Mapping[str, object] | None,
    called: Mapping[str, str] | None = None,
) -> RunContext:
    """Open the workspace with the settings of the command that created the batch, except for `overrides`.

    Blocks. Raises what `open_context` does.
    """
    known = None
    with suppress(CheckpointError, InputError):  # reported when the batch is needed
        place = find_workspace(Path.cwd(), Path(workspace) if workspace else None)
        known = CheckpointStore(place).read_batch(batch)
    settings = {**(known.working if known else {}), **(overrides or {})}
    return open_context(workspace=workspace, overrides=settings, called=called)


async def with_batch_settings(context: RunContext, batch: str) -> RunContext:
    """The context with the film settings of a batch. Raises `InputError` for an unknown batch."""
    known = await require_batch(context, batch)
    return await to_thread.run_sync(context.for_request, known.asked)


async def with_addition_settings(context: RunContext, batch: str) -> RunContext:
    """The context for adding films to a batch: its settings, overridden by those of `context`.

    Raises `InputError` for an unknown batch other than the queue.
    """
    if batch == QUEUE:
        return context
    known = (await require_batch(context, batch)).asked
    # An output file would be overwritten by the new films.
    output = "" if known.output.lower().endswith(".mp4") else known.output
    both = Asked(settings={**known.settings, **context.asked.settings}, output=context.asked.output or output)
    return await to_thread.run_sync(context.for_request, both)


async def cancel(context: RunContext, *, batch: str, jobs: Sequence[str] = ()) -> BulkResult:
    """Cancel the jobs of a batch that are not completed, or only `jobs` (id prefixes).

    Jobs in progress (`busy`) are stopped by the processes that make them. `retry` resumes cancelled jobs. Raises
    `InputError` for an unknown batch or job.
    """
    await require_batch(context, batch)
    ids = await select_jobs(context, batch, jobs, _CANCELLABLE)

    def let_be(job: Job) -> Job | None:
        if job.status not in _CANCELLABLE:
            return None
        return advance(job, JobStatus.CANCELLED, at=context.clock(), why="cancelled")

    done = await change_jobs(context, batch, ids, let_be, or_else=partial(context.store.claims.request_cancel, batch))
    if not done.busy:
        return done

    # A process that was just releasing a job may have missed the request: then cancel it here. If the job is still
    # busy, its process looks for a request after it has released it.
    def cancel_here(job: Job) -> Job | None:
        if job.status is JobStatus.COMPLETED:
            context.store.claims.clear_cancel_request(batch, job.id)
        return job if job.status is JobStatus.CANCELLED else let_be(job)

    later = await change_jobs(context, batch, done.busy, cancel_here)
    return BulkResult(
        changed=done.changed + later.changed,
        busy=later.busy,
        left=done.left + later.left,
        damaged=done.damaged + later.damaged,
    )


async def resume(context: RunContext, *, batch: str, listen: Listener = ignore) -> Outcome:
    """Resume a batch from its checkpoints, without its source.

    Jobs that are parked for a person are resumed as well, failed ones are not. Raises `InputError` for an unknown
    batch.
    """
    context = await with_batch_settings(context, batch)
    await _remember_budget(context, batch)
    index = await to_thread.run_sync(context.store.refreshed, batch)
    rows = await to_thread.run_sync(lambda: [row.id for row in index.rows(JobStatus.PARKED) if not row.parked_until])

    def take_up(job: Job) -> Job | None:
        if job.status is not JobStatus.PARKED or job.parked_until:
            return None
        return advance(job, JobStatus.PENDING, at=context.clock(), why="resumed").evolve(retries=0)

    await change_jobs(context, batch, rows, take_up)
    for damage in await to_thread.run_sync(index.damages):
        is_damaged = await to_thread.run_sync(context.store.is_damaged, batch, damage.job)
        hint = "; or nightreel retry makes it again, if the source has it" if is_damaged else ""
        notify(listen, damage.message + hint)
    return await run_jobs(context, batch, listen)


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
    """Retry failed, parked and cancelled jobs, and resume the batch.

    With `failed`, or `jobs` (id prefixes), only retry those, and make no others. `briefs` are the present content of
    the source: jobs of corrected rows are replaced, briefs that could not be read before become jobs; new rows are left
    to `run`. `stage`: redo this and all later stages. Raises `InputError` for an unknown batch or job.
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
        context.store.claims.clear_cancel_request(batch, job.id)
        return requeued(fresh, at=context.clock(), why=f"retried, from {stage} on" if stage else "retried")

    done = await change_jobs(context, batch, ids, take_up)
    if not jobs:
        done.changed += await add_now_readable(context, batch, briefs)
    _notify_skipped(done, batch, listen, named=bool(jobs))
    if failed and not ids and not done.changed:
        notify(listen, f"no job of “{batch}” has failed")
    if not (failed or jobs):
        return await run_jobs(context, batch, listen)
    outcome = await run_jobs(context, batch, listen, only=done.changed)
    return await to_thread.run_sync(outcome_of_jobs, outcome, context, ids) if jobs else outcome


def outcome_of_jobs(outcome: Outcome, context: RunContext, ids: Iterable[str]) -> Outcome:
    """The outcome, complete when these jobs are. Blocks."""
    rows = map(context.store.index(outcome.batch).find, ids)
    return replace(outcome, named=tuple(row.status if row else None for row in rows))


async def _remember_budget(context: RunContext, batch: str) -> None:
    """Save a budget given by a flag with the batch, so that later commands use it as well."""
    budget = {key: value for key, value in context.batch_overrides.items() if key.startswith("budget.")}
    if not budget:
        return
    async with context.store.claims.planning(batch):
        now = await require_batch(context, batch)
        if not budget.items() <= now.working.items():
            await context.store.save_batch(replace(now, working={**now.working, **budget}))


async def checkpoint(context: RunContext, *, batch: str, name: str, replace: bool = False) -> int:
    """Save the state of a batch under a name. Returns the number of jobs.

    Raises `InputError` for an unknown batch and, unless `replace`, for a name that is taken.
    """
    await require_batch(context, batch)
    copies = Snapshots(context.store.folder(batch), context.workspace)
    async with context.store.claims.planning(batch):
        return await to_thread.run_sync(partial(copies.make, name, replace=replace))


def _notify_skipped(done: BulkResult, batch: str, listen: Listener, *, named: bool) -> None:
    """Emit notices about jobs that are not retried."""
    for reason in done.damaged:
        notify(listen, reason)
    if done.busy:
        films = counted(len(done.busy), "film is", "films are")
        notify(listen, f"{films} being made by another process")
    if done.left and named:
        films = counted(len(done.left), "film is", "films are")
        hint = f"to redo another one: nightreel retry {shlex.quote(batch)} --job ID --from STAGE"
        notify(listen, f"{films} completed already, and skipped. Published films are not made again; {hint}")
