"""Jobs and batches as JSON, and back, checked.

The dataclasses of `pipeline.model` are the schema: pydantic reads their annotations, so a field added there is saved
and loaded without a line here. Paths inside the workspace are written relative to it, with forward slashes, so that
a workspace goes on after it was moved, even to another system.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import to_jsonable_python

from pipeline.errors import CheckpointError
from pipeline.model import Batch, Job

SCHEMA = 1
_REMEDY = "Remove the file and run the command again: what the cache still has is not made twice"
T = TypeVar("T", Job, Batch)


def to_json(value: Job | Batch, workspace: Path) -> str:
    """`value` as a pretty JSON object that begins with its schema number."""
    body = _document(type(value)).model_construct(value=value).model_dump()["value"]  # type: ignore[arg-type]
    content = {"schema": SCHEMA, **to_jsonable_python(_portable(body, workspace))}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: bytes, kind: type[T], workspace: Path, *, where: str) -> T:
    """What `to_json` wrote, as a `kind`. Raises `CheckpointError`, naming the file `where`."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError("is damaged: not JSON", where=where, hint=_REMEDY) from error
    schema = content.pop("schema", None) if isinstance(content, dict) else None
    if not isinstance(schema, int) or schema < 1:
        raise CheckpointError("is damaged: no schema number", where=where, hint=_REMEDY)
    if schema > SCHEMA:
        message = f"was written by a newer nightreel (schema {schema}; this one reads {SCHEMA})"
        raise CheckpointError(message, where=where, hint="Update nightreel: pip install --upgrade nightreel")
    try:
        document = _document(kind).model_validate({"value": content})  # type: ignore[arg-type]
    except ValidationError as error:
        raise CheckpointError(f"is damaged: {_first_problem(error)}", where=where, hint=_REMEDY) from error
    return cast("T", _rooted(dict(document)["value"], workspace))


@cache  # mypy does not take a class for hashable, hence the two ignores above
def _document(kind: type[Job | Batch]) -> type[BaseModel]:
    """A model around the dataclass: its config, here "no unknown keys", holds for the dataclasses inside as well."""
    return create_model(f"{kind.__name__}Document", __config__=ConfigDict(extra="forbid"), value=(kind, ...))


def _portable(value: object, workspace: Path) -> object:
    """`value` (plain containers) with every path as text: relative to the workspace when it is inside."""
    if isinstance(value, Path):
        path = value.absolute()
        return (path.relative_to(workspace) if path.is_relative_to(workspace) else path).as_posix()
    if isinstance(value, Mapping):
        return {key: _portable(item, workspace) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_portable(item, workspace) for item in value]
    return value


def _rooted(value: object, workspace: Path) -> object:
    """`value` (dataclasses) with every relative path below the workspace."""
    if isinstance(value, Path):
        return workspace / value
    if isinstance(value, tuple):
        return tuple(_rooted(item, workspace) for item in value)
    if isinstance(value, Mapping):
        return {key: _rooted(item, workspace) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _rooted(getattr(value, field.name), workspace) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value


def _first_problem(error: ValidationError) -> str:
    """The first thing that is wrong, without the value: a checkpoint may quote anything."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'][1:])}: {first['msg']}"
