"""Approve or reject films that are held for review.

Held films are not claimed, so all of this works while other processes make the rest of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from anyio import from_thread, to_thread

from pipeline.errors import BusyError, CheckpointError, HeldError, InputError, RejectedError, SampleError
from pipeline.language.text import clean_text
from pipeline.model import (
    HeldFilm,
    Job,
    JobStatus,
    JobSummary,
    Review,
    SampleStanding,
    advance,
    requeued,
    summary_of,
    title_of,
)
from pipeline.orchestrator.batch.batches import require_batch
from pipeline.orchestrator.batch.bulk import change_jobs, select_jobs
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.approval import rejection_error, sample_error
from pipeline.orchestrator.film.delivery import film_is_intact
from pipeline.orchestrator.film.failures import error_record
from pipeline.state import CheckpointStore
from pipeline.version import __version__

MAX_REASON_CHARS = 1000
# The stage at which films are held.
_REVIEW_STAGE = "publishing"


@dataclass(frozen=True, kw_only=True)
class ReviewQueue:
    """The films of a batch that are held for review."""

    batch: str
    films: tuple[HeldFilm, ...]
    # How many others wait for the review sample, and the state of the sample.
    behind: int
    sample: SampleStanding


@dataclass(kw_only=True)
class ReviewResult:
    """The result of an approval or rejection: job ids, and messages."""

    approved: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    # Released, because the sample that they waited for is approved.
    released: list[str] = field(default_factory=list)
    # Left unchanged, because they are not held.
    left: list[str] = field(default_factory=list)
    # Claimed by other processes.
    busy: list[str] = field(default_factory=list)
    # Messages about films that could not be approved or rejected.
    problems: list[str] = field(default_factory=list)


async def review_queue(context: RunContext, batch: str) -> ReviewQueue:
    """The films of a batch that are held for review. Raises `InputError` for an unknown batch."""
    await require_batch(context, batch)

    def look() -> ReviewQueue:
        index = context.store.refreshed(batch)
        films = [_held(job) for row in index.rows(JobStatus.REVIEW) if (job := _readable(context.store, row))]
        behind = sum(_waits_for_sample(row) for row in index.rows(JobStatus.PARKED))
        return ReviewQueue(batch=batch, films=tuple(films), behind=behind, sample=index.totals.sample())

    return await to_thread.run_sync(look)


def write_page(context: RunContext, waits: ReviewQueue) -> Path:
    """Write the review queue as an HTML page with pictures, beside the report; returns its path. Blocks."""
    from pipeline.reporting.review import write_review_page  # noqa: PLC0415 - loads PyAV and Jinja2

    folder = context.paths.summary(waits.batch) or context.store.folder(waits.batch)
    return write_review_page(
        folder, batch=waits.batch, films=waits.films, behind=waits.behind, sample=waits.sample, version=__version__
    )


async def approve_films(context: RunContext, *, batch: str, jobs: Sequence[str] = ()) -> ReviewResult:
    """Approve `jobs` (id prefixes), else all films that are held or wait for the sample.

    Named jobs may also be rejected ones. Once all of the sample is approved, the films that wait for it are released.
    Publishing is left to the process that runs the batch, now or next. Raises `InputError` for an unknown batch or job.
    """
    await require_batch(context, batch)
    ids = await select_jobs(context, batch, jobs, (JobStatus.REVIEW, JobStatus.PARKED), flag="--approve")
    result, outdated = ReviewResult(), list[str]()

    def let_go(job: Job) -> Job | None:
        kind = job.error.kind if job.error else ""
        if not _can_approve(job.status, kind, named=bool(jobs)):
            return None
        if job.video is None or not film_is_intact(job):
            result.problems.append(f"{job.folder}: the film has changed since, and is made again by the next run")
            outdated.append(job.id)
            why = "approved by a person, but the film has changed since"
            return requeued(job, at=context.clock(), why=why)
        if kind == HeldError.__name__:
            # It was held because an earlier film on the same topic is published: publish this one too.
            theirs = context.for_request(job.asked)
            for name in theirs.hosts.requested:
                host = theirs.hosts.destination(name, theirs.hosts.subject(job))
                from_thread.run(host.republish)
        review = Review(film=job.video.sha256, decision="approved", at=context.clock())
        return requeued(job.evolve(review=review), at=context.clock(), why="approved by a person")

    done = await change_jobs(context, batch, ids, let_go)
    result.approved = [job for job in done.changed if job not in outdated]
    result.busy, result.left = done.busy, done.left if jobs else []
    result.problems += done.damaged
    result.released = await _release_waiting(context, batch)
    return result


async def reject_film(context: RunContext, *, batch: str, job: str, why: str) -> ReviewResult:
    """Reject a film that is held, for the reason `why`; it counts as failed until it is made differently.

    Raises `InputError` for an unknown batch or job, and for an empty reason.
    """
    words = " ".join(clean_text(why).split())[:MAX_REASON_CHARS]
    if not words:
        raise InputError("a rejection needs a reason", where="--why", hint='Write e.g. --why "the name is wrong"')
    await require_batch(context, batch)
    ids = await select_jobs(context, batch, (job,), (), flag="--reject")

    def keep_back(job: Job) -> Job | None:
        if job.status is not JobStatus.REVIEW or job.video is None:
            return None
        record = error_record(rejection_error(job, words), _REVIEW_STAGE)
        review = Review(film=job.video.sha256, decision="rejected", at=context.clock(), why=words)
        fresh = job.evolve(review=review, error=record)
        return advance(fresh, JobStatus.FAILED, at=context.clock(), why=f"rejected by a person: {words}")

    done = await change_jobs(context, batch, ids, keep_back)
    await _release_waiting(context, batch)
    return ReviewResult(rejected=done.changed, busy=done.busy, left=done.left, problems=done.damaged)


async def _release_waiting(context: RunContext, batch: str) -> list[str]:
    """Release films if their sample is approved, else update why they wait. Returns the ids of those released."""
    index = context.store.index(batch)
    sample = await to_thread.run_sync(index.totals.sample)
    ids = await to_thread.run_sync(lambda: [row.id for row in index.rows(JobStatus.PARKED) if _waits_for_sample(row)])
    gone: list[str] = []

    def go_on(job: Job) -> Job | None:
        if not _waits_for_sample(job):
            return None
        waits = sample_error(job, sample)
        if waits:
            record = error_record(waits, job.error.stage if job.error else _REVIEW_STAGE)
            return job.evolve(error=record) if record != job.error else None
        gone.append(job.id)
        return requeued(job, at=context.clock(), why="the sample is approved")

    done = await change_jobs(context, batch, ids, go_on)
    for job_id in done.busy:
        # It was parked just now, by a process that saw the sample as it was before, and that releases it next.
        with suppress(BusyError):
            async with context.store.claims.claim(batch, job_id, what=job_id):
                pass
    await change_jobs(context, batch, done.busy, go_on)
    return gone


def _can_approve(status: JobStatus, kind: str, *, named: bool) -> bool:
    if status is JobStatus.FAILED:
        return named and kind == RejectedError.__name__
    return status is JobStatus.REVIEW or (status is JobStatus.PARKED and kind == SampleError.__name__)


def _waits_for_sample(job: Job | JobSummary) -> bool:
    """Whether a job waits for the review sample of its batch."""
    return job.status is JobStatus.PARKED and job.error is not None and job.error.kind == SampleError.__name__


def _readable(store: CheckpointStore, row: JobSummary) -> Job | None:
    try:
        return store.read_job(row.batch, row.id)
    except CheckpointError:  # reported by `nightreel status`
        return None


def _held(job: Job) -> HeldFilm:
    files, verdict, row = job.receipt.package if job.receipt else None, job.verdict, summary_of(job)
    return HeldFilm(
        id=job.id,
        title=title_of(job),
        language=job.brief.language,
        why=(job.error.cause or job.error.message) if job.error else "",
        hint=job.error.hint if job.error else "",
        sampled=job.sampled,
        score=verdict.score if verdict else None,
        profile=verdict.profile if verdict else "",
        remarks=tuple(check for check in verdict.checks if check.verdict != "pass") if verdict else (),
        duration_s=job.video.duration_s if job.video else None,
        video=files.video if files else None,
        thumbnail=files.thumbnail if files else None,
        incidents=(*row.voice_remarks, *row.picture_remarks),
        scene_ends_s=_scene_ends_s(job),
    )


def _scene_ends_s(job: Job) -> tuple[float, ...]:
    """When each scene of a finished film ends; empty: unknown."""
    rate = job.video.frame_rate if job.video else 0
    return tuple(round(end / rate, 3) for end in accumulate(part.frames for part in job.segments)) if rate else ()
