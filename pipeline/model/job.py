"""One film in the making: its states, and everything known about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from pipeline.model.brief import Brief, Priority
from pipeline.model.cost import Cost
from pipeline.model.evolve import evolve
from pipeline.model.narration import Narration
from pipeline.model.pace import Pace
from pipeline.model.pictures import Pictures
from pipeline.model.receipt import Package, Receipt
from pipeline.model.review import FailedVerdict, Review
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
    PARKED = "parked"  # waits for something outside: until a time, or for a person to log in
    REVIEW = "review"  # made, and held for a person to look at
    CANCELLED = "cancelled"  # not wanted any more; only `retry` brings it back


# Of jobs in these, a film may still come by itself.
UNFINISHED = (JobStatus.PENDING, JobStatus.IN_PROGRESS, JobStatus.PARKED)

# Every step a job may take, by its letter in docs/states.md.
STEPS: Mapping[str, tuple[JobStatus, JobStatus]] = MappingProxyType(
    {
        "A": (JobStatus.PENDING, JobStatus.IN_PROGRESS),
        "B": (JobStatus.IN_PROGRESS, JobStatus.COMPLETED),
        "C": (JobStatus.IN_PROGRESS, JobStatus.FAILED),
        "D": (JobStatus.IN_PROGRESS, JobStatus.PENDING),
        "E": (JobStatus.FAILED, JobStatus.PENDING),
        "F": (JobStatus.COMPLETED, JobStatus.PENDING),
        "G": (JobStatus.IN_PROGRESS, JobStatus.PARKED),
        "H": (JobStatus.PARKED, JobStatus.PENDING),
        "I": (JobStatus.IN_PROGRESS, JobStatus.REVIEW),
        "J": (JobStatus.REVIEW, JobStatus.PENDING),
        "K": (JobStatus.REVIEW, JobStatus.FAILED),
        "L": (JobStatus.PENDING, JobStatus.CANCELLED),
        "M": (JobStatus.IN_PROGRESS, JobStatus.CANCELLED),
        "N": (JobStatus.PARKED, JobStatus.CANCELLED),
        "O": (JobStatus.REVIEW, JobStatus.CANCELLED),
        "P": (JobStatus.FAILED, JobStatus.CANCELLED),
        "Q": (JobStatus.CANCELLED, JobStatus.PENDING),
    }
)
TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = MappingProxyType(
    {status: frozenset(after for before, after in STEPS.values() if before is status) for status in JobStatus}
)


class InvalidTransition(Exception):  # noqa: N818 - named as in the state diagram
    """A defect of ours: a step that the table above does not allow."""


@dataclass(frozen=True, kw_only=True)
class JobError:
    """What went wrong, as kept in a checkpoint."""

    # Class of the error, e.g. "TransientError"; the stage it came from; one line for a person: where, what, what to do.
    kind: str
    stage: str
    message: str
    exit_code: int
    # The same in parts, so that films that failed for one reason can be told together: what, and what to do.
    cause: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class StageRecord:
    """One stage in one attempt, done or failed."""

    stage: str
    attempt: int
    started_at: datetime
    seconds: float
    # How much of it was found in the cache, and how much had to be made: files, and the bytes of what was made.
    found: int = 0
    made: int = 0
    bytes: int = 0
    cost: Cost = field(default_factory=Cost)
    # None: it was done.
    error: JobError | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step in a job's history."""

    at: datetime
    status: JobStatus
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a film was asked for: whoever goes on with it, makes it so."""

    # What flags said, by dotted key of the setting.
    settings: Mapping[str, str | bool | int | float] = field(default_factory=dict)
    # FILE.mp4 or a folder; empty: output/ in the workspace.
    output: str = ""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A brief on its way to a film. Frozen: a change makes a new one, with `evolve()` or `advance()`."""

    # Hash of the brief and of what shapes its film; the same command gives the same ids.
    id: str
    batch: str
    # Where its files go, below the folder of all output, with forward slashes; no other job has it.
    folder: str
    brief: Brief
    priority: Priority = Priority.NORMAL
    asked: Asked = field(default_factory=Asked)
    status: JobStatus = JobStatus.PENDING
    # When a parked job may go on; None: when a person has done something about it.
    parked_until: datetime | None = None
    # The stage at work, or the one that was at work when the job stopped.
    stage: str = ""
    # How many times the job was taken up, and how many of the failures since it was asked for were forgiven.
    attempts: int = 0
    retries: int = 0
    error: JobError | None = None
    # Every stage of every attempt, in order. Never shortened.
    records: tuple[StageRecord, ...] = ()
    # What the stages have made so far; the pace is that of the voice that the script was written for, if a length was
    # asked for.
    script: Script | None = None
    # Keys of its script: a film that says the same shares one of them (quality/likeness.py).
    sketch: tuple[str, ...] = ()
    # None: nobody has looked for any yet, or none are asked for.
    pictures: Pictures | None = None
    pace: Pace | None = None
    narration: Narration | None = None
    subtitles: Subtitles | None = None
    segments: tuple[Segment, ...] = ()
    # The sound of the whole film, if it has music; else each segment brings its own.
    music: Path | None = None
    video: Video | None = None
    package: Package | None = None
    verdict: Verdict | None = None
    # Of films that did not pass. Never shortened.
    failed_verdicts: tuple[FailedVerdict, ...] = ()
    # How often the film was made afresh by itself, since it was asked for, because it did not pass.
    remakes: int = 0
    # Whether a person has to look at it before the rest of the batch is published; and what was said of it last.
    sampled: bool = False
    review: Review | None = None
    receipt: Receipt | None = None
    # Of video hosts, each as soon as the film is out there. What is out stays out: no stage is ever made to forget it.
    published: tuple[Receipt, ...] = ()
    # Every step, in order. Never shortened.
    history: tuple[Event, ...] = ()

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds by stage: the last time that each was done."""
        return {record.stage: record.seconds for record in self.records if record.error is None}

    def evolve(self, **changes: object) -> Job:
        """A copy with other values."""
        return evolve(self, changes)


def advance(job: Job, status: JobStatus, *, at: datetime, why: str = "") -> Job:
    """The job in its next status, with the step in its history. Raises `InvalidTransition` off the table."""
    if status not in TRANSITIONS[job.status]:
        raise InvalidTransition(f"job {job.id}: {job.status} -> {status}")
    return job.evolve(status=status, parked_until=None, history=(*job.history, Event(at=at, status=status, why=why)))
