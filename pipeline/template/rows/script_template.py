"""script.toml: a script written once, and filled in for each row.

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

All texts are Jinja2 over the fields. A scene, line or item is left out if its `when` is false or its filled-in text is
empty. `say` is as in sample.toml: the last lines reveal the items.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from types import MappingProxyType
from typing import Any, NamedTuple

from pipeline.errors import InputError, did_you_mean
from pipeline.language.tags import LANGUAGE_TAG, canonical_case, same_language
from pipeline.language.text import clean_text
from pipeline.model import SCENES, Scene, Script
from pipeline.template.rows.compiler import NOTHING, WHEN, Compiled, FillError, Values, compile_table
from pipeline.template.scene_parsing import build_scene, check_keys, scene_lines
from pipeline.toml import line_of, parse_toml

_METADATA = ("title", "thumbnail_text", "description")
_KEYS = (*_METADATA, "language", "scenes")
_SAY, _LAYOUT, _PICTURE = "say", "layout", "picture"
# script.de.toml
_NAMED = re.compile(r"script\.([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)\.toml$")
_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# Cached scenes per entry of [[scenes]]: a few megabytes.
_MAX_CACHED = 2000
_NO_CELLS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class _SceneTemplate:
    """A compiled entry of [[scenes]]."""

    place: str
    line: int
    layout: str
    # Whether every row has it: it has no condition.
    is_certain: bool
    compiled: Compiled
    # The scene, if it uses no field and so is the same for every row.
    scene: Scene | None
    # Recent scenes by the cells of the fields that it uses: most rows share most scenes.
    cache: dict[tuple[str, ...], Scene | None] = field(default_factory=dict, compare=False, repr=False)

    def fill(self, values: Values, cells: Mapping[str, str]) -> Scene | None:
        """The scene for a row, or None if its condition is false. Raises `FillError`."""
        if self.scene or not cells:
            return self.scene or _scene(self.place, self.compiled, values)
        key = tuple(cells.get(name, "") for name in self.compiled.names)
        if key not in self.cache:
            if len(self.cache) >= _MAX_CACHED:
                self.cache.clear()
            self.cache[key] = _scene(self.place, self.compiled, values)
        return self.cache[key]


class Placed(NamedTuple):
    """Something in a script.toml that is the same for every row, with its place ("scene 2 (split)") and line."""

    place: str
    line: int
    # A scene, its layout, or the name of its picture.
    what: Any


@dataclass(frozen=True, kw_only=True)
class ScriptTemplate:
    """A compiled script.toml. Equality is by its text."""

    text: str
    path: str = field(compare=False)
    language: str
    _metadata: Compiled = field(compare=False, repr=False)
    _scenes: tuple[_SceneTemplate, ...] = field(compare=False, repr=False)
    # The pictures with constant names.
    pictures: tuple[Placed, ...] = field(compare=False, repr=False)
    # The names of pictures that are computed from fields.
    _dynamic_pictures: tuple[Compiled, ...] = field(compare=False, repr=False)

    @property
    def has_dynamic_pictures(self) -> bool:
        """Whether names of pictures are computed, other than by a single image field: "{{ colour }}.jpg"."""
        return bool(self._dynamic_pictures)

    @property
    def fixed_scenes(self) -> tuple[Placed, ...]:
        """The scenes that are the same for every row."""
        return tuple(Placed(each.place, each.line, each.scene) for each in self._scenes if each.scene)

    @property
    def opening(self) -> Placed | None:
        """The layout with which every film begins, or None if it depends on the row."""
        first = self._scenes[0]
        return Placed(first.place, first.line, first.layout) if first.is_certain else None

    def dynamic_pictures(self, fields: Mapping[str, object]) -> tuple[str, ...]:
        """The computed names of pictures for a row with these values by field. Raises `FillError`."""
        values = Values(fields, self.language)
        return tuple(filter(None, (each.filled(values, place=_PICTURE) for each in self._dynamic_pictures)))

    def script(self, fields: Mapping[str, object], cells: Mapping[str, str] = _NO_CELLS) -> Script:
        """The script for a row with these values by field. Raises `FillError`.

        `cells` are the same values as canonical texts (see `Field.read`), by which scenes are cached across rows.
        """
        values = Values(fields, self.language)
        metadata = self._metadata.filled(values, place="title")
        scenes = [scene for part in self._scenes if (scene := part.fill(values, cells))]
        return Script(
            title=metadata["title"],
            language=self.language,
            scenes=tuple(scenes),
            description=metadata.get("description", ""),
            thumbnail_text=metadata.get("thumbnail_text", ""),
        )


def parse_script_template(
    text: str, *, path: str, known: Sequence[str], images: Collection[str] = ()
) -> ScriptTemplate:
    """Compile a script.toml; `known` are the fields of its template, `images` those of type image.

    Raises `InputError` with the line.
    """
    table = parse_toml(text, path)
    lines = chain(scene_lines(text), repeat(1))
    scenes = _scenes_of(table, text, path)
    language = _language_of(table, path)
    metadata = {key: str(table[key]) for key in _METADATA if key in table}
    parts, pictures, dynamic = [], [], []
    for number, (each, line) in enumerate(zip(scenes, lines, strict=False), start=1):
        where = f"{path}:{line}"
        name = str(each.get(_LAYOUT, "")) if isinstance(each, dict) else ""
        if name not in SCENES:
            raise InputError(f"unknown layout {name[:40]!r}", where=where, hint=did_you_mean(name, SCENES))
        part = _part(each, f"scene {number} ({each[_LAYOUT]})", where, known, language)
        parts.append(part)
        if isinstance(named := each.get(_PICTURE, ""), str) and "{" not in named:
            pictures += [Placed(part.place, _line_of_picture(text, part.line), clean_text(named))] if named else []
        elif not _is_field(named, images):
            condition = {WHEN: each.get(WHEN, "true"), "text": named}
            dynamic.append(compile_table(condition, where=where, known=known))
    return ScriptTemplate(
        text=text,
        path=path,
        language=language,
        _metadata=compile_table(metadata, where=f"{path}:1", known=known),
        _scenes=tuple(parts),
        pictures=tuple(pictures),
        _dynamic_pictures=tuple(dynamic),
    )


def _scenes_of(table: Mapping[str, Any], text: str, path: str) -> list[Any]:
    """The entries of [[scenes]], not validated yet. Raises `InputError` for other top-level errors."""
    for key in table:
        if key not in _KEYS:
            where = f"{path}:{line_of(text, [key])}"
            raise InputError(f"unknown key {key}", where=where, hint=did_you_mean(key, _KEYS))
        if key != "scenes" and isinstance(table[key], bool | list | dict):
            raise InputError(f"{key} must be a text in quotes", where=path)
    scenes = table.get("scenes")
    if not isinstance(scenes, list) or not scenes or not table.get("title"):
        raise InputError(
            "has no title or no scenes", where=path, hint='Write title = "…", and a [[scenes]] for each scene'
        )
    return scenes


def _language_of(table: Mapping[str, Any], path: str) -> str:
    """The language in the script, else in its file name. Raises `InputError` if they differ."""
    found = _NAMED.search(path)
    named = found[1] if found else "en"
    written = str(table.get("language", named))
    language = canonical_case(written.replace("_", "-"))
    if not LANGUAGE_TAG.fullmatch(language):
        raise InputError(f"language is {written[:40]!r}", where=path, hint="Write a language tag like en, de or pt-BR")
    if found and not same_language(named.replace("_", "-"), language):
        hint = f'Write language = "{named}", or give the file another name'
        raise InputError(f"is named after {named}, but its language is {language}", where=path, hint=hint)
    return language


def _is_field(named: object, fields: Collection[str]) -> bool:
    """Whether a text consists of one of these fields: "{{ photo }}"."""
    found = _FIELD.fullmatch(named) if isinstance(named, str) else None
    return bool(found and found[1] in fields)


def _line_of_picture(text: str, scene: int) -> int:
    """The line of the key `picture` in the scene that begins on line `scene`; that line if it is not found."""
    for number, line in enumerate(text.split("\n")[scene:], start=scene + 1):
        if re.match(r"\s*\[\[\s*scenes", line):
            break
        if re.match(rf"\s*{_PICTURE}\s*=", line):
            return number
    return scene


def _part(table: Mapping[str, Any], place: str, where: str, known: Sequence[str], language: str) -> _SceneTemplate:
    for key in ("items", _SAY):
        if key in table and not isinstance(table[key], list | str):
            raise InputError(f"{key} must be a list", where=where)
    if any(not isinstance(line, str | dict) for line in table.get(_SAY, ())):
        raise InputError("say is a list of texts in quotes", where=where)
    if not isinstance(table.get(WHEN, ""), str | bool):
        raise InputError("when must be a condition in quotes", where=where, hint='Write when = "price"')
    check_keys(table, where=where, also={WHEN})
    # The `when` of a timeline's item is shown, and not a condition.
    moments = table.get("items", []) if table[_LAYOUT] == "timeline" else []
    compiled = compile_table(table, where=where, known=known, shown={id(each) for each in moments})
    try:
        scene = None if compiled.names else _scene(place, compiled, Values({}, language))
    except FillError as error:
        raise InputError(error.problem, where=where) from error
    line, layout = int(where.rpartition(":")[2]), str(table[_LAYOUT])
    return _SceneTemplate(
        place=place, line=line, layout=layout, is_certain=WHEN not in table, compiled=compiled, scene=scene
    )


def _scene(place: str, compiled: Compiled, values: Values) -> Scene | None:
    """The scene for a row, or None if its condition is false. Raises `FillError`."""
    table = compiled.filled(values, place=place)
    try:
        return None if table == NOTHING else build_scene(table, where=place)
    except InputError as error:
        raise FillError(place, error.message) from error
