"""Tables under a name, each of which may be based on another one of its kind: presets, profiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from pipeline.errors import did_you_mean
from pipeline.model.file_names import NAME_PATTERN

_Values = Mapping[str, Any]


def _plainly_over(base: _Values, own: _Values) -> dict[str, Any]:
    return {**base, **own}


@dataclass(frozen=True, kw_only=True)
class TableInheritance:
    """What such tables are called, those that come with us, and the one that others are based on."""

    noun: str
    known: Mapping[str, _Values]
    default: str
    # Values of one table over those of another.
    over: Callable[[_Values, _Values], dict[str, Any]] = _plainly_over

    def with_known(self, value: object) -> object:
        """A table of a known name changes what that says, unless it is based on another; the other known ones stay."""
        if not isinstance(value, Mapping):
            return value
        tables = {name: dict(table) for name, table in self.known.items()}
        for name, table in value.items():
            changes = isinstance(table, Mapping) and "based_on" not in table
            tables[name] = self.over(tables.get(name, {}), table) if changes else table
        return tables

    def all_values(self, tables: Mapping[str, BaseModel]) -> dict[str, dict[str, Any]]:
        """The values of each, over those of the one that it is based on, which may be so in turn.

        Raises `ValueError` that names the wrong one.
        """
        for name in tables:
            if not NAME_PATTERN.fullmatch(name):
                wrong = f"{name[:40]!r} can't be the name of a {self.noun}"
                raise ValueError(f"{wrong}: take small letters, digits, - and _")
        return {name: self._values(name, tables, ()) for name in tables}

    def _values(self, name: str, tables: Mapping[str, BaseModel], path: tuple[str, ...]) -> dict[str, Any]:
        if name in path:
            circle = " based on ".join(f"{each!r}" for each in (*path[path.index(name) :], name))
            raise ValueError(f"no {self.noun} can be based on itself: {circle}")
        own = tables[name].model_dump(exclude_none=True)
        base = own.pop("based_on", None if name in self.known else self.default)
        if base is None:
            return own
        if base not in tables:
            raise ValueError(f"{name!r} is based on {base!r}, which is not there. {did_you_mean(base, tables)}")
        return self.over(self._values(base, tables, (*path, name)), own)
