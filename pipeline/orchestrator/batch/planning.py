"""Turn briefs into saved jobs, reusing those of earlier runs of the same batch.

The whole plan is made and saved before anything runs. New jobs are written in pages; a known job is only changed if its
options have changed, and never while another process makes it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial

from anyio import to_thread

from pipeline.errors import BusyError, DamagedError
from pipeline.model import Batch, Brief, Job, JobStatus, Priority, Refused, advance
from pipeline.orchestrator.batch.bulk import change_jobs
from pipeline.orchestrator.batch.numbering import EpisodeNumbers, number_episodes
from pipeline.orchestrator.batch.plan import CorrectedRow, DraftPlan, Plan, PlannedChange
from pipeline.orchestrator.batch.planner import RETRY_REASONS, Planner
from pipeline.orchestrator.batch.sampling import ensure_sampled, sample_for
from pipeline.orchestrator.context import RunContext

logger = logging.getLogger("nightreel")
# Another process notices a cancel request within a second, and then has to roll back a stage.
_CANCEL_TIMEOUT_S = 10.0
# Titles of removed films that are listed.
_MAX_TITLES = 10


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
    """Turn briefs into saved jobs of the batch, and return the plan.

    Two briefs for the same film are one job. A changed brief is a new job, which takes over the folder of the film it
    replaces. Failed jobs are retried, and so are completed ones whose film is missing. Other jobs of the batch are
    removed from it, except with `keep` (the briefs are additions) or `is_partial` (they are only some of the source's).
    `refused` are unreadable briefs of the source. `numbered`: number the episodes of series. Raises
    `ConfigurationError` for an invalid folder pattern, and `InputError` for conflicting episode numbers, and for a
    batch name that equals another one on case-insensitive file systems.
    """
    store = context.store
    await to_thread.run_sync(store.check_name_collision, batch)
    async with store.claims.planning(batch):
        known = await _known_batch(context, batch, source)
        sample = sample_for(known, context)
        give = partial(number_episodes, briefs, context, gives=True)
        numbers = await to_thread.run_sync(give) if numbered else EpisodeNumbers(context=context)
        planner = Planner(context, batch, priority, sample=sample, numbers=numbers)
        plan = await to_thread.run_sync(planner.plan, briefs)
        await _apply(plan.changed, context, batch, priority)
        about = replace(_with_jobs(known, plan, keep=keep, is_partial=is_partial), sample=sample)
        left = {*about.jobs, *plan.replaced}
        removed = [job_id for job_id in known.jobs if job_id not in left]
        plan.removed, plan.has_refused = len(removed), bool(refused)
        rows = await to_thread.run_sync(lambda: [planner.index.find(job_id) for job_id in removed[:_MAX_TITLES]])
        plan.removed_titles = [row.title for row in rows if row]
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
    """The batch with the jobs of the plan, after the known ones that stay in it."""
    planned = {*plan.ids, *plan.replaced}
    added = {*known.added, *(plan.ids if keep else ())} - plan.replaced.keys()
    others = [job_id for job_id in known.jobs if job_id not in planned and (keep or is_partial or job_id in added)]
    jobs = (*others, *plan.ids)
    return replace(known, jobs=jobs, added=tuple(job_id for job_id in jobs if job_id in added))


def _refused(known: Batch, refused: Sequence[Refused], *, is_partial: bool) -> tuple[Refused, ...]:
    """The refused briefs; if only part of the source was read, including those of earlier runs."""
    before = {each.where: each for each in known.refused} if is_partial else {}
    return tuple({**before, **{each.where: each for each in refused}}.values())


async def replace_jobs(corrected: Sequence[CorrectedRow], context: RunContext, *, batch: str) -> dict[str, str]:
    """Replace jobs of a batch by those of corrected rows. Returns the new ids by the old ones.

    A damaged job may be replaced by a job with the same id.
    """
    if not corrected:
        return {}
    store = context.store
    async with store.claims.planning(batch):
        known = await store.load_batch(batch)
        if known is None:
            return {}
        numbering = partial(number_episodes, [row.brief for row in corrected], context, gives=True)
        numbers = await to_thread.run_sync(numbering)
        planner = Planner(context, batch, known.priority, sample=known.sample, numbers=numbers)
        ids = await to_thread.run_sync(planner.replace_rows, corrected)
        jobs = dict.fromkeys(ids.get(job_id, job_id) for job_id in known.jobs)
        added = dict.fromkeys(ids.get(job_id, job_id) for job_id in known.added)
        await store.save_batch(replace(known, jobs=tuple(jobs), added=tuple(added)))
        for old in ids:
            if old not in jobs:
                await _forget(context, batch, old, old)
    return ids


async def _known_batch(context: RunContext, batch: str, source: str) -> Batch:
    """The saved batch, or a new one.

    Raises `BusyError` while a process makes it from another source, and `CheckpointError` if it can't be read.
    """
    store = context.store
    try:
        known = await store.load_batch(batch)
    except DamagedError as error:
        # Nothing is lost: jobs have files of their own, and their list is made from the source again.
        aside = await to_thread.run_sync(store.quarantine_batch, batch)
        logger.warning("%s; moved to %s", error, aside.name)
        known = None
    if known is None:
        return Batch(name=batch, source=source, created_at=context.clock())
    if source and known.source and source != known.source:
        running = await to_thread.run_sync(store.claims.workers, batch)
        if running:
            raise BusyError(
                f"process {running[0]} is making batch “{batch}” from {known.source}",
                hint="Choose another name with --batch",
            )
    return known


async def _forget(context: RunContext, batch: str, job_id: str, title: str) -> None:
    """Delete a replaced job; a process that makes its film is asked to stop."""
    try:
        await _delete(context, batch, job_id, title, wait_s=0)
    except BusyError:
        why = "replaced by a later command with other settings or notes"
        await to_thread.run_sync(partial(context.store.claims.request_cancel, batch, job_id, why=why))
        await _delete(context, batch, job_id, title, wait_s=_CANCEL_TIMEOUT_S)


async def _delete(context: RunContext, batch: str, job_id: str, title: str, *, wait_s: float) -> None:
    store = context.store
    async with store.claims.claim(batch, job_id, what=title, wait_s=wait_s):
        await store.delete_job(batch, job_id)
        await context.clear_work_folder(batch, job_id)
        await to_thread.run_sync(store.claims.clear_cancel_request, batch, job_id)


async def _apply(changes: Iterable[PlannedChange], context: RunContext, batch: str, priority: Priority) -> None:
    """Apply the planned changes, except to jobs that another process makes."""
    planned = {change.job: change for change in changes}

    def apply(job: Job) -> Job | None:
        change = planned[job.id]
        if job.status is not change.status:
            return None
        if change.metadata_only:
            return job.evolve(brief=change.brief)
        if job.status in RETRY_REASONS:
            # A cancel request of an earlier command is void.
            context.store.claims.clear_cancel_request(batch, job.id)
            job = advance(job, JobStatus.PENDING, at=context.clock(), why=RETRY_REASONS[job.status])
        if change.folder:
            job = job.evolve(folder=change.folder, receipt=None)
        urgency = change.brief.priority or priority
        sampled = job.sampled if change.sampled is None else change.sampled
        return job.evolve(brief=change.brief, priority=urgency, asked=context.asked, retries=0, sampled=sampled)

    await change_jobs(context, batch, list(planned), apply)


def draft_plan(
    briefs: Collection[Brief], context: RunContext, *, batch: str, priority: Priority = Priority.NORMAL
) -> DraftPlan:
    """The plan that `plan_batch` would make, without saving anything. Blocks."""
    numbers = number_episodes(briefs, context, gives=False)
    planner = Planner(context, batch, priority, saves=False, numbers=numbers)
    plan = planner.plan(briefs)
    kept = {job_id: brief for job_id, brief in planner.briefs.items() if brief}
    return DraftPlan(plan=plan, index=planner.index, briefs=kept)
