"""What can be asked for: one film, a batch, more work for a batch, and going on with what was begun."""

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
from pipeline.orchestrator.batch.cancellation import run_until_cancelled
from pipeline.orchestrator.batch.plan import Plan
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.run import Outcome, run_jobs
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.brief_resolver import BriefResolver
from pipeline.orchestrator.context.hosts import Hosts
from pipeline.orchestrator.events import Listener, Notice, emit, ignore
from pipeline.orchestrator.film.failures import error_record
from pipeline.sources import batch_name, redacted
from pipeline.state import no_batch

# Lines about one thing; whoever reads more has seen what it is about.
_MOST_TOLD = 100
# Of a family: while one is drawn, the next is translated and spoken.
_FAMILY_AT_ONCE = 2


async def run_one(brief: Brief, context: RunContext, *, listen: Listener = ignore) -> Job:
    """Make one film and return its job, completed, parked or failed. Other processes may make other films meanwhile.

    Raises `BusyError` when another process is making this one, and `InputError` when several languages are wanted.
    """
    count = context.briefs.count_films([brief])
    if count > 1:
        raise InputError(f"{count} films are wanted of it, and one was asked for", where=brief.origin or brief.title)
    (job,) = await run_family(brief, context, listen=listen)
    return job


async def run_family(brief: Brief, context: RunContext, *, listen: Listener = ignore) -> tuple[Job, ...]:
    """Make a film of a brief in each of its languages, a few at a time, and return their jobs in this order.

    Raises `BusyError` when another process is making one of them, and `InputError` for several films in one file.
    """
    refuse_shared_output_file([brief], context)
    context.hosts.refuse_offline()
    await _tell_idle_voices([brief], context.briefs, listen)
    await _tell_logins(context.hosts, listen)
    with raise_first_error():
        async with anyio.create_task_group() as ahead:
            ahead.start_soon(_wake_voice, brief, context)
            ids = (await plan_batch([brief], context, batch=SINGLES, source="", keep=True)).ids
            jobs = await _make_singles(ids, brief.title, context, listen)
            ahead.cancel_scope.cancel()
    await to_thread.run_sync(context.cache.prune, context.settings.cache.max_bytes)
    return tuple(jobs[job_id] for job_id in ids)


async def _make_singles(ids: Sequence[str], title: str, context: RunContext, listen: Listener) -> dict[str, Job]:
    jobs: dict[str, Job] = {}
    places = anyio.Semaphore(_FAMILY_AT_ONCE)

    async def make(number: int, job_id: str) -> None:
        async with places, context.store.claims.claim(SINGLES, job_id, what=title):
            jobs[job_id] = await _make_single(job_id, context, listen, rank=(float(number),))

    async with context.store.claims.working(SINGLES), anyio.create_task_group() as tasks:
        for number, job_id in enumerate(ids):
            tasks.start_soon(make, number, job_id)
    return jobs


async def _make_single(job_id: str, context: RunContext, listen: Listener, *, rank: Rank) -> Job:
    # Whoever held the claim before may have finished the film.
    job = await context.store.load_job(SINGLES, job_id)
    if job.status is JobStatus.CANCELLED:
        job = advance(job, JobStatus.PENDING, at=context.clock(), why="asked for again")
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

    Run again, it continues: completed films are left alone, everything else goes on where it stands. While another
    process works on the batch, it helps. `unreadable` briefs count as failed. `is_partial`: the source has more briefs
    than these, whose films stay as they are. `numbered`: episodes of series get their numbers. Raises `InputError` when
    several films should go to one file.
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
    await _tell_idle_voices(briefs, context.briefs, listen)
    await _tell_logins(context.hosts, listen)
    for line in plan.news(batch):
        emit(listen, Notice(text=line))
    return await run_jobs(context, batch, listen)


def refusals(unreadable: Iterable[InputError]) -> list[Refused]:
    """Briefs that can't be read, as a batch remembers them."""
    return [Refused(where=error.where, error=error_record(error, "")) for error in unreadable]


async def add(
    briefs: Sequence[Brief], context: RunContext, *, batch: str, priority: Priority = Priority.NORMAL
) -> tuple[Plan, list[int]]:
    """Add films to a batch, for whoever runs it, now or later; the processes that do so now are returned as well."""
    refuse_shared_output_file(briefs, context)
    plan = await plan_batch(briefs, context, batch=batch, source="", priority=priority, keep=True)
    return plan, await to_thread.run_sync(worker_pids, context, batch)


async def resume(context: RunContext, *, batch: str, listen: Listener = ignore) -> Outcome:
    """Go on with a batch as its checkpoints stand, without its source. Raises `InputError` for an unknown one."""
    await require_batch(context, batch)
    await to_thread.run_sync(context.store.refreshed, batch)
    return await run_jobs(context, batch, listen)


async def resume_jobs(context: RunContext, *, batch: str, jobs: Collection[str], listen: Listener = ignore) -> Outcome:
    """Go on with some jobs of a batch, and nothing else."""
    return await run_jobs(context, batch, listen, only=list(jobs))


async def batch_name_for(context: RunContext, source: Path | str) -> str:
    """The name of a batch of this source. Raises `InputError` when a batch of another source has it."""
    name = await to_thread.run_sync(batch_name, source)
    with suppress(CheckpointError):  # its list is lost: it is made anew
        known = await context.store.load_batch(name)
        if known and known.source and known.source != await to_thread.run_sync(context.paths.source_name, source):
            raise InputError(
                f"there is a batch “{name}” already, of {known.source}",
                where=redacted(source),
                hint=f"Give another name with --batch, or --batch {name} to go on with that one from here",
            )
    return name


async def require_batch(context: RunContext, name: str) -> Batch:
    """What was asked for under this name. Raises `InputError` when nothing was."""
    batch = await context.store.load_batch(name)
    if batch is None:
        raise no_batch(name, await context.store.batches())
    return batch


def worker_pids(context: RunContext, batch: str) -> list[int]:
    """Processes that will see new work in a batch: those at work on it, or on anything if it is the queue. Blocks."""
    store = context.store
    return sorted(store.processes() if batch == QUEUE else set(store.claims.workers(batch)))


def refuse_while_busy(context: RunContext, batch: str) -> None:
    """Bring the batch's rows up to date, and raise `BusyError` if any process works on it. Blocks."""
    pids = worker_pids(context, batch)
    index = context.store.refreshed(batch)
    if pids or any(context.store.claims.is_claimed(batch, turn.job) for turn in index.turns.under_way()):
        who = f"process {pids[0]}" if pids else "a process"
        raise BusyError(f"{who} is working on batch “{batch}”", hint="Wait until it has finished, or stop it")


async def _wake_voice(brief: Brief, context: RunContext) -> None:
    """Have the first voice load what it speaks with, beside the planning, if that is on this machine.

    No service is asked: the film may be there already. What is wrong with a voice, the first stage will tell.
    """
    with suppress(NightreelError):
        narrators = await to_thread.run_sync(lambda: context.providers.narrators)
        await check_voice(narrators[:1], brief.language, wanted=None)


async def _tell_idle_voices(briefs: Collection[Brief], wishes: BriefResolver, listen: Listener) -> None:
    for line in (await to_thread.run_sync(wishes.idle_voices, briefs))[:_MOST_TOLD]:
        emit(listen, Notice(text=line))


async def _tell_logins(hosts: Hosts, listen: Listener) -> None:
    """Before the night, not in its middle."""
    for name in await to_thread.run_sync(lambda: hosts.without_login):
        emit(listen, Notice(text=hosts.login_warning(name)))


def refuse_shared_output_file(briefs: Collection[Brief], context: RunContext) -> None:
    """Raise `InputError` when several films should go to one file."""
    count = context.briefs.count_films(briefs)
    if count > 1 and context.output and context.output.suffix.lower() == ".mp4":
        raise InputError(
            f"{count} films don't fit one file", where=str(context.output), hint="Give a folder as --output"
        )
