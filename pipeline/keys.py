"""Names for what is made, by what it is made of: the same inputs give the same key, and are paid for once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

# Of a field that has no default.
_NOTHING_USUAL = object()
_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def content_key(*parts: object) -> str:
    """SHA-256 (hex) of the parts: strings, numbers, booleans, None, sequences, mappings and frozen dataclasses.

    Equal values give equal keys in every process and on every machine: a list counts as a tuple, and a field that is
    not compared for nothing. A `Path` is refused with `TypeError`, because where a file lies is not what it contains.
    """
    return key_of_texts(*(_to_json(_canonical(part, sparse=False)) for part in parts))


def canonical_text(
    part: object, *, without: Collection[str] = (), instead: Mapping[str, object] = MappingProxyType({})
) -> str:
    """A value as text, for names (ids of jobs) that must stay the same in later versions.

    Of dataclasses only what is not as usual: a field that comes later must not call what is there otherwise. `without`
    are fields of the outermost one that are left out, `instead` are other values for those that are not.
    """
    value = _canonical(part, sparse=True)
    if isinstance(value, dict):
        value |= {name: other for name, other in instead.items() if name in value}
        value = {name: item for name, item in value.items() if name not in without}
    return _to_json(value)


def key_of_texts(*texts: str) -> str:
    """`content_key` of the parts that `canonical_text` has written so."""
    return hashlib.sha256(f"[{','.join(texts)}]".encode()).hexdigest()


def _canonical(value: object, *, sparse: bool) -> object:
    """`value` in what JSON has; a dataclass carries its name, so that kinds with equal fields differ.

    `sparse` leaves out the fields that have their defaults.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [item if type(item) is str else _canonical(item, sparse=sparse) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _canonical(item, sparse=sparse) for key, item in value.items()}
    fields = _compared(type(value))  # type: ignore[arg-type] # mypy does not take a class for hashable
    if fields is not None:
        found: dict[str, object] = {"@": type(value).__name__}
        for name, usual in fields:
            item = getattr(value, name)
            if sparse and usual is not _NOTHING_USUAL and item == usual and type(item) is type(usual):
                continue
            plain = item is None or isinstance(item, str | int | float)
            found[name] = item if plain else _canonical(item, sparse=sparse)
        return found
    raise TypeError(f"a {type(value).__name__} can't be part of a content key")


@cache
def _compared(kind: type[Any]) -> tuple[tuple[str, object], ...] | None:
    """The fields of a frozen dataclass that count, each with its default; None: it is none."""
    if not dataclasses.is_dataclass(kind) or not vars(kind)["__dataclass_params__"].frozen:
        return None
    return tuple((field.name, _usual(field)) for field in dataclasses.fields(kind) if field.compare)


def _usual(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _NOTHING_USUAL if field.default is dataclasses.MISSING else field.default
