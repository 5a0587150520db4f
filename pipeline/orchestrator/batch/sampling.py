"""Which films of a batch a person looks at before the rest is published."""

from __future__ import annotations

from contextlib import suppress

from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError
from pipeline.model import QUEUE, SINGLES, Batch, JobStatus, Sample
from pipeline.orchestrator.workshop import Workshop

# Nobody looks at these any more, or they are out of the house already.
_OVER = frozenset({JobStatus.COMPLETED, JobStatus.CANCELLED})


def sample_for(asked: Batch, shop: Workshop) -> Sample | None:
    """The sample of a batch: as it is asked for now, else as it was; --review-sample 0 takes it back."""
    wanted = shop.settings.quality
    if wanted.review_sample_percent:
        return Sample(percent=wanted.review_sample_percent, seed=wanted.review_seed)
    return None if "quality.review_sample_percent" in shop.overrides else asked.sample


async def take_one(shop: Workshop, about: Batch) -> None:
    """See to it that a small share of a small batch takes one film at least. Whom it took stays taken.

    Films that were asked for one by one are no batch.
    """
    sample, store = about.sample, shop.store
    if sample is None or about.name in {SINGLES, QUEUE}:
        return
    index = store.index(about.name)
    taken = {job for job in about.jobs if sample.takes(about.name, job)}
    if taken or {*await to_thread.run_sync(index.sums.sampled)} & {*about.jobs}:
        return
    left = dict.fromkeys(about.jobs)
    while left:
        job_id = sample.first(about.name, left)
        del left[job_id]
        row = await to_thread.run_sync(index.find, job_id)
        if row is None or row.status in _OVER or row.published:
            continue
        with suppress(BusyError, CheckpointError):  # being made at this moment, or damaged: the next one does as well
            async with store.claims.claim(about.name, job_id, what=row.title, wait_s=0):
                job = await store.load_job(about.name, job_id)
                await store.save_job(job.evolve(sampled=True))
            return
