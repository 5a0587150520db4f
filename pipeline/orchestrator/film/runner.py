"""Runs one job through its stages, from its last checkpoint on, and saves a checkpoint after each stage."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from pipeline.errors import (
    HeldError,
    NightreelError,
    QualityError,
    SampleError,
    StorageError,
    TimeLimitError,
    TurnError,
    raise_first_error,
)
from pipeline.files import write_atomically
from pipeline.limits import Rank
from pipeline.model import Cost, Job, JobError, JobStatus, StageRecord, advance
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.events import JobEvent, Listener, emit, ignore, notify
from pipeline.orchestrator.film.approval import hold_error
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.delivery import film_is_intact, is_at_destination, is_delivered
from pipeline.orchestrator.film.episode_order import ITS_TURN, release_next_episode, turn_error
from pipeline.orchestrator.film.failures import MAY_PASS, crash_loop_error, decide_parking, error_record
from pipeline.orchestrator.film.remake import discard_from, remake_stage
from pipeline.orchestrator.film.stages import STAGES, Stage
from pipeline.orchestrator.film.stages.results import segment_files
from pipeline.orchestrator.processes.workers import preload_workers
from pipeline.state import CacheUsage

logger = logging.getLogger("nightreel")

# Why a job runs again, by the status that an earlier run left it in.
_RESTART_REASONS: Mapping[JobStatus, str] = {
    JobStatus.IN_PROGRESS: "the process that worked on it is gone",
    JobStatus.FAILED: "tried again",
    JobStatus.PARKED: "its waiting time is over",
    JobStatus.COMPLETED: "its film is missing or changed, or has another output folder",
}


async def run_job(job: Job, context: RunContext, listen: Listener = ignore, *, rank: Rank = ()) -> Job:
    """Run one job as far as it goes and return it: completed, parked, held for review or failed.

    A job that ran before continues from its checkpoint. Nothing happens to a film that is already delivered and
    published as requested, or is held for review or cancelled. A film that fails the quality gate is made again once,
    where that may help. Errors are recorded in the job, never raised, so that one bad film does not stop a batch.
    Cancellation returns the job to pending and propagates. The caller must have claimed the job.
    """
    if job.status in {JobStatus.REVIEW, JobStatus.CANCELLED}:
        return job
    run = _Run(job, context, listen)
    try:
        if job.status is JobStatus.COMPLETED and await to_thread.run_sync(is_delivered, job, context):
            emit(listen, JobEvent(job=job, untouched=True))
            return job
        try:
            await run.run_stages(rank)
        except QualityError as error:
            if not await run.reset_for_remake(error):
                raise
            await run.run_stages(rank)
    except NightreelError as error:
        logger.info("job %s stopped", job.id, exc_info=error)
        await run.stop(error)
    except Exception as error:
        # A bug that one film triggers must not stop the batch.
        logger.exception("job %s: unexpected error in stage %s", job.id, run.job.stage)
        await run.stop(error)
    except BaseException:
        await run.return_to_pending()
        raise
    return run.job


class _Run:
    """The current state of a job. Every change is saved before listeners are notified."""

    def __init__(self, job: Job, context: RunContext, listen: Listener) -> None:
        self.job = job
        self._context = context
        self._listen = listen

    async def run_stages(self, rank: Rank) -> None:
        """Run all remaining stages, then mark the job completed. Raises the error that stops it."""
        is_orphan = self.job.status is JobStatus.IN_PROGRESS
        self._start_attempt()
        if self.job.asked != self._context.asked:
            self._context = await to_thread.run_sync(self._context.for_request, self.job.asked)
        if is_orphan and (crash := crash_loop_error(self.job)):
            report = f"{crash.message}: see the history in its checkpoint.\n"
            await to_thread.run_sync(write_atomically, self._context.crash_report(self.job), report)
            raise crash
        async with self._context.cache.holding(*_cached_files(self.job)) as usage:
            stages = await self._remaining_stages()
            with raise_first_error():
                async with anyio.create_task_group() as background:
                    attempt = self._new_attempt(rank, background)
                    for number, stage in enumerate(stages):
                        if number:  # the first stage is already saved; the last result is saved as completed
                            await self._save(self.job.evolve(stage=stage.name))
                        await self._run_stage(stage, attempt, usage)
                    # Drawing that is not needed any more: scenes for a narrator that failed half-way.
                    background.cancel_scope.cancel()
        await self.set_status(JobStatus.COMPLETED)

    def _new_attempt(self, rank: Rank, background: TaskGroup) -> Attempt:
        return Attempt(
            cores=self._context.cores,
            rank=rank,
            work_folder=self._context.work_folder(self.job.batch, self.job.id),
            crash_report=self._context.crash_report(self.job),
            background=background,
            save=self._save_silently,
            notify=lambda line: notify(self._listen, line),
            prices=self._context.prices,
            budgets=self._context.runtime.budgets(self.job.batch),
        )

    def _start_attempt(self) -> None:
        """Put the job in progress, from any status that an earlier run left it in. Not saved yet."""
        job = self.job
        if job.status is not JobStatus.PENDING:
            job = advance(job, JobStatus.PENDING, at=self._context.clock(), why=_RESTART_REASONS[job.status])
        job = job.evolve(attempts=job.attempts + 1, error=None)
        self.job = advance(job, JobStatus.IN_PROGRESS, at=self._context.clock())

    async def _remaining_stages(self) -> tuple[Stage, ...]:
        """Drop results that are no longer there, save the job, and return the stages still to run."""
        job, stages = await to_thread.run_sync(_as_found, self.job, self._context)
        if len(stages) > 1:  # publishing alone needs no workers
            preload_workers()
        with anyio.CancelScope(shield=True):
            await self._save(job.evolve(stage=stages[0].name if stages else ""))
        return stages

    async def _run_stage(self, stage: Stage, attempt: Attempt, usage: CacheUsage) -> None:
        """Run one stage and append its record to the job, also when it fails. The caller saves."""
        started_at, start = self._context.clock(), anyio.current_time()
        attempt.cost, counts = Cost(), usage.counts()
        failure: JobError | None = None
        limit_s = self._context.time_limit_s(stage.name, self.job.brief)
        try:
            with attempt.time_limit(limit_s) as scope:
                self.job = await stage.run(self.job, self._context, attempt)
            if scope.cancelled_caught:
                raise TimeLimitError(
                    f"took longer than {limit_s:g} s",
                    where=stage.name,
                    hint=f"Raise time_limits.{stage.name}_s in nightreel.toml if it needs more",
                )
        except BaseException as error:
            failure = error_record(error, stage.name)
            raise
        finally:
            since = usage.counts() - counts
            record = StageRecord(
                stage=stage.name,
                attempt=self.job.attempts,
                started_at=started_at,
                seconds=round(anyio.current_time() - start, 3),
                found=since.found,
                made=since.made,
                bytes=since.made_bytes,
                cost=attempt.cost,
                error=failure,
            )
            self.job = self.job.evolve(records=(*self.job.records, record))

    async def set_status(self, status: JobStatus, *, why: str = "") -> None:
        """Advance the job, save it and notify listeners. Shielded: cancellation can't prevent the save."""
        with anyio.CancelScope(shield=True):
            await self._save(advance(self.job, status, at=self._context.clock(), why=why))

    async def reset_for_remake(self, error: QualityError) -> bool:
        """Discard the results that made a film fail the gate. Return False if making it again can't help.

        Files are discarded before the job is saved: after a crash in between, the film is inspected once more, and
        nothing is paid for twice.
        """
        stage = remake_stage(self.job)
        if not stage:
            return False
        with anyio.CancelScope(shield=True):
            job = await to_thread.run_sync(discard_from, stage, self.job, self._context)
            if job.failed_verdicts and self.job.stage == "quality":
                *before, last = job.failed_verdicts
                job = job.evolve(failed_verdicts=(*before, replace(last, again=stage)))
            why = f"made again from {stage} on, once: {error.message}"
            await self._save(advance(job.evolve(remakes=1), JobStatus.PENDING, at=self._context.clock(), why=why))
        return True

    async def return_to_pending(self) -> None:
        """Return an interrupted job to pending. A failed save is logged: it must not hide the interruption."""
        if self.job.status is JobStatus.IN_PROGRESS:
            try:
                await self.set_status(JobStatus.PENDING, why="interrupted")
            except StorageError as unsaved:
                logger.warning("job %s was interrupted, and that could not be saved: %s", self.job.id, unsaved)

    async def stop(self, error: Exception) -> None:
        """Park, hold or fail the job with the reason. Listeners hear of it even if the job can't be saved."""
        if self.job.status is not JobStatus.IN_PROGRESS:
            self._start_attempt()
        job = _stopped(self.job, error, self._context)
        with anyio.CancelScope(shield=True):
            try:
                await self._context.store.save_job(job)
            except StorageError as unsaved:
                if not isinstance(error, StorageError):  # that one says it already
                    logger.warning("job %s stopped, and that could not be saved: %s", job.id, unsaved)
        self.job = job
        emit(self._listen, JobEvent(job=job, error=error))
        if isinstance(error, SampleError) and not await to_thread.run_sync(hold_error, job, self._context):
            # The sample was approved while we saved: the approval may not have seen this film among those that wait.
            await self.set_status(JobStatus.PENDING, why="the sample is approved")
        if isinstance(error, TurnError) and not await to_thread.run_sync(turn_error, job, self._context, job.stage):
            await self.set_status(JobStatus.PENDING, why=ITS_TURN)
        elif job.status is JobStatus.FAILED:
            await release_next_episode(job, self._context)

    async def _save_silently(self, job: Job) -> None:
        """Save in the middle of a stage, without notifying listeners."""
        with anyio.CancelScope(shield=True):
            await self._context.store.save_job(job)
            self.job = job

    async def _save(self, job: Job) -> None:
        await self._context.store.save_job(job)
        self.job = job
        emit(self._listen, JobEvent(job=job))


def _stopped(job: Job, error: Exception, context: RunContext) -> Job:
    """The job parked, held for review or failed, with a record of the error."""
    record, now = error_record(error, job.stage), context.clock()
    may_resume, until = decide_parking(error, retries=job.retries, errors=context.settings.errors, now=now)
    status = JobStatus.PARKED if may_resume else JobStatus.FAILED
    status = JobStatus.REVIEW if isinstance(error, HeldError) else status
    job = job.evolve(error=record)
    if status is JobStatus.FAILED:
        # A later retry may remake the film once more.
        job = job.evolve(remakes=0)
    if may_resume and isinstance(error, MAY_PASS):
        job = job.evolve(retries=job.retries + 1)
    return advance(job, status, at=now, why=record.message).evolve(parked_until=until)


def _as_found(job: Job, context: RunContext) -> tuple[Job, tuple[Stage, ...]]:
    """The job without results that have been lost since, and the stages that are still to run. Reads files."""
    is_intact = film_is_intact(job)
    if job.receipt and is_intact:
        # An intact film need not be made again, wherever it is: it is delivered from there.
        job = job.evolve(package=job.receipt.package)
    if not (is_intact and is_at_destination(job, context)):
        job = job.evolve(receipt=None)
    return job, _stages_left(job, context)


def _stages_left(job: Job, context: RunContext) -> tuple[Stage, ...]:
    """The stages after the last one whose result is there: results of earlier stages are not needed any more."""
    for number in range(len(STAGES), 0, -1):
        if STAGES[number - 1].is_done(job, context):
            return STAGES[number:]
    return STAGES


def _cached_files(job: Job) -> tuple[Path, ...]:
    """The cache files that the job refers to: they are not evicted while it runs."""
    clips = job.narration.clips if job.narration else ()
    stills = job.pictures.stills if job.pictures else ()
    return (*(clip.path for clip in clips), *(still.path for still in stills), *segment_files(job))
