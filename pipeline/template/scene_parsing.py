"""Parse a TOML table as a scene: its fields, and `say`, the spoken lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from pipeline.errors import InputError, did_you_mean
from pipeline.model import SCENES, QuizScene, Scene, SpokenLine, items_rule_of
from pipeline.toml import describe_invalid_value

_SAY, _LAYOUT = "say", "layout"


def build_scene(table: Mapping[str, Any], *, where: str) -> Scene:
    """The scene that a table describes. Raises `InputError` for unknown keys and values of the wrong type."""
    name = str(table.get(_LAYOUT, ""))
    if name not in SCENES:
        raise InputError(f"unknown layout {name!r}", where=where, hint=did_you_mean(name, SCENES))
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
        raise InputError(f"{name}: {place}: {describe_invalid_value(first)}", where=where) from error
    scene: Scene = document.scene  # type: ignore[attr-defined]
    return scene


def scene_lines(text: str) -> list[int]:
    """The line numbers of the entries of [[scenes]] in a TOML text."""
    return [n for n, line in enumerate(text.split("\n"), start=1) if re.match(r"\s*\[\[\s*scenes\s*\]\]", line)]


def check_keys(table: Mapping[str, Any], *, where: str, also: Collection[str]) -> None:
    """Raise `InputError` for a key that is neither a field of this layout nor in `also`."""
    name = str(table[_LAYOUT])
    own = {_SAY, *get_type_hints(SCENES[name])} - {"lines", "use"}
    if unknown := next((key for key in table if key not in {*own, *also}), None):
        raise InputError(f"a {name} scene has no {unknown}", where=where, hint=did_you_mean(unknown, {*own, *also}))


@cache
def _document(kind: type) -> type[BaseModel]:
    """A pydantic model around the scene, whose config (no unknown keys) applies to the nested dataclasses as well."""
    return create_model(f"{kind.__name__}Document", __config__=ConfigDict(extra="forbid"), scene=(kind, ...))


def _names(kind: type) -> set[str]:
    """All keys that may occur in a scene and in its items."""
    names = {_SAY, *get_type_hints(kind)} - {"lines"}
    ones = (one for hint in get_type_hints(kind).values() for one in get_args(hint))
    return names.union(*(_names(one) for one in ones if isinstance(one, type) and is_dataclass(one)))


def _lines(kind: type[Scene], table: Mapping[str, Any]) -> tuple[SpokenLine, ...]:
    """The spoken lines; the last ones reveal the items, if there are any."""
    said = table.get(_SAY, ())
    texts = [said] if isinstance(said, str) else [str(each) for each in said]
    items = len(table.get("items", ())) + issubclass(kind, QuizScene) if items_rule_of(kind) else 0
    before = max(0, len(texts) - items)
    return tuple(
        SpokenLine(text=text, reveals=number - before if items and number >= before else None)
        for number, text in enumerate(texts)
    )
