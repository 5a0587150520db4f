"""Checks that times are safe for arithmetic: at the edges of Python's calendar, time zone conversions overflow."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import get_args, get_type_hints

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


def is_valid_time(moment: datetime) -> bool:
    """Whether a time is aware, and far enough from the edges of the calendar for conversion to any time zone."""
    return moment.tzinfo is not None and EARLIEST <= moment <= LATEST


def has_valid_times(value: object) -> bool:
    """Whether all times in a dataclass, including nested ones, are valid."""
    return all(map(is_valid_time, _times_in(value)))


def _times_in(value: object) -> Iterator[datetime]:
    """All times in a value. Follows only fields whose types may contain one: jobs are large."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _times_in(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name in fields_with(datetime, type(value)):
            yield from _times_in(getattr(value, name))


@cache
def fields_with(kind: type, holder: type) -> tuple[str, ...]:
    """The fields of the dataclass `holder` that contain a `kind`, directly or nested."""
    return tuple(name for name, annotation in get_type_hints(holder).items() if _mentions(kind, annotation))


def _mentions(kind: type, annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, kind):
        return True
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return bool(fields_with(kind, annotation))
    return any(_mentions(kind, argument) for argument in get_args(annotation))
