"""Read the source that a command names: topics and briefs as they are, tables validated row by row.

There may be very many briefs: they are iterated over, not held in memory.
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
from pipeline.sources import fetch_pages, is_endpoint, is_table, parse_source, read_briefs, redacted
from pipeline.sources.campaign import (
    EXTREMES,
    RowProblem,
    ValidatedRows,
    find_extremes,
    parse_row_selection,
    row_error,
    validate_rows,
    write_rejected,
    write_snapshot,
)
from pipeline.sources.tables import BrokenRow, Table, TableRow, open_pages, open_table
from pipeline.state import CheckpointStore

logger = logging.getLogger("nightreel")
REJECTED = "rejected.csv"
ROSTER = "rows.jsonl"


@dataclass(frozen=True, kw_only=True)
class SourceContent:
    """The content of a source: briefs, and what can't be made of it."""

    briefs: Collection[Brief]
    # For `extremes`: why each brief is an outlier.
    remarks: tuple[str, ...] = ()
    # Errors of unreadable briefs and invalid rows.
    unreadable: tuple[InputError, ...] = ()
    # For tables: how many rows were read and refused, the first thousand problems, and the file with all of them.
    rows: int = 0
    refused: int = 0
    problems: tuple[RowProblem, ...] = ()
    rejected: Path | None = None
    # For workbooks: the sheet that was read.
    sheet: str = ""
    # Lines skipped above the header.
    titles: int = 0
    # Unused columns with a name similar to that of a field without a column, as arguments for --map.
    suggestions: tuple[str, ...] = ()
    # Whether only some rows were read: the films of the others stay as they are.
    is_partial: bool = False
    # Why nothing at all can be made; None if the good rows can.
    stop: InputError | None = None
    # Why the source could not be read, so that `settings.source.fallback` was; None if it could.
    instead_of: NightreelError | None = None


async def read_source(
    source: Path | str, context: RunContext, *, batch: str, rows: str = "", writes: bool = True
) -> SourceContent:
    """The briefs of a source of any kind; for a table, those of its valid rows.

    `rows` selects rows of a table ("extremes": outliers); `writes`: save rejected rows and the list of all rows. Raises
    `InputError` for a source that can't be read, and for a batch name that equals another one on case-insensitive file
    systems. Problems of rows are returned, even with strict settings, for which `stop` is set.
    """
    await to_thread.run_sync(context.store.check_name_collision, batch)
    request = _Request(batch=batch, rows=rows, writes=writes)
    fallback = context.settings.source.fallback
    try:
        return await _read(source, context, request)
    except (SourceError, ProviderError) as error:
        if not fallback or fallback == str(source):
            raise
        # A source is read completely before anything is made, so nothing of the first one remains.
        logger.info("reading the fallback %s: %s", redacted(parse_source(fallback)), error)
        try:
            # A path of the settings is relative to the workspace.
            place = parse_source(fallback)
            found = await _read(context.workspace / place if isinstance(place, Path) else place, context, request)
        except (SourceError, ProviderError) as second:
            raise SourceError(f"{error}; the fallback can't be read either: {second}") from error
        return replace(found, instead_of=error)


@dataclass(frozen=True, kw_only=True)
class _Request:
    """The request for a source or its fallback."""

    batch: str
    rows: str
    writes: bool


async def _read(source: Path | str, context: RunContext, request: _Request) -> SourceContent:
    if await to_thread.run_sync(is_table, source):
        return await _read_rows(source, context, request)
    if request.rows:
        raise InputError("is only for tables", where="--rows", hint="Give a .csv, .tsv, .json, .jsonl or .xlsx file")
    unreadable: list[InputError] = []
    briefs = await read_briefs(source, report=unreadable.append)
    return SourceContent(briefs=briefs, unreadable=tuple(unreadable))


async def _read_rows(source: Path | str, context: RunContext, request: _Request) -> SourceContent:
    """Read and validate all rows. The pages of a service are fetched into a scratch folder first."""
    form = await to_thread.run_sync(table_form, context)
    if not is_endpoint(source):
        return await to_thread.run_sync(lambda: _check_table(open_table(source, form), context, request))
    with scratch_folder() as folder:
        pages = await fetch_pages(
            service_endpoint(str(source), context.settings), folder, form, retry=context.retry_policy
        )
        return await to_thread.run_sync(
            lambda: _check_table(open_pages(pages, form, name=redacted(source)), context, request)
        )


def _check_table(table: Table, context: RunContext, request: _Request) -> SourceContent:
    outstanding = request.rows.strip().casefold() == EXTREMES
    choice = parse_row_selection(request.rows) if request.rows and not outstanding else None
    reader = campaign_reader(table, context)
    refused: list[InputError] = []
    rejected = _rejected(context.paths, request.batch) if request.writes else None
    columns, separator = table.columns, table.separator
    with ExitStack() as files:
        opened = files.enter_context
        write = opened(write_rejected(rejected, columns, separator=separator)) if rejected else _unwritten
        roster = roster_path(context.store, request.batch) if request.writes else None
        enter = opened(write_snapshot(roster, columns, separator=separator, selection=choice)) if roster else None

        def refuse(row: TableRow | BrokenRow, problems: list[RowProblem]) -> None:
            refused.append(row_error(problems, table))
            write(row, problems)

        checked = validate_rows(
            table, reader, check=RowValidator(context), on_reject=refuse, record=enter, selection=choice
        )
    stand_out = find_extremes(checked.briefs) if outstanding else []
    return SourceContent(
        briefs=[brief for brief, _ in stand_out] if outstanding else checked.briefs,
        remarks=tuple(why for _, why in stand_out),
        unreadable=() if outstanding else tuple(refused),
        rows=checked.rows,
        refused=checked.refused,
        problems=tuple(checked.problems),
        rejected=rejected if checked.refused and rejected else None,
        sheet=table.sheet,
        titles=table.title_rows,
        suggestions=reader.suggestions,
        is_partial=bool(request.rows),
        stop=_stop(
            checked, table.path, rows="" if outstanding else request.rows, is_strict=context.settings.campaign.strict
        ),
    )


def roster_path(store: CheckpointStore, batch: str) -> Path:
    """The file with the original rows of a batch."""
    return store.folder(batch) / ROSTER


def _unwritten(_row: TableRow | BrokenRow, _problems: list[RowProblem]) -> None:
    """Write no rejected rows."""


def _rejected(places: Paths, batch: str) -> Path:
    folder = places.summary(batch)
    return (folder or places.films_root.parent) / REJECTED


def _stop(checked: ValidatedRows, path: str, *, rows: str, is_strict: bool) -> InputError | None:
    if not checked.rows and rows:
        hint = "Rows are counted from 1, below the header"
        return InputError(f"has none of the rows {rows}, or no rows at all", where=path, hint=hint)
    if not checked.rows:
        hint = "Each line below the header is a film"
        return InputError("has no rows", where=path, hint=hint)
    if not is_strict or not checked.refused:
        return None
    rows = "rows has a problem" if checked.refused == 1 else "rows have problems"
    return InputError(
        f"{checked.refused:,} of {checked.rows:,} {rows}: nothing is made (strict)",
        where=path,
        hint="Correct them, or leave out --strict",
    )
