"""A row becomes a brief, or a list of what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.errors import InputError
from pipeline.model import Brief, Paragraph, Script, Section, SourceRow, WantedPicture
from pipeline.model.text import clean_text, has_words
from pipeline.sources.campaign.columns import Columns
from pipeline.sources.naming import TITLE_MAX_CHARS
from pipeline.sources.tables import BrokenRow, Number, Table, TableRow, damage_in, mend_of
from pipeline.template import BRIEF_FIELDS, CellProblem, Field, Play, PlayError, Sheet, Template, Values, compile_text

_KEY_MAX_CHARS = 200
# Of a cell, what a message repeats.
_VALUE_MAX_CHARS = 80


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """What is wrong with a row: where, what stands there, why it can't be, and what to do."""

    # The number of the row and its line in the file, from 1.
    row: int
    line: int
    # Empty: it is the row as a whole.
    column: str
    value: str
    problem: str
    mend: str

    def as_error(self, path: str) -> InputError:
        """The same as an error of the row."""
        what = f"{self.column}: {self.problem}" if self.column else f"the row {self.problem}"
        return InputError(what, where=f"{path}:{self.line}", hint=self.mend)


class ReadRow(NamedTuple):
    """A good row: what is asked for, and the film that the template makes of it by itself (None: others write it)."""

    brief: Brief
    script: Script | None


def row_fields(template: Template) -> tuple[Field, ...]:
    """What a template asks of a row: one without a script of its own asks for what briefs are made of, too."""
    if template.plays:
        return template.fields
    own = {field.name for field in template.fields}
    return (*template.fields, *(field for field in BRIEF_FIELDS if field.name not in own))


class RowReader:
    """Reads the rows of one table for one template. Raises `InputError` for columns that don't fit."""

    def __init__(
        self,
        table: Table,
        template: Template,
        *,
        language: str = "",
        mapped: Sequence[str] = (),
        key: str = "",
        locale: str = "",
    ) -> None:
        """For films in `language`, with `mapped` pairs "Column=field" and the column `key` that names a row.

        `locale` is that of the numbers and dates in the cells.
        """
        self._table = table
        self._template = template
        self._fields = row_fields(template)
        self._columns = Columns(table, self._fields, mapped)
        self._locale = locale
        self._play = self._chosen_play(language)
        self._language = self._play.language if self._play else language or template.language or "en"
        self._key = self._key_column(key)
        names = [field.name for field in self._fields]
        self._empty = dict.fromkeys(names, "")
        self._defaults = {field.name: field.read(field.default) for field in self._fields}
        self._derive: dict[str, Sheet] = {
            field.name: compile_text(field.derived, where=f"{template.folder}: fields.{field.name}", known=names)
            for field in self._fields
            if field.derived
        }

    def read(self, row: TableRow | BrokenRow) -> ReadRow | list[RowProblem]:
        """The brief of a row, or all that is wrong with it."""
        if isinstance(row, BrokenRow):
            return [_problem(row, "", "", row.problem, row.mend)]
        problems: list[RowProblem] = []
        said, typed = self._values(row, problems)
        key = self._key_of(row, problems)
        if problems:
            return problems
        source = SourceRow(key=key, fields=tuple((name, text) for name, text in said.items() if text))
        return self._read(row, source, said, typed)

    def _chosen_play(self, language: str) -> Play | None:
        if not self._template.plays:
            return None
        return self._template.play(language) or self._template.plays[0]

    def _key_column(self, key: str) -> str:
        if key:
            return self._columns.named(self._columns.column(key) or key, where="--key")
        return self._columns.column(self._template.key) if self._template.key else ""

    def _key_of(self, row: TableRow, problems: list[RowProblem]) -> str:
        if not self._key:
            return ""
        key = clean_text(row.cells.get(self._key, ""))
        if not key:
            problems.append(_problem(row, self._key, "", "is empty, and it names the row", "Give each row its own"))
        elif len(key) > _KEY_MAX_CHARS:
            told = f"has {len(key):,} characters, at most {_KEY_MAX_CHARS} fit a name of a row"
            problems.append(_problem(row, self._key, key, told, "Choose another column with --key"))
        return key

    def _values(self, row: TableRow, problems: list[RowProblem]) -> tuple[dict[str, str], dict[str, object]]:
        """What the row says, by field, in one form and as texts use it; what is wrong with it goes to `problems`."""
        cells = self._columns.cells(row.cells)
        said: dict[str, str] = {}
        typed: dict[str, object] = {}
        for field in self._fields:
            column, cell = cells.get(field.name, (field.name, ""))
            try:
                said[field.name] = self._value(field, cell, typed)
            except CellProblem as error:
                problems.append(_problem(row, column, cell, error.problem, error.mend))
                said[field.name] = ""
            typed[field.name] = field.value(said[field.name], self._language)
        return said, typed

    def _value(self, field: Field, cell: str, typed: Mapping[str, object]) -> str:
        if damage := damage_in(cell):
            raise CellProblem(damage, mend_of(cell))
        # A number of a workbook or a database is written as Python does, whoever's cells stand beside it.
        text = field.read(_unquoted(cell), locale="en" if isinstance(cell, Number) else self._locale)
        if not text and field.name in self._derive:
            try:
                values = Values({**self._empty, **typed}, self._language)
                text = field.read(self._derive[field.name].filled(values, place=field.name))
            except PlayError as error:
                raise CellProblem(error.problem, "Mend the cells that it is made of") from error
        text = text or self._defaults[field.name]
        if not text and field.required:
            raise CellProblem(
                "is empty", "Write " + (field.help[:1].lower() + field.help[1:] if field.help else "something")
            )
        return text

    def _read(
        self, row: TableRow, source: SourceRow, said: Mapping[str, str], typed: Mapping[str, object]
    ) -> ReadRow | list[RowProblem]:
        try:
            script = self._play.script(typed, said) if self._play else None
        except PlayError as error:
            return [_problem(row, "", "", f"makes no film: {error}", "Change the cells, or the template's script")]
        title = script.title if script else said.get("title", "")
        if not has_words(title) or len(title) > TITLE_MAX_CHARS:
            told = "gives a film without a name" if not has_words(title) else "gives a name that is too long for a film"
            return [_problem(row, "", title, told, "Change the cells that its title is made of")]
        pictures = (said[field.name] for field in self._fields if field.kind == "image" and said[field.name])
        brief = Brief(
            title=title,
            language=self._language if script else "",
            template=self._template.name,
            pictures=tuple(WantedPicture(source=each) for each in dict.fromkeys(pictures)),
            row=source,
            origin=f"{self._table.path}:{row.line}",
        )
        return ReadRow(brief=brief if script else _with_notes(brief, said), script=script)


def _with_notes(brief: Brief, said: Mapping[str, str]) -> Brief:
    """For whoever writes: cells are words of the notes, and never Markdown."""
    paragraphs = [text for text in said.get("notes", "").split("\n\n") if has_words(text)]
    blocks = tuple(Paragraph(text=text) for text in paragraphs)
    return replace(
        brief,
        subtitle=said.get("subtitle", ""),
        kicker=said.get("kicker", ""),
        closing=said.get("closing", ""),
        description=said.get("description", ""),
        audience=said.get("audience", ""),
        tone=said.get("tone", ""),
        sections=(Section(heading="", blocks=blocks),) if blocks else (),
    )


def _problem(row: TableRow | BrokenRow, column: str, value: str, problem: str, mend: str) -> RowProblem:
    short = clean_text(value[: 4 * _VALUE_MAX_CHARS])
    return RowProblem(
        row=row.number,
        line=row.line,
        column=clean_text(column)[:_VALUE_MAX_CHARS],
        value=short if len(short) <= _VALUE_MAX_CHARS else f"{short[: _VALUE_MAX_CHARS - 1]}…",
        problem=problem,
        mend=mend,
    )


def _unquoted(cell: str) -> str:
    """Without the apostrophe that spreadsheets, and we, put before what would else be a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell
