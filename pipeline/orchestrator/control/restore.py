"""Restore a checkpoint of a batch that `nightreel checkpoint` has saved."""

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
# Each claim is an open file, of which a process may have few.
_AT_ONCE = 50


@dataclass(kw_only=True)
class RestoreResult:
    """The number of restored jobs, and messages about damaged ones."""

    jobs: int = 0
    damaged: list[str] = field(default_factory=list)


async def restore_checkpoint(context: RunContext, *, batch: str, name: str) -> RestoreResult:
    """Restore the jobs of a batch from the checkpoint `name`.

    Films delivered since stay delivered, no history or record is lost, and jobs added since stay. After an
    interruption, running it again completes it. Raises `BusyError` while a process works on the batch, and
    `InputError` for an unknown batch or checkpoint.
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
    """Restore the next few jobs; whether there were any."""
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
    """The job to save; None to leave it unchanged."""
    try:
        now = context.store.read_job(then.batch, then.id)
    except DamagedError as error:
        aside = context.store.quarantine_job(then.batch, then.id, "is damaged")
        logger.warning("%s; moved to %s", error, aside.name)
        now = None
    job = restored_job(then, now, name=name, at=context.clock())
    holder = context.store.index(then.batch).by_folder(job.folder) if job and now is None else None
    if job and holder and holder.id != job.id:
        # Another film has its folder by now, and keeps it.
        return job.evolve(folder=f"{job.folder}-{job.id[:6]}", receipt=None)
    return job


def restored_job(then: Job, now: Job | None, *, name: str, at: datetime) -> Job | None:
    """The job `now`, restored to its state `then`; None to leave it unchanged.

    Delivered films are left alone, so that none is made or published twice. History and attempts continue. The status
    is that of `then` if the present one may change to it, else pending. The unfinished film is joined again, as its
    file may belong to a later attempt.
    """
    why = f"restored from checkpoint {name}"
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
        # Restore all results: those of different attempts don't fit together.
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
    is_cancelled_again = then.status is JobStatus.CANCELLED and job.status is JobStatus.PENDING
    return advance(job, JobStatus.CANCELLED, at=at, why=why) if is_cancelled_again else job
