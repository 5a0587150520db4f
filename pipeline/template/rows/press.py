"""Texts and tables of TOML, compiled into what fills them in for a row.

All texts of one row are filled in with one `Row`: what Jinja2 prepares for a set of values, it prepares once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import jinja2
from jinja2 import meta

from pipeline.errors import InputError, did_you_mean
from pipeline.model.text import clean_text
from pipeline.template.rows.filters import LANGUAGE, row_sandbox

WHEN = "when"
_TEXT = "text"
# What a table or a text is whose condition is false, and a text that is empty.
NOTHING = ""
_FAILURES = (jinja2.TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError, AttributeError)


class PlayError(Exception):
    """A row of which a text can't be made: where, and why."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class Values:
    """What the texts of one row are filled in with."""

    def __init__(self, values: Mapping[str, object], language: str) -> None:
        self._values = {**values, LANGUAGE: language}

    @cached_property
    def context(self) -> jinja2.runtime.Context:
        """The same as Jinja2 wants it; for any template of `SANDBOX`."""
        return _BLANK.new_context(self._values)


Text = Callable[[Values], str]
# Of a table, a table.
Fill = Callable[[Values], Any]
SANDBOX = row_sandbox()
_BLANK = SANDBOX.from_string("")


def compile_text(text: str, *, where: str, known: Sequence[str]) -> Text:
    """What fills in one text over fields; it raises `PlayError` where it can't.

    Raises `InputError` for a broken one and for unknown names.
    """
    fill = Press(known=known).text(text, where)

    def filled(values: Values) -> str:
        with failing_at(where):
            return fill(values)

    return filled


@contextmanager
def failing_at(place: str) -> Iterator[None]:
    """Whatever an expression raises, as a `PlayError`."""
    try:
        yield
    except _FAILURES as error:
        raise PlayError(place, f"can't be filled in: {error}") from error


def names_in(text: str) -> frozenset[str]:
    """The names that a text uses; none if it is broken, which is told elsewhere."""
    try:
        return frozenset(meta.find_undeclared_variables(SANDBOX.parse(text)))
    except jinja2.TemplateSyntaxError:
        return frozenset()


class Press:
    """Compiles texts and tables; notes the fields that they name."""

    def __init__(self, *, known: Sequence[str]) -> None:
        self._known = {*known, LANGUAGE}
        self.names: set[str] = set()

    def text(self, text: str, where: str) -> Text:
        """One text. What has no braces is the same for every row."""
        if "{" not in text:
            plain = clean_text(text)
            return lambda _values: plain
        template = self._compiled(text, where)
        return lambda values: clean_text(SANDBOX.filled(template, values.context))

    def table(self, table: Mapping[str, Any], where: str, *, shown: Collection[int] = ()) -> Fill:
        """A table with texts in it, and `when`, the condition of it all; in the tables `shown` (ids), it is a text."""
        has_condition = WHEN in table and id(table) not in shown
        when = self._condition(str(table[WHEN]), where) if has_condition else None
        own = {key: value for key, value in table.items() if not (has_condition and key == WHEN)}
        parts = {key: self._any(value, where, shown) for key, value in own.items()}
        is_text = has_condition and set(parts) == {_TEXT}

        def fill(values: Values) -> Any:  # noqa: ANN401 - a text or a table
            if when and not when(values):
                return NOTHING
            return parts[_TEXT](values) if is_text else {key: part(values) for key, part in parts.items()}

        return fill

    def _any(self, value: object, where: str, shown: Collection[int]) -> Fill:
        if isinstance(value, str):
            return self.text(value, where)
        if isinstance(value, list):
            parts = [self._any(each, where, shown) for each in value]
            return lambda values: [each for part in parts if (each := part(values)) != NOTHING]
        if isinstance(value, dict):
            return self.table(value, where, shown=shown)
        return lambda _values: value

    def _condition(self, text: str, where: str) -> Callable[[Values], bool]:
        template = self._compiled(f"{{% if {text} %}}1{{% endif %}}", where)
        return lambda values: bool(SANDBOX.filled(template, values.context))

    def _compiled(self, text: str, where: str) -> jinja2.Template:
        try:
            used = meta.find_undeclared_variables(SANDBOX.parse(text)) - set(SANDBOX.globals)
            compiled = SANDBOX.from_string(text)
        except jinja2.TemplateError as error:
            raise InputError(f"broken text: {error.message or error}", where=where) from error
        self.names |= used
        if unknown := sorted(used - self._known):
            hint = did_you_mean(unknown[0], self._known, otherwise="Fields are declared in [fields.NAME]")
            raise InputError(f"there is no field {unknown[0]}", where=where, hint=hint)
        return compiled
