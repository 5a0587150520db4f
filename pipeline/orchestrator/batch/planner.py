"""One pass over the briefs of a batch: match them with known jobs, and create jobs for new ones."""

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
# Jobs written at once.
_PAGE = 500

# Why a job that ended in an earlier run is reset to pending.
RETRY_REASONS = {
    JobStatus.FAILED: "retried",
    JobStatus.PARKED: "retried",
    JobStatus.COMPLETED: "its film is missing or changed, or has another output folder",
}


class Planner:
    """Creates and saves the jobs of briefs; without `saves`, nothing on disk is changed. Blocks."""

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
        # Briefs by job id; None in a plan that is saved, as there may be very many.
        self.briefs: dict[str, Brief | None] = {}
        self._plan = Plan()

    def plan(self, briefs: Iterable[Brief]) -> Plan:
        """Plan all briefs, and save their jobs page by page."""
        self._read_index()
        # One page of jobs is written while the next one is planned.
        with ThreadPoolExecutor(max_workers=1) as writer:
            self._plan_all(briefs, writer)
        folders = self._folders
        self._plan.folder_conflicts = folders.folder_conflicts
        self._plan.replaced = {old: title for old, title in folders.replaced.items() if old not in self.briefs}
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
            self._numbers.record(complete, self._batch, job_id)
            self._plan.ids.append(job_id)
            row = None if self._folders.is_new else self.index.find(job_id)
            if row:
                self._plan_known(row, complete, number)
            elif self._can_create(job_id):
                fresh.append(self._new(complete, job_id, number))
            if len(fresh) == _PAGE:
                if written:
                    written.result()
                written = writer.submit(self._save, fresh)
                fresh = []
        if written:
            written.result()
        self._save(fresh)
        if self._saves:
            self._numbers.save()

    def replace_rows(self, corrected: Sequence[CorrectedRow]) -> dict[str, str]:
        """Create and save a job for each corrected row. Returns the new ids by those of the jobs they replace."""
        self._read_index()
        ids: dict[str, str] = {}
        fresh: dict[str, Job] = {}
        for row in corrected:
            if not self._can_create(row.job):
                continue
            complete = self._context.briefs.complete(self._numbers.of(row.brief))
            ids[row.job] = job_id = self._context.job_id(complete)
            self._numbers.record(complete, self._batch, job_id)
            if job_id not in fresh and self.index.find(job_id) is None:
                fresh[job_id] = self._new(complete, job_id, row.number)
        self._context.store.plan_jobs(self._batch, list(fresh.values()))
        self._numbers.save()
        return ids

    def _read_index(self) -> None:
        """Read the present state of the batch."""
        if self._saves:
            self.index = self._context.store.refreshed(self._batch)
        else:
            self.index = self._context.store.read_only_index(self._batch)
        self._damaged = {damage.job: damage for damage in self.index.damages(listed=False)}
        self._folders = FolderAllocator(self._context, self._batch, self.index, saves=self._saves)

    def _save(self, jobs: Sequence[Job]) -> None:
        if self._saves:
            self._context.store.plan_jobs(self._batch, jobs)

    def _new(self, brief: Brief, job_id: str, number: int) -> Job:
        self._plan.new += 1
        return Job(
            id=job_id,
            batch=self._batch,
            folder=self._folders.assign(brief, job_id, number),
            brief=brief,
            priority=brief.priority or self._priority,
            asked=self._context.asked,
            sampled=self._is_sampled(job_id),
        )

    def _plan_known(self, row: JobSummary, brief: Brief, number: int) -> None:
        sampled = self._sampled_now(row)
        change = PlannedChange(job=row.id, status=row.status, brief=brief, sampled=sampled)
        if not self._folders.keep(row):
            # Another film has taken its folder since.
            self._plan.changed.append(replace(change, folder=self._folders.assign(brief, row.id, number)))
            return
        if row.status is JobStatus.COMPLETED and is_up_to_date(row, self._context):
            self._plan.untouched += 1
            if row.release != brief.release and row.published:
                self._plan.outdated_metadata += 1
                self._plan.changed.append(replace(change, metadata_only=True))
        elif (
            (row.status in RETRY_REASONS and not row.parked_until)
            or self._has_new_options(row, brief)
            or sampled is not None
        ):
            self._plan.changed.append(change)

    def _is_sampled(self, job_id: str) -> bool:
        return self._sample is not None and self._sample.takes(self._batch, job_id)

    def _sampled_now(self, row: JobSummary) -> bool | None:
        """Whether a known film joins the sample (True), or leaves it, as there is none now (False); None: neither."""
        if row.published or row.status is JobStatus.CANCELLED or not self._saves:
            return None
        if self._sample is None:
            return False if row.sample else None
        return True if not row.sample and self._is_sampled(row.id) else None

    def _has_new_options(self, row: JobSummary, brief: Brief) -> bool:
        """Whether priority, output folder, destinations or release options have changed."""
        to = str(self._context.asked.settings.get("publishing.to", ""))
        wanted = (brief.priority or self._priority, self._context.asked.output, to, brief.release)
        known = (row.priority, row.output, row.publish_to, row.release)
        return row.status is not JobStatus.CANCELLED and known != wanted

    def _can_create(self, job_id: str) -> bool:
        """Whether a job can be created; a damaged file of that id is moved aside, and its film remade from the cache.

        A file that can't be read for now (written by a newer version, or a disk error) is kept.
        """
        damage = self._damaged.pop(job_id, None)
        if damage is None or not self._saves:
            return damage is None or self._context.store.is_damaged(self._batch, job_id)
        try:
            # If it has just been repaired, it is left to the next run.
            return self._context.store.read_job(self._batch, job_id) is None
        except DamagedError:
            aside = self._context.store.quarantine_job(self._batch, damage.job, damage.message)
            logger.warning("%s; moved to %s", damage.message, aside.name)
        except CheckpointError as error:
            logger.warning("%s", error)
            return False
        return True
