"""Make one film, run a batch, add films to a batch, or resume one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError, InputError, NightreelError, raise_first_error
from pipeline.limits import Rank
from pipeline.model import QUEUE, SINGLES, STANDALONE_BATCHES, Batch, Brief, Job, JobStatus, Priority, Refused, advance
from pipeline.narration.narrate import check_voice
from pipeline.orchestrator.batch.cancellation import cancel_released, run_until_cancelled
from pipeline.orchestrator.batch.plan import Plan
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.run import Outcome, run_jobs
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.events import Listener, ignore, notify
from pipeline.orchestrator.film.failures import error_record
from pipeline.sources import batch_name, redacted

# Notices about unused voices.
_MAX_NOTICES = 100
# Films of a family made at once: while one is drawn, the next is translated and spoken.
_FAMILY_AT_ONCE = 2


async def run_one(brief: Brief, context: RunContext, *, listen: Listener = ignore) -> Job:
    """Make one film and return its job: completed, parked or failed.

    Raises `BusyError` while another process makes it, and `InputError` for a brief with several languages or formats.
    """
    count = context.briefs.count_films([brief])
    if count > 1:
        raise InputError(f"asks for {count} films, where one is expected", where=brief.origin or brief.title)
    (job,) = await run_family(brief, context, listen=listen)
    return job


async def run_family(brief: Brief, context: RunContext, *, listen: Listener = ignore) -> tuple[Job, ...]:
    """Make the films of a brief in all its languages and formats, a few at a time, and return their jobs in order.

    Raises `BusyError` while another process makes one of them, and `InputError` for several films in one output file.
    """
    refuse_shared_output_file([brief], context)
    context.hosts.refuse_offline()
    await _notify_unused([brief], context, listen)
    with raise_first_error():
        async with anyio.create_task_group() as ahead:
            ahead.start_soon(_preload_voice, brief, context)
            ids = (await plan_batch([brief], context, batch=SINGLES, source="", keep=True)).ids
            jobs = await _make_singles(ids, brief.title, context, listen)
            ahead.cancel_scope.cancel()
    await to_thread.run_sync(context.cache.prune, context.settings.cache.max_bytes)
    return tuple(jobs[job_id] for job_id in ids)


async def _make_singles(ids: Sequence[str], title: str, context: RunContext, listen: Listener) -> dict[str, Job]:
    jobs: dict[str, Job] = {}
    claims, places = context.store.claims, anyio.Semaphore(_FAMILY_AT_ONCE)

    async def make(number: int, job_id: str) -> None:
        async with places:
            # An earlier request to cancel it is void: the film is requested now.
            is_void = await to_thread.run_sync(claims.is_cancel_requested, SINGLES, job_id)
            async with claims.claim(SINGLES, job_id, what=title):
                if is_void:
                    await to_thread.run_sync(claims.clear_cancel_request, SINGLES, job_id)
                job = await _make_single(job_id, context, listen, rank=(float(number),))
            jobs[job_id] = await cancel_released(context, SINGLES, job_id, listen) or job

    async with claims.register_worker(SINGLES), anyio.create_task_group() as tasks:
        for number, job_id in enumerate(ids):
            tasks.start_soon(make, number, job_id)
    return jobs


async def _make_single(job_id: str, context: RunContext, listen: Listener, *, rank: Rank) -> Job:
    # The previous owner of the claim may have finished the film.
    job = await context.store.load_job(SINGLES, job_id)
    if job.status is JobStatus.CANCELLED:
        job = advance(job, JobStatus.PENDING, at=context.clock(), why="requested again")
    return await run_until_cancelled(job, context, listen, rank=rank)


async def run_batch(
    briefs: Collection[Brief],
    context: RunContext,
    *,
    batch: str,
    source: str,
    priority: Priority = Priority.NORMAL,
    unreadable: Sequence[InputError] = (),
    is_partial: bool = False,
    numbered: bool = True,
    listen: Listener = ignore,
) -> Outcome:
    """Make all films of a batch.

    Run again, it resumes: completed films are kept, others continue at their last stage. If another process is running
    the batch, both share the work. `unreadable` briefs count as failed. `is_partial`: the briefs are only some of the
    source's; the films of the others stay in the batch. `numbered`: number the episodes of series. Raises `InputError`
    for several films in one output file.
    """
    refuse_shared_output_file(briefs, context)
    context.hosts.refuse_offline()
    if not len(briefs) and not unreadable:
        return Outcome(batch=batch, counts={})
    plan = await plan_batch(
        briefs,
        context,
        batch=batch,
        source=source,
        priority=priority,
        keep=batch in STANDALONE_BATCHES,
        is_partial=is_partial,
        refused=refusals(unreadable),
        numbered=numbered,
    )
    await _notify_unused(briefs, context, listen)
    for line in plan.notices(batch):
        notify(listen, line)
    return await run_jobs(context, batch, listen)


def refusals(unreadable: Iterable[InputError]) -> list[Refused]:
    """Unreadable briefs, in the form that a batch saves."""
    return [Refused(where=error.where, error=error_record(error, "")) for error in unreadable]


async def add(
    briefs: Sequence[Brief], context: RunContext, *, batch: str, priority: Priority = Priority.NORMAL
) -> tuple[Plan, list[int]]:
    """Add films to a batch. Returns the plan, and the ids of the processes that are running the batch."""
    refuse_shared_output_file(briefs, context)
    plan = await plan_batch(briefs, context, batch=batch, source="", priority=priority, keep=True)
    return plan, await to_thread.run_sync(lambda: worker_pids(context, batch, take_new_jobs=True))


async def batch_name_for(context: RunContext, source: Path | str) -> str:
    """The default batch name of a source. Raises `InputError` if a batch of another source has that name."""
    name = await to_thread.run_sync(batch_name, source)
    with suppress(CheckpointError):  # batch.json is damaged, and will be written again
        known = await context.store.load_batch(name)
        if known and known.source and known.source != await to_thread.run_sync(context.paths.source_name, source):
            raise InputError(
                f"a batch “{name}” exists already, from {known.source}",
                where=redacted(source),
                hint=f"Choose another name with --batch, or continue that batch with --batch {name}",
            )
    return name


async def require_batch(context: RunContext, name: str) -> Batch:
    """The saved batch of this name. Raises `InputError` for an unknown batch."""
    return await to_thread.run_sync(context.store.known_batch, name)


def worker_pids(context: RunContext, batch: str, *, take_new_jobs: bool = False) -> list[int]:
    """Ids of the processes that work on a batch, or only of those that will take new jobs of it. Blocks.

    For the queue, those of all batches, as each that takes new jobs takes some of it.
    """
    store = context.store
    # A process that makes single films takes no others.
    batches = [name for name in store.batch_names() if name != SINGLES] if batch == QUEUE else [batch]
    return sorted({pid for name in batches for pid in store.claims.workers(name, take_new_jobs=take_new_jobs)})


def refuse_while_busy(context: RunContext, batch: str) -> None:
    """Refresh the index of a batch, and raise `BusyError` if a process is working on it. Blocks."""
    pids = worker_pids(context, batch)
    index = context.store.refreshed(batch)
    if pids or any(context.store.claims.is_claimed(batch, turn.job) for turn in index.queue.in_progress()):
        who = f"process {pids[0]}" if pids else "a process"
        raise BusyError(f"{who} is working on batch “{batch}”", hint="Wait until it has finished, or stop it")


async def _preload_voice(brief: Brief, context: RunContext) -> None:
    """Load the model of the first voice during planning, if it is a local one.

    No service is called, as the film may exist already. Errors are left to the narration stage.
    """
    with suppress(NightreelError):
        narrators = await to_thread.run_sync(lambda: context.providers.narrators)
        await check_voice(narrators[:1], brief.language, wanted=None)


async def _notify_unused(briefs: Collection[Brief], context: RunContext, listen: Listener) -> None:
    """Emit a notice for each voice that no film uses, and for each host without a login, before the run starts."""
    voices = await to_thread.run_sync(context.briefs.idle_voices, briefs)
    without_login = await to_thread.run_sync(lambda: context.hosts.without_login)
    for line in (*voices[:_MAX_NOTICES], *map(context.hosts.login_warning, without_login)):
        notify(listen, line)


def refuse_shared_output_file(briefs: Collection[Brief], context: RunContext) -> None:
    """Raise `InputError` if several films would go to one output file."""
    count = context.briefs.count_films(briefs)
    if count > 1 and context.output and context.output.suffix.lower() == ".mp4":
        raise InputError(
            f"{count} films can't share one file", where=str(context.output), hint="Give a folder as --output"
        )
