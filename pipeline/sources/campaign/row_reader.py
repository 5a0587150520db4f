"""Reads a row: its brief, or a list of problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from pipeline.errors import InputError
from pipeline.language.text import clean_text, has_words
from pipeline.model import Brief, Paragraph, Script, Section, SourceRow, WantedPicture
from pipeline.model.csv_escaping import unescape_formulas
from pipeline.sources.campaign.ambiguous_cells import DateOrders, DecimalSeparators
from pipeline.sources.campaign.columns import ColumnMapping, find_column
from pipeline.sources.campaign.currencies import Currencies, check_currency
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
# Fields of a brief without a script of its template, as in `BRIEF_FIELDS`.
_SHOWN = ("subtitle", "kicker", "closing", "description", "audience", "tone")
# Size of the cache of parsed values that are not texts: prices, dates and booleans repeat from row to row.
_CACHE_SIZE, _CACHED_MAX_CHARS = 4000, 40


class ReadRow(NamedTuple):
    """A valid row: its brief, and the scripts that the template produces from it, one per language it supports.

    No scripts: a script writer of the run (outline, LLM) will write them.
    """

    brief: Brief
    scripts: tuple[Script, ...]


def row_fields(template: Template) -> tuple[Field, ...]:
    """The fields of a template; a template without a script of its own also has the fields of a brief."""
    if template.script_templates:
        return template.fields
    own = {field.name for field in template.fields}
    return (*template.fields, *(field for field in BRIEF_FIELDS if field.name not in own))


class RowReader:
    """Reads the rows of one table for one template. Raises `InputError` if the columns don't match."""

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
        option_columns: OptionColumns | None = None,
        kept: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """For films in `language`, or in each of `languages`; `mapped` are pairs "Column=field", `key` the key column.

        `locale` is the locale of numbers and dates in the cells. `kept` are columns to store unparsed, by the name to
        store them under.
        """
        self._table = table
        self._template = template
        self._fields = row_fields(template)
        self._columns = ColumnMapping(table, self._fields, mapped)
        self._locale = locale
        self._option_columns = option_columns
        self._kept = kept
        self._languages = tuple(languages)
        self._play = self._chosen_play(language)
        self._language = self._play.language if self._play else language or template.language or "en"
        # --map pairs for fields without a column and columns with a similar name.
        self.suggestions = self._columns.suggestions
        # The columns that are fields.
        self.columns = tuple(column for column in table.columns if self._columns.field(column))
        by_name = {field.name: field for field in self._fields}
        by_column = {column: by_name[self._columns.field(column)] for column in self.columns}
        amounts = {column: field for column, field in by_column.items() if field.kind == "money"}
        dates = {column: field for column, field in by_column.items() if field.kind == "date"}
        self._currencies = Currencies([each for each in table.columns if each not in by_column], amounts)
        self._separators = DecimalSeparators(tuple(amounts), locale=locale)
        self._date_orders = DateOrders(dates, locale=locale)
        # Empty: rows have no key.
        self.key_column = self._key_column(key)
        names = [field.name for field in self._fields]
        self._empty = dict.fromkeys(names, "")
        self._blank = Brief(title="", template=template.name)
        self._defaults = {field.name: field.read(field.default) for field in self._fields}
        self._cache: dict[tuple[str, str, type, str], tuple[str, object]] = {}
        self._derive: dict[str, Compiled] = {
            field.name: compile_text(field.derived, where=f"{template.folder}: fields.{field.name}", known=names)
            for field in self._fields
            if field.derived
        }

    def sample(self, rows: Iterable[TableRow | BrokenRow]) -> None:
        """Infer currencies, decimal separators and date orders from the first rows, before `read`."""
        cells = [row.cells for row in rows]
        self._currencies.sample(cells)
        self._separators.sample(cells)
        self._date_orders.sample(cells)

    def read(self, row: TableRow | BrokenRow) -> ReadRow | list[RowProblem]:
        """The brief of a row, or its problems."""
        if isinstance(row, BrokenRow):
            return [row_problem(row, "", "", row.problem, row.mend)]
        problems: list[RowProblem] = []
        texts, typed = self._values(row, problems)
        options = self._options(row, problems)
        key = self._key_of(row, problems)
        if problems:
            return problems
        kept = tuple((name, clean_text(row.cells.get(column, ""))) for name, column in self._kept.items())
        source = SourceRow(key=key, fields=tuple((name, text) for name, text in texts.items() if text), kept=kept)
        return self._build(row, source, texts, typed, options)

    def _options(self, row: TableRow, problems: list[RowProblem]) -> dict[str, Any]:
        """The fields of `Brief` that option columns set; errors are appended to `problems`."""
        options: dict[str, Any] = {}
        for column, cell, value in self._option_columns.values(row.cells) if self._option_columns else ():
            if isinstance(value, InputError):
                problems.append(row_problem(row, column, cell, value.message, value.hint or "Choose another value"))
            else:
                options |= value
        return options

    def _chosen_play(self, language: str) -> ScriptTemplate | None:
        if not self._template.script_templates:
            return None
        return self._template.script_template(language) or self._template.script_templates[0]

    def _key_column(self, key: str) -> str:
        if key:
            return find_column(self._table, self._columns.column(key) or key, where="--key")
        return self._columns.column(self._template.key) if self._template.key else ""

    def _key_of(self, row: TableRow, problems: list[RowProblem]) -> str:
        if not self.key_column:
            return ""
        key = clean_text(row.cells.get(self.key_column, ""))
        if not key:
            problem = f"{EMPTY}, and it is the key column"
            problems.append(row_problem(row, self.key_column, "", problem, "Give each row a unique key"))
        elif len(key) > _KEY_MAX_CHARS:
            problem = f"has {len(key):,} characters; a key has at most {_KEY_MAX_CHARS}"
            problems.append(row_problem(row, self.key_column, key, problem, "Choose another column with --key"))
        return key

    def _values(self, row: TableRow, problems: list[RowProblem]) -> tuple[dict[str, str], dict[str, object]]:
        """The canonical text and the typed value of each field; errors are appended to `problems`."""
        cells = self._columns.cells(row.cells)
        texts: dict[str, str] = {}
        typed: dict[str, object] = {}
        for field in self._fields:
            column, cell = cells.get(field.name, (field.name, ""))
            try:
                if field.kind == "money":
                    self._separators.check(column, cell)
                self._date_orders.check(column, cell)
                if field.kind == "money" and cell and self._currencies:
                    texts[field.name], typed[field.name] = self._amount(field, column, row.cells, typed)
                else:
                    texts[field.name], typed[field.name] = self._parsed(field, cell, typed)
            except CellProblem as error:
                problems.append(row_problem(row, column, cell, error.problem, error.mend))
                texts[field.name] = typed[field.name] = ""
        return texts, typed

    def _amount(
        self, field: Field, column: str, cells: Mapping[str, str], typed: Mapping[str, object]
    ) -> tuple[str, object]:
        """`_parsed` for an amount whose currency may be stated outside its cell."""
        codes = self._currencies.stated(column, field, cells)
        found = self._parsed(self._currencies.field(field, cells[column], codes), cells[column], typed)
        check_currency(found[0], codes)
        return found

    def _parsed(self, field: Field, cell: str, typed: Mapping[str, object]) -> tuple[str, object]:
        """The canonical text and the typed value of a cell. Raises `CellProblem`."""
        # Where the format matters (money, text, percentages), a workbook's number is read as it is displayed.
        if isinstance(cell, FormattedNumber) and (
            field.kind == "money" or field.kind in TEXT_KINDS or cell.shown.endswith("%")
        ):
            cell = Number(cell.shown)
        cache_key = (field.name, field.currency, type(cell), cell)
        if (found := self._cache.get(cache_key)) is None:
            text = self._text(field, cell, typed)
            found = text, field.value(text, self._language)
            is_cacheable = not cell or (field.kind not in TEXT_KINDS and len(cell) <= _CACHED_MAX_CHARS)
            if is_cacheable and field.name not in self._derive:
                if len(self._cache) >= _CACHE_SIZE:
                    self._cache.clear()
                self._cache[cache_key] = found
        return found

    def _text(self, field: Field, cell: str, typed: Mapping[str, object]) -> str:
        """The canonical text of a cell: parsed, derived from other fields, or the default. Raises `CellProblem`."""
        if cell not in field.choices and (defect := cell_defect(cell)):
            raise CellProblem(defect, cell_remedy(cell))
        if cell not in field.choices and is_blank_marker(cell):
            cell = ""
        # Numbers of workbooks and databases are written as Python does, independent of the table's locale.
        is_number = isinstance(cell, Number)
        text = field.read(unescape_formulas(cell), locale="en" if is_number else self._locale, rounds=is_number)
        if not text and field.name in self._derive:
            try:
                values = Values({**self._empty, **typed}, self._language)
                text = field.read(self._derive[field.name].filled(values, place=field.name))
            except FillError as error:
                raise CellProblem(error.problem, "Correct the cells that it is derived from") from error
        text = text or self._defaults[field.name]
        if not text and field.required:
            raise CellProblem(EMPTY, "Enter " + (field.help[:1].lower() + field.help[1:] if field.help else "a value"))
        return text

    def _build(
        self,
        row: TableRow,
        source: SourceRow,
        texts: Mapping[str, str],
        typed: Mapping[str, object],
        options: Mapping[str, Any],
    ) -> ReadRow | list[RowProblem]:
        plays = self._plays(options.get("languages") or self._languages)
        try:
            # `typed` is already localised for the first play.
            values = (typed if each is self._play else self._template.values(source, each.language) for each in plays)
            scripts = tuple(each.script(fields, texts) for each, fields in zip(plays, values, strict=True))
        except FillError as error:
            mend = "Change the cells, or the template's script"
            return [row_problem(row, "", "", f"can't be made into a film: {error}", mend)]
        for title in [script.title for script in scripts] or [texts.get("title", "")]:
            if not has_words(title) or len(title) > TITLE_MAX_CHARS:
                problem = "gives a film without a title" if not has_words(title) else "gives a film too long a title"
                return [row_problem(row, "", title, problem, "Change the cells that the title is made of")]
        pictures = (texts[field.name] for field in self._fields if field.kind == "image" and texts[field.name])
        brief = self._blank.evolve(
            title=scripts[0].title if scripts else texts.get("title", ""),
            language=plays[0].language if plays else "",
            pictures=tuple(WantedPicture(source=each) for each in dict.fromkeys(pictures)),
            row=replace(source, chars=chars) if (chars := sum(map(_spoken_chars, scripts[:1]))) else source,
            origin=f"{self._table.path}:{row.line}",
            **options,
        )
        return ReadRow(brief=brief if scripts else _with_notes(brief, texts), scripts=scripts)

    def _plays(self, languages: Sequence[str]) -> list[ScriptTemplate]:
        """The template's scripts for these languages, without duplicates; the default script if it has none of them."""
        if self._play is None:
            return []
        own = [found for each in languages if (found := self._template.script_template(each))]
        return list(dict.fromkeys(own)) or [self._play]


def _spoken_chars(script: Script) -> int:
    return sum(len(line.text) for scene in script.scenes for line in scene.lines)


def _with_notes(brief: Brief, texts: Mapping[str, str]) -> Brief:
    """The brief with notes for a script writer. Cells are plain text, not Markdown."""
    paragraphs = [text for text in texts.get("notes", "").split("\n\n") if has_words(text)]
    blocks = tuple(Paragraph(text=text) for text in paragraphs)
    shown = {name: texts.get(name, "") for name in _SHOWN}
    return brief.evolve(**shown, sections=(Section(heading="", blocks=blocks),) if blocks else ())
