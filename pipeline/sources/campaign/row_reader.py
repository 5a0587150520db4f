"""A row becomes a brief, or a list of what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from pipeline.errors import InputError
from pipeline.language.text import clean_text, has_words
from pipeline.model import Brief, Paragraph, Script, Section, SourceRow, WantedPicture
from pipeline.model.csv_escaping import unescape_formulas
from pipeline.sources.campaign.columns import ColumnMapping
from pipeline.sources.campaign.currencies import Currencies, check_currency
from pipeline.sources.campaign.date_order import DateOrders
from pipeline.sources.campaign.decimal_separators import DecimalSeparators
from pipeline.sources.campaign.option_columns import OptionColumns
from pipeline.sources.campaign.problem import EMPTY, RowProblem, row_problem
from pipeline.sources.naming import TITLE_MAX_CHARS
from pipeline.sources.tables import (
    BrokenRow,
    FormattedNumber,
    Number,
    Table,
    TableRow,
    cell_defect,
    cell_remedy,
    is_blank_marker,
)
from pipeline.template import (
    BRIEF_FIELDS,
    TEXT_KINDS,
    CellProblem,
    Compiled,
    Field,
    FillError,
    ScriptTemplate,
    Template,
    Values,
    compile_text,
)

_KEY_MAX_CHARS = 200
# What cells mean that are no texts is known for so many of late: prices, days and yes or no come again and again.
_MOST_KNOWN, _KNOWN_MAX_CHARS = 4000, 40


class ReadRow(NamedTuple):
    """A good row: what is asked for, and the films that the template makes of it by itself, the first one first.

    There is one for each language that it has a script in; none: others write it.
    """

    brief: Brief
    scripts: tuple[Script, ...]


def row_fields(template: Template) -> tuple[Field, ...]:
    """What a template asks of a row: one without a script of its own asks for what briefs are made of, too."""
    if template.script_templates:
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
        languages: Sequence[str] = (),
        mapped: Sequence[str] = (),
        key: str = "",
        locale: str = "",
        deciders: OptionColumns | None = None,
        kept: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """For films in `language`, or in each of `languages`, with `mapped` pairs "Column=field" and the column `key`.

        `locale` is that of the numbers and dates in the cells, `deciders` are the columns that are no fields and decide
        something, `kept` those (by the name to keep them under) that are wanted as they are.
        """
        self._table = table
        self._template = template
        self._fields = row_fields(template)
        self._columns = ColumnMapping(table, self._fields, mapped)
        self._locale = locale
        self._deciders = deciders
        self._kept = kept
        self._languages = tuple(languages)
        self._play = self._chosen_play(language)
        self._language = self._play.language if self._play else language or template.language or "en"
        # Fields without a column, and columns that are called nearly so, as --map takes them.
        self.nearly = self._columns.nearly
        # The columns that are fields.
        self.columns = tuple(column for column in table.columns if self._columns.field(column))
        by_name = {field.name: field for field in self._fields}
        sums = {each: field for each in self.columns if (field := by_name[self._columns.field(each)]).kind == "money"}
        self._currencies = Currencies([each for each in table.columns if each not in self.columns], sums)
        self._marks = DecimalSeparators(tuple(sums), locale=locale)
        days = {each: field for each in self.columns if (field := by_name[self._columns.field(each)]).kind == "date"}
        self._orders = DateOrders(days, locale=locale)
        # The column that names a row; empty: none does.
        self.key_column = self._key_column(key)
        names = [field.name for field in self._fields]
        self._empty = dict.fromkeys(names, "")
        self._blank = Brief(title="", template=template.name)
        self._defaults = {field.name: field.read(field.default) for field in self._fields}
        self._known: dict[tuple[str, str, type, str], tuple[str, object]] = {}
        self._derive: dict[str, Compiled] = {
            field.name: compile_text(field.derived, where=f"{template.folder}: fields.{field.name}", known=names)
            for field in self._fields
            if field.derived
        }

    def look(self, rows: Iterable[TableRow | BrokenRow]) -> None:
        """Look at the first rows of the table, before any is read: what they say themselves may hold for others."""
        cells = [row.cells for row in rows]
        self._currencies.look(cells)
        self._marks.look(cells)
        self._orders.look(cells)

    def read(self, row: TableRow | BrokenRow) -> ReadRow | list[RowProblem]:
        """The brief of a row, or all that is wrong with it."""
        if isinstance(row, BrokenRow):
            return [row_problem(row, "", "", row.problem, row.mend)]
        problems: list[RowProblem] = []
        said, typed = self._values(row, problems)
        decided = self._decided(row, problems)
        key = self._key_of(row, problems)
        if problems:
            return problems
        kept = tuple((name, clean_text(row.cells.get(column, ""))) for name, column in self._kept.items())
        source = SourceRow(key=key, fields=tuple((name, text) for name, text in said.items() if text), kept=kept)
        return self._read(row, source, said, typed, decided)

    def _decided(self, row: TableRow, problems: list[RowProblem]) -> dict[str, Any]:
        """What columns decide, by the field of `Brief`; what is wrong with it goes to `problems`."""
        decided: dict[str, Any] = {}
        for column, cell, value in self._deciders.values(row.cells) if self._deciders else ():
            if isinstance(value, InputError):
                problems.append(row_problem(row, column, cell, value.message, value.hint or "Write another one"))
            else:
                decided |= value
        return decided

    def _chosen_play(self, language: str) -> ScriptTemplate | None:
        if not self._template.script_templates:
            return None
        return self._template.script_template(language) or self._template.script_templates[0]

    def _key_column(self, key: str) -> str:
        if key:
            return self._columns.named(self._columns.column(key) or key, where="--key")
        return self._columns.column(self._template.key) if self._template.key else ""

    def _key_of(self, row: TableRow, problems: list[RowProblem]) -> str:
        if not self.key_column:
            return ""
        key = clean_text(row.cells.get(self.key_column, ""))
        if not key:
            problems.append(
                row_problem(row, self.key_column, "", f"{EMPTY}, and it names the row", "Give each row its own")
            )
        elif len(key) > _KEY_MAX_CHARS:
            told = f"has {len(key):,} characters, at most {_KEY_MAX_CHARS} fit a name of a row"
            problems.append(row_problem(row, self.key_column, key, told, "Choose another column with --key"))
        return key

    def _values(self, row: TableRow, problems: list[RowProblem]) -> tuple[dict[str, str], dict[str, object]]:
        """What the row says, by field, in one form and as texts use it; what is wrong with it goes to `problems`."""
        cells = self._columns.cells(row.cells)
        said: dict[str, str] = {}
        typed: dict[str, object] = {}
        for field in self._fields:
            column, cell = cells.get(field.name, (field.name, ""))
            try:
                if field.kind == "money":
                    self._marks.check(column, cell)
                self._orders.check(column, cell)
                if field.kind == "money" and cell and self._currencies:
                    said[field.name], typed[field.name] = self._sum(field, column, row.cells, typed)
                else:
                    said[field.name], typed[field.name] = self._both(field, cell, typed)
            except CellProblem as error:
                problems.append(row_problem(row, column, cell, error.problem, error.mend))
                said[field.name] = typed[field.name] = ""
        return said, typed

    def _sum(
        self, field: Field, column: str, cells: Mapping[str, str], typed: Mapping[str, object]
    ) -> tuple[str, object]:
        """The same as `_both`, of a sum whose currency may stand around its cell."""
        codes = self._currencies.around(column, field, cells)
        found = self._both(self._currencies.field(field, cells[column], codes), cells[column], typed)
        check_currency(found[0], codes)
        return found

    def _both(self, field: Field, cell: str, typed: Mapping[str, object]) -> tuple[str, object]:
        """What a cell says, in one form and as texts use it. Raises `CellProblem`."""
        # A number of a workbook is a text of another kind, and says what it is in a sum of money, and in per cent.
        if isinstance(cell, FormattedNumber) and (
            field.kind == "money" or field.kind in TEXT_KINDS or cell.shown.endswith("%")
        ):
            cell = Number(cell.shown)
        asked = (field.name, field.currency, type(cell), cell)
        if (known := self._known.get(asked)) is None:
            text = self._value(field, cell, typed)
            known = text, field.value(text, self._language)
            is_one_of_few = not cell or (field.kind not in TEXT_KINDS and len(cell) <= _KNOWN_MAX_CHARS)
            if is_one_of_few and field.name not in self._derive:
                if len(self._known) >= _MOST_KNOWN:
                    self._known.clear()
                self._known[asked] = known
        return known

    def _value(self, field: Field, cell: str, typed: Mapping[str, object]) -> str:
        if cell not in field.choices and (damage := cell_defect(cell)):
            raise CellProblem(damage, cell_remedy(cell))
        if cell not in field.choices and is_blank_marker(cell):
            cell = ""
        # A number of a workbook or a database is written as Python does, whoever's cells stand beside it.
        is_number = isinstance(cell, Number)
        text = field.read(unescape_formulas(cell), locale="en" if is_number else self._locale, rounds=is_number)
        if not text and field.name in self._derive:
            try:
                values = Values({**self._empty, **typed}, self._language)
                text = field.read(self._derive[field.name].filled(values, place=field.name))
            except FillError as error:
                raise CellProblem(error.problem, "Mend the cells that it is made of") from error
        text = text or self._defaults[field.name]
        if not text and field.required:
            raise CellProblem(
                EMPTY, "Write " + (field.help[:1].lower() + field.help[1:] if field.help else "something")
            )
        return text

    def _read(
        self,
        row: TableRow,
        source: SourceRow,
        said: Mapping[str, str],
        typed: Mapping[str, object],
        decided: Mapping[str, Any],
    ) -> ReadRow | list[RowProblem]:
        plays = self._plays(decided.get("languages") or self._languages)
        try:
            # The values of the first are there already, as its language writes them.
            values = (typed if each is self._play else self._template.values(source, each.language) for each in plays)
            scripts = tuple(each.script(fields, said) for each, fields in zip(plays, values, strict=True))
        except FillError as error:
            return [row_problem(row, "", "", f"makes no film: {error}", "Change the cells, or the template's script")]
        for title in [script.title for script in scripts] or [said.get("title", "")]:
            if not has_words(title) or len(title) > TITLE_MAX_CHARS:
                told = "without a name" if not has_words(title) else "whose name is too long"
                return [
                    row_problem(row, "", title, f"gives a film {told}", "Change the cells that its title is made of")
                ]
        pictures = (said[field.name] for field in self._fields if field.kind == "image" and said[field.name])
        brief = self._blank.evolve(
            title=scripts[0].title if scripts else said.get("title", ""),
            language=plays[0].language if plays else "",
            pictures=tuple(WantedPicture(source=each) for each in dict.fromkeys(pictures)),
            row=replace(source, chars=chars) if (chars := sum(map(_spoken_chars, scripts[:1]))) else source,
            origin=f"{self._table.path}:{row.line}",
            **decided,
        )
        return ReadRow(brief=brief if scripts else _with_notes(brief, said), scripts=scripts)

    def _plays(self, languages: Sequence[str]) -> list[ScriptTemplate]:
        """The template's own scripts for films in these languages, each once; none are named: the usual one."""
        if self._play is None:
            return []
        own = [found for each in languages if (found := self._template.script_template(each))]
        return list(dict.fromkeys(own)) or [self._play]


def _spoken_chars(script: Script) -> int:
    return sum(len(line.text) for scene in script.scenes for line in scene.lines)


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
