"""Named tables with inheritance (`based_on`): presets, profiles."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from pipeline.errors import did_you_mean
from pipeline.model.file_names import NAME_PATTERN

_Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class TableInheritance:
    """The built-in tables of one type, and how tables inherit."""

    noun: str
    builtin: Mapping[str, _Values]
    # Base of tables that name none.
    default: str
    # Merges the values of a table into those of its base.
    merge: Callable[[_Values, _Values], dict[str, Any]] = operator.or_

    def with_builtin(self, value: object) -> object:
        """Add the built-in tables. A table with a built-in name modifies that one, unless it has `based_on`."""
        if not isinstance(value, Mapping):
            return value
        tables = {name: dict(table) for name, table in self.builtin.items()}
        for name, table in value.items():
            is_modification = isinstance(table, Mapping) and "based_on" not in table
            tables[name] = self.merge(tables.get(name, {}), table) if is_modification else table
        return tables

    def resolve(self, tables: Mapping[str, BaseModel]) -> dict[str, dict[str, Any]]:
        """The values of each table with those that it inherits. Raises `ValueError` that names the invalid table."""
        for name in tables:
            if not NAME_PATTERN.fullmatch(name):
                problem = f"{name[:40]!r} is not a valid name for a {self.noun}"
                raise ValueError(f"{problem}: use lower-case letters, digits, - and _")
        return {name: self._resolve(name, tables, ()) for name in tables}

    def _resolve(self, name: str, tables: Mapping[str, BaseModel], path: tuple[str, ...]) -> dict[str, Any]:
        if name in path:
            cycle = " based on ".join(f"{each!r}" for each in (*path[path.index(name) :], name))
            raise ValueError(f"a {self.noun} can't be based on itself: {cycle}")
        own = tables[name].model_dump(exclude_none=True)
        base = own.pop("based_on", None if name in self.builtin else self.default)
        if base is None:
            return own
        if base not in tables:
            raise ValueError(f"{name!r} is based on {base!r}, which does not exist. {did_you_mean(base, tables)}")
        return self.merge(self._resolve(base, tables, (*path, name)), own)
