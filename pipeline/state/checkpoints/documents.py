"""Jobs and batches to JSON and back, with validation.

The dataclasses of `pipeline.model` are the schema: pydantic reads their annotations, so a new field needs no change
here. Paths inside the workspace are saved relative to it, with forward slashes, so that a workspace can be moved, even
to another operating system.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from functools import cache
from operator import is_not
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, TypeVar, cast

import pydantic_core
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from pipeline.errors import CheckpointError, DamagedError, InputError, NewerError
from pipeline.files import read_file
from pipeline.model import Batch, Job
from pipeline.state.names import is_folder
from pipeline.state.timestamps import fields_with, has_valid_times

# Incremented with every change of the format: older versions then refuse to read the files.
SCHEMA = 6
_REMEDY = "Remove the file and run the command again: what is still in the cache is not made twice"
# A petabyte, or thirty million years.
_LARGEST = 1e15
T = TypeVar("T", Job, Batch)


def to_json(value: Job | Batch, workspace: Path) -> str:
    """`value` as an indented JSON object that begins with its schema number.

    Raises `InputError` for text that can't be encoded: a lone surrogate, which can only come in through Python.
    """
    portable = _with_paths(value, lambda path: _portable(path, workspace))
    try:
        written = pydantic_core.to_json(portable, indent=2, fallback=str, inf_nan_mode="null").decode()
    except pydantic_core.PydanticSerializationError as error:
        where = value.brief.origin if isinstance(value, Job) else value.name
        where = where.encode(errors="replace").decode()
        raise InputError("has invalid text: a lone surrogate", where=where, hint="Correct the text") from error
    return f'{{\n  "schema": {SCHEMA},{written.removeprefix("{")}\n'


def read_document(
    path: Path, kind: type[T], workspace: Path, *, batch: str, written: tuple[bytes, Job] | None = None
) -> T:
    """Load the job or batch in the file at `path`. Blocks.

    `written` is the content of a file that this process wrote, and its job: if the content is still the same, it is not
    validated, and no validator needs to be built, which takes 25 ms.

    Raises `DamagedError`, also for a file copied from another batch or job, `NewerError`, `CheckpointError` for an
    unreadable file, and `FileNotFoundError`.
    """
    where = path.relative_to(workspace).as_posix()
    try:
        content = read_file(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        hint = "Check its permissions" if isinstance(error, PermissionError) else ""
        raise CheckpointError(f"can't be read: {reason}", where=where, hint=hint) from error
    if written and content == written[0] and isinstance(written[1], kind):
        value: T = written[1]
    else:
        value = from_json(content, kind, workspace, where=where)
    ours = value.name == batch if isinstance(value, Batch) else (value.batch, value.id) == (batch, path.stem)
    if not ours:
        raise DamagedError("was copied from another batch or job", where=where, hint="Remove the file")
    if isinstance(value, Job) and not is_folder(value.folder):
        raise DamagedError("is damaged: folder: is outside of the output folder", where=where, hint=_REMEDY)
    return value


def from_json(text: bytes, kind: type[T], workspace: Path, *, where: str) -> T:
    """Parse the output of `to_json` as a `kind`. Raises `DamagedError` and `NewerError` about the file `where`."""
    try:
        content = json.loads(text, parse_int=_whole, parse_float=_real, parse_constant=_real)
        if b"\\u" in text:  # may be a lone surrogate, which could not be saved again
            json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise DamagedError("is damaged: not JSON", where=where, hint=_REMEDY) from error
    schema = content.pop("schema", None) if isinstance(content, dict) else None
    if not isinstance(schema, int) or schema < 1:
        raise DamagedError("is damaged: no schema number", where=where, hint=_REMEDY)
    if schema > SCHEMA:
        message = f"was written by a newer nightreel (schema {schema}; this one reads {SCHEMA})"
        hint = "Update nightreel (pip install --upgrade nightreel), or use another batch: --batch NAME"
        raise NewerError(message, where=where, hint=hint)
    try:
        document = _document(kind).model_validate({"value": content})  # type: ignore[arg-type]
    except ValidationError as error:
        raise DamagedError(f"is damaged: {_first_problem(error)}", where=where, hint=_REMEDY) from error
    value = cast("T", dict(document)["value"])
    if not has_valid_times(value):
        raise DamagedError("is damaged: an invalid time", where=where, hint=_REMEDY)
    return cast("T", _with_paths(value, lambda path: workspace / path))


def _whole(text: str) -> int:
    _real(text)
    return int(text)


def _real(text: str) -> float:
    """Parse a number that is safe for all later arithmetic (sums, durations, dates)."""
    number = float(text)
    if not abs(number) <= _LARGEST:
        raise ValueError("not a number, or too large")
    return number


@cache  # mypy does not take a class for hashable, hence the ignores
def _document(kind: type[Job | Batch]) -> type[BaseModel]:
    """A model around the dataclass, whose config ("no unknown keys") also applies to nested dataclasses."""
    return create_model(f"{kind.__name__}Document", __config__=ConfigDict(extra="forbid"), value=(kind, ...))


def _portable(path: Path, workspace: Path) -> PurePosixPath:
    path = path.absolute()
    return PurePosixPath((path.relative_to(workspace) if path.is_relative_to(workspace) else path).as_posix())


def _with_paths(value: object, change: Callable[[Path], PurePath]) -> object:
    """`value` with every path mapped by `change`. Follows only fields whose types may contain one: jobs are large."""
    if isinstance(value, Path):
        return change(value)
    if isinstance(value, tuple):
        items = tuple(_with_paths(item, change) for item in value)
        return items if any(map(is_not, items, value)) else value
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for name in fields_with(Path, type(value)):
        old = getattr(value, name)
        if old is not None and (new := _with_paths(old, change)) is not old:
            changed[name] = new
    return dataclasses.replace(value, **changed) if changed else value


def _first_problem(error: ValidationError) -> str:
    """The first validation error, without the value, which may contain anything."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'][1:])}: {first['msg']}"
