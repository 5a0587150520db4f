"""Which column is which field of the template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from pipeline.errors import InputError, did_you_mean
from pipeline.sources.tables import Table, normalise_name
from pipeline.template import Field, currency_in_header

_MAP_HINT = "Write --map 'Column=field'"
_MISSING_HINT = f"{_MAP_HINT}, or --template NAME for the one that this table is for"
_DELIMITER_HINT = "Say what stands between cells: delimiter in [campaign] of nightreel.toml"
# A name of so many letters says something where another one begins with it: price, "Price (net)".
_NEAR_CHARS = 5
# What seldom stands in the name of a column.
_DELIMITERS = frozenset(";,|\t")


class ColumnMapping:
    """Columns by field: those that are named so, whatever their case and spaces, and those of --map.

    Raises `InputError` for a map that names what is not there, for a field that two columns could be, and for a
    required field that none is.
    """

    def __init__(self, table: Table, fields: Sequence[Field], wanted: Iterable[str]) -> None:
        self._table = table
        self._fields = {field.name: field for field in fields}
        self._by_plain = {normalise_name(name): name for name in self._fields}
        self._mapped = dict(self._checked(pair) for pair in wanted)
        self._known: dict[str, str] = {}
        self._check()

    def field(self, column: str) -> str:
        """The field that a column is; empty: none."""
        if column not in self._known:
            name = self._mapped.get(column, "")
            if not name:
                name = self._by_plain.get(normalise_name(column), "") or self._sum(column)
                name = "" if name in self._mapped.values() else name
            self._known[column] = name
        return self._known[column]

    def _sum(self, column: str) -> str:
        """The field of sums that a column is whose name says what they are in, "Price (EUR)"; empty: none.

        A column that is called just as the field goes before it.
        """
        name, code = currency_in_header(column)
        found = self._by_plain.get(normalise_name(name), "") if code else ""
        is_sum = bool(found) and self._fields[found].kind == "money"
        return found if is_sum and normalise_name(found) not in map(normalise_name, self._table.columns) else ""

    def column(self, field: str) -> str:
        """The first column that is a field; empty: none."""
        return next((column for column in self._table.columns if self.field(column) == field), "")

    def cells(self, cells: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """The column and the cell of each field, in one row."""
        found = {}
        for column, cell in cells.items():
            if (name := self.field(column)) and name not in found:
                found[name] = (column, cell)
        return found

    def named(self, column: str, *, where: str) -> str:
        """A column as it is written, by its name in any case. Raises `InputError`."""
        return column_named(self._table, column, where=where)

    def _checked(self, pair: str) -> tuple[str, str]:
        column, equals, name = (part.strip() for part in pair.rpartition("="))
        if not equals or not column or not name:
            raise InputError(f"{pair[:60]!r} is no column and field", where="--map", hint=_MAP_HINT)
        if name not in self._fields:
            raise InputError(
                f"the template has no field {name[:60]!r}", where="--map", hint=did_you_mean(name, self._fields)
            )
        return self.named(column, where="--map"), name

    def _check(self) -> None:
        by_field: dict[str, list[str]] = {}
        for column in self._table.columns:
            if name := self.field(column):
                by_field.setdefault(name, []).append(column)
        for name, columns in by_field.items():
            twice = [column for column in columns if column in self._table.duplicates]
            if len(columns) > 1 or twice:
                either = [*columns, *(f"{column} (2)" for column in twice)]
                raise InputError(
                    f"the field {name} may be {_listed(either)}",
                    where=self._table.path,
                    hint=f"{_MAP_HINT}, to say which",
                )
        missing = [
            field.name
            for field in self._fields.values()
            if field.required and not field.default and field.name not in by_field
        ]
        if missing and self._table.columns:
            what = f"no column is the field {missing[0]}" if len(missing) == 1 else f"no columns are {_listed(missing)}"
            there = f"there is {_listed(self._table.columns)} ({self._table.description})"
            is_torn = any(_DELIMITERS.intersection(column) for column in self._table.columns)
            hint = _DELIMITER_HINT if is_torn else self._map_hint(missing)
            raise InputError(f"{what}: {there}", where=self._table.path, hint=hint)

    @property
    def nearly(self) -> tuple[str, ...]:
        """What --map would take for fields that have no column, and a column that is called nearly so."""
        taken = {self.field(column) for column in self._table.columns}
        return tuple(self._pairs([name for name in self._fields if name not in taken], least=0.85))

    def _map_hint(self, missing: Sequence[str]) -> str:
        """What to do about fields without a column, with the columns that are called nearly so."""
        pairs = [f"--map '{pair}'" for pair in self._pairs(missing, least=0.7)]
        others = ", and one for each of the others" if len(pairs) < len(missing) else ""
        return f"If it is meant so, add {' '.join(pairs)}{others}" if pairs else _MISSING_HINT

    def _pairs(self, fields: Sequence[str], *, least: float) -> Iterator[str]:
        """Pairs "Column=field" of columns that are none yet, and begin as the field does or are `least` so like it."""
        free = {normalise_name(column): column for column in self._table.columns if not self.field(column)}
        for name in fields:
            longer = (
                each
                for each in free
                if len(normalise_name(name)) >= _NEAR_CHARS and each.startswith(normalise_name(name))
            )
            nearest = get_close_matches(normalise_name(name), free, n=1, cutoff=least)
            if like := next(longer, "") or next(iter(nearest), ""):
                yield f"{free.pop(like)[:40]}={name}"


def column_named(table: Table, column: str, *, where: str) -> str:
    """A column as it is written, by its name in any case. Raises `InputError`."""
    if column in table.columns:
        return column
    same = [each for each in table.columns if normalise_name(each) == normalise_name(column)]
    if not same:
        hint = did_you_mean(column, table.columns, otherwise=f"There is {_listed(table.columns)}")
        raise InputError(f"the table has no column {column[:60]!r}", where=where, hint=hint)
    return same[0]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(name[:40] for name in names[:8]) + more
