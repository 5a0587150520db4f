"""What can be asked for: one film, a batch, more work for a batch, and going on with what was begun."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError, InputError, first_error
from pipeline.limits import Rank
from pipeline.model import QUEUE, SINGLES, Batch, Brief, Job, JobStatus, Priority, Refused, advance
from pipeline.orchestrator.batch.plan import plan_batch
from pipeline.orchestrator.batch.planned import Plan
from pipeline.orchestrator.batch.results import write_results
from pipeline.orchestrator.batch.scheduler import Scheduler, follow_wish
from pipeline.orchestrator.events import Listener, Notice, Told, ignore, tell
from pipeline.orchestrator.film.episodes import wake
from pipeline.orchestrator.film.jobs import error_record, run_job
from pipeline.orchestrator.workshop import Workshop
from pipeline.reporting import RunFacts
from pipeline.sources import batch_name, told
from pipeline.version import __version__

logger = logging.getLogger("nightreel")

_NOTICES = 100
# Of a family: while one is drawn, the next is translated and spoken.
_FAMILY_AT_ONCE = 2
# How often a film that is made by itself asks whether it is still wanted.
_HEARING_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a batch stands after a run."""

    batch: str
    counts: dict[JobStatus, int]
    # Briefs that can't be read, and so are no jobs; jobs that could not even be begun.
    refused: int = 0
    troubles: int = 0
    # Why the run ended before its time; empty: it did not.
    stopped_because: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every film that was asked for is there."""
        if self.refused or self.troubles:
            return False
        return all(status in {JobStatus.COMPLETED, JobStatus.CANCELLED} for status, n in self.counts.items() if n)


async def run_one(brief: Brief, shop: Workshop, *, listen: Listener = ignore) -> Job:
    """Make one film and return its job, completed, parked or failed. Other processes may make other films meanwhile.

    Raises `BusyError` when another process is making this one, and `InputError` when several languages are wanted.
    """
    count = shop.wishes.count_films([brief])
    if count > 1:
        raise InputError(f"{count} films are wanted of it, and one was asked for", where=brief.origin or brief.title)
    (job,) = await run_family(brief, shop, listen=listen)
    return job


async def run_family(brief: Brief, shop: Workshop, *, listen: Listener = ignore) -> tuple[Job, ...]:
    """Make a film of a brief in each of its languages, a few at a time, and return their jobs in this order.

    Raises `BusyError` when another process is making one of them, and `InputError` for several films in one file.
    """
    _refuse_one_file_for_many([brief], shop)
    await _tell_idle_voices([brief], shop, listen)
    ids = (await plan_batch([brief], shop, batch=SINGLES, source="", keep=True)).ids
    jobs: dict[str, Job] = {}
    places = anyio.Semaphore(_FAMILY_AT_ONCE)

    async def make(number: int, job_id: str) -> None:
        async with places, shop.store.claims.claim(SINGLES, job_id, what=brief.title):
            jobs[job_id] = await _make_single(job_id, shop, listen, rank=(float(number),))

    with first_error():
        async with shop.store.claims.working(SINGLES), anyio.create_task_group() as tasks:
            for number, job_id in enumerate(ids):
                tasks.start_soon(make, number, job_id)
    await to_thread.run_sync(shop.cache.prune, shop.settings.cache.max_bytes)
    return tuple(jobs[job_id] for job_id in ids)


async def _make_single(job_id: str, shop: Workshop, listen: Listener, *, rank: Rank) -> Job:
    # Whoever held the claim before may have finished the film.
    job = await shop.store.load_job(SINGLES, job_id)
    if job.status is JobStatus.CANCELLED:
        job = advance(job, JobStatus.PENDING, at=shop.clock(), why="asked for again")
    return await _run_until_unwanted(job, shop, listen, rank=rank)


async def _run_until_unwanted(job: Job, shop: Workshop, listen: Listener, *, rank: Rank) -> Job:
    """`run_job`, with an ear for who wants the film no more."""
    key = (job.batch, job.id)
    # Whoever wanted it no more before: somebody wants it now.
    await to_thread.run_sync(shop.store.claims.cancel_is_heard, *key)

    async def hear(scope: anyio.CancelScope) -> None:
        while True:
            await anyio.sleep(_HEARING_S)
            if await to_thread.run_sync(shop.store.claims.cancel_is_asked, *key):
                scope.cancel()

    with first_error():
        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope() as scope:
                tasks.start_soon(hear, scope)
                job = await run_job(job, shop, listen, rank=rank)
            tasks.cancel_scope.cancel()
    return await follow_wish(shop, *key, listen) or job


async def run_batch(
    briefs: Collection[Brief],
    shop: Workshop,
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
    _refuse_one_file_for_many(briefs, shop)
    if not len(briefs) and not unreadable:
        return Outcome(batch=batch, counts={})
    plan = await plan_batch(
        briefs,
        shop,
        batch=batch,
        source=source,
        priority=priority,
        keep=batch in {SINGLES, QUEUE},
        is_partial=is_partial,
        refused=refusals(unreadable),
        numbered=numbered,
    )
    await _tell_idle_voices(briefs, shop, listen)
    _tell_plan(plan, batch, listen)
    return await _work(shop, batch, listen)


def refusals(unreadable: Iterable[InputError]) -> list[Refused]:
    """Briefs that can't be read, as a batch remembers them."""
    return [Refused(where=error.where, error=error_record(error, "")) for error in unreadable]


async def add(
    briefs: Sequence[Brief], shop: Workshop, *, batch: str, priority: Priority = Priority.NORMAL
) -> tuple[Plan, list[int]]:
    """Add films to a batch, for whoever runs it, now or later; the processes that do so now are returned as well."""
    _refuse_one_file_for_many(briefs, shop)
    plan = await plan_batch(briefs, shop, batch=batch, source="", priority=priority, keep=True)
    return plan, await to_thread.run_sync(running, shop, batch)


async def resume(shop: Workshop, *, batch: str, listen: Listener = ignore) -> Outcome:
    """Go on with a batch as its checkpoints stand, without its source. Raises `InputError` for an unknown one."""
    await known_batch(shop, batch)
    await to_thread.run_sync(shop.store.refreshed, batch)
    return await _work(shop, batch, listen)


async def resume_some(shop: Workshop, *, batch: str, jobs: Collection[str], listen: Listener = ignore) -> Outcome:
    """Go on with some jobs of a batch, and nothing else."""
    return await _work(shop, batch, listen, only=list(jobs))


async def name_for(shop: Workshop, source: Path | str) -> str:
    """The name of a batch of this source. Raises `InputError` when a batch of another source has it."""
    name = await to_thread.run_sync(batch_name, source)
    with suppress(CheckpointError):  # its list is lost: it is made anew
        known = await shop.store.load_batch(name)
        if known and known.source and known.source != await to_thread.run_sync(shop.places.source_name, source):
            raise InputError(
                f"there is a batch “{name}” already, of {known.source}",
                where=told(source),
                hint=f"Give another name with --batch, or --batch {name} to go on with that one from here",
            )
    return name


async def known_batch(shop: Workshop, name: str) -> Batch:
    """What was asked for under this name. Raises `InputError` when nothing was."""
    batch = await shop.store.load_batch(name)
    if batch is None:
        known = ", ".join(await shop.store.batches())
        hint = f"There is {known}" if known else "Nothing has been run in this workspace yet"
        raise InputError(f"no batch named {name!r}", hint=hint)
    return batch


@dataclass
class _Night:
    """What is remembered of a run for its report."""

    listen: Listener
    notices: list[str] = field(default_factory=list)

    def hear(self, event: Told) -> None:
        if isinstance(event, Notice) and len(self.notices) < _NOTICES:
            self.notices.append(event.text)
        tell(self.listen, event)


async def _work(shop: Workshop, batch: str, listen: Listener, only: Sequence[str] | None = None) -> Outcome:
    night = _Night(listen)
    scheduler = Scheduler(shop, batch, night.hear, only=only)
    started_at, start = shop.clock(), anyio.current_time()
    try:
        await wake(batch, shop)
        await scheduler.run()
    finally:
        # However the night ends, there is a report of it.
        with anyio.CancelScope(shield=True):
            seconds = anyio.current_time() - start
            await to_thread.run_sync(_report, shop, batch, night, scheduler, started_at, seconds)
    counts = await to_thread.run_sync(shop.store.index(batch).sums.counts)
    asked = await shop.store.load_batch(batch)
    return Outcome(
        batch=batch,
        counts={status: standing.jobs for status, standing in counts.items()},
        refused=len(asked.refused) if asked else 0,
        troubles=scheduler.troubles,
        stopped_because=scheduler.stopped_because,
    )


def _report(  # noqa: PLR0917 - called in a thread, which takes no names
    shop: Workshop, batch: str, night: _Night, scheduler: Scheduler, started_at: datetime, seconds: float
) -> None:
    """Write the reports, beside the films. One that can't be written does not spoil the night."""
    try:
        asked = shop.store.read_batch(batch)
        if asked is None or shop.store.claims.workers(batch):
            return  # whoever else works on the batch writes it in the end
        facts = RunFacts(
            batch=batch,
            source=asked.source,
            created_at=asked.created_at.astimezone(),
            started_at=started_at.astimezone(),
            ended_at=shop.clock().astimezone(),
            seconds=round(seconds, 3),
            version=__version__,
            strategy=shop.settings.work.strategy,
            most_at_once=scheduler.most_at_once,
            peak_memory_bytes=shop.machine.resources.peak_memory_bytes,
            cpu_percent=shop.machine.resources.mean_cpu_percent,
            notices=tuple(night.notices),
        )
        write_results(shop, asked, facts)
    except Exception as error:  # noqa: BLE001 - a page about a night must not change how it ended
        logger.warning("the report of “%s” could not be written: %s", batch, error)


def running(shop: Workshop, batch: str) -> list[int]:
    """Processes that will see new work in a batch: those at work on it, or on anything if it is the queue. Blocks."""
    names = (batch,) if batch != QUEUE else shop.store.batch_names()
    return sorted({pid for name in names for pid in shop.store.claims.workers(name)})


def refuse_while_busy(shop: Workshop, batch: str) -> None:
    """Bring the batch's rows up to date, and raise `BusyError` if any process works on it. Blocks."""
    pids = running(shop, batch)
    index = shop.store.refreshed(batch)
    if pids or any(shop.store.claims.is_claimed(batch, turn.job) for turn in index.turns.under_way()):
        who = f"process {pids[0]}" if pids else "a process"
        raise BusyError(f"{who} is working on batch “{batch}”", hint="Wait until it has finished, or stop it")


def _tell_plan(plan: Plan, batch: str, listen: Listener) -> None:
    if plan.replaced:
        films = "film takes" if len(plan.replaced) == 1 else "films take"
        text = f"{len(plan.replaced)} {films} the place of another: the brief, or how it is asked for, has changed"
        tell(listen, Notice(text=text))
    if plan.crowded:
        tell(listen, Notice(text=plan.crowding))
    if plan.removed:
        one = plan.removed == 1
        films = "film is" if one else "films are"
        unnamed = plan.removed - len(plan.removed_titles)
        more = f" and {unnamed:,} more" if unnamed else ""
        why = "not in the source any more, or refused there," if plan.has_refused else "not in the source any more,"
        text = f"{plan.removed:,} {films} {why} and left where {'it lies' if one else 'they lie'}"
        tell(listen, Notice(text=f"{text}: {'; '.join(plan.removed_titles)}{more}"))
    if plan.shown_otherwise:
        one = plan.shown_otherwise == 1
        films = "film is out, and its brief wants it" if one else "films are out, and their briefs want them"
        hint = f"nightreel publish {shlex.quote(batch)} --to youtube --update tells YouTube"
        tell(listen, Notice(text=f"{plan.shown_otherwise} {films} shown otherwise: {hint}"))
    if plan.untouched:
        films = "film is" if len(plan.ids) == 1 else "films are"
        tell(listen, Notice(text=f"{plan.untouched} of {len(plan.ids)} {films} there already"))


async def _tell_idle_voices(briefs: Collection[Brief], shop: Workshop, listen: Listener) -> None:
    for line in (await to_thread.run_sync(shop.wishes.idle_voices, briefs))[:_NOTICES]:
        tell(listen, Notice(text=line))


def _refuse_one_file_for_many(briefs: Collection[Brief], shop: Workshop) -> None:
    count = shop.wishes.count_films(briefs)
    if count > 1 and shop.output and shop.output.suffix.lower() == ".mp4":
        raise InputError(f"{count} films don't fit one file", where=str(shop.output), hint="Give a folder as --output")
