"""Jobs without a film, grouped by cause: a hundred films that lack the same key are one thing to do."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pipeline.language.text import clean_text
from pipeline.model import JobStatus, JobSummary

# Limits on films named per group, and on groups, which bound the memory for any batch.
MOST_NAMED = 50
MOST_GROUPS = 100
OTHER_CAUSES = "Other causes"

# Statuses whose cause needs attention, worst first; then those that only wait.
EXPLAINED = (JobStatus.FAILED, JobStatus.REVIEW, JobStatus.PARKED)
_ORDER = (*EXPLAINED, JobStatus.CANCELLED, JobStatus.IN_PROGRESS, JobStatus.PENDING)

# Causes of jobs without an error.
_PLAIN_CAUSES: Mapping[JobStatus, str] = MappingProxyType(
    {
        JobStatus.FAILED: "No reason was given",
        JobStatus.REVIEW: "Made, and held for a person to look at",
        JobStatus.PARKED: "Waits for something outside",
        JobStatus.CANCELLED: "Not wanted any more",
        JobStatus.IN_PROGRESS: "Still in progress",
        JobStatus.PENDING: "Not made yet",
    }
)


# How to continue, and the command for it, with the name of the batch; and the wording for a single film.
_NEXT: Mapping[JobStatus, tuple[str, str]] = MappingProxyType(
    {
        JobStatus.COMPLETED: ("", ""),
        JobStatus.FAILED: ("Then make them again:", "nightreel retry {} --failed"),
        JobStatus.REVIEW: ("Look at each, and let it go or keep it back:", "nightreel review {}"),
        JobStatus.PARKED: ("To go on with them:", "nightreel resume {}"),
        JobStatus.CANCELLED: ("To bring one back:", "nightreel retry {} --job ID"),
        JobStatus.IN_PROGRESS: ("Another process is at work on them.", ""),
        JobStatus.PENDING: ("To go on with them:", "nightreel resume {}"),
    }
)


_OF_ONE: Mapping[JobStatus, str] = MappingProxyType(
    {
        JobStatus.FAILED: "Then make it again:",
        JobStatus.REVIEW: "Look at it, and let it go or keep it back:",
        JobStatus.PARKED: "To go on with it:",
        JobStatus.CANCELLED: "To bring it back:",
        JobStatus.IN_PROGRESS: "Another process is at work on it.",
        JobStatus.PENDING: "To go on with it:",
    }
)
_KIND_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "InputError": "the brief or a file of it",
        "SourceError": "the list or table of films",
        "ConfigurationError": "the settings",
        "MissingToolError": "this machine",
        "ProviderError": "a service",
        "TransientError": "a service",
        "PermanentError": "a service",
        "MalformedOutputError": "a service",
        "ClosedError": "a service",
        "QuotaError": "an allowance",
        "BudgetError": "a budget",
        "NeedsLoginError": "a key or a login",
        "QualityError": "the film",
        "HeldError": "a person",
        "ReviewError": "a person",
        "SampleError": "a person",
        "TurnError": "the episode before",
        "RejectedError": "a person",
        "CheckpointError": "the state on disk",
        "DamagedError": "the state on disk",
        "NewerError": "the state on disk",
        "BusyError": "another process",
        "StorageError": "the disk",
        "DiskFullError": "the disk",
        "TimeLimitError": "a time limit",
        "CrashError": "a crash",
        "Interrupted": "an interruption",
    }
)


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What to do about stopped jobs: a sentence, and a command; either may be empty."""

    words: str
    command: str


@dataclass(kw_only=True)
class Group:
    """Jobs that stopped for the same reason. Grows while rows are read."""

    status: JobStatus
    # Class of the error; empty if there was none.
    kind: str
    cause: str
    # What to do about the cause; empty if the error has no hint, or one about a single film.
    hint: str
    count: int = 0
    # Its stages, in order of appearance.
    stages: list[str] = field(default_factory=list)
    # The first `MOST_NAMED` of them.
    rows: list[JobSummary] = field(default_factory=list)

    def add(self, row: JobSummary) -> None:
        """Add a job."""
        if self.rows and self.rows[0].id and self.rows[0].id in self.hint:
            # A hint about that film alone.
            self.hint = ""
        self.count += 1
        stage = stage_of(row)
        if stage and stage not in self.stages:
            self.stages.append(stage)
        if len(self.rows) < MOST_NAMED:
            self.rows.append(row)


class Groups:
    """All jobs that are not completed."""

    def __init__(self) -> None:
        self._groups: dict[tuple[JobStatus, str, str], Group] = {}

    def add(self, row: JobSummary) -> None:
        """Add a job to its group; completed ones are skipped."""
        if row.status is JobStatus.COMPLETED:
            return
        kind, cause, hint = row.error.kind if row.error else "", cause_of(row), hint_of(row)
        if (row.status, kind, cause) not in self._groups and len(self._groups) >= MOST_GROUPS:
            kind, cause, hint = "", OTHER_CAUSES, "error_log.json names each of them"
        new = Group(status=row.status, kind=kind, cause=cause, hint=hint)
        self._groups.setdefault((row.status, kind, cause), new).add(row)

    def ordered(self) -> list[Group]:
        """The worst status first, then the largest group."""
        return sorted(self._groups.values(), key=lambda group: (_ORDER.index(group.status), -group.count))


def cause_of(row: JobSummary) -> str:
    """The reason why a job is not completed, without the place, so that equal reasons are equal texts."""
    if row.error:
        return clean_text(row.error.cause or row.error.message)
    if row.status in EXPLAINED and row.why:
        return clean_text(row.why)
    return _PLAIN_CAUSES.get(row.status, "")


def hint_of(row: JobSummary) -> str:
    """The hint of its error."""
    return clean_text(row.error.hint) if row.error else ""


def stage_of(row: JobSummary) -> str:
    """Where it happened."""
    return row.error.stage if row.error and row.error.stage else row.stage


def place_of(row: JobSummary) -> str:
    """The place that the error names before its cause: "scene 4", "groq"; empty if that is only the brief."""
    if not row.error or not row.error.cause:
        return ""
    before, cause, _ = row.error.message.partition(row.error.cause)
    place = before.rstrip(": ")
    return place if cause and place != row.origin else ""


def kind_name(kind: str) -> str:
    """The subject of an error class, for people."""
    return _KIND_NAMES.get(kind, "a defect of nightreel")


def next_step(status: JobStatus, batch: str, count: int) -> NextStep:
    """How to continue `count` jobs of a status once their cause is fixed."""
    words, command = _NEXT[status]
    if count == 1:
        words = _OF_ONE.get(status, words)
    return NextStep(words=words, command=command.format(shlex.quote(clean_text(batch))))


def what_to_do(group: Group, batch: str) -> tuple[str, NextStep]:
    """What to do about a cause and how to continue then, without repetition."""
    step = next_step(group.status, batch, group.count)
    before, found, after = f"{group.hint} ".partition(f"{step.command} ")
    if not step.command or not found:
        return group.hint, step
    # "Look at it: nightreel review space" says less than the step; "nightreel resume space --budget 5", more.
    is_bare = not after and before.count(": ") == 1 and before.endswith(": ")
    return ("", step) if is_bare else (group.hint, NextStep(words="", command=""))
