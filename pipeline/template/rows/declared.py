"""The fields that a template declares, checked against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from pipeline.errors import InputError, did_you_mean
from pipeline.template.rows.field import CellProblem, Field, Kind
from pipeline.template.rows.filters import LANGUAGE
from pipeline.template.rows.play import compile_text, names_in

# What templates without fields of their own, or without a script, make a brief of.
BRIEF_FIELDS = (
    Field(name="title", required=True, max_chars=200, help="What the film is about"),
    Field(name="notes", kind="paragraphs", max_chars=20_000, help="What it shall say; empty lines part its paragraphs"),
    Field(name="subtitle", max_chars=200, help="One line below the title"),
    Field(name="kicker", max_chars=100, help="The small line above the title"),
    Field(name="closing", max_chars=400, help="Its last words"),
    Field(name="description", max_chars=4000, help="What stands below the published film"),
    Field(name="audience", max_chars=200, help="Who watches"),
    Field(name="tone", max_chars=200, help="How it sounds"),
    Field(name="picture", kind="image", help="A picture beside the table, or an address"),
)


class Declared(Protocol):
    """A [fields.NAME]."""

    type: Kind
    required: bool
    default: str
    derived: str
    help: str
    max_chars: int
    min: float | None
    max: float | None
    choices: list[str]
    currency: str
    order: str


def fields_of(tables: Mapping[str, Declared]) -> tuple[Field, ...]:
    """The fields, each derived one after those that it is made of."""
    made = {
        name: Field(
            name=name,
            kind=table.type,
            required=table.required,
            default=table.default,
            derived=table.derived,
            help=table.help,
            max_chars=table.max_chars,
            minimum=table.min,
            maximum=table.max,
            choices=tuple(table.choices),
            currency=table.currency,
            order=table.order,
        )
        for name, table in tables.items()
    }
    return tuple(made[name] for name in _in_order(tables))


def find_wrong_fields(tables: Mapping[str, Declared], key: str) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong: the field, its key, the problem, and what to do."""
    if key and key not in tables:
        yield "", "key", f"key: there is no field {key}", did_you_mean(key, tables)
    for name, table in tables.items():
        if name == LANGUAGE:
            yield name, "type", f"fields.{name}: the language of the film has this name", "Call it otherwise"
        if (table.type == "choice") != bool(table.choices):
            yield name, "choices", f"fields.{name}: choices go with the type choice", 'Write choices = ["yes", "no"]'
        if table.derived and (table.default or table.required):
            yield name, "derived", f"fields.{name}: a derived field is never empty by itself", "Take out default, required"
        if table.derived:
            try:
                compile_text(table.derived, where=f"fields.{name}", known=list(tables))
            except InputError as error:
                yield name, "derived", f"fields.{name}: {error.message}", error.hint
        elif table.default:
            try:
                Field(name=name, kind=table.type, choices=tuple(table.choices), currency=table.currency).read(table.default)
            except CellProblem as error:
                yield name, "default", f"fields.{name}: default: {error.problem}", error.mend
    try:
        _in_order(tables)
    except CycleError as error:
        yield error.args[1][0], "derived", f"fields.{error.args[1][0]}: is derived from itself", "Break the circle"


def _in_order(tables: Mapping[str, Declared]) -> list[str]:
    """As they are declared, but for derived ones, which come after what they are made of. Raises `CycleError`."""
    sorter = TopologicalSorter(
        {name: sorted(names_in(table.derived) & tables.keys()) if table.derived else [] for name, table in tables.items()}
    )
    return list(sorter.static_order())
