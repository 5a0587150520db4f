"""The sample of a template: a small script with a scene of each of its layouts, which shows what they look like.

A sample.toml lies beside template.toml; what it has no scene for is taken from the one that templates share:

    title = "Three reasons to keep bees"
    language = "en"

    [[scenes]]
    layout = "bullets"
    heading = "Why people keep bees"
    items = ["Honey", "Pollination"]
    say = ["There are two good reasons.", "The first is honey.", "The second is what grows around them."]

`say` is what is spoken, a sentence or two each; where there are items, the last ones bring the items with them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from pipeline.errors import InputError, did_you_mean
from pipeline.model import SCENES, QuizScene, Scene, Script, SpokenLine, row_of
from pipeline.template.included import SHARED
from pipeline.template.loading import read_text, shared_files
from pipeline.template.template import Template

SAMPLE = "sample.toml"
_SAY, _LAYOUT = "say", "layout"
_KEYS = ("title", "language", "thumbnail_text", "scenes")


def load_sample(template: Template, *, search: Sequence[Path]) -> Script:
    """A script with a scene of each layout of the template, in the order of its own sample, then of its layouts.

    Reads files. Raises `InputError` for a sample that is not in order, with the line of the scene.
    """
    shared = _parse(shared_files(search, SAMPLE)[f"{SHARED}/{SAMPLE}"])
    path = Path(template.folder) / SAMPLE
    own = _parse(path) if path.is_file() else None
    scenes = list(own.scenes if own else ())
    there = {scene.layout for scene in scenes}
    missing = [layout.name for layout in template.layouts if layout.name not in there]
    more = [scene for name in missing for scene in shared.scenes if scene.layout == name]
    # The opening stands first, the closing last, wherever they come from.
    ordered = sorted([*scenes, *more], key=lambda scene: _place(scene.layout, template))
    about = own or shared
    return Script(
        title=about.title, language=about.language, scenes=tuple(ordered), thumbnail_text=about.thumbnail_text
    )


def pictures_of(sample: Script, template: Template, *, search: Sequence[Path]) -> dict[str, Path]:
    """The files of the pictures that a sample shows, by name: beside it, else among those that templates share.

    Raises `InputError` for one that is not there.
    """
    found: dict[str, Path] = {}
    for name in dict.fromkeys(getattr(scene, "picture", "") for scene in sample.scenes):
        # Only what a folder lists is opened: "../secret.png" is just a name that is not there.
        own = {path.name: path for path in Path(template.folder).glob("*.*") if path.is_file()}
        shared = {path.name: path for path in shared_files(search, "*.*").values()}
        if name and name not in {**shared, **own}:
            hint = did_you_mean(name, {**shared, **own}, otherwise="Put it beside the sample")
            raise InputError(f"there is no picture {name}", where=str(Path(template.folder) / SAMPLE), hint=hint)
        if name:
            found[name] = {**shared, **own}[name]
    return found


def _place(layout: str, template: Template) -> int:
    return {template.last_layout or "closing": 2, template.first_layout: 0}.get(layout, 1)


def _parse(path: Path) -> Script:
    text = read_text(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        raise InputError(f"broken TOML: {message}", where=f"{path}:{line[1] if line else 1}") from error
    lines = [n for n, line in enumerate(text.split("\n"), start=1) if re.match(r"\s*\[\[\s*scenes\s*\]\]", line)]
    unknown = next((key for key in table if key not in _KEYS), None)
    if unknown:
        raise InputError(
            f"unknown key {unknown}", where=f"{path}:{lines[0] if lines else 1}", hint=did_you_mean(unknown, _KEYS)
        )
    scenes = []
    for number, each in enumerate(table.get("scenes", ())):
        where = f"{path}:{lines[number] if number < len(lines) else 1}"
        scenes.append(_scene(each, where))
    return Script(
        title=str(table.get("title", path.parent.name)),
        language=str(table.get("language", "en")),
        thumbnail_text=str(table.get("thumbnail_text", "")),
        scenes=tuple(scenes),
    )


def _scene(table: Mapping[str, Any], where: str) -> Scene:
    name = str(table.get(_LAYOUT, ""))
    if name not in SCENES:
        raise InputError(f"a scene has the layout {name!r}", where=where, hint=did_you_mean(name, SCENES))
    kind = SCENES[name]
    given = {key: value for key, value in table.items() if key != _SAY}
    try:
        model = _document(kind)  # type: ignore[arg-type] # mypy does not take a class for hashable
        document = model.model_validate({"scene": {**given, "lines": _lines(kind, table)}})
    except ValidationError as error:
        first = min(error.errors(), key=lambda each: each["type"] != "unexpected_keyword_argument")
        place = ".".join(map(str, first["loc"][1:]))
        if first["type"] == "unexpected_keyword_argument":
            hint = did_you_mean(str(first["loc"][-1]), _names(kind))
            raise InputError(f"a {name} scene has no {place}", where=where, hint=hint) from error
        raise InputError(f"{name}: {place}: {first['msg'].removeprefix('Value error, ')}", where=where) from error
    scene: Scene = document.scene  # type: ignore[attr-defined]
    return scene


@cache
def _document(kind: type) -> type[BaseModel]:
    """A model around the scene: its config, here "no unknown keys", holds for the dataclasses inside as well."""
    return create_model(f"{kind.__name__}Document", __config__=ConfigDict(extra="forbid"), scene=(kind, ...))


def _names(kind: type) -> set[str]:
    """All that may be named in a scene, and in what it holds several of."""
    names = {_SAY, *get_type_hints(kind)} - {"lines"}
    ones = (one for hint in get_type_hints(kind).values() for one in get_args(hint))
    return names.union(*(_names(one) for one in ones if isinstance(one, type) and is_dataclass(one)))


def _lines(kind: type[Scene], table: Mapping[str, Any]) -> tuple[SpokenLine, ...]:
    """What is spoken, the last lines with the items that they bring."""
    said = table.get(_SAY, ())
    texts = [said] if isinstance(said, str) else [str(each) for each in said]
    items = len(table.get("items", ())) + issubclass(kind, QuizScene) if row_of(kind) else 0
    before = max(0, len(texts) - items)
    return tuple(
        SpokenLine(text=text, reveals=number - before if items and number >= before else None)
        for number, text in enumerate(texts)
    )
