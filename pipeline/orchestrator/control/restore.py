"""Back to a copy of a batch that `nightreel checkpoint` has made."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from anyio import to_thread

from pipeline.errors import CheckpointError, DamagedError
from pipeline.model import Event, Job, JobStatus, advance
from pipeline.orchestrator.batch.batches import refuse_while_busy, require_batch
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.stages import STAGES
from pipeline.state import Damage, Snapshots

logger = logging.getLogger("nightreel")
# Each claim is an open file, and a process may have few.
_AT_ONCE = 50


@dataclass(kw_only=True)
class RestoreResult:
    """How many jobs are again as they were, and why some are not."""

    jobs: int = 0
    damaged: list[str] = field(default_factory=list)


async def restore_checkpoint(context: RunContext, *, batch: str, name: str) -> RestoreResult:
    """Take the jobs of a batch back to the copy `name`, ready to go on from there.

    Films that were delivered since stay delivered, no history or record is lost, and jobs that were added since stay.
    Done again after an interruption, it does the rest. Raises `BusyError` while any process works on the batch, and
    `InputError` for an unknown batch or copy.
    """
    await require_batch(context, batch)
    copies = Snapshots(context.store.folder(batch), context.workspace)
    async with context.store.claims.planning(batch):
        await to_thread.run_sync(refuse_while_busy, context, batch)
        then, now = await to_thread.run_sync(copies.batch, name), await require_batch(context, batch)
        done = RestoreResult()
        copied = await to_thread.run_sync(copies.jobs, name)
        while await to_thread.run_sync(_return_some, context, name, copied, done):
            pass
        jobs = dict.fromkeys((*then.jobs, *now.jobs))
        there = await to_thread.run_sync(lambda: {*context.store.refreshed(batch).stamps()})
        added = tuple(job_id for job_id in (*then.added, *now.added) if job_id in there)
        about = replace(then, jobs=tuple(job for job in jobs if job in there), added=tuple(dict.fromkeys(added)))
        await context.store.save_batch(about)
    return done


def _return_some(context: RunContext, name: str, copied: Iterator[Job | Damage], done: RestoreResult) -> bool:
    """Take the next few jobs back; whether there were any."""
    some = list(islice(copied, _AT_ONCE))
    with ExitStack() as claims:
        jobs = []
        for then in some:
            if isinstance(then, Damage):
                done.damaged.append(then.message)
                continue
            claims.enter_context(context.store.claims.claim_now(then.batch, then.id, what=then.brief.title))
            try:
                job = _returned(then, context, name)
            except CheckpointError as error:
                done.damaged.append(str(error))
                continue
            jobs += [job] if job else []
        if jobs:
            context.store.put_jobs(jobs[0].batch, jobs)
    done.jobs += len(jobs)
    return bool(some)


def _returned(then: Job, context: RunContext, name: str) -> Job | None:
    """The job as it is to be now; None: as it is."""
    try:
        now = context.store.read_job(then.batch, then.id)
    except DamagedError as error:
        aside = context.store.set_aside(then.batch, then.id, "is damaged")
        logger.warning("%s; it is kept as %s", error, aside.name)
        now = None
    job = restored_job(then, now, name=name, at=context.clock())
    holder = context.store.index(then.batch).in_folder(job.folder) if job and now is None else None
    if job and holder and holder.id != job.id:
        # Another film has taken over its folder since, and stays.
        return job.evolve(folder=f"{job.folder}-{job.id[:6]}", receipt=None)
    return job


def restored_job(then: Job, now: Job | None, *, name: str, at: datetime) -> Job | None:
    """The job `now`, taken back to what it was `then`; None: it stays as it is.

    What is delivered stays so: no film is made or published twice. The history goes on, and so does the counting of
    attempts; the status is the one it was, where that is a step from the one it is, and else pending. What lay on the
    bench then may be the film of a later attempt now, and is joined again.
    """
    why = f"returned to checkpoint {name}"
    if now is None:
        return then.evolve(history=(*then.history, Event(at=at, status=then.status, why=why)))
    if now.receipt is not None:
        return None
    job = now.evolve(
        brief=then.brief,
        priority=then.priority,
        asked=then.asked,
        stage=then.stage,
        retries=0,
        error=then.error,
        # All of it as it was: a sound, a picture or a script of another attempt would be another film's.
        **{result: getattr(then, result) for stage in STAGES for result in stage.fills},
    )
    job = job.evolve(package=None)
    if not then.receipt:
        job = job.evolve(video=None, verdict=None)
    if job.evolve(retries=now.retries, package=now.package, video=now.video, verdict=now.verdict) == now and (
        then.status is now.status
    ):
        return None
    if then.status is not now.status and now.status is not JobStatus.PENDING:
        job = advance(job, JobStatus.PENDING, at=at, why=why)
    else:
        job = job.evolve(history=(*job.history, Event(at=at, status=job.status, why=why)))
    return advance(job, JobStatus.CANCELLED, at=at, why=why) if _is_cancelled_again(then, job) else job


def _is_cancelled_again(then: Job, job: Job) -> bool:
    return then.status is JobStatus.CANCELLED and job.status is JobStatus.PENDING
