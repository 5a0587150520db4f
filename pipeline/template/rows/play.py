"""script.toml: the film of a row, written once by people, filled in for each row.

    language = "en"
    title = "{{ name }}, your roof could pay you"
    thumbnail_text = "Your roof, {{ name }}"

    [[scenes]]
    layout = "product"
    when = "price"
    heading = "{{ product }}"
    price = "{{ price }}"
    items = ["20 panels", { text = "A battery", when = "battery == 'yes'" }]
    say = ["This is it.", "20 panels.", { text = "And a battery.", when = "battery == 'yes'" }]

All is Jinja2 over the fields. A scene, a line or an item whose `when` is false is left out, and so is one that is empty
when it is filled in. `say` is as in sample.toml: the last lines bring the items with them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jinja2
from jinja2 import meta

from pipeline.errors import InputError, did_you_mean
from pipeline.model import SCENES, Script
from pipeline.model.text import clean_text
from pipeline.template.rows.filters import LANGUAGE, row_sandbox
from pipeline.template.scenes import build_scene

_KEYS = ("title", "language", "thumbnail_text", "description", "scenes")
_WHEN, _TEXT, _SAY, _LAYOUT = "when", "text", "say", "layout"
_FAILURES = (jinja2.TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError, AttributeError)
# Something that is filled in: names by field in, a text or a table out.
Fill = Callable[[Mapping[str, object]], Any]
_NOTHING = ""


class PlayError(Exception):
    """A row of which this script makes no film: where in it, and why."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A scene that is filled in."""

    place: str
    fill: Fill
    # The fields that it names.
    names: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Play:
    """A script.toml, compiled. Equal when its text is."""

    text: str
    path: str = field(compare=False)
    language: str
    # Of all its texts, the names that they use.
    names: frozenset[str] = field(compare=False)
    _about: Mapping[str, Fill] = field(compare=False, repr=False)
    _scenes: tuple[_Part, ...] = field(compare=False, repr=False)

    def script(self, values: Mapping[str, object]) -> Script:
        """The script of a row; `values` are those of its fields. Raises `PlayError`."""
        names = {**values, LANGUAGE: self.language}
        about = {key: self._fill(key, fill, names) for key, fill in self._about.items()}
        scenes = []
        for part in self._scenes:
            table = self._fill(part.place, part.fill, names)
            if table is not _NOTHING:
                try:
                    scenes.append(build_scene(table, where=part.place))
                except InputError as error:
                    raise PlayError(part.place, error.message) from error
        return Script(
            title=about["title"],
            language=self.language,
            scenes=tuple(scenes),
            description=about.get("description", ""),
            thumbnail_text=about.get("thumbnail_text", ""),
        )

    def title(self, values: Mapping[str, object]) -> str:
        """What its film is called. Raises `PlayError`."""
        return str(self._fill("title", self._about["title"], {**values, LANGUAGE: self.language}))

    def _fill(self, place: str, fill: Fill, names: Mapping[str, object]) -> Any:  # noqa: ANN401 - a text or a table
        try:
            return fill(names)
        except _FAILURES as error:
            raise PlayError(place, f"can't be filled in: {error}") from error


def parse_play(text: str, *, path: str, known: Sequence[str]) -> Play:
    """The script in a script.toml; `known` are the fields of its template. Raises `InputError` with the line."""
    table = _toml(text, path)
    lines = [n for n, line in enumerate(text.split("\n"), start=1) if re.match(r"\s*\[\[\s*scenes\s*\]\]", line)]
    for key in table:
        if key not in _KEYS:
            raise InputError(f"unknown key {key}", where=path, hint=did_you_mean(key, _KEYS))
    scenes = table.get("scenes")
    if not isinstance(scenes, list) or not scenes or not table.get("title"):
        raise InputError("has no title or no scenes", where=path, hint='Write title = "…" and a [[scenes]] for each')
    press = _Press(known=known)
    about = {key: press.text(str(table[key]), f"{path}:1") for key in _KEYS[:4] if key in table and key != "language"}
    parts = []
    for number, each in enumerate(scenes, start=1):
        where = f"{path}:{lines[number - 1] if number <= len(lines) else 1}"
        if not isinstance(each, dict) or each.get(_LAYOUT) not in SCENES:
            name = str(each.get(_LAYOUT, "")) if isinstance(each, dict) else ""
            raise InputError(f"a scene has the layout {name!r}", where=where, hint=did_you_mean(name, SCENES))
        press.names.clear()
        fill = press.scene(each, where)
        parts.append(_Part(place=f"scene {number} ({each[_LAYOUT]})", fill=fill, names=frozenset(press.names)))
        press.all_names |= press.names
    return Play(
        text=text,
        path=path,
        language=str(table.get("language", "en")),
        names=frozenset(press.all_names),
        _about=about,
        _scenes=tuple(parts),
    )


def compile_text(text: str, *, where: str, known: Sequence[str]) -> Callable[[Mapping[str, object]], str]:
    """What fills in one text over fields; it raises `PlayError` where it can't.

    Raises `InputError` for a broken one and for unknown names.
    """
    fill = _Press(known=known).text(text, where)

    def filled(names: Mapping[str, object]) -> str:
        try:
            return fill(names)
        except _FAILURES as error:
            raise PlayError(where, f"can't be filled in: {error}") from error

    return filled


def names_in(text: str) -> frozenset[str]:
    """The names that a text uses; none if it is broken, which is told elsewhere."""
    try:
        return frozenset(meta.find_undeclared_variables(row_sandbox().parse(text)))
    except jinja2.TemplateSyntaxError:
        return frozenset()


class _Press:
    """Turns what stands in the file into functions of a row."""

    def __init__(self, *, known: Sequence[str]) -> None:
        self._known = {*known, LANGUAGE}
        self._sandbox = row_sandbox()
        self.names: set[str] = set()
        self.all_names: set[str] = set()

    def scene(self, table: Mapping[str, Any], where: str) -> Fill:
        """A table with `when`, `say` and the texts of its layout."""
        for key in ("items", _SAY):
            if key in table and not isinstance(table[key], list | str):
                raise InputError(f"{key} must be a list", where=where)
        # A moment of a timeline has a `when` that is shown.
        items = table.get("items", []) if table[_LAYOUT] == "timeline" else []
        fixed = {id(each) for each in items}
        return self._table(table, where, fixed)

    def text(self, text: str, where: str) -> Callable[[Mapping[str, object]], str]:
        """One text. What has no braces is the same for every row."""
        if "{" not in text:
            plain = clean_text(text)
            return lambda _names: plain
        template = self._compiled(text, where, lambda: self._sandbox.from_string(text))
        return lambda names: clean_text(self._sandbox.filled(template, names))

    def _when(self, text: str, where: str) -> Callable[[Mapping[str, object]], bool]:
        expression = self._compiled(
            f"{{{{ {text} }}}}", where, lambda: self._sandbox.compile_expression(text, undefined_to_none=False)
        )
        return lambda names: bool(expression(names))

    def _compiled(self, text: str, where: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - a template or an expression
        try:
            used = meta.find_undeclared_variables(self._sandbox.parse(text)) - set(self._sandbox.globals)
            compiled = make()
        except jinja2.TemplateSyntaxError as error:
            raise InputError(f"broken text: {error.message}", where=where) from error
        except jinja2.TemplateError as error:
            raise InputError(f"broken text: {error}", where=where) from error
        self.names |= used
        if unknown := sorted(used - self._known):
            hint = did_you_mean(unknown[0], self._known, otherwise="Fields are declared in [fields.NAME]")
            raise InputError(f"there is no field {unknown[0]}", where=where, hint=hint)
        return compiled

    def _any(self, value: object, where: str, fixed: Collection[int]) -> Fill:
        if isinstance(value, str):
            return self.text(value, where)
        if isinstance(value, list):
            parts = [self._any(each, where, fixed) for each in value]
            return lambda names: [each for part in parts if (each := part(names)) != _NOTHING]
        if isinstance(value, dict):
            return self._table(value, where, fixed)
        return lambda _names: value

    def _table(self, table: Mapping[str, Any], where: str, fixed: Collection[int]) -> Fill:
        has_condition = _WHEN in table and id(table) not in fixed
        when = self._when(str(table[_WHEN]), where) if has_condition else None
        parts = {key: self._any(value, where, fixed) for key, value in table.items() if not (key == _WHEN and when)}
        # A line, or an item that is a text, with a condition.
        only_text = _TEXT in parts and set(parts) == {_TEXT} and when is not None

        def fill(names: Mapping[str, object]) -> Any:  # noqa: ANN401 - a text or a table
            if when and not when(names):
                return _NOTHING
            if only_text:
                return parts[_TEXT](names)
            return {key: part(names) for key, part in parts.items()}

        return fill


def _toml(text: str, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        raise InputError(f"broken TOML: {message}", where=f"{path}:{line[1] if line else 1}") from error

