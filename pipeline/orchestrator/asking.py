"""What a command asks for, read: topics and briefs as they are, a table checked row by row for its template.

Briefs may be very many: they are iterated over, not held.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError, did_you_mean
from pipeline.model import Brief
from pipeline.orchestrator.naming import FolderPattern
from pipeline.orchestrator.suitable import Judge
from pipeline.orchestrator.workshop import Workshop
from pipeline.script import play_in
from pipeline.sources import is_table, open_table, plain, read_briefs
from pipeline.sources.campaign import (
    EXTREMES,
    CampaignReader,
    Checked,
    Deciders,
    Part,
    RowProblem,
    check_rows,
    column_names,
    find_extremes,
    parse_choice,
    row_fields,
    write_rejected,
    write_roster,
)
from pipeline.sources.tables import Table, TableForm

REJECTED = "rejected.csv"
ROSTER = "rows.jsonl"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for."""

    briefs: Collection[Brief]
    # Of rows that stand out, why each of them does.
    remarks: tuple[str, ...] = ()
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

    `rows` are the rows of a table that are wanted ("extremes": those that stand out); without `writes` nothing is left
    behind. Raises `InputError` for a source that can't be read. What is wrong with rows is in what is returned, also
    where the settings are strict: `stop` says so.
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
    outstanding = rows.strip().casefold() == EXTREMES
    choice = parse_choice(rows) if rows and not outstanding else None
    table = open_table(path, _form(shop))
    reader = _reader(table, shop)
    refused: list[InputError] = []
    rejected = _rejected(shop, batch) if writes else None
    with ExitStack() as files:
        write = files.enter_context(write_rejected(rejected, table.columns)) if rejected else _unwritten
        roster = roster_of(shop, batch) if writes else None
        enter = files.enter_context(write_roster(roster, table.columns, choice=choice)) if roster else None

        def refuse(cells: Mapping[str, str], problems: list[RowProblem]) -> None:
            refused.append(problems[0].as_error(str(path)))
            write(cells, problems)

        checked = check_rows(table, reader, judge=Judge(shop), refuse=refuse, enter=enter, choice=choice)
    stand_out = find_extremes(checked.briefs) if outstanding else []
    return Asked(
        briefs=[brief for brief, _ in stand_out] if outstanding else checked.briefs,
        remarks=tuple(why for _, why in stand_out),
        unreadable=() if outstanding else tuple(refused),
        rows=checked.rows,
        problems=tuple(checked.problems),
        rejected=rejected if checked.refused and rejected else None,
        is_partial=bool(rows),
        stop=_stop(checked, path, is_strict=asked.strict),
    )


def _form(shop: Workshop) -> TableForm:
    asked = shop.settings.campaign
    templates = [shop.template(Brief(title="", template=name)) for name in _templates(shop)]
    return TableForm(
        delimiter="\t" if asked.delimiter == "tab" else asked.delimiter,
        encoding=asked.encoding,
        has_header={"yes": True, "no": False}.get(asked.header),
        names=frozenset(plain(field.name) for template in templates for field in row_fields(template)),
    )


def _templates(shop: Workshop) -> dict[str, None]:
    """The templates that rows may get by rule; a flag goes before the rules."""
    rules = () if shop.overrides.get("template") else shop.settings.campaign.templates
    return dict.fromkeys(rule.template for rule in rules) or {shop.settings.template: None}


def _reader(table: Table, shop: Workshop) -> CampaignReader:
    asked, flags = shop.settings.campaign, shop.overrides
    language = str(flags.get("language") or "")
    for name in _templates(shop):
        template = shop.template(Brief(title="", template=name))
        if language and template.plays:
            play_in(template, language)
    # A flag goes before what the row says.
    silent = {"template"} if flags.get("template") else set()
    silent |= {"languages"} if language or flags.get("languages") else set()
    deciders = Deciders(table, asked.columns, without=silent)
    columns = column_names(table.columns)
    wanted = FolderPattern(shop.settings.output.pattern).columns
    if missing := [name for name in wanted if name not in columns]:
        hint = did_you_mean(missing[0], columns)
        raise InputError(f"the table has no column {missing[0]}", where="output.pattern", hint=hint)
    options = {
        "language": language or shop.settings.language,
        "languages": () if language else shop.settings.languages,
        "key": asked.key,
        "locale": asked.locale,
        "kept": {name: columns[name] for name in wanted},
    }
    return CampaignReader(
        table,
        lambda name: shop.template(Brief(title="", template=name)),
        shop.settings.template,
        parts=() if flags.get("template") else [Part(**rule.model_dump()) for rule in asked.templates],
        deciders=deciders,
        mapped=asked.map,
        options=options,
    )


def roster_of(shop: Workshop, batch: str) -> Path:
    """Where the rows of a batch are kept as they were."""
    return shop.store.folder(batch) / ROSTER


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
