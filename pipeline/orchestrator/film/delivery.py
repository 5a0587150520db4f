"""Whether a delivered film is still there, in the right place, and published as requested. Everything here blocks."""

from __future__ import annotations

from datetime import timedelta

from pipeline.files import sha256_of
from pipeline.model import Job, JobSummary, Package
from pipeline.orchestrator.context import RunContext

# File systems store times no more precisely than this (FAT: 2 s), and a copy gets the time of copying.
_CLOCK_S = timedelta(seconds=2)


def is_up_to_date(row: JobSummary, context: RunContext) -> bool:
    """Whether a completed job needs no work: its film is everywhere it is requested now, and unchanged.

    The film is read only if its modification time is later than the end of the job: checking thousands takes a second.
    """
    package = context.paths.package(row.folder, row.batch)
    if row.video != package.video or row.ended_at is None or not set(context.hosts.requested) <= row.published.keys():
        return False
    try:
        if not is_complete(package):
            return False
        changed_at = package.video.stat().st_mtime
    except OSError:  # deleted meanwhile, or no permission
        return False
    if changed_at <= (row.ended_at + _CLOCK_S).timestamp():
        return True
    job = context.store.read_job(row.batch, row.id)
    return job is not None and film_is_intact(job)


def is_delivered(job: Job, context: RunContext) -> bool:
    """Whether the film is intact at its destination, and published at every requested host."""
    theirs = context.for_request(job.asked)
    return is_at_destination(job, theirs) and is_fully_published(job, theirs) and film_is_intact(job)


def is_fully_published(job: Job, context: RunContext) -> bool:
    """Whether the film is published at every requested video host, with all its extras (captions, thumbnail…)."""
    return set(context.hosts.requested) <= {receipt.destination for receipt in job.published if not receipt.missing}


def is_published(job: Job, context: RunContext) -> bool:
    """Whether the film is published at every requested video host, and there is one; extras may be missing."""
    requested = set(context.hosts.requested)
    return bool(requested) and requested <= {receipt.destination for receipt in job.published}


def is_at_destination(job: Job, context: RunContext) -> bool:
    """Whether the film was delivered to its current destination; it may have been lost since."""
    return job.receipt is not None and context.for_request(job.asked).paths.destination(job).has_issued(job.receipt)


def film_is_intact(job: Job) -> bool:
    """Whether the delivered film is still where its receipt says, byte for byte. Reads the whole file."""
    if job.receipt is None or job.video is None:
        return False
    package = job.receipt.package
    try:
        return is_complete(package) and sha256_of(package.video) == job.video.sha256
    except OSError:  # a disk error, or no permission
        return False


def is_complete(package: Package | None) -> bool:
    """Whether all files of a package exist and are not empty."""
    return package is not None and all(path.exists() and path.stat().st_size for path in package.files)
