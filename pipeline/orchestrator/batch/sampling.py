"""Which films of a batch a person looks at before the rest is published."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError
from pipeline.model import STANDALONE_BATCHES, Batch, JobStatus, JobSummary, Sample
from pipeline.orchestrator.context import RunContext


def sample_for(known: Batch, context: RunContext) -> Sample | None:
    """The sample of a batch: as it is asked for now, else as it was; --review-sample 0 takes it back."""
    wanted = context.settings.quality
    if wanted.review_sample_percent:
        return Sample(percent=wanted.review_sample_percent, seed=wanted.review_seed)
    return None if "quality.review_sample_percent" in context.overrides else known.sample


async def ensure_sampled(context: RunContext, about: Batch, *, made: Collection[str] = ()) -> None:
    """See to it that a small share of a small batch takes one film at least. Whom it took stays taken.

    It takes one that is still to be made; or one of those that are `made` (ids), which are to be published now. Films
    that were asked for one by one are no batch.
    """
    sample, store = about.sample, context.store
    if sample is None or about.name in STANDALONE_BATCHES:
        return
    index = store.index(about.name)
    taken = {job for job in about.jobs if sample.takes(about.name, job)}
    if taken or {*await to_thread.run_sync(index.sums.sampled)} & {*about.jobs}:
        return
    left = dict.fromkeys(made or about.jobs)
    while left:
        job_id = sample.first(about.name, left)
        del left[job_id]
        row = await to_thread.run_sync(index.find, job_id)
        if row is None or not _is_to_be_seen(row, is_made=bool(made)):
            continue
        with suppress(BusyError, CheckpointError):  # being made at this moment, or damaged: the next one does as well
            async with store.claims.claim(about.name, job_id, what=row.title, wait_s=0):
                job = await store.load_job(about.name, job_id)
                await store.save_job(job.evolve(sampled=True))
            return


def _is_to_be_seen(row: JobSummary, *, is_made: bool) -> bool:
    """Whether the film has not been published yet, so that a person can look at it first."""
    if row.published or row.status is JobStatus.CANCELLED:
        return False
    return row.video is not None if is_made else row.status is not JobStatus.COMPLETED
