"""Names for what is made, by what it is made of: the same inputs give the same key, and are paid for once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def content_key(*parts: object) -> str:
    """SHA-256 (hex) of the parts: strings, numbers, booleans, None, sequences, mappings and frozen dataclasses.

    Equal values give equal keys in every process and on every machine: a list counts as a tuple, and a field that is
    not compared for nothing. A `Path` is refused with `TypeError`, because where a file lies is not what it contains.
    """
    return key_of_texts(*map(canonical_text, parts))


def canonical_text(part: object, *, instead: Mapping[str, object] = MappingProxyType({})) -> str:
    """One part as it goes into the key: what very many keys have in common is written once.

    `instead` are other values for fields of a dataclass.
    """
    value = _canonical(part)
    if isinstance(value, dict):
        value |= {name: other for name, other in instead.items() if name in value}
    return _to_json(value)


def key_of_texts(*texts: str) -> str:
    """`content_key` of the parts that `canonical_text` has written so."""
    return hashlib.sha256(f"[{','.join(texts)}]".encode()).hexdigest()


def _canonical(value: object) -> object:
    """`value` in what JSON has; a dataclass carries its name, so that kinds with equal fields differ."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [item if type(item) is str else _canonical(item) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _canonical(item) for key, item in value.items()}
    names = _compared(type(value))  # type: ignore[arg-type] # mypy does not take a class for hashable
    if names is not None:
        found: dict[str, object] = {"@": type(value).__name__}
        for name in names:
            item = getattr(value, name)
            found[name] = item if item is None or isinstance(item, str | int | float) else _canonical(item)
        return found
    raise TypeError(f"a {type(value).__name__} can't be part of a content key")


@cache
def _compared(kind: type[Any]) -> tuple[str, ...] | None:
    """The fields of a frozen dataclass that count; None: it is none."""
    if not dataclasses.is_dataclass(kind) or not vars(kind)["__dataclass_params__"].frozen:
        return None
    return tuple(field.name for field in dataclasses.fields(kind) if field.compare)
