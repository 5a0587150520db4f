"""One pass over the briefs of a batch: which of them are jobs already, and which are new."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace

from pipeline.errors import CheckpointError, DamagedError
from pipeline.model import Brief, Job, JobStatus, JobSummary, Priority, Sample
from pipeline.orchestrator.batch.folders import FolderAllocator
from pipeline.orchestrator.batch.numbering import EpisodeNumbers
from pipeline.orchestrator.batch.plan import CorrectedRow, Plan, PlannedChange
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.delivery import is_up_to_date
from pipeline.state import BatchIndex, Damage

logger = logging.getLogger("nightreel")
_AT_ONCE = 500

# Why a job that an earlier run has ended is taken up again, when somebody asks for its batch again.
RETRY_REASONS = {
    JobStatus.FAILED: "tried again",
    JobStatus.PARKED: "tried again",
    JobStatus.COMPLETED: "its film is gone or changed, or wanted in another place",
}


class Planner:
    """Makes and saves the jobs of briefs; without `saves`, nothing is made or changed. Blocks."""

    def __init__(
        self,
        context: RunContext,
        batch: str,
        priority: Priority,
        *,
        numbers: EpisodeNumbers,
        saves: bool = True,
        sample: Sample | None = None,
    ) -> None:
        self._numbers = numbers
        self._context = context
        self._batch = batch
        self._priority = priority
        self._saves = saves
        self._sample = sample
        self.index: BatchIndex
        self._folders: FolderAllocator
        # Jobs that can't be read.
        self._damaged: dict[str, Damage] = {}
        # Of a plan that is saved, only the ids are kept: there may be very many.
        self.briefs: dict[str, Brief | None] = {}
        self._plan = Plan()

    def plan(self, briefs: Iterable[Brief]) -> Plan:
        """The whole plan; its jobs are saved while it is made."""
        self._look()
        # The disk takes the jobs that are planned while the next ones are.
        with ThreadPoolExecutor(max_workers=1) as writer:
            self._plan_all(briefs, writer)
        folders = self._folders
        self._plan.crowded = folders.crowded
        self._plan.replaced = {old: title for old, title in folders.replaced.items() if old not in self.briefs}
        self._plan.moved = {old: to for old, to in folders.moved.items() if old not in self.briefs}
        return self._plan

    def _plan_all(self, briefs: Iterable[Brief], writer: Executor) -> None:
        fresh: list[Job] = []
        written: Future[None] | None = None
        films = (
            (number, film)
            for number, brief in enumerate(briefs, start=1)
            for film in self._context.briefs.films_of(self._numbers.of(brief))
        )
        for number, complete in films:
            job_id = self._context.job_id(complete)
            if job_id in self.briefs:
                continue
            self.briefs[job_id] = None if self._saves else complete
            self._numbers.note(complete, self._batch, job_id)
            self._plan.ids.append(job_id)
            row = None if self._folders.is_new else self.index.find(job_id)
            if row:
                self._known(row, complete, number)
            elif self._has_room(job_id):
                fresh.append(self._new(complete, job_id, number))
            if len(fresh) == _AT_ONCE:
                if written:
                    written.result()
                written = writer.submit(self._save, fresh)
                fresh = []
        if written:
            written.result()
        self._save(fresh)
        if self._saves:
            self._numbers.save()

    def mend(self, mended: Sequence[CorrectedRow]) -> dict[str, str]:
        """Save a job for each row; its id by that of the job whose place it takes."""
        self._look()
        ids: dict[str, str] = {}
        fresh: dict[str, Job] = {}
        for row in mended:
            if not self._has_room(row.job):
                continue
            complete = self._context.briefs.complete(self._numbers.of(row.brief))
            ids[row.job] = job_id = self._context.job_id(complete)
            self._numbers.note(complete, self._batch, job_id)
            if job_id not in fresh and self.index.find(job_id) is None:
                fresh[job_id] = self._new(complete, job_id, row.number)
        self._context.store.plan_jobs(self._batch, list(fresh.values()))
        self._numbers.save()
        return ids

    @property
    def moved(self) -> dict[str, str]:
        """Jobs that never made a film, and the folders that they get instead of theirs."""
        return self._folders.moved

    def _look(self) -> None:
        """Find out how the batch stands."""
        if self._saves:
            self.index = self._context.store.refreshed(self._batch)
        else:
            self.index = self._context.store.glance(self._batch)
        self._damaged = {damage.job: damage for damage in self.index.damages(listed=False)}
        self._folders = FolderAllocator(self._context, self._batch, self.index)

    def _save(self, jobs: Sequence[Job]) -> None:
        if self._saves:
            self._context.store.plan_jobs(self._batch, jobs)

    def _new(self, brief: Brief, job_id: str, number: int) -> Job:
        self._plan.new += 1
        return Job(
            id=job_id,
            batch=self._batch,
            folder=self._folders.free(brief, job_id, number),
            brief=brief,
            priority=brief.priority or self._priority,
            asked=self._context.asked,
            sampled=self._is_sampled(job_id),
        )

    def _known(self, row: JobSummary, brief: Brief, number: int) -> None:
        sampled = self._sampled_now(row)
        change = PlannedChange(job=row.id, status=row.status, brief=brief, sampled=sampled)
        if not self._folders.keep(row):
            # Back after another film has taken its folder.
            self._plan.changed.append(replace(change, folder=self._folders.free(brief, row.id, number)))
            return
        if row.status is JobStatus.COMPLETED and is_up_to_date(row, self._context):
            self._plan.untouched += 1
            if row.release != brief.release and row.published:
                self._plan.shown_otherwise += 1
                self._plan.changed.append(replace(change, only_noted=True))
        elif self._is_taken_up(row) or self._is_wanted_otherwise(row, brief) or sampled is not None:
            self._plan.changed.append(change)

    def _is_sampled(self, job_id: str) -> bool:
        return self._sample is not None and self._sample.takes(self._batch, job_id)

    def _sampled_now(self, row: JobSummary) -> bool | None:
        """Whether a film that is known joins the sample, or leaves it because there is none any more; None: neither."""
        if row.published or row.status is JobStatus.CANCELLED or not self._saves:
            return None
        if self._sample is None:
            return False if row.sample else None
        return True if not row.sample and self._is_sampled(row.id) else None

    def _is_taken_up(self, row: JobSummary) -> bool:
        """Whether it was over, or waits for a person, and goes on because it is asked for again."""
        return row.status in RETRY_REASONS and not row.parked_until

    def _is_wanted_otherwise(self, row: JobSummary, brief: Brief) -> bool:
        to = str(self._context.asked.settings.get("publishing.to", ""))
        wanted = (brief.priority or self._priority, self._context.asked.output, to, brief.release)
        known = (row.priority, row.output, row.publish_to, row.release)
        return row.status is not JobStatus.CANCELLED and known != wanted

    def _has_room(self, job_id: str) -> bool:
        """A job that is damaged makes room for a new one: its film is made afresh, mostly from the cache.

        One that is not planned again keeps its file, and stays a failure with its reason; so does one that may only not
        be read here and now, since a newer version has written it or the disk refuses.
        """
        damage = self._damaged.pop(job_id, None)
        if damage is None or not self._saves:
            return damage is None or self._context.store.is_damaged(self._batch, job_id)
        try:
            # Mended this very moment, it is the next run's.
            return self._context.store.read_job(self._batch, job_id) is None
        except DamagedError:
            aside = self._context.store.set_aside(self._batch, damage.job, damage.message)
            logger.warning("%s; it is kept as %s", damage.message, aside.name)
        except CheckpointError as error:
            logger.warning("%s", error)
            return False
        return True
