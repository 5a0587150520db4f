"""Many jobs: planned together, run side by side, each by itself when it fails."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import CheckpointError, InputError, first_error
from pipeline.model import Batch, Brief, Job
from pipeline.orchestrator.jobs import Listener, ignore, run_job
from pipeline.orchestrator.plan import plan_jobs, superseded
from pipeline.orchestrator.workshop import Workshop

logger = logging.getLogger("nightreel")

# Films made one at a time, by `nightreel make`, gather in this batch.
SINGLES = "films"


async def run_one(brief: Brief, workshop: Workshop, *, listen: Listener = ignore) -> Job:
    """Make one film and return its job, completed or failed. Other processes may make other films meanwhile.

    Raises `BusyError` when another process is making this one.
    """
    (job,) = await _plan([brief], workshop, batch=SINGLES, source="", keep=True)
    return await _run_claimed(job, workshop, listen)


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
    if not briefs:
        return ()
    async with workshop.store.batch_claim(batch):
        jobs = await _plan(briefs, workshop, batch=batch, source=source, keep=batch == SINGLES)
        return await _run_side_by_side(jobs, workshop, listen)


async def _plan(briefs: Sequence[Brief], workshop: Workshop, *, batch: str, source: str, keep: bool) -> tuple[Job, ...]:
    """Turn briefs into saved jobs of the batch; `keep` leaves the other jobs of the batch in it."""
    store = workshop.store
    async with store.planning(batch):
        asked = await store.load_batch(batch) or Batch(name=batch, source=source, created_at=workshop.clock())
        listed = (await store.jobs(batch)).jobs
        complete = [workshop.complete(brief) for brief in briefs]
        known = [*listed, *await _returning(complete, workshop, batch, {job.id for job in listed})]
        jobs = await to_thread.run_sync(lambda: plan_jobs(complete, workshop, known, batch=batch))
        saved = {job.id: job for job in known}
        for job in jobs:
            if saved.get(job.id) != job:
                await store.save_job(job)
        replaced = superseded(known, jobs)
        ids = [job.id for job in jobs]
        gone = {*ids, *(job.id for job in replaced)}
        others = [job_id for job_id in asked.jobs if job_id not in gone] if keep else []
        await store.save_batch(replace(asked, source=source, jobs=(*others, *ids)))
        for job in replaced:
            # Nobody may still be filling the folder that changes hands.
            async with store.claim(job):
                await store.forget_job(job)
                await workshop.clear_bench(job)
    return jobs


async def _returning(briefs: Sequence[Brief], workshop: Workshop, batch: str, listed: Container[str]) -> list[Job]:
    """Jobs of these briefs that an earlier run knew and the last one did not ask for: their films are not lost.

    A checkpoint that can't be read is set aside: its film is made afresh, mostly from the cache.
    """
    store = workshop.store
    ids = await to_thread.run_sync(lambda: [workshop.job_id(brief) for brief in briefs])
    found: list[Job] = []
    for job_id in dict.fromkeys(ids):
        try:
            job = None if job_id in listed else await store.find_job(batch, job_id)
        except CheckpointError as error:
            logger.warning("%s; it is kept as %s", error, (await store.set_aside(batch, job_id)).name)
        else:
            found += [job] if job else []
    return found


async def _run_side_by_side(jobs: Sequence[Job], workshop: Workshop, listen: Listener) -> tuple[Job, ...]:
    """A few jobs at a time, so that one is spoken while another is drawn."""
    results: dict[str, Job] = {}
    queue: Iterator[Job] = iter(jobs)

    async def work() -> None:
        for job in queue:
            results[job.id] = await _run_claimed(job, workshop, listen)

    with first_error():
        async with anyio.create_task_group() as tasks:
            for _ in range(min(workshop.settings.work.concurrent_jobs, len(jobs))):
                tasks.start_soon(work)
    return tuple(results[job.id] for job in jobs)


async def _run_claimed(job: Job, workshop: Workshop, listen: Listener) -> Job:
    """Run a job that nobody else runs, its files safe in the cache meanwhile; then keep the cache within its size."""
    async with workshop.store.claim(job):
        # Whoever held the claim before may have finished the film.
        job = await workshop.store.load_job(job.batch, job.id)
        async with workshop.cache.holding(*_kept_files(job)):
            job = await run_job(job, workshop, listen)
    await to_thread.run_sync(workshop.cache.prune, workshop.settings.cache.max_bytes)
    return job


def _kept_files(job: Job) -> tuple[Path, ...]:
    clips = job.narration.clips if job.narration else ()
    return (*(clip.path for clip in clips), *(segment.path for segment in job.segments))
