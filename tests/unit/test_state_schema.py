"""Schema numbers of checkpoints, which keep older versions from reading newer files."""

import dataclasses
import enum
import hashlib
from typing import Literal, get_args, get_origin, get_type_hints

from pipeline.model import Batch, Job
from pipeline.state.checkpoints.documents import SCHEMA

# The number, and the beginning of the hash of all that is saved under it.
SAVED = (6, "d8622a97c0df7eae")


def shape(kind, seen):
    """What may stand in a value of this type, as a text: names of fields, of kinds, and of choices."""
    if get_origin(kind) is Literal:
        return f"one of {sorted(map(repr, get_args(kind)))}"
    if get_args(kind):
        return f"[{', '.join(sorted(shape(each, seen) for each in get_args(kind)))}]"
    if isinstance(kind, enum.EnumType):
        return f"one of {sorted(repr(each.value) for each in kind)}"
    if dataclasses.is_dataclass(kind) and kind not in seen:
        hints = get_type_hints(kind)
        seen[kind] = ""
        seen[kind] = f"{kind.__name__}: {', '.join(f'{f.name} {shape(hints[f.name], seen)}' for f in fields(kind))}"
    return getattr(kind, "__name__", repr(kind))


def fields(kind):
    return sorted(dataclasses.fields(kind), key=lambda field: field.name)


def test_whoever_changes_what_is_saved_raises_the_schema_number():
    seen = {}
    for kind in (Job, Batch):
        shape(kind, seen)
    saved = hashlib.sha256("\n".join(sorted(seen.values())).encode()).hexdigest()[:16]

    assert (SCHEMA, saved) == SAVED, (
        "raise SCHEMA in pipeline/state/checkpoints/documents.py, and write here what it is now"
    )
