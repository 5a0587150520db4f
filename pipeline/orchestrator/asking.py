"""What a command asks for, read: topics and briefs as they are, a table checked row by row for its template.

Briefs may be very many: they are iterated over, not held.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError
from pipeline.model import Brief
from pipeline.orchestrator.workshop import Workshop
from pipeline.orchestrator.workshop.places import Places
from pipeline.pictures import is_address
from pipeline.script import check_play, play_in
from pipeline.sources import is_table, open_table, plain, read_briefs
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
from pipeline.sources.tables import TableForm
from pipeline.template import Template

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


async def read_source(source: Path | str, shop: Workshop, *, batch: str, rows: str = "", writes: bool = True) -> Asked:
    """The briefs of a source, whatever its kind; of a table, those of its good rows, all of them checked.

    `rows` are the rows of a table that are wanted; without `writes` no list of refused rows is left. Raises
    `InputError` for a source that can't be read. What is wrong with rows is in what is returned, also where the
    settings are strict: `stop` says so.
    """
    if await to_thread.run_sync(is_table, source):
        return await to_thread.run_sync(lambda: _read_table(Path(source), shop, batch=batch, rows=rows, writes=writes))
    if rows:
        raise InputError("only tables have rows", where="--rows", hint="Give a .csv, .tsv, .json or .jsonl file")
    unreadable: list[InputError] = []
    briefs = await read_briefs(source, report=unreadable.append)
    return Asked(briefs=briefs, unreadable=tuple(unreadable))


def _read_table(path: Path, shop: Workshop, *, batch: str, rows: str, writes: bool) -> Asked:
    asked = shop.settings.campaign
    choice = parse_choice(rows) if rows else None
    template = shop.template(Brief(title="", template=shop.settings.template))
    form = TableForm(
        delimiter="\t" if asked.delimiter == "tab" else asked.delimiter,
        encoding=asked.encoding,
        has_header={"yes": True, "no": False}.get(asked.header),
        names=frozenset(plain(field.name) for field in row_fields(template)),
    )
    table = open_table(path, form)
    language = str(shop.overrides.get("language") or "")
    if language and template.plays:
        play_in(template, language)
    language = language or shop.settings.language
    reader = RowReader(table, template, language=language, mapped=asked.map, key=asked.key, locale=asked.locale)
    rejected = _rejected(shop, batch) if writes else None
    refused: list[InputError] = []
    judge = _Judge(template, shop.places)
    with write_rejected(rejected, table.columns) if rejected else nullcontext(_unwritten) as write:

        def refuse(cells: Mapping[str, str], problems: list[RowProblem]) -> None:
            refused.append(problems[0].as_error(str(path)))
            write(cells, problems)

        checked = check_rows(table, reader, judge=judge, refuse=refuse, choice=choice)
    return Asked(
        briefs=checked.briefs,
        unreadable=tuple(refused),
        rows=checked.rows,
        problems=tuple(checked.problems),
        rejected=rejected if checked.refused and rejected else None,
        is_partial=choice is not None,
        stop=_stop(checked, path, is_strict=asked.strict),
    )


def _unwritten(_cells: Mapping[str, str], _problems: list[RowProblem]) -> None:
    """Nothing is left behind."""


def _rejected(shop: Workshop, batch: str) -> Path:
    folder = shop.places.summary(batch)
    return (folder or shop.places.films_root.parent) / REJECTED


def _stop(checked: Checked, path: Path, *, is_strict: bool) -> InputError | None:
    if not checked.rows:
        hint = "Below the line that names the columns, each line is a film"
        return InputError("has no rows", where=str(path), hint=hint)
    if not is_strict or not checked.refused:
        return None
    rows = "row has a problem" if checked.refused == 1 else "rows have problems"
    return InputError(
        f"{checked.refused:,} of {checked.rows:,} {rows}, and nothing is made of the others (strict)",
        where=str(path),
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
