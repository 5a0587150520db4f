"""Which film of a batch gets which folder: a new one takes that of the film it replaces, and no other film's."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from pipeline.model import Brief, JobStatus, JobSummary
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.naming import FolderPattern
from pipeline.state import BatchIndex

# Of the id of a job, so much tells its folder from one that is taken.
_ID_CHARS = 6
# What a job may be that gives its folder away if it has no film: nobody is at work on it.
_OVER = frozenset({JobStatus.FAILED, JobStatus.PARKED, JobStatus.CANCELLED})


class FolderAllocator:
    """The folders of one plan. Raises `ConfigurationError` for a pattern that is none. Blocks."""

    def __init__(self, context: RunContext, batch: str, index: BatchIndex) -> None:
        self._context = context
        self._batch = batch
        self._index = index
        # Of a batch that begins, no row has to be looked up.
        self.is_new = index.is_empty()
        self._pattern = FolderPattern(context.settings.output.pattern)
        # Whether nobody else puts films where ours go.
        self._is_all_ours = self._pattern.is_per_batch and context.output is None
        # What this plan has given away, by casefolded name, since some systems do not tell "A" from "a".
        self._given: set[str] = set()
        # Jobs whose films are replaced, with their titles; jobs that never made one, with the folders they get instead.
        self.replaced: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        # How many got another folder than the pattern's.
        self.crowded = 0

    def keep(self, row: JobSummary) -> bool:
        """Whether a known job keeps its folder. If not, what lies there is not its film."""
        holder = self._index.in_folder(row.folder)
        if row.folder.casefold() in self._given or (holder and holder.id != row.id):
            return False
        self._given.add(row.folder.casefold())
        return True

    def free(self, brief: Brief, job_id: str, number: int) -> str:
        """The folder of a new film, which is the `number`th of its source."""
        folder = self._pattern.folder(brief, batch=self._batch, index=number, job_id=job_id, day=self._today)
        before = self._before(brief)
        if before and before.id != job_id and before.folder.casefold() not in self._given:
            self.replaced[before.id] = before.title
        if before and before.id in self.replaced and before.video:
            self.crowded += not before.key
            # Whoever links to the film of a row finds it where it was.
            folder = before.folder
        elif not self._is_free(folder, brief):
            self.crowded += 1
            folder = _with_id(folder, job_id)
        self._given.add(folder.casefold())
        return folder

    def _is_free(self, folder: str, brief: Brief) -> bool:
        if folder.casefold() in self._given:
            return False
        holder = None if self.is_new else self._index.in_folder(folder)
        if holder is None:
            return self._is_all_ours or not self._context.paths.is_taken(folder, self._batch)
        # The same place of the same source with other content, or the same topic under other settings: the film is
        # replaced, not doubled.
        if _is_same(holder, brief):
            self.replaced[holder.id] = holder.title
            return True
        if gives_way := self._gives_way(holder):
            self.moved[holder.id] = _with_id(folder, holder.id)
        return gives_way

    def _gives_way(self, holder: JobSummary) -> bool:
        """Whether nothing lies in its folder, and nothing is about to."""
        return (
            holder.status in _OVER
            and holder.video is None
            and not self._context.store.claims.is_claimed(self._batch, holder.id)
        )

    def _before(self, brief: Brief) -> JobSummary | None:
        """The job of the same row as it was, or of the same topic whose folder was taken by another."""
        if self.is_new:
            return None
        if brief.key:
            rows = self._index.of_key(brief.key)
            return next((row for row in rows if _which(row) == _which_of(brief)), None)
        return self._crowded.get((brief.origin, brief.title, *_which_of(brief)))

    @cached_property
    def _today(self) -> date:
        """The day of the plan, where it is made."""
        return self._context.clock().astimezone().date()

    @cached_property
    def _crowded(self) -> dict[tuple[str | int, ...], JobSummary]:
        """By what is asked for, the jobs that don't have the folder of the pattern, and so are not found by it."""
        rows = self._index.beside(_ID_CHARS)
        return {(row.origin, row.topic, *_which(row)): row for row in rows}


def _which(row: JobSummary) -> tuple[str, int, str]:
    """Which of the films of one brief a job makes."""
    return row.language, row.variant, row.format


def _which_of(brief: Brief) -> tuple[str, int, str]:
    return brief.language, brief.variant, brief.format or ""


def _is_same(holder: JobSummary, brief: Brief) -> bool:
    """Whether a job was made of what is asked for now, as it was then."""
    if brief.key or holder.key:
        return holder.key == brief.key
    return holder.origin == brief.origin and bool(brief.origin or holder.topic == brief.title)


def _with_id(folder: str, job_id: str) -> str:
    return f"{folder}-{job_id[:_ID_CHARS]}"
