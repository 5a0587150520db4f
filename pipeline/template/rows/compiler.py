"""Compile TOML texts and tables with Jinja2 expressions, to be filled in for each row.

Starting a Jinja2 rendering takes longer than filling in a sentence. So all texts of a scene are compiled to one
template, with separators between them that no value contains, and all templates of a row share one context. This makes
campaigns of 50,000 rows fast.
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
from pipeline.template.sandbox import RENDER_ERRORS, message_of

WHEN = "when"
_TEXT = "text"
# The key whose text keeps its line breaks.
_CODE = "code"
# The value of a text or table whose condition is false, and of an empty text.
NOTHING = ""


class FillError(Exception):
    """A text can't be filled in for a row: where, and why."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class Values:
    """The values with which the texts of one row are filled in."""

    def __init__(self, values: Mapping[str, object], language: str) -> None:
        self._values = {**values, LANGUAGE: language}

    @cached_property
    def context(self) -> jinja2.runtime.Context:
        """The values as a Jinja2 context, for any template of `SANDBOX`."""
        return jinja2.runtime.Context(SANDBOX, {**SANDBOX.globals, **self._values}, None, {})


# The filled-in texts by number; those behind a false condition are missing.
Texts = Mapping[int, str]
Fill = Callable[[Texts], Any]
SANDBOX = row_sandbox()
# Doubled punctuation, where the end of a cell meets that of its sentence: "Hello J.R.R.." and "Hello Ann,.".
_DOUBLED = re.compile(r"(?<=[\w)\]\"'’”])(?:[,;:](?=[.!?,](?:\s|$))|([.!?])\.(?=\s|$))")
# Separators before a text's number, and before the text. `clean_text` leaves no control characters in cells.
_BEFORE_NUMBER, _BEFORE_TEXT = "\x01", "\x02"


def variables_in(text: str) -> frozenset[str]:
    """The variables that a text uses; none if it has a syntax error, which is reported elsewhere."""
    try:
        return frozenset(meta.find_undeclared_variables(SANDBOX.parse(text)))
    except (jinja2.TemplateSyntaxError, RecursionError):
        return frozenset()


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """A compiled table or text."""

    template: jinja2.Template
    fill: Fill
    # The fields that it uses; without any, it is the same for every row.
    names: frozenset[str]
    # The numbers of texts that are code.
    code_texts: frozenset[int] = frozenset()

    def filled(self, values: Values, *, place: str) -> Any:  # noqa: ANN401 - what was compiled, filled in
        """Fill it in for a row; `NOTHING` if its condition is false. Raises `FillError`."""
        try:
            rendered = SANDBOX.render_template(self.template, values.context)
            parts = (part.partition(_BEFORE_TEXT) for part in rendered.split(_BEFORE_NUMBER)[1:])
            return self.fill({(number := int(mark)): self._cleaned(number, text) for mark, _, text in parts})
        except RENDER_ERRORS as error:
            raise FillError(place, f"can't be filled in: {message_of(error)}") from error

    def _cleaned(self, number: int, text: str) -> str:
        return clean_code(text) if number in self.code_texts else _DOUBLED.sub(r"\1", clean_text(text))


def compile_text(text: str, *, where: str, known: Sequence[str]) -> Compiled:
    """Compile a text; `known` are the fields. Raises `InputError` for syntax errors and unknown names."""
    return _Compiler(where, known).compile(text)


def compile_table(
    table: Mapping[str, Any], *, where: str, known: Sequence[str], shown: Collection[int] = ()
) -> Compiled:
    """Compile a table, whose `when` is its condition; in the tables with an id in `shown`, `when` is a plain text."""
    return _Compiler(where, known, shown).compile(table)


class _Compiler:
    """Compiles one table or text."""

    def __init__(self, where: str, known: Sequence[str], shown: Collection[int] = ()) -> None:
        self._where = where
        self._known = {*known, LANGUAGE}
        self._shown = shown
        self._source: list[str] = []
        self._count = 0
        self._names: frozenset[str] = frozenset()
        self._code_texts: set[int] = set()

    def compile(self, value: object) -> Compiled:
        """Compile a TOML value with all its texts to one Jinja2 template."""
        fill = self._value(value)
        template = SANDBOX.from_string("".join(self._source))
        return Compiled(template=template, fill=fill, names=self._names, code_texts=frozenset(self._code_texts))

    def _value(self, value: object, *, is_code: bool = False) -> Fill:
        """Compile any TOML value; one without expressions is computed only once."""
        before = self._count
        fill = self._by_type(value, is_code=is_code)
        if self._count > before:
            return fill
        constant = fill({})
        return lambda _filled: constant

    def _by_type(self, value: object, *, is_code: bool) -> Fill:
        if isinstance(value, str):
            return self._text(value, is_code=is_code)
        if isinstance(value, list):
            parts = [self._value(each) for each in value]
            return lambda filled: [each for part in parts if (each := part(filled)) != NOTHING]
        if isinstance(value, dict):
            return self._table(value, is_code=is_code)
        return lambda _filled: value

    def _text(self, text: str, *, is_code: bool) -> Fill:
        if "{" not in text:
            plain = clean_code(text) if is_code else clean_text(text)
            return lambda _filled: plain
        number = self._append("", text)
        if is_code:
            self._code_texts.add(number)
        return lambda filled: filled[number]

    def _table(self, table: Mapping[str, Any], *, is_code: bool) -> Fill:
        has_condition = WHEN in table and id(table) not in self._shown
        number = self._append(f"{{% if {table[WHEN]} %}}", "", end="{% endif %}") if has_condition else None
        own = {key: value for key, value in table.items() if not (has_condition and key == WHEN)}
        parts = {key: self._value(value, is_code=is_code or key == _CODE) for key, value in own.items()}
        if has_condition:
            self._source.append("{% endif %}")
        is_text = has_condition and set(parts) == {_TEXT}

        def fill(filled: Texts) -> Any:  # noqa: ANN401 - a text or a table
            if number is not None and number not in filled:
                return NOTHING
            return parts[_TEXT](filled) if is_text else {key: part(filled) for key, part in parts.items()}

        return fill

    def _append(self, before: str, text: str, *, end: str = "") -> int:
        """Append a text to the template and return its number; `before` may open a block that `end` closes."""
        self._check(f"{before}{text}{end}")
        number = self._count
        self._count += 1
        self._source.append(f"{before}{_BEFORE_NUMBER}{number}{_BEFORE_TEXT}{text}")
        return number

    def _check(self, text: str) -> None:
        """Check that a text is valid on its own: each block that it opens is closed in it."""
        try:
            SANDBOX.from_string(text)
            used = meta.find_undeclared_variables(SANDBOX.parse(text)) - set(SANDBOX.globals)
        except jinja2.TemplateError as error:
            unknown_filter = re.search(r"No filter named '(\w+)'", error.message or "")
            hint = (
                did_you_mean(unknown_filter[1], SANDBOX.plain_filters)
                if unknown_filter
                else f"It is in {text.strip()[:80]!r}"
            )
            raise InputError(f"invalid text: {error.message or error}", where=self._where, hint=hint) from error
        self._names |= used
        if unknown := sorted(used - self._known):
            hint = did_you_mean(unknown[0], self._known, otherwise="Fields are declared in [fields.NAME]")
            raise InputError(f"there is no field {unknown[0]}", where=self._where, hint=hint)
