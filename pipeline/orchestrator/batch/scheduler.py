"""How many films at once, and what stops a night: the heart of a run.

A run takes jobs from its batch, and from `QUEUE`, where other commands leave work for whoever is running. The queue is
on disk (`turns.py`) and shared: several processes take from it side by side, each job is claimed by a lock that dies
with its process, and what a killed process has begun is found and finished by the others.

Every job is one task that runs its stages in order; network stages wait at the throttles of their services, CPU stages
for one of the cores, and the films that were begun first are served first. So films overlap by themselves: while one is
drawn, others are written and spoken. How many may be under way is the strategy's decision, which is also the bound on
look-ahead and on memory.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from pipeline.errors import BusyError, DamagedError, DiskFullError, NightreelError, raise_first_error
from pipeline.limits import Load, Situation, Strategy
from pipeline.model import QUEUE, Job, JobStatus, title_of
from pipeline.orchestrator.batch.admission import AdmissionControl
from pipeline.orchestrator.batch.cancellation import cancel_if_requested
from pipeline.orchestrator.batch.metrics import collect_metrics
from pipeline.orchestrator.batch.queues import Backoff, BatchQueue, JobKey, JobListQueue, Queue, QueueView
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.events import Listener, Notice, emit, ignore
from pipeline.orchestrator.film.episode_order import release_waiting_episodes
from pipeline.orchestrator.film.runner import run_job
from pipeline.state import IN_ORDER, SMART_ORDER

logger = logging.getLogger("nightreel")

# How often the machine is looked at, the display told, and the queue asked for work that came from elsewhere.
_PULSE_S = 1.0
_IDLE = Load(memory_bytes=0, memory_free_bytes=2**62, cpu_percent=0.0, disk_free_bytes=2**62)


class Scheduler:
    """One run of one batch by this process. Use it once."""

    def __init__(
        self,
        context: RunContext,
        batch: str,
        listen: Listener = ignore,
        *,
        only: Sequence[str] | None = None,
        pulse_s: float = _PULSE_S,
    ) -> None:
        """`only` names the jobs to make, when it is not the whole batch and the queue."""
        self._context = context
        self._batch = batch
        self._listen = listen
        self._only = dict.fromkeys(only) if only is not None else None
        self._queue = self._make_queue()
        self._pulse_s = pulse_s
        self._strategy: Strategy
        self._under_way: dict[JobKey, anyio.CancelScope] = {}
        self._backoff = Backoff()
        self._failures = 0
        self._load = _IDLE
        self._floor = AdmissionControl(self._say)
        self._said = ""
        self._woken = anyio.Event()
        # Why no new job is begun any more; empty: they are.
        self.stopped_because = ""
        # Jobs that could not even be begun: their checkpoints could not be read or locked.
        self.troubles = 0
        # Why films ended whose end could not even be saved; empty: all are.
        self.unsaved_because = ""
        self.begun = 0
        self.most_at_once = 0

    def _make_queue(self) -> Queue:
        if self._only is not None:
            return JobListQueue(store=self._context.store, batch=self._batch, jobs=self._only)
        order = SMART_ORDER if self._context.settings.work.strategy == "smart" else IN_ORDER
        batches = tuple(dict.fromkeys((self._batch, QUEUE)))
        return BatchQueue(store=self._context.store, batches=batches, order=order)

    async def run(self) -> None:
        """Until every job of the batch is over, or waits for a person.

        Raises `StorageError` when the disk stays full. Cancelled, it puts back what is under way.
        """
        machine = self._context.runtime
        self._strategy = await to_thread.run_sync(machine.make_strategy)
        self._load = await to_thread.run_sync(machine.resources.sample)
        machine.on_notice(self._say)
        async with self._context.store.claims.working(self._batch):
            with raise_first_error():
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._watch)
                    while await self._admit(tasks) or await self._wake():
                        with anyio.move_on_after(self._pulse_s):
                            await self._woken.wait()
                        self._woken = anyio.Event()
                    tasks.cancel_scope.cancel()
            await to_thread.run_sync(self._context.store.claims.tidy, self._batch)
        await self._pulse()

    # Who is let in -----------------------------------------------------------------------------------------------

    async def _admit(self, tasks: TaskGroup) -> bool:
        """Begin as many jobs as may be under way now. Whether there is anything left to wait for."""
        view = QueueView()
        while not self.stopped_because and (places := self._at_once() - len(self._under_way)) > 0:
            view = await to_thread.run_sync(self._queue.look, places, self._passed_over(), self._context.clock())
            self._backoff.for_a_while(*view.others)
            if not view.turns:
                break
            limits = self._context.runtime.resource_limits
            refusal = limits.refusal(self._load, under_way=len(self._under_way))
            if self._floor.refuses(refusal, has_company=bool(self._under_way)):
                return True
            for rank, key in view.turns:
                self.begun += 1
                self._under_way[key] = anyio.CancelScope()
                # The more urgent first, and among equals the one that was begun first: it should be finished first.
                tasks.start_soon(self._make, key, (rank, self.begun))
            self.most_at_once = max(self.most_at_once, len(self._under_way))
        return bool(self._under_way) or (not self.stopped_because and self._is_waiting(view.parked_until))

    async def _wake(self) -> bool:
        """Whether an episode that was parked may go on: the one before it was given up, or is out by other hands."""
        if self._only is not None or self.stopped_because:
            return False
        return (
            sum([await release_waiting_episodes(batch, self._context) for batch in dict.fromkeys((self._batch, QUEUE))])
            > 0
        )

    def _passed_over(self) -> set[JobKey]:
        """The jobs that are none of our business now."""
        return {*self._under_way, *self._backoff.keys()}

    def _at_once(self) -> int:
        cores = self._context.cores
        situation = Situation(
            now_s=time.monotonic(),
            under_way=len(self._under_way),
            waiting_for_core=cores.waiting,
            cores=cores.count,
            cores_busy=cores.busy,
            load=self._load,
        )
        return self._strategy.concurrency(situation)

    def _is_waiting(self, parked_until: datetime | None) -> bool:
        """Whether a job waits for its time, or another process makes one: it may die, and leave it to us."""
        if parked_until:
            self._say(f"all other films are parked, the first until {parked_until.astimezone():%Y-%m-%d %H:%M:%S}")
        return bool(parked_until) or self._backoff.ends_for(self._batch)

    def _say(self, text: str) -> None:
        """A line for a person, not twice in a row."""
        if text != self._said:
            self._said = text
            emit(self._listen, Notice(text=text))

    # One job -----------------------------------------------------------------------------------------------------

    async def _make(self, key: JobKey, rank: tuple[float, ...]) -> None:
        """Claim a job and make it. Whatever becomes of it is in its checkpoint, and none of it ends the night."""
        with self._taking(key) as scope:
            try:
                await self._make_claimed(key, rank, scope)
            except BusyError:
                self._backoff.for_a_while(key)
            except NightreelError as error:
                self._give_up(key, error)
            except Exception as error:
                logger.exception("job %s: unexpected error", key.job)
                self._give_up(key, error)

    async def _make_claimed(self, key: JobKey, rank: tuple[float, ...], scope: anyio.CancelScope) -> None:
        """Claim a job and make it. Blocking steps share a thread: each way there and back costs as much as a save."""
        claim, is_put_down = ExitStack(), False
        try:
            with scope:
                await self._run(key, rank, claim)
            is_put_down = await to_thread.run_sync(self._put_down, key, claim)
            if not is_put_down:
                await cancel_if_requested(self._context, *key, self._listen)
        finally:
            if not is_put_down:
                with anyio.CancelScope(shield=True):
                    await to_thread.run_sync(claim.close)

    def _give_up(self, key: JobKey, error: Exception) -> None:
        """A job that can't be begun, or whose end can't be written down, is left alone for the rest of the run."""
        self._backoff.for_good(key)
        self.troubles += 1
        self._say(f"job {key.job} of “{key.batch}” is left for the next run: {error}")

    def _take_up(self, key: JobKey, claim: ExitStack) -> Job:
        """The job, claimed until `claim` is closed: whoever held it before may have moved it on. Blocks."""
        claim.enter_context(self._context.store.claims.claim_now(*key, what=key.job))
        return self._context.store.load_job_now(*key)

    def _put_down(self, key: JobKey, claim: ExitStack) -> bool:
        """Gives the job back, unless somebody wishes it cancelled; whether it did. Blocks."""
        if self._context.store.claims.cancel_is_asked(*key):
            return False
        claim.close()
        return True

    async def _run(self, key: JobKey, rank: tuple[float, ...], claim: ExitStack) -> None:
        store = self._context.store
        try:
            job = await to_thread.run_sync(self._take_up, key, claim)
        except DamagedError as error:
            aside = await to_thread.run_sync(store.set_aside, *key, str(error))
            self._backoff.for_good(key)
            self._say(f"{error}; it is kept as {aside.name}, and made afresh by the next run")
            return
        if job.status not in {JobStatus.PENDING, JobStatus.PARKED, JobStatus.IN_PROGRESS}:
            await store.save_job(job)  # its row said otherwise
            return
        job = await run_job(job, self._context, self._listen, rank=rank)
        if job.status is not JobStatus.COMPLETED and not await to_thread.run_sync(self._is_saved, key, job.status):
            # A full disk kept its end from being written down: it is not its turn again in this run.
            self._backoff.for_good(key)
            self.unsaved_because = self.unsaved_because or (job.error.message if job.error else "")
        elif job.parked_until:
            # Even if that is now, it is not its turn again at once.
            self._backoff.for_a_while(key)
        if job.status is JobStatus.PARKED and job.error and job.error.kind == DiskFullError.__name__:
            # What is free does not tell of a quota: the others would fail one by one.
            self._stop(f"a file {job.error.cause}")
        if job.status is JobStatus.FAILED and key.batch == self._batch:
            self._count_failure(job)
        if self._context.cache.may_exceed(self._context.settings.cache.max_bytes):
            await to_thread.run_sync(self._context.cache.prune, self._context.settings.cache.max_bytes)

    def _is_saved(self, key: JobKey, status: JobStatus) -> bool:
        """Whether the end of a job is on the disk. Its file is asked: the row in the index may be a moment behind."""
        try:
            return self._context.store.load_job_now(*key).status is status
        except NightreelError:
            return False

    @contextmanager
    def _taking(self, key: JobKey) -> Iterator[anyio.CancelScope]:
        try:
            yield self._under_way[key]
        finally:
            del self._under_way[key]
            self._woken.set()

    def _count_failure(self, job: Job) -> None:
        self._failures += 1
        errors = self._context.settings.errors
        if errors.on_error == "stop":
            self._stop(f"“{title_of(job)}” failed, and errors.on_error says stop")
        elif errors.max_failures and self._failures >= errors.max_failures:
            self._stop(f"{self._failures} films have failed, and errors.max_failures allows no more")

    def _stop(self, why: str) -> None:
        if not self.stopped_because:
            self.stopped_because = why
            self._say(f"no new film is begun: {why}")

    # Meanwhile ---------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Once a second: look at the machine, at wishes from outside, and tell how it is going."""
        while True:
            self._load = await to_thread.run_sync(self._context.runtime.resources.sample)
            # Whoever helps brings worker processes of its own: the cores are shared, not doubled.
            self._context.runtime.share_cores(len(await to_thread.run_sync(self._context.store.processes)))
            taken = list(self._under_way)
            for key in await to_thread.run_sync(self._unwanted, taken):
                if key in self._under_way:
                    self._under_way[key].cancel()
            await self._pulse()
            self._woken.set()
            await anyio.sleep(self._pulse_s)

    def _unwanted(self, keys: Sequence[JobKey]) -> list[JobKey]:
        return [key for key in keys if self._context.store.claims.cancel_is_asked(*key)]

    async def _pulse(self) -> None:
        pulse = await collect_metrics(self._context.store, self._batch, load=self._load, at_once=self._at_once)
        if pulse:
            emit(self._listen, pulse)
