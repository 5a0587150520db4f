"""A job: one film in production, its state machine and its history."""

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
    """The state of a job."""

    PENDING = "pending"  # queued, or interrupted and waiting to be resumed
    IN_PROGRESS = "in_progress"  # a process is working on it
    COMPLETED = "completed"  # made, checked and delivered
    FAILED = "failed"  # given up with an error; running the command again retries it
    PARKED = "parked"  # waits for something external: until a time, or until a person logs in
    REVIEW = "review"  # made, and held for human review
    CANCELLED = "cancelled"  # only `retry` revives it


# Jobs in these states may still complete without intervention.
UNFINISHED = (JobStatus.PENDING, JobStatus.IN_PROGRESS, JobStatus.PARKED)

# The allowed transitions, by their letter in docs/states.md.
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
    """A bug: a transition that the table above does not allow."""


@dataclass(frozen=True, kw_only=True)
class JobError:
    """An error as stored in a checkpoint."""

    # Class name, e.g. "TransientError"; the stage that raised it; the message: where, what, what to do.
    kind: str
    stage: str
    message: str
    exit_code: int
    # Parts of the message (what, and what to do), to group films that failed for the same reason.
    cause: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class StageRecord:
    """One run of a stage, successful or failed."""

    stage: str
    attempt: int
    started_at: datetime
    seconds: float
    # Cache hits, cache misses (files), and the bytes that were produced.
    found: int = 0
    made: int = 0
    bytes: int = 0
    cost: Cost = field(default_factory=Cost)
    # None: success.
    error: JobError | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """A transition in a job's history."""

    at: datetime
    status: JobStatus
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The options of the command that requested a film; resuming it uses the same."""

    # Flags by dotted settings key.
    settings: Mapping[str, str | bool | int | float] = field(default_factory=dict)
    # FILE.mp4 or a folder; empty: output/ in the workspace.
    output: str = ""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A brief and everything that was made from it. Frozen: `evolve()` and `advance()` return changed copies."""

    # Hash of the brief and of the settings that affect the film; the same command gives the same ids.
    id: str
    batch: str
    # Unique output folder, relative to output/, with forward slashes.
    folder: str
    brief: Brief
    priority: Priority = Priority.NORMAL
    asked: Asked = field(default_factory=Asked)
    status: JobStatus = JobStatus.PENDING
    # When a parked job may resume; None: after a person's intervention.
    parked_until: datetime | None = None
    # The current stage, or the one in which the job stopped.
    stage: str = ""
    # Number of attempts, and of failures since the request that were retried.
    attempts: int = 0
    retries: int = 0
    error: JobError | None = None
    # Every stage of every attempt, in order. Append-only.
    records: tuple[StageRecord, ...] = ()
    # Results of the stages so far. The pace is that of the voice for which the script was written, if a length was
    # requested.
    script: Script | None = None
    # MinHash keys of the script for near-duplicate detection: near-duplicates share a key.
    sketch: tuple[str, ...] = ()
    # None: not loaded yet, or none requested.
    pictures: Pictures | None = None
    pace: Pace | None = None
    narration: Narration | None = None
    subtitles: Subtitles | None = None
    segments: tuple[Segment, ...] = ()
    # Mixed audio of the whole film if it has music; else the segments have their own audio.
    music: Path | None = None
    video: Video | None = None
    package: Package | None = None
    verdict: Verdict | None = None
    # Verdicts of films that failed the quality gate. Append-only.
    failed_verdicts: tuple[FailedVerdict, ...] = ()
    # How often the film was remade automatically since the request, after failing the gate.
    remakes: int = 0
    # Whether the film is in the review sample of its batch, and the last review.
    sampled: bool = False
    review: Review | None = None
    receipt: Receipt | None = None
    # Receipts of video hosts, added as soon as a film is uploaded. Never removed, whatever is remade.
    published: tuple[Receipt, ...] = ()
    # Every transition, in order. Append-only.
    history: tuple[Event, ...] = ()

    @property
    def seconds(self) -> dict[str, float]:
        """Duration of the last successful run of each stage, in seconds."""
        return {record.stage: record.seconds for record in self.records if record.error is None}

    def evolve(self, **changes: object) -> Job:
        """A copy with changed fields."""
        return evolve(self, changes)


def advance(job: Job, status: JobStatus, *, at: datetime, why: str = "") -> Job:
    """The job in another status, with the transition in its history. Raises `InvalidTransition` if not allowed."""
    if status not in TRANSITIONS[job.status]:
        raise InvalidTransition(f"job {job.id}: {job.status} -> {status}")
    return job.evolve(status=status, parked_until=None, history=(*job.history, Event(at=at, status=status, why=why)))


def requeued(job: Job, *, at: datetime, why: str) -> Job:
    """The job pending (again), without its error and its count of retries."""
    if job.status is not JobStatus.PENDING:
        job = advance(job, JobStatus.PENDING, at=at, why=why)
    return job.evolve(error=None, retries=0)
