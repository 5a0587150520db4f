"""One film in the making: its states, and everything known about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from pipeline.model.brief import Brief
from pipeline.model.narration import Narration
from pipeline.model.receipt import Package, Receipt
from pipeline.model.script import Script
from pipeline.model.subtitles import Subtitles
from pipeline.model.verdict import Verdict
from pipeline.model.video import Segment, Video


class JobStatus(StrEnum):
    """Where a job stands."""

    PENDING = "pending"  # waits for its turn, or was interrupted and waits to go on
    IN_PROGRESS = "in_progress"  # a process works on it now
    COMPLETED = "completed"  # made, checked and delivered
    FAILED = "failed"  # gave up; the error says why, running the command again tries again


TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = MappingProxyType(
    {
        JobStatus.PENDING: frozenset({JobStatus.IN_PROGRESS}),
        JobStatus.IN_PROGRESS: frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.PENDING}),
        JobStatus.FAILED: frozenset({JobStatus.PENDING}),
        # The delivered files are gone or changed: the film is made again. Or it is wanted in another place as well.
        JobStatus.COMPLETED: frozenset({JobStatus.PENDING}),
    }
)


class InvalidTransition(Exception):  # noqa: N818 - named as in the state diagram
    """A defect of ours: a step that the table above does not allow."""


@dataclass(frozen=True, kw_only=True)
class JobError:
    """What went wrong, as kept in a checkpoint."""

    # Class of the error, e.g. "TransientError"; the stage it came from; one line for a person.
    kind: str
    stage: str
    message: str
    exit_code: int


@dataclass(frozen=True, kw_only=True)
class StageRecord:
    """One stage that was done: when, and how long it took."""

    started_at: datetime
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step in a job's history."""

    at: datetime
    status: JobStatus
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A brief on its way to a film. Frozen: a change makes a new one, with `evolve()` or `advance()`."""

    # Hash of the brief and of what shapes its film; the same command gives the same ids.
    id: str
    batch: str
    # Folder name of the film below output/<batch>/; unique within the batch.
    name: str
    brief: Brief
    status: JobStatus = JobStatus.PENDING
    # The stage at work, or the one that was at work when the job stopped.
    stage: str = ""
    # How many times the job was taken up.
    attempts: int = 0
    error: JobError | None = None
    # By stage name, only stages that are done.
    stages: Mapping[str, StageRecord] = field(default_factory=dict)
    # What the stages have made so far.
    script: Script | None = None
    narration: Narration | None = None
    subtitles: Subtitles | None = None
    segments: tuple[Segment, ...] = ()
    video: Video | None = None
    package: Package | None = None
    verdict: Verdict | None = None
    receipt: Receipt | None = None
    history: tuple[Event, ...] = ()

    def evolve(self, **changes: object) -> Job:
        """A copy with other values."""
        return replace(self, **changes)  # type: ignore[arg-type]


def advance(job: Job, status: JobStatus, *, at: datetime, why: str = "") -> Job:
    """The job in its next status, with the step in its history. Raises `InvalidTransition` off the table."""
    if status not in TRANSITIONS[job.status]:
        raise InvalidTransition(f"job {job.id}: {job.status} -> {status}")
    return job.evolve(status=status, history=(*job.history, Event(at=at, status=status, why=why)))
