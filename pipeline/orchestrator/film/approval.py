"""Whether a film may leave the house: it was judged, and a person has looked at it where that is asked for.

judged     a verdict that lets these very bytes pass; without one the film is judged (again), and never published
held       its warnings, or chance (the sample), or a setting puts it before a person first
waits      the rest of a batch waits for its sample

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
    """Whether there is a verdict on the film that the job has made, and lets it pass."""
    return job.verdict is not None and job.video is not None and job.verdict.lets_pass(job.video.sha256)


def check_judged(job: Job) -> None:
    """Raise `QualityError` unless the file that is about to be published is the film that was judged, and passed."""
    path = job.receipt.package.video if job.receipt else None
    if path is None or job.verdict is None or not job.verdict.lets_pass(film_sha256(path)):
        hint = "It was not published. Run the command again: it is judged then, or made anew"
        raise QualityError("the film is not the one that was judged", where=str(path or job.folder), hint=hint)


def film_sha256(path: Path) -> str:
    """SHA-256 of a file. Raises `StorageError` for one that can't be read."""
    try:
        return sha256_of(path)
    except OSError as error:
        raise StorageError("can't be read, or is gone", where=str(path), hint="Run the command again") from error


def is_finished(job: Job, context: RunContext) -> bool:
    """Whether nothing is left to do for a film: it is out where it is wanted, or judged and held by nobody."""
    if job.receipt is None or not is_fully_published(job, context):
        return False
    return bool(context.hosts.wanted) or (is_judged(job) and hold_error(job, context) is None)


def review_of(job: Job) -> Review | None:
    """What a person said of the film as it is now."""
    is_of_it = job.review is not None and job.video is not None and job.review.film == job.video.sha256
    return job.review if is_of_it else None


def hold_error(job: Job, context: RunContext) -> NightreelError | None:
    """Why a film that is made and judged goes no further now; None: it may."""
    if is_published(job, context):
        return None
    said = review_of(job)
    if said:
        return rejection_error(job, said.why) if said.decision == "rejected" else None
    why = _for_a_person(job, context.settings)
    if why:
        return ReviewError(why, where=job.folder, hint=f"Look at it: nightreel review {shlex.quote(job.batch)}")
    if context.hosts.wanted and job.batch not in STANDALONE_BATCHES:
        return sample_error(job, context.store.index(job.batch).sums.sample())
    return None


def _for_a_person(job: Job, settings: Settings) -> str:
    """Why a person has to look at the film; empty: nobody has to."""
    wanted = settings.quality.review
    warnings = job.verdict.warnings if job.verdict and wanted == "warnings" else ()
    if warnings:
        more = f"; and {len(warnings) - _MOST_WARNINGS} more" if len(warnings) > _MOST_WARNINGS else ""
        return f"passes with warnings: {'; '.join(warnings[:_MOST_WARNINGS])}{more}"
    if job.sampled:
        return "drawn for the sample that a person looks at"
    return "waits for a person, as every film of this batch" if wanted == "all" else ""


def sample_error(job: Job, sample: SampleStanding) -> SampleError | None:
    """Why the rest of a batch waits; None: its sample is approved, or it has none."""
    if sample.is_open:
        return None
    look = f"nightreel review {shlex.quote(job.batch)}"
    if sample.rejected:
        hint = f"Mend what is wrong and make the films anew, or let these go: {look} --approve --all"
        return SampleError("a film of the sample was rejected: the rest is held back", where=job.folder, hint=hint)
    if sample.waiting:
        return SampleError(
            "waits until a person has looked at the sample", where=job.folder, hint=f"Look at it: {look}"
        )
    hint = f"nightreel retry {shlex.quote(job.batch)} --failed, or let these go: {look} --approve --all"
    return SampleError("the sample could not be made: nobody has looked at a film", where=job.folder, hint=hint)


def rejection_error(job: Job, why: str) -> RejectedError:
    """What is said of a film that a person does not want."""
    again = f"nightreel retry {shlex.quote(job.batch)} --job {job.id} --from script"
    change = f"nightreel review {shlex.quote(job.batch)} --approve {job.id}"
    hint = f"Change its brief, or make it afresh: {again}; or think better of it: {change}"
    return RejectedError(f"rejected by a person: {why}", where=job.folder, hint=hint)


def with_failed_verdict(job: Job, failed: FailedVerdict) -> Job:
    """The job with the verdict on a film that did not pass, which is none to go on with."""
    known = job.failed_verdicts
    # Who was killed before anything came of it judges the same film again.
    is_known = bool(known) and not known[-1].again and known[-1].verdict == failed.verdict
    return job.evolve(failed_verdicts=known if is_known else (*known, failed), verdict=None, package=None, receipt=None)
