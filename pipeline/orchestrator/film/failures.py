"""What stops a film: as its checkpoint keeps it, and whether the film goes on by itself, and when."""

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

# Failures that may pass by themselves, after services were already asked as patiently as the settings say.
MAY_PASS = (TransientError, TimeLimitError)
# When a service does not say when its allowance comes back.
_QUOTA_WAIT = timedelta(hours=1)
# A film whose process dies so often before a stage is done is given up: it may be what kills it.
_MOST_DEATHS = 5
_DEADLY = "Nothing is tried again by itself; nightreel retry does, best while nothing else runs"


def error_record(error: BaseException, stage: str) -> JobError:
    """The error as it is kept in the checkpoint."""
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


def resumption(error: Exception, *, retries: int, errors: ErrorSettings, now: datetime) -> tuple[datetime | None, bool]:
    """When the job may be taken up again (None: when a person has done something), and whether at all.

    `retries` is how often it was taken up again by itself.
    """
    if isinstance(error, ClosedError):
        return error.until, True
    if isinstance(error, QuotaError):
        return error.resets_at or now + _QUOTA_WAIT, True
    if isinstance(error, BudgetError):
        return error.resets_at, True
    if isinstance(error, NeedsLoginError | DiskFullError | SampleError | TurnError):
        return None, True
    if isinstance(error, MAY_PASS) and retries < errors.retries:
        return now + timedelta(seconds=errors.retry_wait_s * 2**retries), True
    return None, False


def crash_loop_error(job: Job) -> CrashError | None:
    """Why a film is given up whose process died again and again; None: it may be tried once more."""
    deaths = _deaths(job)
    if deaths < _MOST_DEATHS:
        return None
    return CrashError(f"its process died {deaths} times before a stage was done", hint=_DEADLY)


def _deaths(job: Job) -> int:
    """How often in a row the process died with this film under way, and no stage of it was done or failed.

    Whoever tries a film again that was given up begins to count anew.
    """
    begun = 0
    for event in reversed(job.history):
        if event.status not in {JobStatus.PENDING, JobStatus.IN_PROGRESS}:
            break
        begun += event.status is JobStatus.IN_PROGRESS
    without_a_record = job.attempts - max((record.attempt for record in job.records), default=0)
    return min(begun, without_a_record) - 1
