"""From briefs to jobs: ids, folders, and what an earlier run of the same batch has already done.

A plan is made and saved as a whole before anything runs. Jobs that were never begun are written many at a time; one
that is known is touched only when this run wants something else of it, and never while another process makes it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError, DamagedError
from pipeline.model import Batch, Brief, JobStatus, Priority, Refused, advance
from pipeline.orchestrator.batch.numbering import EpisodeNumbers, number_episodes
from pipeline.orchestrator.batch.plan import CorrectedRow, DraftPlan, Plan, PlannedChange
from pipeline.orchestrator.batch.planner import RETRY_REASONS, Planner
from pipeline.orchestrator.batch.sampling import ensure_sampled, sample_for
from pipeline.orchestrator.context import RunContext
from pipeline.state import BatchIndex, CheckpointStore

logger = logging.getLogger("nightreel")
# Another process hears of a wish within a second, and then has a stage to roll back.
_STOPS_WITHIN_S = 10.0
# Of what is gone from a source, so many are named.
_NAMED = 10


async def plan_batch(
    briefs: Collection[Brief],
    context: RunContext,
    *,
    batch: str,
    source: str,
    priority: Priority = Priority.NORMAL,
    keep: bool = False,
    is_partial: bool = False,
    refused: Sequence[Refused] = (),
    numbered: bool = True,
) -> Plan:
    """Turn briefs into saved jobs of the batch, and say what there is to do.

    Two briefs that would give the same film are one job. A brief that has changed is a new job, which takes over the
    folder of the film it replaces. What failed is taken up again, and so are completed films that are gone. `keep`
    leaves the other jobs of the batch in it, as added to it by themselves; `is_partial` does because the briefs are not
    all that the source has. `refused` are briefs of the source that can't be read. Episodes of a series get their
    numbers, unless not `numbered`. Raises `ConfigurationError` for a pattern of folders that is none, and `InputError`
    for numbers that can't be, and for a name that is another batch's on some systems.
    """
    store = context.store
    await to_thread.run_sync(store.check_apart, batch)
    async with store.claims.planning(batch):
        known = await _known_batch(context, batch, source)
        sample = sample_for(known, context)
        give = partial(number_episodes, briefs, context, gives=True)
        numbers = await to_thread.run_sync(give) if numbered else EpisodeNumbers(context=context)
        planner = Planner(context, batch, priority, sample=sample, numbers=numbers)
        plan = await to_thread.run_sync(planner.plan, briefs)
        for change in plan.changed:
            await _apply(change, context, batch, priority)
        await _move(plan.moved, context.store, batch)
        about = replace(_with_jobs(known, plan, keep=keep, is_partial=is_partial), sample=sample)
        left = {*about.jobs, *plan.replaced}
        removed = [job_id for job_id in known.jobs if job_id not in left]
        plan.removed, plan.has_refused = len(removed), bool(refused)
        plan.removed_titles = await to_thread.run_sync(_titles, planner.index, removed[:_NAMED])
        if not keep:
            about = replace(
                about,
                source=source,
                asked=context.asked,
                priority=priority,
                refused=_refused(known, refused, is_partial=is_partial),
                working=context.batch_overrides,
            )
        await ensure_sampled(context, about)
        await store.save_batch(about)
        for job_id, title in plan.replaced.items():
            await _forget(context, batch, job_id, title)
    return plan


def _with_jobs(known: Batch, plan: Plan, *, keep: bool, is_partial: bool) -> Batch:
    """The batch with the jobs of the plan, after those of before that stay in it."""
    planned = {*plan.ids, *plan.replaced}
    added = {*known.added, *(plan.ids if keep else ())} - plan.replaced.keys()
    others = [job_id for job_id in known.jobs if job_id not in planned and (keep or is_partial or job_id in added)]
    jobs = (*others, *plan.ids)
    return replace(known, jobs=jobs, added=tuple(job_id for job_id in jobs if job_id in added))


def _titles(index: BatchIndex, ids: Iterable[str]) -> list[str]:
    return [row.title for job_id in ids if (row := index.find(job_id))]


def _refused(known: Batch, refused: Sequence[Refused], *, is_partial: bool) -> tuple[Refused, ...]:
    """What of the source was refused. If only a part of it was read, what was refused before stays so."""
    before = {each.where: each for each in known.refused} if is_partial else {}
    return tuple({**before, **{each.where: each for each in refused}}.values())


async def replace_jobs(mended: Sequence[CorrectedRow], context: RunContext, *, batch: str) -> dict[str, str]:
    """Put new jobs in the places of some, and leave the rest of the batch as it is; their ids by those of the old ones.

    A damaged job may be replaced by the same one.
    """
    if not mended:
        return {}
    store = context.store
    async with store.claims.planning(batch):
        known = await store.load_batch(batch)
        if known is None:
            return {}
        numbering = partial(number_episodes, [row.brief for row in mended], context, gives=True)
        numbers = await to_thread.run_sync(numbering)
        planner = Planner(context, batch, known.priority, sample=known.sample, numbers=numbers)
        ids = await to_thread.run_sync(planner.mend, mended)
        await _move(planner.moved, context.store, batch)
        jobs = dict.fromkeys(ids.get(job_id, job_id) for job_id in known.jobs)
        added = dict.fromkeys(ids.get(job_id, job_id) for job_id in known.added)
        await store.save_batch(replace(known, jobs=tuple(jobs), added=tuple(added)))
        for old in ids:
            if old not in jobs:
                await _forget(context, batch, old, old)
    return ids


async def _known_batch(context: RunContext, batch: str, source: str) -> Batch:
    """What is known of the batch; a new one if nothing is.

    Raises `BusyError` while it is made from another source, and `CheckpointError` for a list of films that others read.
    """
    store = context.store
    try:
        known = await store.load_batch(batch)
    except DamagedError as error:
        # The list of its jobs is made from the source, and what each of them has done is in its own file.
        aside = await to_thread.run_sync(store.set_aside_batch, batch)
        logger.warning("%s; it is kept as %s", error, aside.name)
        known = None
    if known is None:
        return Batch(name=batch, source=source, created_at=context.clock())
    if source and known.source and source != known.source:
        running = await to_thread.run_sync(store.claims.workers, batch)
        if running:
            raise BusyError(
                f"process {running[0]} makes batch “{batch}” from {known.source}", hint="Give another name with --batch"
            )
    return known


async def _move(folders: Mapping[str, str], store: CheckpointStore, batch: str) -> None:
    """Give jobs that never made a film other folders; not while another process makes one."""
    for job_id, folder in folders.items():
        try:
            async with store.claims.claim(batch, job_id, what=folder, wait_s=0):
                job = await store.load_job(batch, job_id)
                await store.save_job(job.evolve(folder=folder))
        except (BusyError, CheckpointError) as error:
            logger.debug("job %s keeps its folder: %s", job_id, error)


async def _forget(context: RunContext, batch: str, job_id: str, title: str) -> None:
    """Remove a job whose folder another has taken; whoever still makes its film is asked to stop."""
    store = context.store
    if await to_thread.run_sync(store.claims.is_claimed, batch, job_id):
        why = "a later command wants it with other settings or notes"
        await to_thread.run_sync(partial(store.claims.ask_to_cancel, batch, job_id, why=why))
    async with store.claims.claim(batch, job_id, what=title, wait_s=_STOPS_WITHIN_S):
        await store.forget_job(batch, job_id)
        await context.clear_work_folder(batch, job_id)
        await to_thread.run_sync(store.claims.cancel_is_heard, batch, job_id)


async def _apply(change: PlannedChange, context: RunContext, batch: str, priority: Priority) -> None:
    """Take a job up again, or give it another priority or folder; not while another process makes it."""
    store = context.store
    try:
        async with store.claims.claim(batch, change.job, what=change.brief.title, wait_s=0):
            job = await store.load_job(batch, change.job)
            if job.status is not change.status:
                return
            if change.only_noted:
                await store.save_job(job.evolve(brief=change.brief))
                return
            if job.status in RETRY_REASONS:
                # Whoever wanted it no more before: somebody wants it now.
                await to_thread.run_sync(store.claims.cancel_is_heard, batch, change.job)
                job = advance(job, JobStatus.PENDING, at=context.clock(), why=RETRY_REASONS[job.status])
            if change.folder:
                job = job.evolve(folder=change.folder, receipt=None)
            urgency = change.brief.priority or priority
            sampled = job.sampled if change.sampled is None else change.sampled
            job = job.evolve(brief=change.brief, priority=urgency, asked=context.asked, retries=0, sampled=sampled)
            await store.save_job(job)
    except (BusyError, CheckpointError) as error:
        logger.debug("job %s is left as it is: %s", change.job, error)


def draft_plan(
    briefs: Collection[Brief], context: RunContext, *, batch: str, priority: Priority = Priority.NORMAL
) -> DraftPlan:
    """The plan that `plan_batch` would make. Makes and changes nothing. Blocks."""
    numbers = number_episodes(briefs, context, gives=False)
    planner = Planner(context, batch, priority, saves=False, numbers=numbers)
    plan = planner.plan(briefs)
    kept = {job_id: brief for job_id, brief in planner.briefs.items() if brief}
    return DraftPlan(plan=plan, index=planner.index, briefs=kept)
