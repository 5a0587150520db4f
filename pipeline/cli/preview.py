"""`nightreel preview`: preview the films of a table."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.escaping import printable
from pipeline.cli.options import BatchOptions, CommonOptions, FilmOptions, TableOptions, TypedPath, WholeNumber
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, InputError
from pipeline.language.text import counted

if TYPE_CHECKING:
    from pipeline.model import Brief
    from pipeline.orchestrator.batch.source import SourceContent
    from pipeline.orchestrator.context import RunContext

_PRESET = "fast_draft"


def preview(
    source: str,
    /,
    *,
    films: WholeNumber = 3,
    output: TypedPath | None = None,
    film_options: FilmOptions = FilmOptions(),
    table_options: TableOptions = TableOptions(),
    batch_options: BatchOptions = BatchOptions(),
    common: CommonOptions = CommonOptions(),
) -> int:
    """Draw the films of some rows of a table on a contact sheet, and make the first ones as fast, small drafts.

    With --rows extremes it picks the rows most likely to look wrong: those with the longest, shortest, widest and most
    unusual texts. The campaign itself is not started: drafts go to output/BATCH-preview/.

    Examples: nightreel preview customers.csv --template offer · nightreel preview customers.csv --rows extremes

    Parameters
    ----------
    source
        A table, as for `nightreel run`: a file, a database or an address.
    films
        Number of rows to make films of. Default: 3; 0 draws only the sheet.
    output
        The sheet, FILE.png. Default: BATCH-preview/sheet.png in output/ of the workspace.
    """
    from anyio import to_thread

    from pipeline.cli.execution import errors_as_json, run_and_summarise
    from pipeline.cli.input_problems import print_input_problems
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.batch import batches
    from pipeline.orchestrator.batch.source import read_source
    from pipeline.sources import batch_name, parse_source, redacted

    given = parse_source(source)

    async def work() -> int:
        context = session.context
        name = f"{await to_thread.run_sync(batch_name, given)}-preview"
        content = await read_source(given, context, batch=name, rows=table_options.rows or "3", writes=False)
        print_input_problems(name, content, as_json=common.json)
        if content.stop:
            raise content.stop
        if not content.briefs:
            hint = "Correct the rows, or choose others with --rows"
            raise InputError("no row can be drawn", where=redacted(given), hint=hint)
        path = output or context.workspace / "output" / name / "sheet.png"
        await to_thread.run_sync(lambda: _draw(context, content, path, Path(redacted(given)).name, as_json=common.json))
        some: Collection[Brief] = list(content.briefs)[:films]
        if not some:
            return EXIT_OK
        session.batch = name
        make = partial(batches.run_batch, some, context, batch=name, source="", numbered=False)
        return await run_and_summarise(make, context, common, batch=name, total=context.briefs.count_films(some))

    with errors_as_json(common, None):
        _refuse(given, output, publish=bool(film_options.publish))
        table_options.check(given)
        # Previews are never published, whatever the settings say.
        flags = {**film_options.as_settings(), **table_options.as_settings(), **batch_options.as_settings()}
        session = open_session(common, {"video.preset": _PRESET, **flags, "publishing.to": ""})
        return session.run(work)


def _refuse(source: Path | str, output: Path | None, *, publish: bool) -> None:
    """Raise `InputError` for a source without rows, and for flags that a preview can't have."""
    from pipeline.sources import is_table, redacted

    if not is_table(source):
        hint = "Give a .csv, .tsv, .json, .jsonl or .xlsx file, a database or an address"
        raise InputError("is not a table", where=redacted(source), hint=hint)
    if output and output.suffix.lower() != ".png":
        raise InputError("is not a PNG file", where=str(output), hint="Write FILE.png")
    if publish:
        raise InputError("previews can't be published", where="--publish", hint="Leave it out, and watch the drafts")


def _draw(context: RunContext, content: SourceContent, path: Path, name: str, *, as_json: bool) -> None:
    from pipeline.orchestrator.forecast.contact_sheet import MAX_FILMS, draw_contact_sheet

    remarks = content.remarks or ("",) * MAX_FILMS
    rows = list(zip(content.briefs, remarks, strict=False))
    sheet = draw_contact_sheet(context, rows, path, title=name)
    if as_json:
        print_json({"event": "sheet", **asdict(sheet)})
        return
    print(sheet.path)
    if sheet.unwritten:
        missing = counted(sheet.unwritten, "film is", "films are")
        say(f"nightreel: {missing} not on the sheet: a model has to write the scripts first", file=sys.stderr)
    for line in (*sheet.missing, *sheet.cut):
        say(f"nightreel: {printable(line)}", file=sys.stderr)
