"""Jobs that are not completed, grouped by cause: a hundred films that lack the same key are one problem."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pipeline.language.text import clean_text
from pipeline.model import JobStatus, JobSummary

# The most jobs listed per group, and the most groups, which bounds the memory.
MOST_LISTED = 50
MOST_GROUPS = 100
OTHER_CAUSES = "Other causes"

# Statuses that need an explanation, worst first; then the others.
EXPLAINED = (JobStatus.FAILED, JobStatus.REVIEW, JobStatus.PARKED)
_ORDER = (*EXPLAINED, JobStatus.CANCELLED, JobStatus.IN_PROGRESS, JobStatus.PENDING)

# Causes of jobs without an error.
_DEFAULT_CAUSES: Mapping[JobStatus, str] = MappingProxyType(
    {
        JobStatus.FAILED: "No reason was given",
        JobStatus.REVIEW: "Made, and held for review",
        JobStatus.PARKED: "Waits for an external service",
        JobStatus.CANCELLED: "Cancelled",
        JobStatus.IN_PROGRESS: "Still in progress",
        JobStatus.PENDING: "Not made yet",
    }
)


# How to continue with several films, with a single one, and the command for it, with the name of the batch.
_NEXT_STEPS: Mapping[JobStatus, tuple[str, str, str]] = MappingProxyType(
    {
        JobStatus.COMPLETED: ("", "", ""),
        JobStatus.FAILED: ("Then make them again:", "Then make it again:", "nightreel retry {} --failed"),
        JobStatus.REVIEW: (
            *("Review each, and approve or reject it:", "Review it, and approve or reject it:"),
            "nightreel review {}",
        ),
        JobStatus.PARKED: ("To continue:", "To continue:", "nightreel resume {}"),
        JobStatus.CANCELLED: ("To restore one:", "To restore it:", "nightreel retry {} --job ID"),
        JobStatus.IN_PROGRESS: ("Another process is working on them.", "Another process is working on it.", ""),
        JobStatus.PENDING: ("To continue:", "To continue:", "nightreel resume {}"),
    }
)
_SUBJECTS = {
    "the brief or one of its files": ("InputError",),
    "the list or table of films": ("SourceError",),
    "the settings": ("ConfigurationError",),
    "this machine": ("MissingToolError",),
    "a service": ("ProviderError", "TransientError", "PermanentError", "MalformedOutputError", "ClosedError"),
    "a quota": ("QuotaError",),
    "a budget": ("BudgetError",),
    "a key or a login": ("NeedsLoginError",),
    "the film": ("QualityError",),
    "your decision": ("HeldError",),
    "your review": ("ReviewError", "SampleError", "RejectedError"),
    "the previous episode": ("TurnError",),
    "the state on disk": ("CheckpointError", "DamagedError", "NewerError"),
    "another process": ("BusyError",),
    "the disk": ("StorageError", "DiskFullError"),
    "a time limit": ("TimeLimitError",),
    "a crash": ("CrashError",),
    "an interruption": ("Interrupted",),
}
_KIND_NAMES = {kind: subject for subject, kinds in _SUBJECTS.items() for kind in kinds}


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """How to continue: an instruction and a command; either may be empty."""

    words: str
    command: str


@dataclass(kw_only=True)
class Group:
    """Jobs that are not completed for the same reason."""

    status: JobStatus
    # The class of the error; empty: no error.
    kind: str
    cause: str
    # What to do about the cause; empty: the error has no hint, or one for a single film.
    hint: str
    count: int = 0
    # The stages at which it happened, in order of appearance.
    stages: list[str] = field(default_factory=list)
    # The first `MOST_LISTED` jobs.
    rows: list[JobSummary] = field(default_factory=list)

    def add(self, row: JobSummary) -> None:
        """Add a job."""
        if self.rows and self.rows[0].id and self.rows[0].id in self.hint:
            # The hint is about that film only.
            self.hint = ""
        self.count += 1
        stage = stage_of(row)
        if stage and stage not in self.stages:
            self.stages.append(stage)
        if len(self.rows) < MOST_LISTED:
            self.rows.append(row)


class Groups:
    """All jobs that are not completed."""

    def __init__(self) -> None:
        self._groups: dict[tuple[JobStatus, str, str], Group] = {}

    def add(self, row: JobSummary) -> None:
        """Add a job to its group; completed ones are ignored."""
        if row.status is JobStatus.COMPLETED:
            return
        kind, cause, hint = row.error.kind if row.error else "", cause_of(row), hint_of(row)
        if (row.status, kind, cause) not in self._groups and len(self._groups) >= MOST_GROUPS:
            kind, cause, hint = "", OTHER_CAUSES, "error_log.json lists all of them"
        new = Group(status=row.status, kind=kind, cause=cause, hint=hint)
        self._groups.setdefault((row.status, kind, cause), new).add(row)

    def ordered(self) -> list[Group]:
        """The groups, worst status first, then the largest."""
        return sorted(self._groups.values(), key=lambda group: (_ORDER.index(group.status), -group.count))


def cause_of(row: JobSummary) -> str:
    """Why a job is not completed, without the place of the error, so that equal causes are equal texts."""
    if row.error:
        return clean_text(row.error.cause or row.error.message)
    if row.status in EXPLAINED and row.why:
        return clean_text(row.why)
    return _DEFAULT_CAUSES.get(row.status, "")


def hint_of(row: JobSummary) -> str:
    """The hint of the error; empty: there is none."""
    return clean_text(row.error.hint) if row.error else ""


def stage_of(row: JobSummary) -> str:
    """The stage at which the job stopped."""
    return row.error.stage if row.error and row.error.stage else row.stage


def place_of(row: JobSummary) -> str:
    """The place in the error's message: "scene 4", "groq"; empty: none, or just the origin of the brief."""
    if not row.error or not row.error.cause:
        return ""
    before, cause, _ = row.error.message.partition(row.error.cause)
    place = before.rstrip(": ")
    return place if cause and place != row.origin else ""


def kind_name(kind: str) -> str:
    """The subject of an error class, for people."""
    return _KIND_NAMES.get(kind, "a defect of nightreel")


def next_step(status: JobStatus, batch: str, count: int) -> NextStep:
    """How to continue with `count` jobs of a status once their cause is resolved."""
    words, words_for_one, command = _NEXT_STEPS[status]
    return NextStep(
        words=words_for_one if count == 1 else words, command=command.format(shlex.quote(clean_text(batch)))
    )


def what_to_do(group: Group, batch: str) -> tuple[str, NextStep]:
    """The hint for a cause, and how to continue then, without repeating a command."""
    step = next_step(group.status, batch, group.count)
    before, found, after = f"{group.hint} ".partition(f"{step.command} ")
    if not step.command or not found:
        return group.hint, step
    # "Look at it: nightreel review space" adds nothing to the step; "nightreel resume space --budget 5" does.
    is_bare = not after and before.count(": ") == 1 and before.endswith(": ")
    return ("", step) if is_bare else (group.hint, NextStep(words="", command=""))
