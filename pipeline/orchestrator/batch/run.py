"""One run of a batch by this process: the scheduler, the outcome, and the report."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import anyio
from anyio import to_thread

from pipeline.errors import CheckpointError
from pipeline.model import JobStatus
from pipeline.orchestrator.batch.scheduler import Scheduler
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.events import Listener, Notice, RunEvent, emit, ignore
from pipeline.orchestrator.film.episode_order import release_waiting_episodes
from pipeline.reporting import RunFacts
from pipeline.version import __version__

logger = logging.getLogger("nightreel")

# Before a longer wait for parked films, the reports are written.
_LONG_WAIT = timedelta(minutes=10)
# Distinct notices in a report.
_MAX_NOTICES = 100
# Notices that differ only in a time count as the same one, so that a busy service doesn't fill the report.
_TIME = re.compile(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d(:\d\d)?")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The state of a batch after a run."""

    batch: str
    counts: dict[JobStatus, int]
    # Unreadable briefs, which are no jobs, and jobs that could not be started.
    refused: int = 0
    unstartable: int = 0
    # Why the run ended early; empty if it did not.
    stopped_because: str = ""
    # Why results could not be saved; empty if all are saved.
    unsaved_because: str = ""
    # The statuses of the named jobs (None: gone), if only some jobs were requested.
    named: tuple[JobStatus | None, ...] | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every requested film is completed."""
        if self.named is not None:
            return all(status is JobStatus.COMPLETED for status in self.named)
        if self.refused or self.unstartable:
            return False
        return all(status in {JobStatus.COMPLETED, JobStatus.CANCELLED} for status, n in self.counts.items() if n)


@dataclass
class _NoticeLog:
    """Passes on all events, and collects the notices for the report."""

    listen: Listener
    # The latest text and the number of repetitions, by the text without times.
    _seen: dict[str, tuple[str, int]] = field(default_factory=dict)

    def handle(self, event: RunEvent) -> None:
        if isinstance(event, Notice):
            key = _TIME.sub("", event.text)
            _, count = self._seen.get(key, ("", 0))
            if count or len(self._seen) < _MAX_NOTICES:
                self._seen[key] = event.text, count + 1
        emit(self.listen, event)

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(f"{text} ({count:,} times)" if count > 1 else text for text, count in self._seen.values())


async def run_jobs(
    context: RunContext, batch: str, listen: Listener = ignore, *, only: Collection[str] | None = None
) -> Outcome:
    """Make the unfinished jobs of a batch and the queue, or `only` some jobs of the batch.

    Raises `CheckpointError` if the batch was removed meanwhile.
    """
    log = _NoticeLog(listen)
    was_there = await context.store.load_batch(batch) is not None
    started_at, start = context.clock(), anyio.current_time()

    async def report(*, is_over: bool = False) -> None:
        seconds = anyio.current_time() - start
        write = partial(_report, context, batch, log, scheduler, started_at=started_at, seconds=seconds)
        await to_thread.run_sync(partial(write, is_over=is_over))

    reported_until: datetime | None = None

    async def report_before_wait(until: datetime | None) -> None:
        # If films wait until the next day, people want to see in the morning what became of the others.
        nonlocal reported_until
        if until and until != reported_until and until - context.clock() > _LONG_WAIT:
            reported_until = until
            await report()

    scheduler = Scheduler(context, batch, log.handle, only=only, on_wait=report_before_wait)
    try:
        await release_waiting_episodes(batch, context)
        await scheduler.run()
    finally:
        # Write a report however the run ends.
        with anyio.CancelScope(shield=True):
            await report(is_over=True)
    # Jobs by status, as in `nightreel status`.
    abandoned = len(await to_thread.run_sync(context.store.abandoned, batch))
    counts = await to_thread.run_sync(lambda: context.store.index(batch).totals.jobs(abandoned=abandoned))
    known = await context.store.load_batch(batch)
    if was_there and known is None:
        hint = "Run the command again: finished films are kept"
        raise CheckpointError("was removed during the run", where=str(context.store.folder(batch)), hint=hint)
    return Outcome(
        batch=batch,
        counts=counts,
        refused=len(known.refused) if known else 0,
        unstartable=scheduler.unstartable,
        stopped_because=scheduler.stopped_because,
        unsaved_because=scheduler.unsaved_because,
    )


def _report(
    context: RunContext,
    batch: str,
    log: _NoticeLog,
    scheduler: Scheduler,
    *,
    started_at: datetime,
    seconds: float,
    is_over: bool,
) -> None:
    """Write the reports. Errors are only logged: they don't change how the run ended."""
    from pipeline.orchestrator.batch.results import write_results  # noqa: PLC0415  (loads all that reads tables)

    try:
        known = context.store.read_batch(batch)
        if known is None or (is_over and context.store.claims.workers(batch)):
            return  # the last process on the batch writes it
        facts = RunFacts(
            batch=batch,
            source=known.source,
            created_at=known.created_at.astimezone(),
            started_at=started_at.astimezone(),
            ended_at=context.clock().astimezone(),
            seconds=round(seconds, 3),
            version=__version__,
            strategy=context.settings.work.strategy,
            most_at_once=scheduler.most_at_once,
            peak_memory_bytes=context.runtime.resources.peak_memory_bytes,
            cpu_percent=context.runtime.resources.mean_cpu_percent,
            notices=log.notices,
        )
        write_results(context, known, facts)
    except Exception as error:  # noqa: BLE001 - a report must not change how the run ended
        logger.warning("the report of “%s” could not be written: %s", batch, error)
