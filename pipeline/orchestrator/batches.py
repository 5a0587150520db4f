"""Many jobs: planned together, run side by side, each by itself when it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import anyio
from anyio import to_thread

from pipeline.errors import InputError, first_error
from pipeline.model import Batch, Brief, Job
from pipeline.orchestrator.jobs import Listener, ignore, run_job
from pipeline.orchestrator.plan import plan_jobs, superseded
from pipeline.orchestrator.workshop import Workshop

# Films made one at a time, by `nightreel make`, gather in this batch.
SINGLES = "films"


async def run_one(brief: Brief, workshop: Workshop, *, listen: Listener = ignore) -> Job:
    """Make one film and return its job, completed or failed. Other processes may make other films meanwhile.

    Raises `BusyError` when another process is making this one.
    """
    (job,) = await _plan([brief], workshop, batch=SINGLES, source="", keep=True)
    async with workshop.store.claim(job):
        # Whoever held the claim before may have finished the film.
        return await run_job(await workshop.store.load_job(SINGLES, job.id), workshop, listen)


async def run_batch(
    briefs: Sequence[Brief], workshop: Workshop, *, batch: str, source: str, listen: Listener = ignore
) -> tuple[Job, ...]:
    """Make all films of a batch and return their jobs in the order of the briefs.

    Run again, it continues: completed films are left alone, everything else goes on where it stands. Raises `BusyError`
    when another process works on the batch, and `InputError` when several films should go to one file.
    """
    if len(briefs) > 1 and workshop.output and workshop.output.suffix.lower() == ".mp4":
        raise InputError(
            f"{len(briefs)} films don't fit one file", where=str(workshop.output), hint="Give a folder as --output"
        )
    async with workshop.store.batch_claim(batch):
        jobs = await _plan(briefs, workshop, batch=batch, source=source, keep=batch == SINGLES)
        done = await _run_side_by_side(jobs, workshop, listen)
        await to_thread.run_sync(workshop.cache.prune, workshop.settings.cache.max_bytes)
        return done


async def _plan(briefs: Sequence[Brief], workshop: Workshop, *, batch: str, source: str, keep: bool) -> tuple[Job, ...]:
    """Turn briefs into saved jobs of the batch; `keep` leaves the other jobs of the batch in it."""
    store = workshop.store
    async with store.planning(batch):
        asked = await store.load_batch(batch) or Batch(name=batch, source=source, created_at=workshop.clock())
        known = await store.jobs(batch)
        jobs = await to_thread.run_sync(lambda: plan_jobs(briefs, workshop, known, batch=batch))
        ids, known_ids = [job.id for job in jobs], {job.id for job in known}
        for job in jobs:
            if job.id not in known_ids:
                await store.save_job(job)
        replaced = superseded(known, jobs)
        gone = {*ids, *(job.id for job in replaced)}
        others = [job.id for job in known if job.id not in gone] if keep else []
        await store.save_batch(replace(asked, source=source, jobs=(*others, *ids)))
        for job in replaced:
            await store.forget_job(job)
    return jobs


async def _run_side_by_side(jobs: Sequence[Job], workshop: Workshop, listen: Listener) -> tuple[Job, ...]:
    """A few jobs at a time, so that one is spoken while another is drawn; memory does not grow with the batch."""
    results: dict[str, Job] = {}
    queue: Iterator[Job] = iter(jobs)

    async def work() -> None:
        for job in queue:
            async with workshop.store.claim(job):
                results[job.id] = await run_job(job, workshop, listen)

    with first_error():
        async with anyio.create_task_group() as tasks:
            for _ in range(min(workshop.settings.work.concurrent_jobs, len(jobs))):
                tasks.start_soon(work)
    return tuple(results[job.id] for job in jobs)
