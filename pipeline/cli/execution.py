"""What `run`, `resume` and `retry` have in common: a display while they work, and a summary at the end."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from anyio import to_thread

from pipeline.cli.display import reporter
from pipeline.cli.options import CommonOptions, FilmOptions
from pipeline.cli.output import say
from pipeline.cli.summary import json_summary, print_json, print_summary
from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED, NightreelError
from pipeline.language.text import counted
from pipeline.model import Brief, Priority
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.batch.run import Outcome
from pipeline.orchestrator.context import RunContext, provider_factory
from pipeline.orchestrator.events import Listener


class Work(Protocol):
    """The work of a command on a batch, to be called with the listener that hears how it goes."""

    async def __call__(self, *, listen: Listener) -> Outcome:
        """Do the work, and say how the batch stands then."""


async def run_and_summarise(work: Work, context: RunContext, place: CommonOptions, *, batch: str, total: int) -> int:
    """Do `work` with somebody to tell how it goes; then say how the batch stands. Returns the exit code."""
    start = time.monotonic()
    with reporter(place, total=total, batch=batch, events=True) as listen:
        outcome = await work(listen=listen)
    seconds = time.monotonic() - start

    def summarise() -> None:
        rows = context.store.index(outcome.batch).rows
        known = context.store.read_batch(outcome.batch)
        refused = known.refused_rows if known else ()
        if place.json:
            print_json(json_summary(outcome, rows, refused=len(refused), seconds=seconds))
            return
        folder = context.paths.summary(outcome.batch)
        report = folder / "report.html" if folder and (folder / "report.html").exists() else None
        print_summary(outcome, rows, refused=refused, seconds=seconds, report=report)

    await to_thread.run_sync(summarise)
    return EXIT_OK if outcome.is_complete else EXIT_SOME_JOBS_FAILED


async def job_count(context: RunContext, batch: str) -> int:
    """How many jobs the batch has."""
    index = await to_thread.run_sync(context.store.refreshed, batch)
    counts = await to_thread.run_sync(index.totals.counts)
    return sum(standing.jobs for standing in counts.values())


@contextmanager
def errors_as_json(place: CommonOptions, batch: str | None) -> Iterator[None]:
    """With --json, whatever ends the command is told on stdout, too. `batch` is None where it is not known yet."""
    try:
        yield
    except NightreelError as error:
        if place.json:
            print_json({"event": "summary", "batch": batch, "counts": {}, "error": str(error)})
        raise


async def enqueue_films(
    briefs: Sequence[Brief], context: RunContext, batch: str, priority: Priority, place: CommonOptions
) -> int:
    """Add films to a batch, and say who will make them. Returns the exit code."""
    plan, pids = await batches.add(briefs, context, batch=batch, priority=priority)
    if place.json:
        print_json({"batch": batch, "jobs": plan.ids, "new": plan.new, "workers": pids})
        return EXIT_OK
    known = f", {len(plan.ids) - plan.new} known already" if len(plan.ids) > plan.new else ""
    say(f"{batch}: {counted(plan.new, 'film')} added{known}")
    if not plan.new and not plan.changed:
        say(f"How it stands: {shlex.join(['nightreel', 'status', batch])}")
    elif pids:
        who = "Process" if len(pids) == 1 else "Processes"
        them = "it" if plan.new + len(plan.changed) == 1 else "them"
        say(f"{who} {', '.join(map(str, pids))} will make {them}.")
    else:
        say(f"Nobody works on it now. Start with: {shlex.join(['nightreel', 'resume', batch])}")
    return EXIT_OK


def warn_unused_flags(making: FilmOptions, briefs: Iterable[Brief], context: RunContext) -> None:
    """A line on stderr where flags are for a model that writes, and notes are taken as they are."""
    flags = making.told_to_writers()
    if (
        flags
        and provider_factory.writer_names(context.settings)[0] == provider_factory.OUTLINE
        and any(b.has_notes for b in briefs)
    ):
        verb = "is" if len(flags) == 1 else "are"
        say(
            f"nightreel: {', '.join(flags)} {verb} for a model that writes; notes are taken as they are "
            "(script.writers begins with outline, or there is no key for a model)",
            file=sys.stderr,
        )
