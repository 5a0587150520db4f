"""A batch: many films requested by one command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.model.brief import Priority
from pipeline.model.job import Asked, JobError, JobStatus
from pipeline.model.review import Sample
from pipeline.model.summary import JobSummary

# Permanent batches of films that were requested one at a time, by `nightreel make` and `make --queue`.
SINGLES, QUEUE = "films", "queue"
# Their films do not wait for each other, and the batch budget does not apply.
STANDALONE_BATCHES = frozenset({SINGLES, QUEUE})


@dataclass(frozen=True, kw_only=True)
class Refused:
    """An unreadable brief of the source. It has no job, but was requested."""

    # Its location: "kitchen/tea.md:4".
    where: str
    error: JobError


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The request for a batch, stored in state/batches/<name>/batch.json."""

    name: str
    # Path of the topic list, brief or folder, as given; empty: films were requested one by one.
    source: str
    created_at: datetime
    # The original request, so that `retry` reads the source in the same way.
    asked: Asked = field(default_factory=Asked)
    priority: Priority = Priority.NORMAL
    # Job ids in source order.
    jobs: tuple[str, ...] = ()
    # Ids of jobs that were added individually: they are kept when the source is read again.
    added: tuple[str, ...] = ()
    # Unreadable briefs of the source.
    refused: tuple[Refused, ...] = ()
    # Execution flags by dotted key (such as work.strategy), which `resume` uses again.
    working: Mapping[str, str | bool | int | float] = field(default_factory=dict)
    # The sample to review before the rest is published; None: no sampling.
    sample: Sample | None = None

    @property
    def refused_rows(self) -> tuple[JobSummary, ...]:
        """Unreadable briefs as rows of the batch, without a job id."""
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
