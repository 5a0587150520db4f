"""Whether a film that was delivered is still there, and where it is wanted. Everything here blocks."""

from __future__ import annotations

from datetime import timedelta

from pipeline.files import sha256_of
from pipeline.model import Job, JobSummary, Package
from pipeline.orchestrator.context import RunContext

# File systems keep times no finer than this (FAT: 2 s), and a copy is dated when it is made.
_CLOCK_S = timedelta(seconds=2)


def is_up_to_date(row: JobSummary, context: RunContext) -> bool:
    """Whether a completed job needs no work: its film is everywhere where it is wanted now, and nobody has changed it.

    Reads a film only when its date says that somebody has touched it since: thousands of films are a matter of a
    second.
    """
    wanted = context.paths.package(row.folder, row.batch)
    if row.video != wanted.video or row.ended_at is None or not set(context.hosts.wanted) <= row.published.keys():
        return False
    try:
        if not is_complete(wanted):
            return False
        changed_at = wanted.video.stat().st_mtime
    except OSError:  # gone since, or not ours to look at
        return False
    if changed_at <= (row.ended_at + _CLOCK_S).timestamp():
        return True
    job = context.store.read_job(row.batch, row.id)
    return job is not None and film_is_intact(job)


def is_delivered(job: Job, context: RunContext) -> bool:
    """Whether the film lies, whole, where it is wanted now, and is out at every host that is wanted."""
    return is_at_destination(job, context) and is_fully_published(job, context.for_job(job)) and film_is_intact(job)


def is_fully_published(job: Job, context: RunContext) -> bool:
    """Whether the film is out at every video host that is wanted, with all that goes with it."""
    return set(context.hosts.wanted) <= {receipt.destination for receipt in job.published if not receipt.missing}


def is_published(job: Job, context: RunContext) -> bool:
    """Whether the film is out at every video host that is wanted, and one is; what goes with it may follow."""
    return bool(context.hosts.wanted) and set(context.hosts.wanted) <= {
        receipt.destination for receipt in job.published
    }


def is_at_destination(job: Job, context: RunContext) -> bool:
    """Whether the film was delivered to where it is wanted now; it may have been lost since."""
    return job.receipt is not None and context.for_job(job).paths.destination(job).gave(job.receipt)


def film_is_intact(job: Job) -> bool:
    """Whether the job's film has been delivered and still lies where the receipt says, byte for byte. Reads it all."""
    if job.receipt is None or job.video is None:
        return False
    package = job.receipt.package
    try:
        return is_complete(package) and sha256_of(package.video) == job.video.sha256
    except OSError:  # a disk that has lost a part of it, or not ours to read
        return False


def is_complete(package: Package | None) -> bool:
    """Whether all files are there and not empty."""
    return package is not None and all(path.exists() and path.stat().st_size for path in package.files)
