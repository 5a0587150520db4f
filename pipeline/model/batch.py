"""Many films asked for at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.model.brief import Priority
from pipeline.model.job import Asked, JobError, JobStatus
from pipeline.model.review import Sample
from pipeline.model.summary import JobSummary

# Films that were asked for one at a time gather in these, for ever: by `nightreel make`, and by `make --queue`.
SINGLES, QUEUE = "films", "queue"
# None of their films waits for another, and what one batch may cost says nothing about them.
STANDALONE_BATCHES = frozenset({SINGLES, QUEUE})


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A brief of the source that can't be read: it never became a job, and still was asked for."""

    # Where it stands: "kitchen/tea.md:4".
    where: str
    error: JobError


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What was asked: kept in state/batches/<name>/batch.json."""

    name: str
    # Path of the topic list, brief or folder, as given; empty: its films were asked for one by one.
    source: str
    created_at: datetime
    # The command that asked for it, so that `retry` can read the source as it was read then.
    asked: Asked = field(default_factory=Asked)
    priority: Priority = Priority.NORMAL
    # Ids of its jobs, in the order of the source.
    jobs: tuple[str, ...] = ()
    # Of those, the ones that were added by themselves: they stay when the source is read again.
    added: tuple[str, ...] = ()
    # Briefs of the source that can't be read.
    refused: tuple[Refused, ...] = ()
    # How the command worked on it (flags by dotted key, such as work.strategy), so that `resume` works alike.
    working: Mapping[str, str | bool | int | float] = field(default_factory=dict)
    # Which films a person looks at before the rest is published; None: nobody has asked for that.
    sample: Sample | None = None

    @property
    def refused_rows(self) -> tuple[JobSummary, ...]:
        """Refused briefs as rows of the batch. They have no id: they never became jobs."""
        return tuple(
            JobSummary(
                id="",
                batch=self.name,
                title=refused.where,
                folder="",
                origin=refused.where,
                status=JobStatus.FAILED,
                error=refused.error,
            )
            for refused in self.refused
        )
