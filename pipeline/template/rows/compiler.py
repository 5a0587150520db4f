"""Texts and tables of TOML, compiled into what fills them in for a row.

Jinja2 takes longer to begin than to fill in a sentence. So the texts of a scene are one template, with marks between
them that no value has, and all templates of a row have one context: 50,000 rows are filled in while one waits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jinja2
from jinja2 import meta

from pipeline.errors import InputError, did_you_mean
from pipeline.language.text import clean_code, clean_text
from pipeline.template.rows.filters import LANGUAGE, row_sandbox
from pipeline.template.sandbox import RENDER_ERRORS

WHEN = "when"
_TEXT = "text"
# The key whose text keeps its lines.
_CODE = "code"
# What a table or a text is whose condition is false, and a text that is empty.
NOTHING = ""


class FillError(Exception):
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
        return jinja2.runtime.Context(SANDBOX, {**SANDBOX.globals, **self._values}, None, {})


# What is filled in, by its number in the sheet; what stands behind a false condition is not there.
Parts = Mapping[int, str]
Fill = Callable[[Parts], Any]
SANDBOX = row_sandbox()
# Control characters: `clean_text` leaves none in a cell.
# "Hello J.R.R.." and "Hello Ann,.": the end of a cell meets that of the sentence around it.
_TWICE = re.compile(r"(?<=[\w)\]\"'’”])(?:[,;:](?=[.!?,](?:\s|$))|([.!?])\.(?=\s|$))")
_BEFORE_PART, _BEFORE_TEXT = "\x01", "\x02"


def variables_in(text: str) -> frozenset[str]:
    """The names that a text uses; none if it is broken, which is told elsewhere."""
    try:
        return frozenset(meta.find_undeclared_variables(SANDBOX.parse(text)))
    except (jinja2.TemplateSyntaxError, RecursionError):
        return frozenset()


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A table, or a text, that is filled in."""

    template: jinja2.Template
    fill: Fill
    # The fields that it names: none, and it is the same for every row.
    names: frozenset[str]
    # Which of its texts, by number, are programs.
    programs: frozenset[int] = frozenset()

    def filled(self, values: Values, *, place: str) -> Any:  # noqa: ANN401 - what was compiled, filled in
        """It, for a row; `NOTHING` where its condition is false. Raises `FillError`."""
        try:
            written = SANDBOX.render_template(self.template, values.context)
            parts = (part.partition(_BEFORE_TEXT) for part in written.split(_BEFORE_PART)[1:])
            return self.fill({(number := int(mark)): self._cleaned(number, text) for mark, _, text in parts})
        except RENDER_ERRORS as error:
            raise FillError(place, f"can't be filled in: {error}") from error

    def _cleaned(self, number: int, text: str) -> str:
        return clean_code(text) if number in self.programs else _TWICE.sub(r"\1", clean_text(text))


def compile_text(text: str, *, where: str, known: Sequence[str]) -> Compiled:
    """What fills in a text over fields. Raises `InputError` for a broken one and for unknown names."""
    press = _Press(where, known)
    return press.sheet(press.any(text))


def compile_table(
    table: Mapping[str, Any], *, where: str, known: Sequence[str], shown: Collection[int] = ()
) -> Compiled:
    """The same for a table with texts in it, and `when`, its condition; in the tables `shown` (ids), that is a text."""
    press = _Press(where, known, shown)
    return press.sheet(press.any(table))


class _Press:
    """Compiles one sheet."""

    def __init__(self, where: str, known: Sequence[str], shown: Collection[int] = ()) -> None:
        self._where = where
        self._known = {*known, LANGUAGE}
        self._shown = shown
        self._source: list[str] = []
        self._count = 0
        self._names: frozenset[str] = frozenset()
        self._programs: set[int] = set()

    def sheet(self, fill: Fill) -> Compiled:
        """All that was compiled."""
        template = SANDBOX.from_string("".join(self._source))
        return Compiled(template=template, fill=fill, names=self._names, programs=frozenset(self._programs))

    def any(self, value: object, *, is_program: bool = False) -> Fill:
        """A text, a list, a table or anything else that stands in TOML."""
        before = self._count
        fill = self._fill(value, is_program=is_program)
        if self._count > before:
            return fill
        constant = fill({})
        return lambda _filled: constant

    def _fill(self, value: object, *, is_program: bool) -> Fill:
        if isinstance(value, str):
            return self._text(value, is_program=is_program)
        if isinstance(value, list):
            parts = [self.any(each) for each in value]
            return lambda filled: [each for part in parts if (each := part(filled)) != NOTHING]
        if isinstance(value, dict):
            return self._table(value, is_program=is_program)
        return lambda _filled: value

    def _text(self, text: str, *, is_program: bool) -> Fill:
        if "{" not in text:
            plain = clean_code(text) if is_program else clean_text(text)
            return lambda _filled: plain
        number = self._put("", text)
        if is_program:
            self._programs.add(number)
        return lambda filled: filled[number]

    def _table(self, table: Mapping[str, Any], *, is_program: bool) -> Fill:
        has_condition = WHEN in table and id(table) not in self._shown
        number = self._put(f"{{% if {table[WHEN]} %}}", "", end="{% endif %}") if has_condition else None
        own = {key: value for key, value in table.items() if not (has_condition and key == WHEN)}
        parts = {key: self.any(value, is_program=is_program or key == _CODE) for key, value in own.items()}
        if has_condition:
            self._source.append("{% endif %}")
        is_text = has_condition and set(parts) == {_TEXT}

        def fill(filled: Parts) -> Any:  # noqa: ANN401 - a text or a table
            if number is not None and number not in filled:
                return NOTHING
            return parts[_TEXT](filled) if is_text else {key: part(filled) for key, part in parts.items()}

        return fill

    def _put(self, before: str, text: str, *, end: str = "") -> int:
        """Add a part of the template, which may open a block that `end` would close; its number."""
        self._check(f"{before}{text}{end}")
        number = self._count
        self._count += 1
        self._source.append(f"{before}{_BEFORE_PART}{number}{_BEFORE_TEXT}{text}")
        return number

    def _check(self, text: str) -> None:
        """Each part must be right by itself: what it opens it closes."""
        try:
            SANDBOX.from_string(text)
            used = meta.find_undeclared_variables(SANDBOX.parse(text)) - set(SANDBOX.globals)
        except jinja2.TemplateError as error:
            nameless = re.search(r"No filter named '(\w+)'", error.message or "")
            hint = (
                did_you_mean(nameless[1], SANDBOX.plain_filters) if nameless else f"It stands in {text.strip()[:80]!r}"
            )
            raise InputError(f"broken text: {error.message or error}", where=self._where, hint=hint) from error
        self._names |= used
        if unknown := sorted(used - self._known):
            hint = did_you_mean(unknown[0], self._known, otherwise="Fields are declared in [fields.NAME]")
            raise InputError(f"there is no field {unknown[0]}", where=self._where, hint=hint)
