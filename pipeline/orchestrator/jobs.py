"""One job from its checkpoint to its film: stage after stage, saved after each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import anyio
from anyio import to_thread

from pipeline.errors import EXIT_DEFECT, NightreelError, StorageError
from pipeline.model import Job, JobError, JobStatus, StageRecord, advance
from pipeline.orchestrator.stages import STAGES, Stage, film_is_whole
from pipeline.orchestrator.workshop import Workshop

logger = logging.getLogger("nightreel")


@dataclass(frozen=True, kw_only=True)
class JobEvent:
    """Something happened to a job: it entered `job.stage`, or its status changed."""

    job: Job
    # The exception behind a failure, for `--debug`.
    error: Exception | None = None
    # The film was there already; nothing was done.
    untouched: bool = False


Listener = Callable[[JobEvent], None]

# Why a job is taken up once more, by what an earlier run left.
_BACK: Mapping[JobStatus, str] = {
    JobStatus.IN_PROGRESS: "the process that worked on it is gone",
    JobStatus.FAILED: "tried again",
    JobStatus.COMPLETED: "its film is gone or changed, or wanted in another place",
}


def ignore(_event: JobEvent) -> None:
    """A listener for those who don't want to know."""


async def run_job(job: Job, workshop: Workshop, listen: Listener = ignore) -> Job:
    """Take one job as far as it goes and return it, completed or failed.

    Called again on the same job, it goes on where the checkpoint stands; on a film that is already where it is wanted
    it does nothing. A failure is kept in the job, never raised, so that one bad film can't stop a night. Cancellation
    puts the job back to pending and goes on up.
    """
    if job.status is JobStatus.COMPLETED and await _is_delivered(job, workshop):
        _tell(listen, JobEvent(job=job, untouched=True))
        return job
    run = _Run(job, workshop, listen)
    try:
        await run.begin()
        for stage in await to_thread.run_sync(_still_to_do, run.job):
            await run.do(stage)
        await run.to(JobStatus.COMPLETED)
    except NightreelError as error:
        logger.info("job %s failed", job.id, exc_info=error)
        await run.fail(error, _record(error, run.job.stage))
    except Exception as error:
        # A defect of ours in one film must not end the night.
        logger.exception("job %s: unexpected error in stage %s", job.id, run.job.stage)
        await run.fail(error, _record(error, run.job.stage))
    except BaseException:
        if run.job.status is JobStatus.IN_PROGRESS:
            await run.to(JobStatus.PENDING, why="interrupted")
        raise
    return run.job


class _Run:
    """The job as it stands now; every change is saved before anybody hears of it."""

    def __init__(self, job: Job, workshop: Workshop, listen: Listener) -> None:
        self.job = job
        self._workshop = workshop
        self._listen = listen

    async def begin(self) -> None:
        """Take the job up, whatever state an earlier run left it in."""
        job = self.job
        if await to_thread.run_sync(film_is_whole, job) and job.receipt:
            # Wherever it lies, it need not be made again: it is delivered from there.
            job = job.evolve(package=job.receipt.package)
        if not await _is_delivered(job, self._workshop):
            job = job.evolve(receipt=None)
        if job.status is not JobStatus.PENDING:
            job = advance(job, JobStatus.PENDING, at=self._workshop.clock(), why=_BACK[job.status])
        job = job.evolve(attempts=job.attempts + 1, stage="", error=None)
        # Before the save: when the disk refuses even that, this is the job that fails.
        self.job = advance(job, JobStatus.IN_PROGRESS, at=self._workshop.clock())
        with anyio.CancelScope(shield=True):
            await self._keep(self.job)

    async def do(self, stage: Stage) -> None:
        """Run one stage and save what it made."""
        await self._keep(self.job.evolve(stage=stage.name))
        started_at, start = self._workshop.clock(), anyio.current_time()
        job = await stage.run(self.job, self._workshop)
        record = StageRecord(started_at=started_at, seconds=round(anyio.current_time() - start, 3))
        job = job.evolve(stages={**job.stages, stage.name: record})
        await self._workshop.store.save_job(job)
        self.job = job

    async def to(self, status: JobStatus, *, why: str = "") -> None:
        """Advance, save, tell. The save is shielded: a job never stays in a state that it has left."""
        with anyio.CancelScope(shield=True):
            await self._keep(advance(self.job, status, at=self._workshop.clock(), why=why))

    async def fail(self, error: Exception, record: JobError) -> None:
        """Give up, with the reason. When not even that can be saved (a full disk), the reason is still told."""
        job = advance(self.job.evolve(error=record), JobStatus.FAILED, at=self._workshop.clock(), why=record.message)
        with anyio.CancelScope(shield=True):
            try:
                await self._workshop.store.save_job(job)
            except StorageError as unsaved:
                if not isinstance(error, StorageError):  # that one says it already
                    logger.warning("job %s failed, and that could not be saved: %s", job.id, unsaved)
        self.job = job
        _tell(self._listen, JobEvent(job=job, error=error))

    async def _keep(self, job: Job) -> None:
        await self._workshop.store.save_job(job)
        self.job = job
        _tell(self._listen, JobEvent(job=job))


def _still_to_do(job: Job) -> tuple[Stage, ...]:
    """The stages after the last one whose result is at hand: what came before it is not needed any more."""
    done = [number for number, stage in enumerate(STAGES, start=1) if stage.is_done(job)]
    return STAGES[max(done, default=0) :]


def _tell(listen: Listener, event: JobEvent) -> None:
    """A listener that fails (a closed pipe, a dead terminal) is no reason to stop making films."""
    try:
        listen(event)
    except Exception as error:
        logger.debug("nobody listens any more", exc_info=error)


async def _is_delivered(job: Job, workshop: Workshop) -> bool:
    """Whether the film lies, whole, where it is wanted now."""
    if job.receipt is None or not workshop.destination(job).gave(job.receipt):
        return False
    return await to_thread.run_sync(film_is_whole, job)


def _record(error: Exception, stage: str) -> JobError:
    """The error as it is kept in the checkpoint."""
    if isinstance(error, NightreelError):
        return JobError(kind=type(error).__name__, stage=stage, message=str(error), exit_code=error.exit_code)
    message = f"unexpected {type(error).__name__}: {' '.join(str(error).split())}. Run with --debug for the traceback"
    return JobError(kind=type(error).__name__, stage=stage, message=message, exit_code=EXIT_DEFECT)
