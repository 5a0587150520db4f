"""Frozen values with very many fields, copied with a few of them changed."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")


def evolve(value: T, changes: dict[str, Any]) -> T:
    """A copy of a dataclass with other values. Raises `TypeError` for a field that it does not have.

    Jobs and briefs have forty fields, and are changed several times a second: those that stay are taken over together
    (`dataclasses.replace` hands each to the constructor, which takes ten times as long).
    """
    values = value.__dict__ | changes
    if len(values) > len(value.__dict__):
        kind = type(value).__name__.lower()
        raise TypeError(f"a {kind} has no {', '.join(changes.keys() - value.__dict__.keys())}")
    copy = object.__new__(type(value))
    object.__setattr__(copy, "__dict__", values)
    return copy
