"""Where in a dataclass a kind of value may lie, as its types say: jobs are large, and most of them is not looked at."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import get_args, get_type_hints


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
