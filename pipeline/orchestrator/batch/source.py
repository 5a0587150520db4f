"""What a command asks for, read: topics and briefs as they are, a table checked row by row for its template.

Briefs may be very many: they are iterated over, not held.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError, NightreelError, ProviderError, SourceError
from pipeline.files.scratch import scratch_folder
from pipeline.model import Brief
from pipeline.orchestrator.batch.row_validation import RowValidator
from pipeline.orchestrator.batch.tables import campaign_reader, service_endpoint, table_form
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.paths import Paths
from pipeline.sources import is_endpoint, is_table, parse_source, read_briefs, redacted
from pipeline.sources.campaign import (
    EXTREMES,
    RowProblem,
    ValidatedRows,
    find_extremes,
    parse_row_selection,
    validate_rows,
    write_rejected,
    write_snapshot,
)
from pipeline.sources.endpoint import fetch_pages
from pipeline.sources.tables import BrokenRow, Table, TableRow, open_pages, open_table
from pipeline.state import CheckpointStore

logger = logging.getLogger("nightreel")
REJECTED = "rejected.csv"
ROSTER = "rows.jsonl"


@dataclass(frozen=True, kw_only=True)
class SourceContent:
    """What a source has: the films that it asks for, and what of it can't be made."""

    briefs: Collection[Brief]
    # Of rows that stand out, why each of them does.
    remarks: tuple[str, ...] = ()
    # Briefs and rows that can't be made, each with its reason.
    unreadable: tuple[InputError, ...] = ()
    # Of a table: how many rows were looked at and refused, what is wrong with them (the first thousand), where all that
    # is written.
    rows: int = 0
    refused: int = 0
    problems: tuple[RowProblem, ...] = ()
    rejected: Path | None = None
    # How many lines stand above the one that names the columns.
    titles: int = 0
    # Fields without a column, and columns that are called nearly so, as --map takes them.
    nearly: tuple[str, ...] = ()
    # Whether only some rows were looked at: the others stay as they are.
    is_partial: bool = False
    # Why nothing is made; None: the good ones are.
    stop: InputError | None = None
    # Why the source could not be read, and `settings.source.fallback` took its place; None: it could.
    instead_of: NightreelError | None = None


async def read_source(
    source: Path | str, context: RunContext, *, batch: str, rows: str = "", writes: bool = True
) -> SourceContent:
    """The briefs of a source, whatever its kind; of a table, those of its good rows, all of them checked.

    `rows` are the rows of a table that are wanted ("extremes": those that stand out); without `writes` nothing is left
    behind. Raises `InputError` for a source that can't be read, and for a `batch` whose name is another's on some
    systems. What is wrong with rows is in what is returned, also where the settings are strict: `stop` says so.
    """
    await to_thread.run_sync(context.store.check_apart, batch)
    wanted = _Wanted(batch=batch, rows=rows, writes=writes)
    fallback = context.settings.source.fallback
    try:
        return await _read(source, context, wanted)
    except (SourceError, ProviderError) as error:
        if not fallback or fallback == str(source):
            raise
        # All of a source is read before anything is made of it: nothing of the first one is left.
        logger.info("%s is read instead: %s", redacted(parse_source(fallback)), error)
        try:
            found = await _read(_beside(parse_source(fallback), context.workspace), context, wanted)
        except (SourceError, ProviderError) as second:
            raise SourceError(f"{error}; nor can the fallback be read: {second}") from error
        return replace(found, instead_of=error)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What is wanted of a source, whichever it is."""

    batch: str
    rows: str
    writes: bool


def _beside(source: Path | str, workspace: Path) -> Path | str:
    """A path of the settings is one in the workspace."""
    return workspace / source if isinstance(source, Path) else source


async def _read(source: Path | str, context: RunContext, wanted: _Wanted) -> SourceContent:
    if await to_thread.run_sync(is_table, source):
        return await _read_rows(source, context, wanted)
    if wanted.rows:
        raise InputError("only tables have rows", where="--rows", hint="Give a .csv, .tsv, .json, .jsonl or .xlsx file")
    unreadable: list[InputError] = []
    briefs = await read_briefs(source, report=unreadable.append)
    return SourceContent(briefs=briefs, unreadable=tuple(unreadable))


async def _read_rows(source: Path | str, context: RunContext, wanted: _Wanted) -> SourceContent:
    """All rows, checked. What a service answers is fetched first, into a folder that goes again."""
    form = await to_thread.run_sync(table_form, context)
    if not is_endpoint(source):
        return await to_thread.run_sync(lambda: _check_table(open_table(source, form), context, wanted))
    with scratch_folder() as folder:
        pages = await fetch_pages(
            service_endpoint(str(source), context.settings), folder, form, retry=context.retry_policy
        )
        return await to_thread.run_sync(
            lambda: _check_table(open_pages(pages, form, name=redacted(source)), context, wanted)
        )


def _check_table(table: Table, context: RunContext, wanted: _Wanted) -> SourceContent:
    outstanding = wanted.rows.strip().casefold() == EXTREMES
    choice = parse_row_selection(wanted.rows) if wanted.rows and not outstanding else None
    reader = campaign_reader(table, context)
    refused: list[InputError] = []
    rejected = _rejected(context.paths, wanted.batch) if wanted.writes else None
    columns, separator = table.columns, table.separator
    with ExitStack() as files:
        opened = files.enter_context
        write = opened(write_rejected(rejected, columns, separator=separator)) if rejected else _unwritten
        roster = roster_path(context.store, wanted.batch) if wanted.writes else None
        enter = opened(write_snapshot(roster, columns, separator=separator, choice=choice)) if roster else None

        def refuse(row: TableRow | BrokenRow, problems: list[RowProblem]) -> None:
            refused.append(problems[0].as_error(table.path))
            write(row, problems)

        checked = validate_rows(table, reader, judge=RowValidator(context), refuse=refuse, enter=enter, choice=choice)
    stand_out = find_extremes(checked.briefs) if outstanding else []
    return SourceContent(
        briefs=[brief for brief, _ in stand_out] if outstanding else checked.briefs,
        remarks=tuple(why for _, why in stand_out),
        unreadable=() if outstanding else tuple(refused),
        rows=checked.rows,
        refused=checked.refused,
        problems=tuple(checked.problems),
        rejected=rejected if checked.refused and rejected else None,
        titles=table.title_rows,
        nearly=reader.suggestions,
        is_partial=bool(wanted.rows),
        stop=_stop(
            checked, table.path, rows="" if outstanding else wanted.rows, is_strict=context.settings.campaign.strict
        ),
    )


def roster_path(store: CheckpointStore, batch: str) -> Path:
    """Where the rows of a batch are kept as they were."""
    return store.folder(batch) / ROSTER


def _unwritten(_row: TableRow | BrokenRow, _problems: list[RowProblem]) -> None:
    """Nothing is left behind."""


def _rejected(places: Paths, batch: str) -> Path:
    folder = places.summary(batch)
    return (folder or places.films_root.parent) / REJECTED


def _stop(checked: ValidatedRows, path: str, *, rows: str, is_strict: bool) -> InputError | None:
    if not checked.rows and rows:
        hint = "They are counted from 1, below the line that names the columns"
        return InputError(f"has none of the rows {rows}, or none at all", where=path, hint=hint)
    if not checked.rows:
        hint = "Below the line that names the columns, each line is a film"
        return InputError("has no rows", where=path, hint=hint)
    if not is_strict or not checked.refused:
        return None
    rows = "rows has a problem" if checked.refused == 1 else "rows have problems"
    return InputError(
        f"{checked.refused:,} of {checked.rows:,} {rows}, and nothing is made of the others (strict)",
        where=path,
        hint="Mend them, or drop --strict",
    )
