"""One job from its checkpoint to its film: stage after stage, saved after each."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import anyio
from anyio import to_thread

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
from pipeline.model import Job, JobError, JobStatus, StageRecord, advance
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.events import JobEvent, Listener, Notice, emit, ignore
from pipeline.orchestrator.film.approval import hold_error
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.delivery import film_is_intact, is_at_destination, is_delivered
from pipeline.orchestrator.film.episodes import release_next_episode, turn_error
from pipeline.orchestrator.film.failures import MAY_PASS, crash_loop_error, error_record, resumption
from pipeline.orchestrator.film.remake import discard_from, remake_stage
from pipeline.orchestrator.film.stages import STAGES, Stage
from pipeline.orchestrator.film.stages.results import segment_files
from pipeline.orchestrator.processes.workers import preload_workers
from pipeline.state import CacheUsage

logger = logging.getLogger("nightreel")

# Why a job is taken up once more, by what an earlier run left.
_BACK: Mapping[JobStatus, str] = {
    JobStatus.IN_PROGRESS: "the process that worked on it is gone",
    JobStatus.FAILED: "tried again",
    JobStatus.PARKED: "its time has come",
    JobStatus.COMPLETED: "its film is gone or changed, or wanted in another place",
}
_RESULTS = tuple(result for stage in STAGES for result in stage.fills)


async def run_job(job: Job, context: RunContext, listen: Listener = ignore, *, rank: Rank = ()) -> Job:
    """Take one job as far as it goes and return it: completed, parked or failed.

    Called again on the same job, it goes on where the checkpoint stands; on a film that is already where it is wanted
    it does nothing, nor on one that is held for review or cancelled. A film that does not pass the gate is made afresh,
    once, where that may help. A failure is kept in the job, never raised, so that one bad film can't stop a night.
    Cancellation puts the job back to pending and goes on up. Only who has claimed the job may call this.
    """
    if job.status in {JobStatus.REVIEW, JobStatus.CANCELLED}:
        return job
    run = _Run(job, context, listen)
    try:
        if job.status is JobStatus.COMPLETED and await to_thread.run_sync(is_delivered, job, context):
            emit(listen, JobEvent(job=job, untouched=True))
            return job
        try:
            await run.run_shielded(rank)
        except QualityError as error:
            if not await run.begins_afresh(error):
                raise
            await run.run_shielded(rank)
    except NightreelError as error:
        logger.info("job %s stopped", job.id, exc_info=error)
        await run.stop(error)
    except Exception as error:
        # A defect of ours in one film must not end the night.
        logger.exception("job %s: unexpected error in stage %s", job.id, run.job.stage)
        await run.stop(error)
    except BaseException:
        await run.put_back()
        raise
    return run.job


class _Run:
    """The job as it stands now; every change is saved before anybody hears of it."""

    def __init__(self, job: Job, context: RunContext, listen: Listener) -> None:
        self.job = job
        self._context = context
        self._listen = listen

    async def run_shielded(self, rank: Rank) -> None:
        """Every stage that is still to do. Raises what stops it."""
        is_orphan = self.job.status is JobStatus.IN_PROGRESS
        self._take_up()
        if self.job.asked != self._context.asked:
            self._context = await to_thread.run_sync(self._context.for_job, self.job)
        if is_orphan and (crash := crash_loop_error(self.job)):
            told = f"{crash.message}: see the history in its checkpoint.\n"
            await to_thread.run_sync(write_atomically, self._context.crash_report(self.job), told)
            raise crash
        async with self._context.cache.holding(*_kept_files(self.job)) as use:
            stages = await self._begin()
            with raise_first_error():
                async with anyio.create_task_group() as ahead:
                    attempt = Attempt(
                        cores=self._context.cores,
                        rank=rank,
                        work_folder=self._context.work_folder(self.job),
                        crash_report=self._context.crash_report(self.job),
                        background=ahead,
                        save=self._keep_quietly,
                        notify=lambda line: emit(self._listen, Notice(text=line)),
                        prices=self._context.prices,
                        budgets=self._context.runtime.budgets(self.job.batch),
                    )
                    for number, stage in enumerate(stages):
                        if number:  # the first one is saved with the beginning, the last result with the end
                            await self._keep(self.job.evolve(stage=stage.name))
                        await self._do(stage, attempt, use)
                    # Scenes that were drawn ahead in a voice that gave up half-way.
                    ahead.cancel_scope.cancel()
        await self.to(JobStatus.COMPLETED)

    def _take_up(self) -> None:
        """From whatever state an earlier run left it in; not saved yet. Whatever fails from here on, fails this job."""
        job = self.job
        if job.status is not JobStatus.PENDING:
            job = advance(job, JobStatus.PENDING, at=self._context.clock(), why=_BACK[job.status])
        job = job.evolve(attempts=job.attempts + 1, error=None)
        self.job = advance(job, JobStatus.IN_PROGRESS, at=self._context.clock())

    async def _begin(self) -> tuple[Stage, ...]:
        """See what is still there of the film, save, and say what is still to do."""
        job, stages = self.job, STAGES
        if job.records or any(getattr(job, result) for result in _RESULTS):
            job, stages = await to_thread.run_sync(_as_found, job, self._context)
        if len(stages) > 1:  # the last one only delivers
            preload_workers()
        with anyio.CancelScope(shield=True):
            await self._keep(job.evolve(stage=stages[0].name if stages else ""))
        return stages

    async def _do(self, stage: Stage, attempt: Attempt, use: CacheUsage) -> None:
        """Run one stage and write down what it took, also when it fails. The caller saves."""
        started_at, start = self._context.clock(), anyio.current_time()
        cost, used = attempt.cost, use.counts()
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
            since = use.counts() - used
            record = StageRecord(
                stage=stage.name,
                attempt=self.job.attempts,
                started_at=started_at,
                seconds=round(anyio.current_time() - start, 3),
                found=since.found,
                made=since.made,
                bytes=since.made_bytes,
                cost=attempt.cost - cost,
                error=failure,
            )
            self.job = self.job.evolve(records=(*self.job.records, record))

    async def to(self, status: JobStatus, *, why: str = "") -> None:
        """Advance, save, tell. The save is shielded: a job never stays in a state that it has left."""
        with anyio.CancelScope(shield=True):
            await self._keep(advance(self.job, status, at=self._context.clock(), why=why))

    async def begins_afresh(self, error: QualityError) -> bool:
        """Forget what made a film fail the gate, if it may come out otherwise; whether it was worth it.

        What is forgotten is gone before that is saved: whoever is killed in between judges the film once more, and pays
        nobody twice.
        """
        stage = remake_stage(self.job)
        if not stage:
            return False
        with anyio.CancelScope(shield=True):
            job = await to_thread.run_sync(discard_from, stage, self.job, self._context)
            if job.failed_verdicts and self.job.stage == "quality":
                *before, last = job.failed_verdicts
                job = job.evolve(failed_verdicts=(*before, replace(last, again=stage)))
            why = f"made afresh from {stage} on, once: {error.message}"
            await self._keep(advance(job.evolve(remakes=1), JobStatus.PENDING, at=self._context.clock(), why=why))
        return True

    async def put_back(self) -> None:
        """Wait for the next run. A disk that refuses even that is no reason to forget why we stop."""
        if self.job.status is JobStatus.IN_PROGRESS:
            try:
                await self.to(JobStatus.PENDING, why="interrupted")
            except StorageError as unsaved:
                logger.warning("job %s was interrupted, and that could not be saved: %s", self.job.id, unsaved)

    async def stop(self, error: Exception) -> None:
        """Park the job or give it up, with the reason. When not even that can be saved, the reason is still told."""
        if self.job.status is not JobStatus.IN_PROGRESS:
            self._take_up()
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
            # Approved while we wrote down that it was not: whoever did that may not have seen this film wait.
            await self.to(JobStatus.PENDING, why="the sample is approved")
        if isinstance(error, TurnError) and not await to_thread.run_sync(turn_error, job, self._context, job.stage):
            await self.to(JobStatus.PENDING, why="the episode before it has come so far")
        elif job.status is JobStatus.FAILED:
            await release_next_episode(job, self._context)

    async def _keep_quietly(self, job: Job) -> None:
        """In the middle of a stage: nobody hears of it before the stage is over."""
        with anyio.CancelScope(shield=True):
            await self._context.store.save_job(job)
            self.job = job

    async def _keep(self, job: Job) -> None:
        await self._context.store.save_job(job)
        self.job = job
        emit(self._listen, JobEvent(job=job))


def _stopped(job: Job, error: Exception, context: RunContext) -> Job:
    """The job parked, held or given up, with what the error says."""
    record, now = error_record(error, job.stage), context.clock()
    until, may_go_on = resumption(error, retries=job.retries, errors=context.settings.errors, now=now)
    status = JobStatus.PARKED if may_go_on else JobStatus.FAILED
    status = JobStatus.REVIEW if isinstance(error, HeldError) else status
    job = job.evolve(error=record)
    if status is JobStatus.FAILED:
        # Whoever asks for it again, asks anew.
        job = job.evolve(remakes=0)
    if may_go_on and isinstance(error, MAY_PASS):
        job = job.evolve(retries=job.retries + 1)
    return advance(job, status, at=now, why=record.message).evolve(parked_until=until)


def _as_found(job: Job, context: RunContext) -> tuple[Job, tuple[Stage, ...]]:
    """The job with what is still there of its film, and the stages that are still to do. Reads files."""
    is_whole = film_is_intact(job)
    if job.receipt and is_whole:
        # Wherever it lies, it need not be made again: it is delivered from there.
        job = job.evolve(package=job.receipt.package)
    if not (is_whole and is_at_destination(job, context)):
        job = job.evolve(receipt=None)
    return job, _still_to_do(job, context)


def _still_to_do(job: Job, context: RunContext) -> tuple[Stage, ...]:
    """The stages after the last one whose result is at hand: what came before it is not needed any more."""
    for number in range(len(STAGES), 0, -1):
        if STAGES[number - 1].is_done(job, context):
            return STAGES[number:]
    return STAGES


def _kept_files(job: Job) -> tuple[Path, ...]:
    """What an earlier attempt got from the cache."""
    clips = job.narration.clips if job.narration else ()
    stills = job.pictures.stills if job.pictures else ()
    return (*(clip.path for clip in clips), *(still.path for still in stills), *segment_files(job))
