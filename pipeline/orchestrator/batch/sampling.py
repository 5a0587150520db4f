"""The review sample: the films of a batch that a person reviews before the rest is published."""

from __future__ import annotations

from collections.abc import Collection

from anyio import to_thread

from pipeline.model import STANDALONE_BATCHES, Batch, JobStatus, JobSummary, Sample
from pipeline.orchestrator.batch.bulk import change_jobs
from pipeline.orchestrator.context import RunContext


def sample_for(known: Batch, context: RunContext) -> Sample | None:
    """The sample settings of a batch: the current ones, else the saved ones; --review-sample 0 removes them."""
    wanted = context.settings.quality
    if wanted.review_sample_percent:
        return Sample(percent=wanted.review_sample_percent, seed=wanted.review_seed)
    return None if "quality.review_sample_percent" in context.overrides else known.sample


async def ensure_sampled(context: RunContext, about: Batch, *, made: Collection[str] = ()) -> None:
    """Make sure that the sample of a small batch has at least one film. Sampled films stay sampled.

    Picks a film that is still to be made, or one of `made` (ids), which are about to be published. Batches of films
    that are requested one by one have no sample.
    """
    sample = about.sample
    if sample is None or about.name in STANDALONE_BATCHES:
        return
    index = context.store.index(about.name)
    taken = {job for job in about.jobs if sample.takes(about.name, job)}
    if taken or {*await to_thread.run_sync(index.totals.sampled)} & {*about.jobs}:
        return
    left = dict.fromkeys(made or about.jobs)
    while left:
        job_id = sample.first(about.name, left)
        del left[job_id]
        row = await to_thread.run_sync(index.find, job_id)
        if row and _can_be_sampled(row, is_made=bool(made)):
            done = await change_jobs(context, about.name, [job_id], lambda job: job.evolve(sampled=True))
            if done.changed:  # not in progress elsewhere, nor damaged
                return


def _can_be_sampled(row: JobSummary, *, is_made: bool) -> bool:
    """Whether a person can review the film before it is published."""
    if row.published or row.status is JobStatus.CANCELLED:
        return False
    return row.video is not None if is_made else row.status is not JobStatus.COMPLETED
