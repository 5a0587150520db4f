"""Maps columns to template fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from pipeline.errors import InputError, did_you_mean
from pipeline.sources.tables import Table, normalise_name
from pipeline.template import Field, currency_in_header

_MAP_HINT = "Write --map 'Column=field'"
_MISSING_HINT = f"{_MAP_HINT}, or choose the template for this table with --template NAME"
_DELIMITER_HINT = "Set delimiter in [campaign] of nightreel.toml"
# Minimum length of a field name for a match by prefix: price, "Price (net)".
_MIN_PREFIX_CHARS = 5
# Characters that rarely occur in column names.
_DELIMITERS = frozenset(";,|\t")


class ColumnMapping:
    """Columns by field: matched by name, ignoring case, spaces and punctuation, or set with --map.

    Raises `InputError` for an invalid --map, for a field with several candidate columns, and for a required field
    without a column.
    """

    def __init__(self, table: Table, fields: Sequence[Field], pairs: Iterable[str]) -> None:
        self._table = table
        self._fields = {field.name: field for field in fields}
        self._by_name = {normalise_name(name): name for name in self._fields}
        self._mapped = dict(self._parsed(pair) for pair in pairs)
        self._known: dict[str, str] = {}
        self._check()

    def field(self, column: str) -> str:
        """The field of a column; empty: none."""
        if column not in self._known:
            named = self._by_name.get(normalise_name(column), "") or self._money_field(column)
            self._known[column] = self._mapped.get(column) or ("" if named in self._mapped.values() else named)
        return self._known[column]

    def _money_field(self, column: str) -> str:
        """The money field of a column whose name includes a currency, "Price (EUR)"; empty: none.

        A column with exactly the field's name takes precedence.
        """
        name, code = currency_in_header(column)
        found = self._by_name.get(normalise_name(name), "") if code else ""
        is_money = bool(found) and self._fields[found].kind == "money"
        return found if is_money and normalise_name(found) not in map(normalise_name, self._table.columns) else ""

    def column(self, field: str) -> str:
        """The first column of a field; empty: none."""
        return next((column for column in self._table.columns if self.field(column) == field), "")

    def cells(self, cells: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """The column and the cell of each field in a row."""
        found = {}
        for column, cell in cells.items():
            if (name := self.field(column)) and name not in found:
                found[name] = (column, cell)
        return found

    def _parsed(self, pair: str) -> tuple[str, str]:
        column, equals, name = (part.strip() for part in pair.rpartition("="))
        if not equals or not column or not name:
            raise InputError(f"{pair[:60]!r} is not of the form Column=field", where="--map", hint=_MAP_HINT)
        if name not in self._fields:
            raise InputError(
                f"the template has no field {name[:60]!r}", where="--map", hint=did_you_mean(name, self._fields)
            )
        return find_column(self._table, column, where="--map"), name

    def _check(self) -> None:
        by_field: dict[str, list[str]] = {}
        for column in self._table.columns:
            if name := self.field(column):
                by_field.setdefault(name, []).append(column)
        for name, columns in by_field.items():
            duplicates = [column for column in columns if column in self._table.duplicates]
            if len(columns) > 1 or duplicates:
                candidates = [*columns, *(f"{column} (2)" for column in duplicates)]
                problem = f"several columns match the field {name}: {_listed(candidates)}"
                raise InputError(problem, where=self._table.path, hint=f"{_MAP_HINT} to choose one")
        missing = [
            field.name
            for field in self._fields.values()
            if field.required and not field.default and field.name not in by_field
        ]
        if missing and self._table.columns:
            what = f"no column for the field{'s' * (len(missing) > 1)} {_listed(missing)}"
            found = f"the columns are {_listed(self._table.columns)} ({self._table.description})"
            is_unsplit = any(_DELIMITERS.intersection(column) for column in self._table.columns)
            hint = _DELIMITER_HINT if is_unsplit else self._map_hint(missing)
            raise InputError(f"{what}; {found}", where=self._table.path, hint=hint)

    @property
    def suggestions(self) -> tuple[str, ...]:
        """--map pairs that match fields without a column to columns with a similar name."""
        taken = {self.field(column) for column in self._table.columns}
        return tuple(self._pairs([name for name in self._fields if name not in taken], cutoff=0.85))

    def _map_hint(self, missing: Sequence[str]) -> str:
        """A hint for fields without a column, with suggestions."""
        pairs = [f"--map '{pair}'" for pair in self._pairs(missing, cutoff=0.7)]
        others = ", and one for each of the others" if len(pairs) < len(missing) else ""
        return f"If these match, add {' '.join(pairs)}{others}" if pairs else _MISSING_HINT

    def _pairs(self, fields: Sequence[str], *, cutoff: float) -> Iterator[str]:
        """Pairs "Column=field" of unmapped columns that begin with the field's name or are similar to it."""
        free = {normalise_name(column): column for column in self._table.columns if not self.field(column)}
        for name in fields:
            plain = normalise_name(name)
            prefixed = [each for each in free if len(plain) >= _MIN_PREFIX_CHARS and each.startswith(plain)]
            if found := prefixed or get_close_matches(plain, free, n=1, cutoff=cutoff):
                yield f"{free.pop(found[0])[:40]}={name}"


def find_column(table: Table, column: str, *, where: str) -> str:
    """The exact name of a column, given in any spelling (`normalise_name`). Raises `InputError`."""
    if column in table.columns:
        return column
    same = [each for each in table.columns if normalise_name(each) == normalise_name(column)]
    if not same:
        hint = did_you_mean(column, table.columns, otherwise=f"The columns are {_listed(table.columns)}")
        raise InputError(f"the table has no column {column[:60]!r}", where=where, hint=hint)
    return same[0]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(name[:40] for name in names[:8]) + more
