"""Checks of a template's field declarations, and the fields of templates without a script.toml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from pipeline.errors import InputError, did_you_mean
from pipeline.template.rows.compiler import compile_text, variables_in
from pipeline.template.rows.field import Field
from pipeline.template.rows.filters import LANGUAGE
from pipeline.template.rows.problem import CellProblem

# The fields from which a brief is made if the template has no script.toml.
BRIEF_FIELDS = (
    Field(name="title", required=True, max_chars=200, help="What the film is about"),
    Field(
        name="notes", kind="paragraphs", max_chars=20_000, help="What it should say; empty lines separate paragraphs"
    ),
    Field(name="subtitle", max_chars=200, help="One line below the title"),
    Field(name="kicker", max_chars=100, help="The small line above the title"),
    Field(name="closing", max_chars=400, help="Its last words"),
    Field(name="description", max_chars=4000, help="The text below the published film"),
    Field(name="audience", max_chars=200, help="Who watches"),
    Field(name="tone", max_chars=200, help="How it sounds"),
    Field(name="picture", kind="image", help="A picture next to the table, an address, or stock: and search words"),
    Field(name="picture_2", kind="image", help="Another one"),
    Field(name="picture_3", kind="image", help="Another one"),
    Field(name="pictures", kind="image", help="A folder of pictures next to the table, ending in /"),
)


class FieldProblem(NamedTuple):
    """An error in a [fields.NAME]: the field (empty for the top-level key), the key, the problem and a hint."""

    name: str
    key: str
    problem: str
    hint: str


def in_dependency_order(fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields in declaration order, but derived ones after those they use. Raises `CycleError`."""
    by_name = {field.name: field for field in fields}
    dependencies = {name: sorted(variables_in(field.derived) & by_name.keys()) for name, field in by_name.items()}
    return tuple(by_name[name] for name in TopologicalSorter(dependencies).static_order())


def find_field_problems(fields: Sequence[Field], key: str) -> Iterator[FieldProblem]:
    """Yield the errors in a template's fields; `key` is the one that identifies a row."""
    names = [field.name for field in fields]
    if key and key not in names:
        yield FieldProblem("", "key", f"key: there is no field {key}", did_you_mean(key, names))
    for field in fields:
        for at, problem, hint in _in_field(field, names):
            yield FieldProblem(field.name, at, f"fields.{field.name}: {problem}", hint)
    try:
        in_dependency_order(fields)
    except CycleError as error:
        name = str(error.args[1][0])
        yield FieldProblem(name, "derived", f"fields.{name}: it is derived from itself", "Remove the cycle")


def _in_field(field: Field, names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    if field.name == LANGUAGE:
        yield "type", "the name is reserved for the film's language", "Choose another name"
    if (field.kind == "choice") != bool(field.choices):
        yield "choices", "choices and the type choice belong together", 'Write choices = ["yes", "no"]'
    if field.derived and (field.default or field.required):
        yield "derived", "a derived field has no default, and is not required", "Remove default and required"
    try:
        if field.derived:
            compile_text(field.derived, where=field.name, known=names)
        field.read(field.default)
    except InputError as error:
        yield "derived", error.message, error.hint
    except CellProblem as error:
        yield "default", f"default: {error.problem}", error.mend
