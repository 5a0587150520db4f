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
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from pipeline.errors import InputError, did_you_mean
from pipeline.language.tags import LANGUAGE_TAG, canonical_case, same_language
from pipeline.language.text import clean_text
from pipeline.model import SCENES, Scene, Script
from pipeline.template.rows.compiler import NOTHING, WHEN, Compiled, FillError, Values, compile_table
from pipeline.template.scene_parsing import build_scene, check_keys
from pipeline.toml import parse_toml

_ABOUT = ("title", "thumbnail_text", "description")
_KEYS = (*_ABOUT, "language", "scenes")
_SAY, _LAYOUT, _PICTURE = "say", "layout", "picture"
# script.de.toml
_NAMED = re.compile(r"script\.([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)\.toml$")
_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# Some two thousand scenes take some megabytes.
_MOST_KNOWN = 2000
_UNTOLD: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A scene that is filled in."""

    place: str
    line: int
    layout: str
    # Whether every row has it.
    is_certain: bool
    sheet: Compiled
    # What it is for every row, if it names no field.
    scene: Scene | None
    # What it became for rows of late, by what they say in the fields that it names: two rows share most scenes.
    known: dict[tuple[str, ...], Scene | None] = field(default_factory=dict, compare=False, repr=False)

    def of(self, values: Values, told: Mapping[str, str]) -> Scene | None:
        """The scene of a row; None: its condition is false. Raises `FillError`."""
        if self.scene or not told:
            return self.scene or _scene(self.place, self.sheet, values)
        key = tuple(told.get(name, "") for name in self.sheet.names)
        if key not in self.known:
            if len(self.known) >= _MOST_KNOWN:
                self.known.clear()
            self.known[key] = _scene(self.place, self.sheet, values)
        return self.known[key]


class Placed(NamedTuple):
    """Something in a script.toml that is the same for every row, and where it stands: "scene 2 (split)", its line."""

    place: str
    line: int
    # A scene, its layout, or what it names as its picture.
    what: Any


@dataclass(frozen=True, kw_only=True)
class ScriptTemplate:
    """A script.toml, compiled. Equal when its text is."""

    text: str
    path: str = field(compare=False)
    language: str
    _about: Compiled = field(compare=False, repr=False)
    _scenes: tuple[_Part, ...] = field(compare=False, repr=False)
    # The pictures that it names outright.
    pictures: tuple[Placed, ...] = field(compare=False, repr=False)
    # Those whose names are made of fields.
    _made: tuple[Compiled, ...] = field(compare=False, repr=False)

    @property
    def has_dynamic_pictures(self) -> bool:
        """Whether some pictures are other ones from row to row, and no field says which: "{{ colour }}.jpg"."""
        return bool(self._made)

    @property
    def fixed_scenes(self) -> tuple[Placed, ...]:
        """The scenes that are the same for every row."""
        return tuple(Placed(each.place, each.line, each.scene) for each in self._scenes if each.scene)

    @property
    def opening(self) -> Placed | None:
        """The layout that the film of every row begins with; None: that goes by the row."""
        first = self._scenes[0]
        return Placed(first.place, first.line, first.layout) if first.is_certain else None

    def dynamic_pictures(self, fields: Mapping[str, object]) -> tuple[str, ...]:
        """What those pictures are called for a row with these values by field. Raises `FillError`."""
        values = Values(fields, self.language)
        return tuple(filter(None, (each.filled(values, place=_PICTURE) for each in self._made)))

    def script(self, fields: Mapping[str, object], told: Mapping[str, str] = _UNTOLD) -> Script:
        """The script of a row with these values by field. Raises `FillError`.

        `told` are the same values in one form (see `Field.read`): by them scenes are known that other rows have, too.
        """
        values = Values(fields, self.language)
        about = self._about.filled(values, place="title")
        scenes = [scene for part in self._scenes if (scene := part.of(values, told))]
        return Script(
            title=about["title"],
            language=self.language,
            scenes=tuple(scenes),
            description=about.get("description", ""),
            thumbnail_text=about.get("thumbnail_text", ""),
        )


def parse_script_template(
    text: str, *, path: str, known: Sequence[str], images: Collection[str] = ()
) -> ScriptTemplate:
    """The script in a script.toml; `known` are the fields of its template, `images` those that are pictures.

    Raises `InputError` with the line.
    """
    table = parse_toml(text, path)
    lines = [n for n, line in enumerate(text.split("\n"), start=1) if re.match(r"\s*\[\[\s*scenes\s*\]\]", line)]
    scenes = _scenes_of(table, path)
    language = _language_of(table, path)
    about = {key: str(table[key]) for key in _ABOUT if key in table}
    parts, pictures, made = [], [], []
    for number, each in enumerate(scenes, start=1):
        where = f"{path}:{lines[number - 1] if number <= len(lines) else 1}"
        name = str(each.get(_LAYOUT, "")) if isinstance(each, dict) else ""
        if name not in SCENES:
            raise InputError(f"unknown layout {name[:40]!r}", where=where, hint=did_you_mean(name, SCENES))
        part = _part(each, f"scene {number} ({each[_LAYOUT]})", where, known, language)
        parts.append(part)
        if isinstance(named := each.get(_PICTURE, ""), str) and "{" not in named:
            pictures += [Placed(part.place, _line_of_picture(text, part.line), clean_text(named))] if named else []
        elif not _is_field(named, images):
            condition = {WHEN: each.get(WHEN, "true"), "text": named}
            made.append(compile_table(condition, where=where, known=known))
    return ScriptTemplate(
        text=text,
        path=path,
        language=language,
        _about=compile_table(about, where=f"{path}:1", known=known),
        _scenes=tuple(parts),
        pictures=tuple(pictures),
        _made=tuple(made),
    )


def _scenes_of(table: Mapping[str, Any], path: str) -> list[Any]:
    """Its scenes, whatever they are. Raises `InputError` for a script that is none."""
    for key in table:
        if key not in _KEYS:
            raise InputError(f"unknown key {key}", where=path, hint=did_you_mean(key, _KEYS))
        if key != "scenes" and isinstance(table[key], bool | list | dict):
            raise InputError(f"{key} must be a text in quotes", where=path)
    scenes = table.get("scenes")
    if not isinstance(scenes, list) or not scenes or not table.get("title"):
        raise InputError("has no title or no scenes", where=path, hint='Write title = "…" and a [[scenes]] for each')
    return scenes


def _language_of(table: Mapping[str, Any], path: str) -> str:
    """What a script says, else what the name of its file does. Raises `InputError` where they differ."""
    found = _NAMED.search(path)
    named = found[1] if found else "en"
    written = str(table.get("language", named))
    language = canonical_case(written.replace("_", "-"))
    if not LANGUAGE_TAG.fullmatch(language):
        raise InputError(f"language is {written[:40]!r}", where=path, hint="Write a language tag like en, de or pt-BR")
    if found and not same_language(named.replace("_", "-"), language):
        hint = f'Write language = "{named}", or give the file another name'
        raise InputError(f"is called after {named}, and its language is {language}", where=path, hint=hint)
    return language


def _is_field(named: object, fields: Collection[str]) -> bool:
    """Whether a text is one of these fields and nothing else: "{{ photo }}"."""
    found = _FIELD.fullmatch(named) if isinstance(named, str) else None
    return bool(found and found[1] in fields)


def _line_of_picture(text: str, scene: int) -> int:
    """The line of the key `picture` in the scene that begins on a line; that line, where it is written otherwise."""
    for number, line in enumerate(text.split("\n")[scene:], start=scene + 1):
        if re.match(r"\s*\[\[\s*scenes", line):
            break
        if re.match(rf"\s*{_PICTURE}\s*=", line):
            return number
    return scene


def _part(table: Mapping[str, Any], place: str, where: str, known: Sequence[str], language: str) -> _Part:
    for key in ("items", _SAY):
        if key in table and not isinstance(table[key], list | str):
            raise InputError(f"{key} must be a list", where=where)
    if any(not isinstance(line, str | dict) for line in table.get(_SAY, ())):
        raise InputError("say is a list of texts in quotes", where=where)
    if not isinstance(table.get(WHEN, ""), str | bool):
        raise InputError("when must be a condition in quotes", where=where, hint='Write when = "price"')
    check_keys(table, where=where, also={WHEN})
    # A moment of a timeline has a `when` that is shown.
    moments = table.get("items", []) if table[_LAYOUT] == "timeline" else []
    sheet = compile_table(table, where=where, known=known, shown={id(each) for each in moments})
    try:
        scene = None if sheet.names else _scene(place, sheet, Values({}, language))
    except FillError as error:
        raise InputError(error.problem, where=where) from error
    line, layout = int(where.rpartition(":")[2]), str(table[_LAYOUT])
    return _Part(place=place, line=line, layout=layout, is_certain=WHEN not in table, sheet=sheet, scene=scene)


def _scene(place: str, sheet: Compiled, values: Values) -> Scene | None:
    """A scene of a row; None: its condition is false. Raises `FillError`."""
    table = sheet.filled(values, place=place)
    try:
        return None if table == NOTHING else build_scene(table, where=place)
    except InputError as error:
        raise FillError(place, error.message) from error
