"""Error handling for films: the record in the checkpoint, and whether and when the film is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.errors import (
    EXIT_DEFECT,
    EXIT_INTERRUPTED,
    BudgetError,
    ClosedError,
    CrashError,
    DiskFullError,
    NeedsLoginError,
    NightreelError,
    QuotaError,
    SampleError,
    TimeLimitError,
    TransientError,
    TurnError,
)
from pipeline.model import Job, JobError, JobStatus
from pipeline.settings import ErrorSettings

# Errors that may pass by themselves; requests to services have already been retried as the settings say.
MAY_PASS = (TransientError, TimeLimitError)
# Errors that a person has to resolve; the film is parked without a time.
_NEEDS_PERSON = (NeedsLoginError, DiskFullError, SampleError, TurnError)
# How long to park when a service does not say when its quota resets.
_QUOTA_WAIT = timedelta(hours=1)
# A film whose process dies this often before any stage is done fails: the film may be what kills the process.
_MOST_DEATHS = 5
_CRASH_LOOP_HINT = "It is not tried again automatically; run nightreel retry, best while nothing else runs"


def error_record(error: BaseException, stage: str) -> JobError:
    """The error as the checkpoint stores it."""
    kind = type(error).__name__
    if not isinstance(error, Exception):
        return JobError(kind="Interrupted", stage=stage, message="interrupted", exit_code=EXIT_INTERRUPTED)
    if isinstance(error, NightreelError):
        return JobError(
            kind=kind,
            stage=stage,
            message=str(error),
            exit_code=error.exit_code,
            cause=error.message,
            hint=error.hint,
        )
    cause = f"unexpected {kind}: {' '.join(str(error).split())}"
    hint = "Run with --debug for the traceback"
    return JobError(kind=kind, stage=stage, message=f"{cause}. {hint}", exit_code=EXIT_DEFECT, cause=cause, hint=hint)


def decide_parking(
    error: Exception, *, retries: int, errors: ErrorSettings, now: datetime
) -> tuple[bool, datetime | None]:
    """Whether the job is parked rather than failed, and until when (None: until a person has done something).

    `retries` is the number of automatic retries so far: the wait doubles with each (exponential backoff).
    """
    if isinstance(error, ClosedError):
        return True, error.until
    if isinstance(error, QuotaError):
        return True, error.resets_at or now + _QUOTA_WAIT
    if isinstance(error, BudgetError):
        return True, error.resets_at
    if isinstance(error, _NEEDS_PERSON):
        return True, None
    if isinstance(error, MAY_PASS) and retries < errors.retries:
        return True, now + timedelta(seconds=errors.retry_wait_s * 2**retries)
    return False, None


def crash_loop_error(job: Job) -> CrashError | None:
    """The error for a film whose process has died too often; None: it may be tried once more."""
    deaths = _deaths(job)
    if deaths < _MOST_DEATHS:
        return None
    return CrashError(f"its process died {deaths} times before a stage was done", hint=_CRASH_LOOP_HINT)


def _deaths(job: Job) -> int:
    """How often in a row the process died while it made this film, without any stage finishing or failing.

    A manual retry of a failed film restarts the count.
    """
    begun = 0
    for event in reversed(job.history):
        if event.status not in {JobStatus.PENDING, JobStatus.IN_PROGRESS}:
            break
        begun += event.status is JobStatus.IN_PROGRESS
    without_a_record = job.attempts - max((record.attempt for record in job.records), default=0)
    return min(begun, without_a_record) - 1
