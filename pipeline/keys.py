"""Content keys: hashes of inputs that identify cached artefacts and jobs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

_NO_DEFAULT = object()
_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def content_key(*parts: object) -> str:
    """SHA-256 (hex) of the parts: strings, numbers, booleans, None, sequences, mappings and frozen dataclasses.

    Equal values give equal keys in every process and on every machine. Lists and tuples are the same; dataclass fields
    with `compare=False` are ignored. A `Path` raises `TypeError`: a location does not identify content.
    """
    return key_of_texts(*(_to_json(_canonical(part, sparse=False)) for part in parts))


def canonical_text(part: object, *, without: Collection[str] = ()) -> str:
    """A canonical JSON text of a value, for identifiers (job ids) that must stay stable across versions.

    Dataclass fields that have their default are omitted, so that adding a field does not change existing ids. `without`
    names fields of the outermost dataclass to omit.
    """
    value = _canonical(part, sparse=True)
    if isinstance(value, dict):
        value = {name: item for name, item in value.items() if name not in without}
    return _to_json(value)


def key_of_texts(*texts: str) -> str:
    """`content_key` of parts that are already canonical texts."""
    return hashlib.sha256(f"[{','.join(texts)}]".encode()).hexdigest()


def _canonical(value: object, *, sparse: bool) -> object:
    """`value` as JSON types; a dataclass includes its class name, so that classes with equal fields differ.

    `sparse` omits fields that have their default.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [item if type(item) is str else _canonical(item, sparse=sparse) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _canonical(item, sparse=sparse) for key, item in value.items()}
    fields = _compared(type(value))  # type: ignore[arg-type] # mypy: a class is not Hashable
    if fields is not None:
        found: dict[str, object] = {"@": type(value).__name__}
        for name, default in fields:
            item = getattr(value, name)
            if sparse and default is not _NO_DEFAULT and item == default and type(item) is type(default):
                continue
            plain = item is None or isinstance(item, str | int | float)
            found[name] = item if plain else _canonical(item, sparse=sparse)
        return found
    raise TypeError(f"a {type(value).__name__} can't be part of a content key")


@cache
def _compared(kind: type[Any]) -> tuple[tuple[str, object], ...] | None:
    """The compared fields of a frozen dataclass with their defaults; None for any other type."""
    if not dataclasses.is_dataclass(kind) or not vars(kind)["__dataclass_params__"].frozen:
        return None
    return tuple((field.name, _default(field)) for field in dataclasses.fields(kind) if field.compare)


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _NO_DEFAULT if field.default is dataclasses.MISSING else field.default
