"""What a plan of a batch says: which jobs are new, gone or changed, and what this run wants of those that are known."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.language.text import counted
from pipeline.model import Brief, JobStatus
from pipeline.state import BatchIndex


@dataclass(frozen=True, kw_only=True)
class PlannedChange:
    """What this run wants of a job that is known already."""

    job: str
    # As it was when the plan was made: if it has moved on since, it is left alone.
    status: JobStatus
    brief: Brief
    # Another than it had: a film that came back after its folder was given away.
    folder: str | None = None
    # Whether it is in the sample that a person looks at; None: as it was.
    sampled: bool | None = None
    # Its film stays as it is, and out as it is: only what the brief says of that is noted.
    only_noted: bool = False


@dataclass(kw_only=True)
class Plan:
    """The jobs of a batch, and what asking for it again means for them."""

    ids: list[str] = field(default_factory=list)
    # Never seen before.
    new: int = 0
    # Their films are there; some are on video hosts, and their briefs want them shown otherwise than before.
    untouched: int = 0
    shown_otherwise: int = 0
    # The folder that the pattern gives them is another film's: theirs has the id in its name.
    crowded: int = 0
    # What an earlier source had and this one has not: how many films, and what the first of them are called.
    removed: int = 0
    # Whether some of them may be there, and be refused.
    has_refused: bool = False
    removed_titles: list[str] = field(default_factory=list)
    # Others have taken their folders: their films are replaced.
    replaced: dict[str, str] = field(default_factory=dict)
    # Likewise, but they never made a film: they get these folders.
    moved: dict[str, str] = field(default_factory=dict)
    changed: list[PlannedChange] = field(default_factory=list)

    @property
    def crowding(self) -> str:
        """What to tell of films whose folders are not those of the pattern; empty: nothing."""
        if not self.crowded:
            return ""
        films = counted(self.crowded, "film gets", "films get")
        return f"{films} a folder with a number behind its name: another film has it"

    def news(self, batch: str) -> Iterator[str]:
        """What to tell who asked for this batch, in lines."""
        if self.replaced:
            films = counted(len(self.replaced), "film takes", "films take")
            why = "the brief, how it is asked for, or nightreel itself has changed"
            yield f"{films} the place of another: {why}"
        if self.crowded:
            yield self.crowding
        if self.removed:
            films = counted(self.removed, "film is", "films are")
            they = "it lies" if self.removed == 1 else "they lie"
            unnamed = self.removed - len(self.removed_titles)
            more = f" and {unnamed:,} more" if unnamed else ""
            why = "not in the source any more, or refused there," if self.has_refused else "not in the source any more,"
            yield f"{films} {why} and left where {they}: {'; '.join(self.removed_titles)}{more}"
        if self.shown_otherwise:
            is_out = ("film is out, and its brief wants it", "films are out, and their briefs want them")
            hint = f"nightreel publish {shlex.quote(batch)} --to youtube --update tells YouTube"
            yield f"{counted(self.shown_otherwise, *is_out)} shown otherwise: {hint}"
        if self.untouched:
            films = "film is" if len(self.ids) == 1 else "films are"
            yield f"{self.untouched} of {len(self.ids)} {films} there already"


@dataclass(frozen=True, kw_only=True)
class DraftPlan:
    """A plan that was made and not saved."""

    plan: Plan
    # The rows of the batch as it stands, and the completed briefs of the plan by the ids of their jobs.
    index: BatchIndex
    briefs: dict[str, Brief]


@dataclass(frozen=True, kw_only=True)
class CorrectedRow:
    """A row of the source as it is now, in the place of the job that was made of it."""

    job: str
    # Its place in the source, from 1.
    number: int
    brief: Brief
