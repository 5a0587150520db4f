"""Whether a film may be published: it passed the quality gate, and a person approved it where that is required.

judged     there is a verdict that lets exactly these bytes pass; otherwise the film is inspected (again) first
held       a person has to review it: because of warnings, because it was drawn for the sample, or by a setting
waits      the rest of a batch waits for the review of its sample

Everything here blocks.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from pipeline.errors import NightreelError, QualityError, RejectedError, ReviewError, SampleError, StorageError
from pipeline.files import sha256_of
from pipeline.model import STANDALONE_BATCHES, FailedVerdict, Job, Review, SampleStanding
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.delivery import is_fully_published, is_published
from pipeline.settings import Settings

_MOST_WARNINGS = 3


def is_judged(job: Job) -> bool:
    """Whether the job has a verdict that lets its current film pass."""
    return job.verdict is not None and job.video is not None and job.verdict.is_pass_for(job.video.sha256)


def check_judged(job: Job) -> None:
    """Raise `QualityError` unless the file to publish is byte for byte the film that passed the quality gate."""
    path = job.receipt.package.video if job.receipt else None
    if path is None or job.verdict is None or not job.verdict.is_pass_for(film_sha256(path)):
        hint = "It was not published. Run the command again: it is judged then, or made again"
        raise QualityError("the film is not the one that was judged", where=str(path or job.folder), hint=hint)


def film_sha256(path: Path) -> str:
    """The SHA-256 of a file. Raises `StorageError` if it can't be read."""
    try:
        return sha256_of(path)
    except OSError as error:
        raise StorageError("can't be read, or is gone", where=str(path), hint="Run the command again") from error


def is_finished(job: Job, context: RunContext) -> bool:
    """Whether the publishing stage is done: the film is published as requested, or judged and not held."""
    if job.receipt is None or not is_fully_published(job, context):
        return False
    return bool(context.hosts.requested) or (is_judged(job) and hold_error(job, context) is None)


def review_of(job: Job) -> Review | None:
    """The review of the film as it is now; None: nobody has reviewed it, or it has changed since."""
    is_current = job.review is not None and job.video is not None and job.review.film == job.video.sha256
    return job.review if is_current else None


def hold_error(job: Job, context: RunContext) -> NightreelError | None:
    """The error that holds a film that is made and judged; None: it may be published."""
    if is_published(job, context):
        return None
    review = review_of(job)
    if review:
        return rejection_error(job, review.why) if review.decision == "rejected" else None
    if why := _review_reason(job, context.settings):
        return ReviewError(why, where=job.folder, hint=f"Look at it: nightreel review {shlex.quote(job.batch)}")
    if context.hosts.requested and job.batch not in STANDALONE_BATCHES:
        return sample_error(job, context.store.index(job.batch).totals.sample())
    return None


def _review_reason(job: Job, settings: Settings) -> str:
    """Why a person has to review the film; empty: no review is needed."""
    policy = settings.quality.review
    warnings = job.verdict.warnings if job.verdict and policy == "warnings" else ()
    if warnings:
        more = f"; and {len(warnings) - _MOST_WARNINGS} more" if len(warnings) > _MOST_WARNINGS else ""
        return f"passes with warnings: {'; '.join(warnings[:_MOST_WARNINGS])}{more}"
    if job.sampled:
        return "in the sample, which a person reviews"
    return "waits for review, like every film of this batch" if policy == "all" else ""


def sample_error(job: Job, sample: SampleStanding) -> SampleError | None:
    """The error that holds the rest of a batch; None: the sample is approved, or the batch has none."""
    if sample.is_open:
        return None
    look = f"nightreel review {shlex.quote(job.batch)}"
    if sample.rejected:
        hint = f"Correct what is wrong and make the films again, or let these go: {look} --approve --all"
        return SampleError("a film of the sample was rejected: the others are held back", where=job.folder, hint=hint)
    if sample.waiting:
        return SampleError("waits until a person has reviewed the sample", where=job.folder, hint=f"Look at it: {look}")
    hint = f"nightreel retry {shlex.quote(job.batch)} --failed, or let these go: {look} --approve --all"
    return SampleError("the sample could not be made: no film has been reviewed", where=job.folder, hint=hint)


def rejection_error(job: Job, why: str) -> RejectedError:
    """The error for a film that a person has rejected."""
    again = f"nightreel retry {shlex.quote(job.batch)} --job {job.id} --from script"
    change = f"nightreel review {shlex.quote(job.batch)} --approve {job.id}"
    hint = f"Change its brief, or make it again: {again}; or approve it after all: {change}"
    return RejectedError(f"rejected by a person: {why}", where=job.folder, hint=hint)


def with_failed_verdict(job: Job, failed: FailedVerdict) -> Job:
    """The job with the failed verdict recorded, and without the film that it is about."""
    recorded = job.failed_verdicts
    # After a crash at this point the same film is inspected again: its verdict is recorded once.
    is_recorded = bool(recorded) and not recorded[-1].again and recorded[-1].verdict == failed.verdict
    return job.evolve(
        failed_verdicts=recorded if is_recorded else (*recorded, failed), verdict=None, package=None, receipt=None
    )
