"""Running a batch with a display and a summary: shared by `run`, `resume`, `retry` and `publish`."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from anyio import to_thread

from pipeline.cli.display import reporter
from pipeline.cli.options import CommonOptions, FilmOptions
from pipeline.cli.output import print_json, say
from pipeline.cli.summary import json_summary, print_summary
from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED, NightreelError
from pipeline.language.text import counted
from pipeline.model import Brief, Priority
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.batch.run import Outcome
from pipeline.orchestrator.context import RunContext, provider_factory

# The work of a command on a batch: sends its events to the listener that it is given as `listen`.
Work = Callable[..., Awaitable[Outcome]]


async def run_and_summarise(work: Work, context: RunContext, common: CommonOptions, *, batch: str, total: int) -> int:
    """Do `work` with a progress display, then print a summary. Returns the exit code."""
    start = time.monotonic()
    with reporter(common, total=total, batch=batch, events=True) as listen:
        outcome = await work(listen=listen)
    seconds = time.monotonic() - start

    def summarise() -> None:
        rows = context.store.index(outcome.batch).rows
        known = context.store.read_batch(outcome.batch)
        refused = known.refused_rows if known else ()
        if common.json:
            print_json(json_summary(outcome, rows, refused=len(refused), seconds=seconds))
            return
        folder = context.paths.summary(outcome.batch)
        report = folder / "report.html" if folder and (folder / "report.html").exists() else None
        print_summary(outcome, rows, common, refused=refused, seconds=seconds, report=report)

    await to_thread.run_sync(summarise)
    return EXIT_OK if outcome.is_complete else EXIT_SOME_JOBS_FAILED


async def job_count(context: RunContext, batch: str) -> int:
    """The number of jobs of a batch."""
    index = await to_thread.run_sync(context.store.refreshed, batch)
    return (await to_thread.run_sync(index.totals.jobs)).total()


@contextmanager
def errors_as_json(common: CommonOptions, batch: str | None) -> Iterator[None]:
    """With --json, also print an error that ends the command on stdout. `batch` is None if it is not known yet."""
    try:
        yield
    except NightreelError as error:
        if common.json:
            print_json({"event": "summary", "batch": batch, "counts": {}, "error": str(error)})
        raise


async def enqueue_films(
    briefs: Sequence[Brief], context: RunContext, batch: str, priority: Priority, common: CommonOptions
) -> int:
    """Add films to a batch, and print which processes will make them. Returns the exit code."""
    plan, pids = await batches.add(briefs, context, batch=batch, priority=priority)
    if common.json:
        print_json({"batch": batch, "jobs": plan.ids, "new": plan.new, "workers": pids})
        return EXIT_OK
    known = f", {len(plan.ids) - plan.new} already there" if len(plan.ids) > plan.new else ""
    say(f"{batch}: {counted(plan.new, 'film')} added{known}")
    if not plan.new and not plan.changed:
        say(f"Status: {common.command('status', batch)}")
    elif pids:
        who = "Process" if len(pids) == 1 else "Processes"
        them = "it" if plan.new + len(plan.changed) == 1 else "them"
        say(f"{who} {', '.join(map(str, pids))} will make {them}.")
    else:
        say(f"No process is running it. Start with: {common.command('resume', batch)}")
    return EXIT_OK


def warn_unused_flags(film_options: FilmOptions, briefs: Iterable[Brief], context: RunContext) -> None:
    """Warn about flags for models if the notes of the briefs are used unchanged."""
    flags = film_options.writer_flags()
    is_verbatim = provider_factory.writer_names(context.settings)[0] == provider_factory.OUTLINE
    if flags and is_verbatim and any(brief.has_notes for brief in briefs):
        verb = "is" if len(flags) == 1 else "are"
        say(
            f"nightreel: {', '.join(flags)} {verb} ignored: the notes are used unchanged, without a model "
            "(script.writers begins with outline, or no model has a key)",
            file=sys.stderr,
        )
