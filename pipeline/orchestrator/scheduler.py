"""Which job next, and how many at once: the heart of a night.

A run takes jobs from the queue of its batch, and from `QUEUE`, where other commands leave work for whoever is running.
The queue is on disk (`state.BatchIndex`) and shared: several processes take from it side by side, each job is claimed
by a lock that dies with its process, and what a killed process has begun is found and finished by the others.

Every job is one task that runs its stages in order; network stages wait at the gates of their services, CPU stages for
one of the cores, and the films that were begun first are served first. So films overlap by themselves: while one is
drawn, others are written and spoken. How many may be under way is the strategy's decision, which is also the bound on
look-ahead and on memory: nothing here grows with the batch.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from pipeline.errors import BusyError, CheckpointError, StorageError, first_error
from pipeline.limits import Load, Situation
from pipeline.model import TRANSITIONS, Job, JobStatus, advance
from pipeline.orchestrator.events import JobEvent, Listener, Notice, Pulse, ignore, tell
from pipeline.orchestrator.jobs import run_job
from pipeline.orchestrator.workshop import Workshop
from pipeline.state import IN_ORDER, SMART_ORDER, BatchIndex, Turn

logger = logging.getLogger("nightreel")

# `nightreel make --queue` leaves films here, for whoever runs.
QUEUE = "queue"
# How often the machine is looked at, the display told, and the queue asked for work that came from elsewhere.
_PULSE_S = 1.0
# A job that another process makes is looked at again after this.
_ELSEWHERE_S = 2.0
# How long a full disk is waited for, when nothing is under way that could give space back.
_DISK_PATIENCE_S = 60.0
_IDLE = Load(memory_bytes=0, memory_free_bytes=2**62, cpu_percent=0.0, disk_free_bytes=2**62)


class _Key(NamedTuple):
    batch: str
    job: str


@dataclass(eq=False)
class _UnderWay:
    """A job that this process has taken."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    cancelled: bool = False


class Scheduler:
    """One run of one batch by this process. Use it once."""

    def __init__(
        self,
        shop: Workshop,
        batch: str,
        listen: Listener = ignore,
        *,
        only: Sequence[str] | None = None,
        pulse_s: float = _PULSE_S,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        """`only` names the jobs to make, when it is not the whole batch and the queue."""
        self._shop = shop
        self._batch = batch
        self._batches = (batch,) if only is not None or batch == QUEUE else (batch, QUEUE)
        self._listen = listen
        # Those that are still to be begun, in order; and those of them that were parked, until when.
        self._only = dict.fromkeys(only) if only is not None else None
        self._only_later: dict[str, datetime] = {}
        self._pulse_s = pulse_s
        self._sleep = sleep
        self._order = SMART_ORDER if shop.settings.work.strategy == "smart" else IN_ORDER
        self._under_way: dict[_Key, _UnderWay] = {}
        # Taken by other processes, or just put down: until when (monotonic) we look away.
        self._elsewhere: dict[_Key, float] = {}
        # Ended, and the disk would not have it: in this run they are not begun again.
        self._unsaved: set[_Key] = set()
        self.begun = 0
        self._failures = 0
        self._load = _IDLE
        self._refusal = ""
        self._refused_since = 0.0
        self._waits_told = ""
        self._woken = anyio.Event()
        # Why no new job is begun any more; empty: they are.
        self.stopped_because = ""
        self.most_at_once = 0

    async def run(self) -> None:
        """Until every job of the batch (and the queue) is over, or waits for a person.

        Raises `StorageError` when the disk stays full. Cancelled, it puts back what is under way.
        """
        self._strategy = await to_thread.run_sync(self._shop.machine.make_strategy)
        self._load = await to_thread.run_sync(self._shop.machine.resources.sample)
        self._shop.machine.hear_gates(lambda line: tell(self._listen, Notice(text=line)))
        async with self._shop.store.working(self._batch):
            with first_error():
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._watch)
                    while await self._admit(tasks):
                        with anyio.move_on_after(self._pulse_s):
                            await self._woken.wait()
                        self._woken = anyio.Event()
                    tasks.cancel_scope.cancel()
            await to_thread.run_sync(self._shop.store.tidy, self._batch)
        await self._pulse()

    # Who is let in -----------------------------------------------------------------------------------------------

    async def _admit(self, tasks: TaskGroup) -> bool:
        """Begin as many jobs as may be under way now. Whether there is anything left to wait for."""
        while not self.stopped_because and (places := self._places()) > 0:
            turns = await to_thread.run_sync(self._turns, places)
            if not turns:
                break
            if self._is_refused():
                return True
            for key, turn in turns:
                self.begun += 1
                self._under_way[key] = _UnderWay()
                if self._only is not None:
                    del self._only[key.job]
                # The more urgent first, and among equals the one that was begun first: it should be finished first.
                tasks.start_soon(self._make, key, (turn.rank, self.begun))
            self.most_at_once = max(self.most_at_once, len(self._under_way))
        if self._under_way or self.stopped_because:
            return bool(self._under_way)
        return await to_thread.run_sync(self._others_are_left)

    def _places(self) -> int:
        return self._at_once() - len(self._under_way)

    def _at_once(self) -> int:
        cores = self._shop.cores
        situation = Situation(
            now_s=time.monotonic(),
            under_way=len(self._under_way),
            waiting_for_core=cores.waiting,
            cores=cores.count,
            cores_busy=cores.busy,
            load=self._load,
        )
        return self._strategy.at_once(situation)

    def _turns(self, places: int) -> list[tuple[_Key, Turn]]:
        """The next jobs, the most urgent of all batches first. Blocks."""
        now, seconds = self._shop.clock(), time.monotonic()
        self._elsewhere = {key: until for key, until in self._elsewhere.items() if until > seconds}
        away = {*self._under_way, *self._elsewhere, *self._unsaved}
        found: list[tuple[_Key, Turn]] = []
        for batch in self._batches:
            if not self._shop.store.folder(batch).exists():  # nobody has ever left anything in the queue
                continue
            index = self._shop.store.index(batch)
            leave_out = [key.job for key in away if key.batch == batch]
            if self._only is None:
                turns = [Turn(0, job_id) for job_id in self._orphans(batch, index, leave_out)]
                turns += index.next_up(now, order=self._order, limit=places, leave_out=leave_out)
            else:
                due = [job_id for job_id, until in self._only_later.items() if until <= now]
                self._only.update(dict.fromkeys(due))
                self._only_later = {job: until for job, until in self._only_later.items() if until > now}
                ready = (job_id for job_id in self._only if job_id not in leave_out)
                turns = [Turn(0, job_id) for job_id in islice(ready, places)]
            found += [(_Key(batch, turn.job), turn) for turn in turns]
        return sorted(found, key=lambda entry: entry[1].rank)[:places]

    def _orphans(self, batch: str, index: BatchIndex, leave_out: Sequence[str]) -> Iterator[str]:
        """Jobs that a process had begun which is gone now."""
        for job_id in index.under_way():
            if job_id in leave_out:
                continue
            if self._shop.store.is_claimed(batch, job_id):
                self._elsewhere[_Key(batch, job_id)] = time.monotonic() + _ELSEWHERE_S
            else:
                yield job_id

    def _is_refused(self) -> bool:
        """Whether the machine is too full for another film; says so once. Raises `StorageError` when it stays so."""
        limits = self._shop.machine.resource_limits
        refusal = limits.refusal(self._load, under_way=len(self._under_way)) or ""
        if refusal and not self._refusal:
            self._refused_since = time.monotonic()
            tell(self._listen, Notice(text=f"no new film is begun: {refusal}"))
        elif self._refusal and not refusal:
            tell(self._listen, Notice(text="there is room again: going on"))
        self._refusal = refusal
        if refusal and not self._under_way and time.monotonic() > self._refused_since + _DISK_PATIENCE_S:
            raise StorageError(refusal, hint="Free some space and run the command again; it goes on where it stopped")
        return bool(refusal)

    def _others_are_left(self) -> bool:
        """Whether a job of the batch is made by another process, which may die, or waits for its time. Blocks."""
        index = self._shop.store.index(self._batch)
        until = index.next_parked() if self._only is None else min(self._only_later.values(), default=None)
        if until is not None:
            self._say_once(f"all other films are parked, the first until {until.astimezone():%Y-%m-%d %H:%M:%S}")
        if self._only is not None:
            return until is not None or bool(self._only)
        # What others had when we looked is looked at again: they may die, or only have asked about it.
        return until is not None or any(key.batch == self._batch for key in self._elsewhere)

    def _say_once(self, text: str) -> None:
        if text != self._waits_told:
            self._waits_told = text
            tell(self._listen, Notice(text=text))

    # One job -----------------------------------------------------------------------------------------------------

    async def _make(self, key: _Key, rank: tuple[float, ...]) -> None:
        """Claim a job and make it. Whatever becomes of it is in its checkpoint."""
        with self._taking(key) as taken:
            try:
                async with self._shop.store.claim(*key, what=key.job, wait_s=0):
                    with taken.scope:
                        await self._run(key, rank)
                    await follow_wish(self._shop, *key, self._listen)
            except BusyError:
                self._elsewhere[key] = time.monotonic() + _ELSEWHERE_S
            except CheckpointError as error:
                await to_thread.run_sync(self._shop.store.set_aside, *key)
                tell(self._listen, Notice(text=f"{error}; it is set aside, and made afresh by the next run"))

    async def _run(self, key: _Key, rank: tuple[float, ...]) -> None:
        # Whoever held the claim before may have moved it on.
        job = await self._shop.store.load_job(*key)
        is_over = job.status not in {JobStatus.PENDING, JobStatus.PARKED, JobStatus.IN_PROGRESS}
        if job.status is JobStatus.CANCELLED or (is_over and self._only is None):
            await self._shop.store.save_job(job)  # its row said otherwise
            return
        job = await run_job(job, self._shop, self._listen, rank=rank)
        if self._only is not None and job.parked_until:
            self._only_later[key.job] = job.parked_until
        if job.status is not JobStatus.COMPLETED and not await to_thread.run_sync(self._is_saved, key, job.status):
            self._unsaved.add(key)
        elif job.parked_until:
            # Even if that is now, it is not its turn again at once.
            self._elsewhere[key] = time.monotonic() + _ELSEWHERE_S
        if job.status is JobStatus.FAILED:
            self._count_failure(job)
        await to_thread.run_sync(self._shop.cache.prune, self._shop.settings.cache.max_bytes)

    def _is_saved(self, key: _Key, status: JobStatus) -> bool:
        row = self._shop.store.index(key.batch).find(key.job)
        return row is not None and row.status is status

    @contextmanager
    def _taking(self, key: _Key) -> Iterator[_UnderWay]:
        try:
            yield self._under_way[key]
        finally:
            del self._under_way[key]
            self._woken.set()

    def _count_failure(self, job: Job) -> None:
        self._failures += 1
        errors = self._shop.settings.errors
        if errors.on_error == "stop":
            self._stop(f"“{job.brief.title}” failed, and errors.on_error says stop")
        elif errors.max_failures and self._failures >= errors.max_failures:
            self._stop(f"{self._failures} films have failed, and errors.max_failures allows no more")

    def _stop(self, why: str) -> None:
        if not self.stopped_because:
            self.stopped_because = why
            tell(self._listen, Notice(text=f"no new film is begun: {why}"))

    # Meanwhile ---------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Once a second: look at the machine, at wishes from outside, and tell how it is going."""
        while True:
            self._load = await to_thread.run_sync(self._shop.machine.resources.sample)
            for key in await to_thread.run_sync(self._unwanted):
                if key in self._under_way:
                    self._under_way[key].cancelled = True
                    self._under_way[key].scope.cancel()
            await self._pulse()
            self._woken.set()
            await self._sleep(self._pulse_s)

    def _unwanted(self) -> list[_Key]:
        return [key for key in list(self._under_way) if self._shop.store.cancel_is_asked(*key)]

    async def _pulse(self) -> None:
        standing = await to_thread.run_sync(lambda: self._shop.store.index(self._batch).counts())
        left = (JobStatus.PENDING, JobStatus.IN_PROGRESS, JobStatus.PARKED)
        pulse = Pulse(
            batch=self._batch,
            counts={status.value: count.jobs for status, count in standing.items()},
            weight_done=standing[JobStatus.COMPLETED].weight,
            weight_left=sum(standing[status].weight for status in left),
            at_once=self._at_once(),
            memory_bytes=self._load.memory_bytes,
            cpu_percent=self._load.cpu_percent,
            disk_free_bytes=self._load.disk_free_bytes,
        )
        tell(self._listen, pulse)


async def follow_wish(shop: Workshop, batch: str, job_id: str, listen: Listener) -> Job | None:
    """Make a job cancelled if `nightreel cancel` has asked for that; for who has claimed it, and put it down."""
    store = shop.store
    if not await to_thread.run_sync(store.cancel_is_asked, batch, job_id):
        return None
    job = await store.load_job(batch, job_id)
    if JobStatus.CANCELLED in TRANSITIONS[job.status]:
        job = advance(job, JobStatus.CANCELLED, at=shop.clock(), why="cancelled while it was made")
        await store.save_job(job)
        tell(listen, JobEvent(job=job))
    await to_thread.run_sync(store.cancel_is_heard, batch, job_id)
    return job
