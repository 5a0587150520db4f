"""Output folders of the films of a batch: unique, and a film that replaces another keeps its folder."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from pipeline.errors import CheckpointError
from pipeline.model import Brief, JobStatus, JobSummary, summary_of
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.naming import FolderPattern
from pipeline.state import BatchIndex

# Characters of the job id that are appended to a folder that is taken.
_ID_CHARS = 6
# A job in one of these statuses gives its folder away if it has no film.
_INACTIVE = frozenset({JobStatus.FAILED, JobStatus.PARKED, JobStatus.CANCELLED})


class FolderAllocator:
    """Assigns the folders of one plan; `saves` that of a job which has to move. Blocks.

    Raises `ConfigurationError` for an invalid pattern.
    """

    def __init__(self, context: RunContext, batch: str, index: BatchIndex, *, saves: bool) -> None:
        self._context = context
        self._saves = saves
        self._batch = batch
        self._index = index
        # In a new batch, no rows have to be looked up.
        self.is_new = index.is_empty()
        self._pattern = FolderPattern(context.settings.output.pattern)
        # Whether no other batch can have films in our folders.
        self._is_exclusive = self._pattern.is_per_batch and context.output is None
        # Folders assigned by this plan, casefolded, as some file systems are case-insensitive.
        self._assigned: set[str] = set()
        # Titles of jobs whose films are replaced, by job id.
        self.replaced: dict[str, str] = {}
        # Films whose folder is not the one of the pattern.
        self.folder_conflicts = 0

    def keep(self, row: JobSummary) -> bool:
        """Whether a known job can keep its folder; if not, the folder belongs to another film by now."""
        holder = self._index.by_folder(row.folder)
        if row.folder.casefold() in self._assigned or (holder and holder.id != row.id):
            return False
        self._assigned.add(row.folder.casefold())
        return True

    def assign(self, brief: Brief, job_id: str, number: int) -> str:
        """Assign a folder to a new film, which is the `number`th of its source."""
        folder = self._pattern.folder(brief, batch=self._batch, index=number, job_id=job_id, day=self._today)
        previous = self._previous(brief)
        if previous and previous.id != job_id and previous.folder.casefold() not in self._assigned:
            self.replaced[previous.id] = previous.title
        if previous and previous.id in self.replaced and previous.video:
            self.folder_conflicts += not previous.key
            # The film of a row keeps its folder, so that links to it stay valid.
            folder = previous.folder
        elif not self._is_free(folder, brief):
            self.folder_conflicts += 1
            folder = _with_id(folder, job_id)
        self._assigned.add(folder.casefold())
        return folder

    def _is_free(self, folder: str, brief: Brief) -> bool:
        if folder.casefold() in self._assigned:
            return False
        holder = None if self.is_new else self._index.by_folder(folder)
        if holder is None:
            return self._is_exclusive or not self._context.paths.is_taken(folder, self._batch)
        # The same place of the source with other content, or the same topic with other settings: replace the film.
        if _is_same(holder, brief):
            self.replaced[holder.id] = holder.title
            return True
        return self._move(holder, _with_id(folder, holder.id))

    def _move(self, holder: JobSummary, folder: str) -> bool:
        """Give a job another folder. Returns False if it has or awaits a film, or a process makes it."""
        claims, store = self._context.store.claims, self._context.store
        if not _is_movable(holder):
            return False
        if not self._saves:
            return not claims.is_claimed(self._batch, holder.id)
        try:
            with claims.claim_now(self._batch, holder.id, what=holder.title):
                job = store.read_job(self._batch, holder.id)
                if job is None or not _is_movable(summary_of(job)):
                    return False
                store.put_jobs(self._batch, [job.evolve(folder=folder)])
        except CheckpointError:  # claimed, or damaged
            return False
        return True

    def _previous(self, brief: Brief) -> JobSummary | None:
        """The job of an earlier version of the same row or, after a folder conflict, of the same topic."""
        if self.is_new:
            return None
        if brief.key:
            rows = self._index.by_key(brief.key)
            return next((row for row in rows if _version(row) == _version_of(brief)), None)
        return self._conflicting.get((brief.origin, brief.title, *_version_of(brief)))

    @cached_property
    def _today(self) -> date:
        """The date of the plan in local time."""
        return self._context.clock().astimezone().date()

    @cached_property
    def _conflicting(self) -> dict[tuple[str | int, ...], JobSummary]:
        """Jobs that have an id appended to their folder, by origin, topic and version."""
        rows = self._index.with_id_in_folder(_ID_CHARS)
        return {(row.origin, row.topic, *_version(row)): row for row in rows}


def _version(row: JobSummary) -> tuple[str, int, str]:
    """Language, variant and format, which tell the films of one brief apart."""
    return row.language, row.variant, row.format


def _version_of(brief: Brief) -> tuple[str, int, str]:
    return brief.language, brief.variant, brief.format or ""


def _is_movable(job: JobSummary) -> bool:
    return job.status in _INACTIVE and job.video is None


def _is_same(holder: JobSummary, brief: Brief) -> bool:
    """Whether a job was made from an earlier version of this brief."""
    if brief.key or holder.key:
        return holder.key == brief.key
    return holder.origin == brief.origin and bool(brief.origin or holder.topic == brief.title)


def _with_id(folder: str, job_id: str) -> str:
    return f"{folder}-{job_id[:_ID_CHARS]}"
