"""Reads the rows of a table of which not all get the same template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.errors import InputError, did_you_mean
from pipeline.language.text import clean_text
from pipeline.sources.campaign.non_data_rows import merge_problems, non_data_problem
from pipeline.sources.campaign.option_columns import TEMPLATE, OptionColumns
from pipeline.sources.campaign.problem import RowProblem, row_problem
from pipeline.sources.campaign.row_reader import ReadRow, RowReader
from pipeline.sources.campaign.suppression import Suppression
from pipeline.sources.campaign.template_assignment import TemplateAssignment, TemplateRule
from pipeline.sources.tables import BrokenRow, Table, TableRow
from pipeline.template import CellProblem, Template


class CampaignReader:
    """A row -> its brief by its own template, or what is wrong with it.

    A template comes from a column, else from a rule, else it is the usual one. Raises `InputError` for rules, columns
    and templates that don't fit; a template that only a cell names is a problem of its row.
    """

    def __init__(
        self,
        table: Table,
        template_of: Callable[[str], Template],
        usual: str,
        *,
        parts: Sequence[TemplateRule] = (),
        deciders: OptionColumns,
        mapped: Sequence[str] = (),
        options: Mapping[str, Any],
    ) -> None:
        """`options` are those of `RowReader`; `mapped` are pairs of which each is for the templates with that field."""
        self._table = table
        self._template_of = template_of
        self._usual = usual
        self._deciders = deciders
        self._options = options
        self._mapped = mapped
        self._casting = TemplateAssignment(table, parts) if parts else None
        self._readers: dict[str, RowReader | InputError] = {}
        self._first: Sequence[TableRow | BrokenRow] = ()
        known = dict.fromkeys(part.template for part in parts)
        if not known and not deciders.column(TEMPLATE):
            known = {usual: None}
        self._check_map(mapped, known)
        for name in known:
            reader = self._reader(name, is_only=len(known) == 1)
            if isinstance(reader, InputError):
                raise reader
        readers = [reader for reader in self._readers.values() if isinstance(reader, RowReader)]
        # What --map may have been meant to say, of the templates that are known.
        self.nearly = tuple(dict.fromkeys(pair for reader in readers for pair in reader.nearly))
        self._opt_outs = Suppression(table, fields={column for each in readers for column in each.columns})
        self._key = next((reader.key_column for reader in readers if reader.key_column), "")

    def look(self, rows: Sequence[TableRow | BrokenRow]) -> None:
        """See `RowReader.look`."""
        self._first = rows
        for reader in self._readers.values():
            if isinstance(reader, RowReader):
                reader.look(rows)

    def read(self, row: TableRow | BrokenRow) -> ReadRow | list[RowProblem]:
        """The brief of a row, or all that is wrong with it."""
        if isinstance(row, BrokenRow):
            return [row_problem(row, "", "", row.problem, row.mend)]
        if problem := non_data_problem(row) or self._opt_outs.said(row):
            return [problem]
        said = self._deciders.template(row.cells)
        try:
            name = said or self._cast(row) or self._usual
        except CellProblem as error:
            return [row_problem(row, "", "", f"gets no template: {error.problem}", error.mend)]
        reader = self._reader(name)
        if isinstance(reader, InputError):
            what, mend = f"can't be made with {name[:40]}: {reader.message}", reader.hint or "Choose another template"
            return [row_problem(row, self._deciders.column(TEMPLATE), said, what, mend)]
        found = reader.read(row)
        return found if isinstance(found, ReadRow) else merge_problems(row, found)

    def _check_map(self, mapped: Sequence[str], known: Mapping[str, None]) -> None:
        """Of several templates, one at least must have each field. Of a single one, its reader says so."""
        if len(known) < 2:
            return
        fields = {field.name for name in known for field in self._template_of(name).fields}
        for pair in mapped:
            if (field := pair.rpartition("=")[2].strip()) not in fields:
                hint = did_you_mean(field, fields)
                raise InputError(f"no template has a field {field[:60]!r}", where="--map", hint=hint)

    def _cast(self, row: TableRow) -> str:
        if self._casting is None:
            return ""
        name = clean_text(row.cells.get(self._key, "")) if self._key else "\n".join(row.cells.values())
        return self._casting.template(row.cells, name)

    def _reader(self, name: str, *, is_only: bool = False) -> RowReader | InputError:
        if name not in self._readers:
            try:
                template = self._template_of(name)
                fields = {field.name for field in template.fields}
                mapped = [pair for pair in self._mapped if is_only or pair.rpartition("=")[2].strip() in fields]
                reader = RowReader(self._table, template, mapped=mapped, deciders=self._deciders, **self._options)
                reader.look(self._first)
                self._readers[name] = reader
            except InputError as error:
                self._readers[name] = error
        return self._readers[name]
