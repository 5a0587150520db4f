"""What a command asks for, read: topics and briefs as they are, a table checked row by row for its template.

Briefs may be very many: they are iterated over, not held.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from anyio import to_thread

from pipeline.errors import InputError, NightreelError, ProviderError, SourceError
from pipeline.model import Brief
from pipeline.orchestrator.workshop import Workshop
from pipeline.orchestrator.workshop.places import Places
from pipeline.pictures import is_address
from pipeline.script import check_play, play_in
from pipeline.sources import as_source, is_endpoint, is_table, open_table, plain, read_briefs, told
from pipeline.sources.campaign import (
    Checked,
    ReadRow,
    RowProblem,
    RowReader,
    check_rows,
    parse_choice,
    row_fields,
    write_rejected,
)
from pipeline.sources.endpoint import Endpoint, fetch_pages
from pipeline.sources.tables import Table, TableForm, open_pages
from pipeline.template import Template

logger = logging.getLogger("nightreel")
REJECTED = "rejected.csv"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for."""

    briefs: Collection[Brief]
    # Briefs and rows that can't be made, each with its reason.
    unreadable: tuple[InputError, ...] = ()
    # Of a table: how many rows were looked at, what is wrong with them (the first thousand), where all that is written.
    rows: int = 0
    problems: tuple[RowProblem, ...] = ()
    rejected: Path | None = None
    # Whether only some rows were looked at: the others stay as they are.
    is_partial: bool = False
    # Why nothing is made; None: the good ones are.
    stop: InputError | None = None
    # Why the source could not be read, and `settings.source.fallback` took its place; None: it could.
    instead_of: NightreelError | None = None


async def read_source(source: Path | str, shop: Workshop, *, batch: str, rows: str = "", writes: bool = True) -> Asked:
    """The briefs of a source, whatever its kind; of a table, those of its good rows, all of them checked.

    `rows` are the rows of a table that are wanted; without `writes` no list of refused rows is left. Raises
    `InputError` for a source that can't be read. What is wrong with rows is in what is returned, also where the
    settings are strict: `stop` says so.
    """
    wanted = _Wanted(batch=batch, rows=rows, writes=writes)
    fallback = shop.settings.source.fallback
    try:
        return await _read(source, shop, wanted)
    except (SourceError, ProviderError) as error:
        if not fallback or fallback == str(source):
            raise
        # All of a source is read before anything is made of it: nothing of the first one is left.
        logger.info("%s is read instead: %s", told(as_source(fallback)), error)
        try:
            found = await _read(_beside(as_source(fallback), shop), shop, wanted)
        except (SourceError, ProviderError) as second:
            raise SourceError(f"{error}; nor can the fallback be read: {second}") from error
        return replace(found, instead_of=error)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What is wanted of a source, whichever it is."""

    batch: str
    rows: str
    writes: bool


def _beside(source: Path | str, shop: Workshop) -> Path | str:
    """A path of the settings is one in the workspace."""
    return shop.workspace / source if isinstance(source, Path) else source


async def _read(source: Path | str, shop: Workshop, wanted: _Wanted) -> Asked:
    if await to_thread.run_sync(is_table, source):
        return await _read_rows(source, shop, wanted)
    if wanted.rows:
        raise InputError("only tables have rows", where="--rows", hint="Give a .csv, .tsv, .json, .jsonl or .xlsx file")
    unreadable: list[InputError] = []
    briefs = await read_briefs(source, report=unreadable.append)
    return Asked(briefs=briefs, unreadable=tuple(unreadable))


async def _read_rows(source: Path | str, shop: Workshop, wanted: _Wanted) -> Asked:
    """All rows, checked. What a service answers is fetched first, into a folder that goes again."""
    template = await to_thread.run_sync(shop.template, Brief(title="", template=shop.settings.template))
    form = _form(shop, template)
    if not is_endpoint(source):
        return await to_thread.run_sync(lambda: _check_table(open_table(source, form), template, shop, wanted))
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pages = await fetch_pages(_endpoint(str(source), shop), Path(folder), form, retry=shop.retry_policy)
        return await to_thread.run_sync(
            lambda: _check_table(open_pages(pages, form, name=told(source)), template, shop, wanted)
        )


def _form(shop: Workshop, template: Template) -> TableForm:
    asked, source = shop.settings.campaign, shop.settings.source
    return TableForm(
        delimiter="\t" if asked.delimiter == "tab" else asked.delimiter,
        encoding=asked.encoding,
        has_header={"yes": True, "no": False}.get(asked.header),
        names=frozenset(plain(field.name) for field in row_fields(template)),
        sheet=source.sheet,
        query=source.query,
        password=source.password.get_secret_value() if source.password else "",
        rows_at=source.rows_at,
    )


def _endpoint(address: str, shop: Workshop) -> Endpoint:
    source = shop.settings.source
    return Endpoint(
        address=address,
        api_key=source.api_key.get_secret_value() if source.api_key else "",
        api_key_header=source.api_key_header,
        allowed=source.allow,
        next_at=source.next_at,
        next_param=source.next_param,
        page_param=source.page_param,
        timeout_s=source.timeout_s,
        most_bytes=int(source.most_mb * 1e6),
    )


def _check_table(table: Table, template: Template, shop: Workshop, wanted: _Wanted) -> Asked:
    asked = shop.settings.campaign
    choice = parse_choice(wanted.rows) if wanted.rows else None
    language = str(shop.overrides.get("language") or "")
    if language and template.plays:
        play_in(template, language)
    language = language or shop.settings.language
    reader = RowReader(table, template, language=language, mapped=asked.map, key=asked.key, locale=asked.locale)
    rejected = _rejected(shop, wanted.batch) if wanted.writes else None
    refused: list[InputError] = []
    judge = _Judge(template, shop.places)
    with write_rejected(rejected, table.columns) if rejected else nullcontext(_unwritten) as write:

        def refuse(cells: Mapping[str, str], problems: list[RowProblem]) -> None:
            refused.append(problems[0].as_error(table.path))
            write(cells, problems)

        checked = check_rows(table, reader, judge=judge, refuse=refuse, choice=choice)
    return Asked(
        briefs=checked.briefs,
        unreadable=tuple(refused),
        rows=checked.rows,
        problems=tuple(checked.problems),
        rejected=rejected if checked.refused and rejected else None,
        is_partial=choice is not None,
        stop=_stop(checked, table.path, is_strict=asked.strict),
    )


def _unwritten(_cells: Mapping[str, str], _problems: list[RowProblem]) -> None:
    """Nothing is left behind."""


def _rejected(shop: Workshop, batch: str) -> Path:
    folder = shop.places.summary(batch)
    return (folder or shop.places.films_root.parent) / REJECTED


def _stop(checked: Checked, path: str, *, is_strict: bool) -> InputError | None:
    if not checked.rows:
        hint = "Below the line that names the columns, each line is a film"
        return InputError("has no rows", where=path, hint=hint)
    if not is_strict or not checked.refused:
        return None
    rows = "row has a problem" if checked.refused == 1 else "rows have problems"
    return InputError(
        f"{checked.refused:,} of {checked.rows:,} {rows}, and nothing is made of the others (strict)",
        where=path,
        hint="Mend them, or drop --strict",
    )


class _Judge:
    """Whether a film can be made of a row: its pictures are there, and its words fit."""

    def __init__(self, template: Template, places: Places) -> None:
        self._template = template
        self._places = places

    def __call__(self, row: ReadRow) -> tuple[str, str] | None:
        origin = row.brief.origin
        try:
            for wanted in row.brief.pictures:
                if not is_address(wanted.source):
                    self._places.picture(self._places.origin(origin), wanted.source)
            if row.script:
                check_play(row.script, self._template, where=origin)
        except InputError as error:
            what = f"{error.where}: {error.message}" if error.where not in {"", origin} else error.message
            return f"makes no film: {what}", error.hint or "Change the cells, or the template's script"
        return None
