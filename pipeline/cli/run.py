"""`nightreel run`: make a batch of films."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from pipeline.choices import PriorityName
from pipeline.cli.options import BatchOptions, CommonOptions, FilmOptions, Switch, TableOptions, TypedPath
from pipeline.cli.output import print_json

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
    film_options: FilmOptions = FilmOptions(),
    table_options: TableOptions = TableOptions(),
    batch_options: BatchOptions = BatchOptions(),
    common: CommonOptions = CommonOptions(),
) -> int:
    """Make a film of every topic of a source, unattended.

    SOURCE is a topic list (.txt, one topic per line, # comments), a brief (.md), a folder of briefs, a pattern
    ("briefs/**/*.md"), or a table with a row for each film of --template: a file (.csv, .tsv, .json, .jsonl, .xlsx), a
    database (.sqlite, postgresql://…) with --query, or an HTTP API (https://…). A film that fails does not stop the
    others.
    After a crash or a power cut, the same command resumes where it stopped; finished films are kept. A second process
    running the same command shares the work.

    Parameters
    ----------
    source
        A topic list, a brief, a folder of briefs, a pattern, or a table: a file or an address.
    batch
        Name of the batch. Default: the name of the source (space.txt gives "space").
    output
        Output folder. Default: output/BATCH/ in the workspace. For a single brief, FILE.mp4 is allowed too.
    priority
        Priority of the films. A brief can set its own.
    dry_run
        Check everything and estimate time, cost and disk space, but make nothing.
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
        default_name = await to_thread.run_sync(batch_name, given) if batch is None else batch
        content = await read_source(
            given, context, batch=default_name, rows=table_options.rows or "", writes=not dry_run
        )
        briefs, unreadable = content.briefs, content.unreadable
        if not dry_run or content.rows:
            print_input_problems(default_name, content, as_json=common.json)
        if content.stop:
            raise content.stop
        warn_unused_flags(film_options, briefs, context)
        asked = await to_thread.run_sync(context.paths.source_name, given)
        name = await batches.batch_name_for(context, given) if batch is None else batch
        if dry_run:
            return await _dry_run(content, context, name, Priority(priority), as_json=common.json)
        session.batch = name
        films = partial(
            batches.run_batch,
            briefs,
            context,
            batch=name,
            source=asked,
            priority=Priority(priority),
            unreadable=unreadable,
            is_partial=content.is_partial,
        )
        return await run_and_summarise(films, context, common, batch=name, total=context.briefs.count_films(briefs))

    with errors_as_json(common, batch):
        table_options.check(given)
        session = open_session(
            common, {**film_options.as_settings(), **table_options.as_settings(), **batch_options.as_settings()}, output
        )
        return session.run(work)


async def _dry_run(
    content: SourceContent, context: RunContext, batch: str, priority: Priority, *, as_json: bool
) -> int:
    """Print the forecast of a run. Returns the exit code that the run would have."""
    from pipeline.cli.forecast import print_forecast
    from pipeline.orchestrator.forecast import forecast

    unreadable = content.unreadable
    found = await forecast(content.briefs, context, batch=batch, priority=priority, unreadable=unreadable)
    if as_json:
        print_json({"event": "forecast", **asdict(found)})
    else:
        print_forecast(found, printed_rows=len(unreadable) if content.rows else 0)
    return found.exit_code
