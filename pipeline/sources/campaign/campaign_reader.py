"""Reads the rows of a table whose rows may use different templates."""

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
    """A row -> its brief by the row's template, or its problems.

    The template comes from a column, else from a rule, else it is the default. Raises `InputError` for invalid rules,
    columns and templates; an invalid template named in a cell is a problem of that row.
    """

    def __init__(
        self,
        table: Table,
        template_of: Callable[[str], Template],
        default: str,
        *,
        rules: Sequence[TemplateRule] = (),
        option_columns: OptionColumns,
        mapped: Sequence[str] = (),
        options: Mapping[str, Any],
    ) -> None:
        """`options` are those of `RowReader`; each pair in `mapped` applies to the templates that have its field."""
        self._table = table
        self._template_of = template_of
        self._default = default
        self._option_columns = option_columns
        self._options = options
        self._mapped = mapped
        self._assignment = TemplateAssignment(table, rules) if rules else None
        self._readers: dict[str, RowReader | InputError] = {}
        self._sample: Sequence[TableRow | BrokenRow] = ()
        known = dict.fromkeys(rule.template for rule in rules)
        if not known and not option_columns.column(TEMPLATE):
            known = {default: None}
        self._check_map(mapped, known)
        for name in known:
            reader = self._reader(name, is_only=len(known) == 1)
            if isinstance(reader, InputError):
                raise reader
        readers = [reader for reader in self._readers.values() if isinstance(reader, RowReader)]
        # --map suggestions for the known templates.
        self.suggestions = tuple(dict.fromkeys(pair for reader in readers for pair in reader.suggestions))
        self._suppression = Suppression(table, fields={column for each in readers for column in each.columns})
        self._key = next((reader.key_column for reader in readers if reader.key_column), "")

    def sample(self, rows: Sequence[TableRow | BrokenRow]) -> None:
        """See `RowReader.sample`."""
        self._sample = rows
        for reader in self._readers.values():
            if isinstance(reader, RowReader):
                reader.sample(rows)

    def read(self, row: TableRow | BrokenRow) -> ReadRow | list[RowProblem]:
        """The brief of a row, or its problems."""
        if isinstance(row, BrokenRow):
            return [row_problem(row, "", "", row.problem, row.mend)]
        if problem := non_data_problem(row) or self._suppression.problem(row):
            return [problem]
        named = self._option_columns.template(row.cells)
        try:
            name = named or self._assigned(row) or self._default
        except CellProblem as error:
            return [row_problem(row, "", "", f"can't be assigned a template: {error.problem}", error.mend)]
        reader = self._reader(name)
        if isinstance(reader, InputError):
            what, mend = f"can't use the template {name[:40]}: {reader.message}", reader.hint or "Choose another one"
            return [row_problem(row, self._option_columns.column(TEMPLATE), named, what, mend)]
        found = reader.read(row)
        return found if isinstance(found, ReadRow) else merge_problems(row, found)

    def _check_map(self, mapped: Sequence[str], known: Mapping[str, None]) -> None:
        """With several templates, at least one must have each mapped field. With a single one, its reader checks."""
        if len(known) < 2:
            return
        fields = {field.name for name in known for field in self._template_of(name).fields}
        for pair in mapped:
            if (field := pair.rpartition("=")[2].strip()) not in fields:
                hint = did_you_mean(field, fields)
                raise InputError(f"no template has a field {field[:60]!r}", where="--map", hint=hint)

    def _assigned(self, row: TableRow) -> str:
        if self._assignment is None:
            return ""
        name = clean_text(row.cells.get(self._key, "")) if self._key else "\n".join(row.cells.values())
        return self._assignment.template(row.cells, name)

    def _reader(self, name: str, *, is_only: bool = False) -> RowReader | InputError:
        if name not in self._readers:
            try:
                template = self._template_of(name)
                fields = {field.name for field in template.fields}
                mapped = [pair for pair in self._mapped if is_only or pair.rpartition("=")[2].strip() in fields]
                reader = RowReader(
                    self._table, template, mapped=mapped, option_columns=self._option_columns, **self._options
                )
                reader.sample(self._sample)
                self._readers[name] = reader
            except InputError as error:
                self._readers[name] = error
        return self._readers[name]
