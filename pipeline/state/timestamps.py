"""Times that can be calculated with. Python knows all years to 9999, and fails at the edges in some time zones."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import get_args, get_type_hints

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


def is_sane(moment: datetime) -> bool:
    """Whether it is aware, and so far from the edges of the calendar that every time zone can tell it."""
    return moment.tzinfo is not None and EARLIEST <= moment <= LATEST


def has_sane_moments(value: object) -> bool:
    """Whether all times in a dataclass, and in those inside it, are sane."""
    return all(map(is_sane, _moments_in(value)))


def _moments_in(value: object) -> Iterator[datetime]:
    """Looks only where the types say that there may be one: jobs are large."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _moments_in(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name in fields_with(datetime, type(value)):
            yield from _moments_in(getattr(value, name))


@cache
def fields_with(kind: type, holder: type) -> tuple[str, ...]:
    """The fields of the dataclass `holder` that hold a `kind`, directly or further inside."""
    return tuple(name for name, annotation in get_type_hints(holder).items() if _mentions(kind, annotation))


def _mentions(kind: type, annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, kind):
        return True
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return bool(fields_with(kind, annotation))
    return any(_mentions(kind, argument) for argument in get_args(annotation))
