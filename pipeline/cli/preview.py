"""`nightreel preview`: what the films of a table will look like."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.options import BatchOptions, CommonOptions, FilmOptions, TableOptions, TypedPath, WholeNumber
from pipeline.cli.output import say

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
    making: FilmOptions = FilmOptions(),
    table: TableOptions = TableOptions(),
    working: BatchOptions = BatchOptions(),
    place: CommonOptions = CommonOptions(),
) -> int:
    """Draw the films of some rows of a table on one sheet, and make the first ones fast and small, to listen to.

    With --rows extremes it takes the rows that are most likely to look wrong: the longest, the shortest, the widest
    and the strangest. Nothing of the campaign itself is begun: the films lie in output/BATCH-preview/.

    Examples: nightreel preview customers.csv --template offer · nightreel preview customers.csv --rows extremes

    Parameters
    ----------
    source
        A table, as for `nightreel run`: a file, a database or an address.
    films
        How many rows to make films of, three by default; 0: only the sheet.
    output
        The sheet, FILE.png. Default: BATCH-preview/sheet.png in output/ of the workspace.
    """
    from anyio import to_thread

    from pipeline.cli.execution import errors_as_json, run_and_summarise
    from pipeline.cli.input_problems import print_input_problems
    from pipeline.cli.session import open_session
    from pipeline.errors import EXIT_OK
    from pipeline.orchestrator.batch import batches
    from pipeline.orchestrator.batch.source import read_source
    from pipeline.sources import batch_name, parse_source, redacted

    given = parse_source(source)

    async def work() -> int:
        context = session.context
        called = f"{await to_thread.run_sync(batch_name, given)}-preview"
        wanted = await read_source(given, context, batch=called, rows=table.rows or "3", writes=False)
        print_input_problems(called, wanted, as_json=place.json)
        _check(wanted, redacted(given))
        path = output or context.workspace / "output" / called / "sheet.png"
        await to_thread.run_sync(lambda: _draw(context, wanted, path, Path(redacted(given)).name, as_json=place.json))
        some: Collection[Brief] = list(wanted.briefs)[:films]
        if not some:
            return EXIT_OK
        session.batch = called
        make = partial(batches.run_batch, some, context, batch=called, source="", numbered=False)
        return await run_and_summarise(make, context, place, batch=called, total=context.briefs.count_films(some))

    with errors_as_json(place, None):
        _refuse(given, output, publish=bool(making.publish))
        # Whatever the settings say of hosts: what is looked at is not for viewers yet.
        flags = {**making.as_settings(), **table.as_settings(), **working.as_settings()}
        session = open_session(place, {"video.preset": _PRESET, **flags, "publishing.to": ""})
        return session.run(work)


def _refuse(source: Path | str, output: Path | None, *, publish: bool) -> None:
    """Raise `InputError` for what can't be previewed, or not like this."""
    from pipeline.errors import InputError
    from pipeline.sources import is_table, redacted

    if not is_table(source):
        hint = "Give a .csv, .tsv, .json, .jsonl or .xlsx file, a database or an address"
        raise InputError("is no table", where=redacted(source), hint=hint)
    if output and output.suffix.lower() != ".png":
        raise InputError("is no picture", where=str(output), hint="Write FILE.png")
    if publish:
        raise InputError("a preview is not published", where="--publish", hint="Leave it out, and look at the films")


def _check(wanted: SourceContent, name: str) -> None:
    from pipeline.errors import InputError

    if wanted.stop:
        raise wanted.stop
    if not wanted.briefs:
        raise InputError("no row can be drawn", where=name, hint="Mend their problems, or choose other --rows")


def _draw(context: RunContext, wanted: SourceContent, path: Path, name: str, *, as_json: bool) -> None:
    import sys
    from dataclasses import asdict

    from pipeline.cli.escaping import printable
    from pipeline.cli.summary import print_json
    from pipeline.language.text import counted
    from pipeline.orchestrator.forecast.contact_sheet import MOST_FILMS, draw_contact_sheet

    remarks = wanted.remarks or ("",) * MOST_FILMS
    rows = list(zip(wanted.briefs, remarks, strict=False))
    sheet = draw_contact_sheet(context, rows, path, title=name)
    if as_json:
        print_json({"event": "sheet", **asdict(sheet)})
        return
    print(sheet.path)
    if sheet.unwritten:
        left = counted(sheet.unwritten, "film is", "films are")
        say(f"nightreel: {left} not on it: a model has to write the scripts first", file=sys.stderr)
    for line in (*sheet.missing, *sheet.cut):
        say(f"nightreel: {printable(line)}", file=sys.stderr)
