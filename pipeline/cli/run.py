"""`nightreel run`: a batch."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.choices import PriorityName
from pipeline.cli.options import BatchOptions, CommonOptions, FilmOptions, Switch, TableOptions, TypedPath

if TYPE_CHECKING:
    from pipeline.model import Priority
    from pipeline.orchestrator.batch.source import SourceContent
    from pipeline.orchestrator.context import RunContext


def run(
    source: str,
    /,
    *,
    batch: str | None = None,
    output: TypedPath | None = None,
    priority: PriorityName = "normal",
    dry_run: Switch = False,
    making: FilmOptions = FilmOptions(),
    table: TableOptions = TableOptions(),
    working: BatchOptions = BatchOptions(),
    place: CommonOptions = CommonOptions(),
) -> int:
    """Make a film of every topic of a source, and leave it alone at night.

    SOURCE is a topic list (.txt, one topic a line, # comments), a brief (.md), a folder of briefs, a pattern
    ("briefs/**/*.md"), or a table, of which each row becomes a film of --template: a file (.csv, .tsv, .json, .jsonl,
    .xlsx), a database (.sqlite, postgresql://…) with --query, or what a service answers (https://…). A film that fails
    does not stop the others.
    Killed or switched off, the same command goes on where it stopped; finished films stay as they are. Run by a second
    process at the same time, it helps the first one.

    Parameters
    ----------
    source
        A topic list, a brief, a folder of briefs, a pattern of them, or a table: a file or an address.
    batch
        Name of the batch. Default: the name of the source (space.txt gives "space").
    output
        Folder for the films. Default: output/BATCH/ in the workspace. A single brief also takes FILE.mp4.
    priority
        How soon the films are wanted; a brief may say otherwise for itself.
    dry_run
        Check everything, say what would be made, how long it takes and what it costs, and make nothing.
    """
    from anyio import to_thread

    from pipeline.cli.execution import errors_as_json, run_and_summarise, warn_unused_flags
    from pipeline.cli.input_problems import print_input_problems
    from pipeline.cli.session import open_session
    from pipeline.model import Priority
    from pipeline.orchestrator.batch import batches
    from pipeline.orchestrator.batch.source import read_source
    from pipeline.sources import batch_name, parse_source

    given = parse_source(source)

    async def work() -> int:
        context = session.context
        called = await to_thread.run_sync(batch_name, given) if batch is None else batch
        wanted = await read_source(given, context, batch=called, rows=table.rows or "", writes=not dry_run)
        briefs, unreadable = wanted.briefs, wanted.unreadable
        if not dry_run or wanted.rows:
            print_input_problems(called, wanted, as_json=place.json)
        if wanted.stop:
            raise wanted.stop
        warn_unused_flags(making, briefs, context)
        asked = await to_thread.run_sync(context.paths.source_name, given)
        name = await batches.batch_name_for(context, given) if batch is None else batch
        if dry_run:
            return await _foretell(wanted, context, name, Priority(priority), as_json=place.json)
        session.batch = name
        films = partial(
            batches.run_batch,
            briefs,
            context,
            batch=name,
            source=asked,
            priority=Priority(priority),
            unreadable=unreadable,
            is_partial=wanted.is_partial,
        )
        return await run_and_summarise(films, context, place, batch=name, total=context.briefs.count_films(briefs))

    with errors_as_json(place, batch):
        session = open_session(place, {**making.as_settings(), **table.as_settings(), **working.as_settings()}, output)
        return session.run(work)


async def _foretell(
    wanted: SourceContent, context: RunContext, batch: str, priority: Priority, *, as_json: bool
) -> int:
    """Say what a run would do; the exit code that it would have."""
    from dataclasses import asdict

    from pipeline.cli.forecast import print_forecast
    from pipeline.cli.summary import print_json
    from pipeline.orchestrator.forecast import forecast

    unreadable = wanted.unreadable
    found = await forecast(wanted.briefs, context, batch=batch, priority=priority, unreadable=unreadable)
    if as_json:
        print_json({"event": "forecast", **asdict(found)})
    else:
        print_forecast(found, told_rows=len(unreadable) if wanted.rows else 0)
    return found.exit_code
