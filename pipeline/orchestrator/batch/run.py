"""One run of a batch by this process: the scheduler's work, how the batch stands then, and the report of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import anyio
from anyio import to_thread

from pipeline.errors import CheckpointError
from pipeline.model import JobStatus
from pipeline.orchestrator.batch.scheduler import Scheduler
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.events import Listener, Notice, RunEvent, emit
from pipeline.orchestrator.film.episode_order import release_waiting_episodes
from pipeline.reporting import RunFacts
from pipeline.state import CheckpointStore
from pipeline.version import __version__

logger = logging.getLogger("nightreel")

# Of a night, as many lines as a page has room for.
_NOTICES = 100
# What is said again with another time is one line: a service that is busy all night leaves room for all else.
_TIME = re.compile(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a batch stands after a run."""

    batch: str
    counts: dict[JobStatus, int]
    # Briefs that can't be read, and so are no jobs; jobs that could not even be begun.
    refused: int = 0
    unstartable: int = 0
    # Why the run ended before its time; empty: it did not.
    stopped_because: str = ""
    # Why films ended that only this run knows of, since that could not be saved; empty: there are none.
    unsaved_because: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every film that was asked for is there."""
        if self.refused or self.unstartable:
            return False
        return all(status in {JobStatus.COMPLETED, JobStatus.CANCELLED} for status, n in self.counts.items() if n)


@dataclass
class _Night:
    """What is remembered of a run for its report."""

    listen: Listener
    # What was said, but for times: how it was said last, and how often.
    _said: dict[str, tuple[str, int]] = field(default_factory=dict)

    def hear(self, event: RunEvent) -> None:
        if isinstance(event, Notice):
            what = _TIME.sub("", event.text)
            _, times = self._said.get(what, ("", 0))
            if times or len(self._said) < _NOTICES:
                self._said[what] = event.text, times + 1
        emit(self.listen, event)

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(f"{text} ({times:,} times)" if times > 1 else text for text, times in self._said.values())


async def run_jobs(context: RunContext, batch: str, listen: Listener, only: Sequence[str] | None = None) -> Outcome:
    """Make what is left of a batch, or `only` some of its jobs, and what is in the queue.

    Raises `CheckpointError` when somebody removed the batch meanwhile: how it stands, nobody knows.
    """
    night = _Night(listen)
    was_there = await context.store.load_batch(batch) is not None
    scheduler = Scheduler(context, batch, night.hear, only=only)
    started_at, start = context.clock(), anyio.current_time()
    try:
        await release_waiting_episodes(batch, context)
        await scheduler.run()
    finally:
        # However the night ends, there is a report of it.
        with anyio.CancelScope(shield=True):
            seconds = anyio.current_time() - start
            await to_thread.run_sync(_report, context, batch, night, scheduler, started_at, seconds)
    counts = await to_thread.run_sync(_counts, context.store, batch)
    known = await context.store.load_batch(batch)
    if was_there and known is None:
        hint = "Run the command again: films that are made stay where they are"
        raise CheckpointError("was removed while it was worked on", where=str(context.store.folder(batch)), hint=hint)
    return Outcome(
        batch=batch,
        counts=counts,
        refused=len(known.refused) if known else 0,
        unstartable=scheduler.unstartable,
        stopped_because=scheduler.stopped_because,
        unsaved_because=scheduler.unsaved_because,
    )


def _counts(store: CheckpointStore, batch: str) -> dict[JobStatus, int]:
    """How many films stand how. Those under way that nobody has claimed wait, as `nightreel status` shows them."""
    index = store.index(batch)
    counts = {status: standing.jobs for status, standing in index.sums.counts().items()}
    if counts.get(JobStatus.IN_PROGRESS):
        left = sum(not store.claims.is_claimed(batch, turn.job) for turn in index.turns.under_way())
        counts[JobStatus.IN_PROGRESS] -= left
        counts[JobStatus.PENDING] = counts.get(JobStatus.PENDING, 0) + left
    return counts


def _report(  # noqa: PLR0917 - called in a thread, which takes no names
    context: RunContext, batch: str, night: _Night, scheduler: Scheduler, started_at: datetime, seconds: float
) -> None:
    """Write the reports, beside the films. One that can't be written does not spoil the night."""
    from pipeline.orchestrator.batch.results import write_results  # noqa: PLC0415  (loads all that reads tables)

    try:
        known = context.store.read_batch(batch)
        if known is None or context.store.claims.workers(batch):
            return  # whoever else works on the batch writes it in the end
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
            notices=night.notices,
        )
        write_results(context, known, facts)
    except Exception as error:  # noqa: BLE001 - a page about a night must not change how it ended
        logger.warning("the report of “%s” could not be written: %s", batch, error)
