"""The fields that a template declares, checked against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from pipeline.errors import InputError, did_you_mean
from pipeline.template.rows.compiler import compile_text, variables_in
from pipeline.template.rows.field import CellProblem, Field
from pipeline.template.rows.filters import LANGUAGE

# What templates without a script of their own make a brief of.
BRIEF_FIELDS = (
    Field(name="title", required=True, max_chars=200, help="What the film is about"),
    Field(name="notes", kind="paragraphs", max_chars=20_000, help="What it shall say; empty lines part its paragraphs"),
    Field(name="subtitle", max_chars=200, help="One line below the title"),
    Field(name="kicker", max_chars=100, help="The small line above the title"),
    Field(name="closing", max_chars=400, help="Its last words"),
    Field(name="description", max_chars=4000, help="What stands below the published film"),
    Field(name="audience", max_chars=200, help="Who watches"),
    Field(name="tone", max_chars=200, help="How it sounds"),
    Field(name="picture", kind="image", help="A picture beside the table, an address, or stock: and words"),
    Field(name="picture_2", kind="image", help="Another one"),
    Field(name="picture_3", kind="image", help="Another one"),
    Field(name="pictures", kind="image", help="A folder of pictures beside the table, with / at its end"),
)


class FieldProblem(NamedTuple):
    """What is wrong in a [fields.NAME]: which one (empty: none), its key, the problem, and what to do."""

    name: str
    key: str
    problem: str
    hint: str


def in_dependency_order(fields: Sequence[Field]) -> tuple[Field, ...]:
    """As they are declared, but for derived ones, which come after what they are made of. Raises `CycleError`."""
    by_name = {field.name: field for field in fields}
    made_of = {name: sorted(variables_in(field.derived) & by_name.keys()) for name, field in by_name.items()}
    return tuple(by_name[name] for name in TopologicalSorter(made_of).static_order())


def find_field_problems(fields: Sequence[Field], key: str) -> Iterator[FieldProblem]:
    """What is wrong in the fields of a template, `key` being the one that names a row."""
    names = [field.name for field in fields]
    if key and key not in names:
        yield FieldProblem("", "key", f"key: there is no field {key}", did_you_mean(key, names))
    for field in fields:
        for wrong, problem, hint in _in_field(field, names):
            yield FieldProblem(field.name, wrong, f"fields.{field.name}: {problem}", hint)
    try:
        in_dependency_order(fields)
    except CycleError as error:
        name = str(error.args[1][0])
        yield FieldProblem(name, "derived", f"fields.{name}: it is derived from itself", "Break the circle")


def _in_field(field: Field, names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    if field.name == LANGUAGE:
        yield "type", "the language of the film has this name", "Call it otherwise"
    if (field.kind == "choice") != bool(field.choices):
        yield "choices", "choices go with the type choice, and it with them", 'Write choices = ["yes", "no"]'
    if field.derived and (field.default or field.required):
        yield "derived", "a derived field has no default, and is not required", "Take out default and required"
    try:
        if field.derived:
            compile_text(field.derived, where=field.name, known=names)
        field.read(field.default)
    except InputError as error:
        yield "derived", error.message, error.hint
    except CellProblem as error:
        yield "default", f"default: {error.problem}", error.mend
