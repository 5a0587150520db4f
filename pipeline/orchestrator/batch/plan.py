"""The plan of a batch: which jobs are new, removed or replaced, and what changes in known ones."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.language.text import counted
from pipeline.model import Brief, JobStatus
from pipeline.state import BatchIndex


@dataclass(frozen=True, kw_only=True)
class PlannedChange:
    """A change to a known job."""

    job: str
    # The status when the plan was made; if it differs when the change is applied, the job is left alone.
    status: JobStatus
    brief: Brief
    # A new folder, because its old one now belongs to another film; None: unchanged.
    folder: str | None = None
    # Whether it joins (True) or leaves (False) the review sample; None: unchanged.
    sampled: bool | None = None
    # Only save the brief: the published film is left as it is.
    metadata_only: bool = False


@dataclass(kw_only=True)
class Plan:
    """The jobs of a batch, and how they differ from the last run."""

    ids: list[str] = field(default_factory=list)
    # Jobs that did not exist.
    new: int = 0
    # Jobs whose films exist; of these, published ones whose briefs want other metadata.
    untouched: int = 0
    outdated_metadata: int = 0
    # Jobs whose folder has the job id appended, because another film has the folder of the pattern.
    folder_conflicts: int = 0
    # Jobs of the last run that the source has no more, and the titles of the first of them.
    removed: int = 0
    removed_titles: list[str] = field(default_factory=list)
    # Whether briefs of the source were refused, so that removed jobs may be among them.
    has_refused: bool = False
    # Jobs whose films are replaced, as others have taken their folders: titles by id.
    replaced: dict[str, str] = field(default_factory=dict)
    changed: list[PlannedChange] = field(default_factory=list)

    @property
    def conflict_notice(self) -> str:
        """A notice about films whose folders are not those of the pattern; empty if there are none."""
        if not self.folder_conflicts:
            return ""
        films = counted(self.folder_conflicts, "film gets", "films get")
        return f"{films} a folder with an id appended: another film has that folder"

    def notices(self, batch: str) -> Iterator[str]:
        """Notices about the plan, one line each."""
        if self.replaced:
            films = counted(len(self.replaced), "film replaces", "films replace")
            yield f"{films} an older one: the brief, the settings or nightreel itself has changed"
        if self.folder_conflicts:
            yield self.conflict_notice
        if self.removed:
            films = counted(self.removed, "film is", "films are")
            unnamed = self.removed - len(self.removed_titles)
            more = f" and {unnamed:,} more" if unnamed else ""
            why = "no longer in the source, or refused there" if self.has_refused else "no longer in the source"
            yield f"{films} {why}, and kept: {'; '.join(self.removed_titles)}{more}"
        if self.outdated_metadata:
            films = counted(self.outdated_metadata, "published film has", "published films have")
            hint = f"to update YouTube, run nightreel publish {shlex.quote(batch)} --to youtube --update"
            yield f"{films} outdated metadata: {hint}"
        if self.untouched:
            films = "film exists" if len(self.ids) == 1 else "films exist"
            yield f"{self.untouched} of {len(self.ids)} {films} already"


@dataclass(frozen=True, kw_only=True)
class DraftPlan:
    """A plan that is not saved."""

    plan: Plan
    # The rows of the batch at present, and the resolved briefs of the plan by job id.
    index: BatchIndex
    briefs: dict[str, Brief]


@dataclass(frozen=True, kw_only=True)
class CorrectedRow:
    """A corrected row of the source, and the job that it replaces."""

    job: str
    # Its position in the source, from 1.
    number: int
    brief: Brief
