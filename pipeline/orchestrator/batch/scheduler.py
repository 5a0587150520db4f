"""The scheduler of a run: starts jobs, and limits how many are in progress.

A run takes jobs from its batch and from `QUEUE`, where other commands leave work for any running process. The queue is
on disk (`queues.py`) and shared: several processes take jobs from it, each job is claimed by a lock that is released
when its process dies, and jobs of killed processes are found and finished by the others.

Every job is one task that runs its stages in order. Network stages wait for the rate limiters of their services, CPU
stages for a core; films that started first go first. So films overlap: while one is drawn, others are written and
spoken. The strategy decides how many may be in progress, which also bounds memory; admission control, whether any may
start.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import ExitStack
from datetime import datetime

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from pipeline.errors import BusyError, DamagedError, DiskFullError, NightreelError, raise_first_error
from pipeline.limits import Load, Situation, Strategy
from pipeline.limits.times import format_time
from pipeline.model import QUEUE, UNFINISHED, Job, JobStatus
from pipeline.orchestrator.batch.admission import AdmissionControl
from pipeline.orchestrator.batch.cancellation import cancel_if_requested, cancel_released
from pipeline.orchestrator.batch.queues import Backoff, BatchQueue, JobKey, JobListQueue, Queue, QueueView
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.events import Listener, RunMetrics, emit, ignore, notify
from pipeline.orchestrator.film.episode_order import release_waiting_episodes
from pipeline.orchestrator.film.runner import run_job
from pipeline.state import IN_ORDER, SMART_ORDER

logger = logging.getLogger("nightreel")

# How often resources are sampled, metrics emitted, and the queue polled for work from other processes.
_INTERVAL_S = 1.0


class Scheduler:
    """One run of one batch by this process. Use it once."""

    def __init__(
        self,
        context: RunContext,
        batch: str,
        listen: Listener = ignore,
        *,
        only: Collection[str] | None = None,
        interval_s: float = _INTERVAL_S,
        on_wait: Callable[[datetime | None], Awaitable[None]] | None = None,
    ) -> None:
        """`only`: make these jobs, instead of the whole batch and the queue.

        `on_wait` is called, while all jobs wait, with the time at which the first parked one is due.
        """
        self._context = context
        self._batch = batch
        self._listen = listen
        self._only = dict.fromkeys(only) if only is not None else None
        self._queue = self._make_queue()
        self._interval_s = interval_s
        self._on_wait = on_wait
        self._strategy: Strategy
        self._in_progress: dict[JobKey, anyio.CancelScope] = {}
        self._backoff = Backoff()
        self._load: Load
        self._admission = AdmissionControl(self._say, context.settings.errors)
        self._last_notice = ""
        self._wake_up = anyio.Event()
        # Jobs that could not be started: their checkpoints could not be read or locked.
        self.unstartable = 0
        # Why results could not be saved; empty: all are saved.
        self.unsaved_because = ""
        self.started = 0
        self.most_at_once = 0

    @property
    def stopped_because(self) -> str:
        """Why no more jobs are started; empty: they are."""
        return self._admission.stopped_because

    def _make_queue(self) -> Queue:
        if self._only is not None:
            return JobListQueue(store=self._context.store, batch=self._batch, jobs=self._only)
        order = SMART_ORDER if self._context.settings.work.strategy == "smart" else IN_ORDER
        batches = tuple(dict.fromkeys((self._batch, QUEUE)))
        return BatchQueue(store=self._context.store, batches=batches, order=order)

    async def run(self) -> None:
        """Run until every job of the batch has ended or waits for a person.

        Raises `StorageError` when the disk stays full. When cancelled, jobs in progress are saved and released.
        """
        machine = self._context.runtime
        self._strategy = await to_thread.run_sync(machine.make_strategy)
        self._load = await to_thread.run_sync(machine.resources.sample)
        machine.on_notice(self._say)
        has_more = True
        while has_more:
            async with self._context.store.claims.register_worker(self._batch, takes_new_jobs=self._only is None):
                await self._run_registered()
            # A command that saw us registered, and left jobs to us, has saved them by now.
            has_more = not self.stopped_because and bool((await self._peek(1)).entries)
        await self._emit_metrics()

    async def _run_registered(self) -> None:
        with raise_first_error():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._monitor)
                while await self._start_jobs(tasks) or await self._release_episodes():
                    with anyio.move_on_after(self._interval_s):
                        await self._wake_up.wait()
                    self._wake_up = anyio.Event()
                tasks.cancel_scope.cancel()
        await to_thread.run_sync(self._context.store.claims.remove_leftovers, self._batch)

    # Starting jobs -----------------------------------------------------------------------------------------------

    async def _start_jobs(self, tasks: TaskGroup) -> bool:
        """Start as many jobs as may be in progress. Returns whether there is anything left to wait for."""
        view, was_busy = QueueView(), bool(self._in_progress)
        while not self.stopped_because and (free := self._at_once() - len(self._in_progress)) > 0:
            view = await self._peek(free)
            self._backoff.delay(*view.others)
            if not view.entries:
                break
            limits = self._context.runtime.resource_limits
            refusal = limits.refusal(self._load, under_way=len(self._in_progress))
            if self._admission.must_wait(refusal, is_idle=not self._in_progress):
                return True
            for rank, key in view.entries:
                self.started += 1
                self._in_progress[key] = anyio.CancelScope()
                # Jobs of higher priority go first; among equals, those that started first.
                tasks.start_soon(self._make, key, (rank, self.started))
            self.most_at_once = max(self.most_at_once, len(self._in_progress))
        # A job that has ended during the query may have released the next episode: look again.
        if was_busy or self._in_progress:
            return True
        if self.stopped_because or not self._is_waiting(view.parked_until):
            return False
        if self._on_wait:
            await self._on_wait(view.parked_until)
        return True

    async def _peek(self, limit: int) -> QueueView:
        excluded = {*self._in_progress, *self._backoff.keys()}
        return await to_thread.run_sync(self._queue.peek, limit, excluded, self._context.clock())

    async def _release_episodes(self) -> bool:
        """Whether a parked episode may start: the one before it was cancelled, or published by other means."""
        if self._only is not None or self.stopped_because:
            return False
        batches = dict.fromkeys((self._batch, QUEUE))
        return sum([await release_waiting_episodes(batch, self._context) for batch in batches]) > 0

    def _at_once(self) -> int:
        cores = self._context.cores
        situation = Situation(
            now_s=time.monotonic(),
            under_way=len(self._in_progress),
            waiting_for_core=cores.waiting,
            cores=cores.count,
            cores_busy=cores.busy,
            load=self._load,
        )
        return self._strategy.concurrency(situation)

    def _is_waiting(self, parked_until: datetime | None) -> bool:
        """Whether to wait for a parked job, or for a job of another process, which might die and leave it to us."""
        if parked_until:
            first = format_time(parked_until, self._context.clock())
            self._say(f"all other films are parked, the first until {first}")
        return bool(parked_until) or self._backoff.has_delayed(self._batch)

    def _say(self, text: str) -> None:
        """Emit a notice, unless it repeats the last one."""
        if text != self._last_notice:
            self._last_notice = text
            notify(self._listen, text)

    # One job -----------------------------------------------------------------------------------------------------

    async def _make(self, key: JobKey, rank: tuple[float, ...]) -> None:
        """Claim a job and make it. Its result is in its checkpoint; no error of a job ends the run."""
        try:
            await self._make_claimed(key, rank)
        except BusyError:
            self._backoff.delay(key)
        except NightreelError as error:
            self._give_up(key, error)
        except Exception as error:
            logger.exception("job %s: unexpected error", key.job)
            self._give_up(key, error)
        finally:
            del self._in_progress[key]
            self._wake_up.set()

    async def _make_claimed(self, key: JobKey, rank: tuple[float, ...]) -> None:
        """Claim a job, make it and release it."""
        claim = ExitStack()
        try:
            with self._in_progress[key]:
                await self._run(key, rank, claim)
            await cancel_if_requested(self._context, *key, self._listen)
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(claim.close)
        await cancel_released(self._context, *key, self._listen)
        if self._context.cache.may_exceed(self._context.settings.cache.max_bytes):
            await to_thread.run_sync(self._context.cache.prune, self._context.settings.cache.max_bytes)

    def _give_up(self, key: JobKey, error: Exception) -> None:
        """Leave a job that can't be started or saved alone for the rest of the run."""
        self._backoff.exclude(key)
        self.unstartable += 1
        self._say(f"job {key.job} of “{key.batch}” is left for the next run: {error}")

    def _claim(self, key: JobKey, claim: ExitStack) -> Job:
        """Claim a job until `claim` is closed, then load it: its previous owner may have changed it. Blocks."""
        claim.enter_context(self._context.store.claims.claim_now(*key, what=key.job))
        return self._context.store.load_job_now(*key)

    async def _run(self, key: JobKey, rank: tuple[float, ...], claim: ExitStack) -> None:
        store = self._context.store
        try:
            job = await to_thread.run_sync(self._claim, key, claim)
        except DamagedError as error:
            aside = await to_thread.run_sync(store.quarantine_job, *key, str(error))
            self._backoff.exclude(key)
            self._say(f"{error}; moved to {aside.name}, and made again by the next run")
            return
        if job.status not in {JobStatus.PENDING, JobStatus.PARKED, JobStatus.IN_PROGRESS}:
            await store.save_job(job)  # its row in the index was out of date
            return
        job = await run_job(job, self._context, self._listen, rank=rank)
        if job.status is not JobStatus.COMPLETED and not await to_thread.run_sync(self._is_saved, key, job.status):
            # The result could not be saved (disk full): don't start it again in this run.
            self._backoff.exclude(key)
            self.unsaved_because = self.unsaved_because or (job.error.message if job.error else "")
        elif job.parked_until:
            # Don't start it again at once, even if that time has come.
            self._backoff.delay(key)
        if job.status is JobStatus.PARKED and job.error and job.error.kind == DiskFullError.__name__:
            # The free space does not show a disk quota: all others would fail one by one.
            self._admission.stop(f"a file {job.error.cause}")
        if job.status is JobStatus.FAILED and key.batch == self._batch:
            self._admission.count_failure(job)

    def _is_saved(self, key: JobKey, status: JobStatus) -> bool:
        """Whether the job on disk has this status. Reads its file: the index may lag behind."""
        try:
            return self._context.store.load_job_now(*key).status is status
        except NightreelError:
            return False

    # Monitoring --------------------------------------------------------------------------------------------------

    async def _monitor(self) -> None:
        """Once a second: sample resources, handle cancel requests, and emit metrics."""
        while True:
            self._load = await to_thread.run_sync(self._context.runtime.resources.sample)
            # Every process on this batch has worker processes of its own: share the cores between them.
            self._context.runtime.share_cores(len(await to_thread.run_sync(self._context.store.processes)))
            keys = list(self._in_progress)
            for key in await to_thread.run_sync(self._cancel_requests, keys):
                if key in self._in_progress:
                    self._in_progress[key].cancel()
            await self._emit_metrics()
            self._wake_up.set()
            await anyio.sleep(self._interval_s)

    def _cancel_requests(self, keys: Sequence[JobKey]) -> list[JobKey]:
        return [key for key in keys if self._context.store.claims.is_cancel_requested(*key)]

    async def _emit_metrics(self) -> None:
        """Emit progress, which the index counts for all processes, and the load of the machine."""
        try:
            counts = await to_thread.run_sync(self._context.store.index(self._batch).totals.counts)
        except NightreelError as error:
            # Each job reports a broken index, and the next run repairs it.
            logger.debug("no metrics: %s", error)
            return
        metrics = RunMetrics(
            batch=self._batch,
            counts={status.value: count.jobs for status, count in counts.items()},
            weight_left=sum(counts[status].weight for status in UNFINISHED),
            at_once=self._at_once(),
            memory_bytes=self._load.memory_bytes,
            cpu_percent=self._load.cpu_percent,
        )
        emit(self._listen, metrics)
