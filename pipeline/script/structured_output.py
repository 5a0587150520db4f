"""Structured output for scripts: the JSON schema given to a model, and its JSON converted to a `Script`.

Slow to load, so it is imported only where a model is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from pipeline.model import (
    SCENES,
    Brief,
    ClosingScene,
    ListRule,
    NumberScene,
    QuizScene,
    QuoteScene,
    Scene,
    Script,
    SpokenLine,
    StatementScene,
    TextRule,
    TitleScene,
    items_rule_of,
    rules_of,
)
from pipeline.model.metadata import fit_description
from pipeline.script.model_output import Code, Text
from pipeline.script.on_screen_text import (
    THUMBNAIL_MAX_CHARS,
    sentence_of_number,
    spoken_item,
    spoken_lines,
    thumbnail_words,
)
from pipeline.script.shortening import shorten
from pipeline.template import PICTURE_LAYOUTS, Template

_ITEMS = "items"
_SPOKEN = ("say", "lead", "say_answer")
# Fields of a scene that the model does not write (a code passage has a `first` line, too, which it does write).
_NOT_WRITTEN = frozenset({"lines", "first"})


class _Wire(BaseModel):
    # Required by strict structured output: all fields required, no additional ones.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Item(_Wire):
    """An item, and what is said when it appears; items with several texts have further fields."""

    say: Text


def _model_of(kind: type[Any], base: type[_Wire], **said: Any) -> type[_Wire]:  # noqa: ANN401 - annotations
    """The model of a scene, or of an item in one: the fields that a model writes, then the spoken texts `said`."""
    hints, rules = get_type_hints(kind), rules_of(kind)
    keys: dict[str, Any] = {}
    for each in fields(kind):
        rule = rules.get(each.name)
        if isinstance(rule, ListRule):
            keys[each.name] = (list[_element(kind, hints[each.name], rule, spoken=each.name == _ITEMS)], ...)  # type: ignore[misc]
        elif isinstance(rule, TextRule):
            if not rule.is_film_name:
                keys[each.name] = (Code if rule.is_fixed else Text, ...)
        elif each.name not in _NOT_WRITTEN or kind not in SCENES.values():
            keys[each.name] = (_json_type(hints[each.name]), ...)
    keys |= {name: (of, ...) for name, of in said.items()}
    made: type[_Wire] = create_model(f"Wire{kind.__name__}", __base__=base, **keys)
    return made


def _element(kind: type[Any], hint: Any, rule: ListRule, *, spoken: bool) -> Any:  # noqa: ANN401 - annotations
    """The type of a list's elements: a text, or an object, with what is said when it appears if `spoken`."""
    (one, *_) = get_args(hint)
    if rule.text:
        return create_model(f"Wire{kind.__name__}Item", __base__=_Item, text=(Text, ...)) if spoken else Text
    return _model_of(one, _Item if spoken else _Wire)


def _json_type(hint: Any) -> Any:  # noqa: ANN401 - annotations
    return list[get_args(hint)[0]] if get_origin(hint) is tuple else hint  # type: ignore[misc]


def _model_of_scene(kind: type[Scene]) -> type[_Wire]:
    if items_rule_of(kind) is None:
        return _model_of(kind, _Wire, say=Text)
    answer = {"say_answer": Text} if issubclass(kind, QuizScene) else {}
    return _model_of(kind, _Wire, lead=Text, **answer)


_WIRES: Mapping[type[_Wire], type[Scene]] = {_model_of_scene(kind): kind for kind in SCENES.values()}

if TYPE_CHECKING:
    WireScene = _Wire
else:
    WireScene = Annotated[Union[tuple(_WIRES)], Field(discriminator="layout")]  # noqa: UP007 - the members are only known at run time


class WireScript(_Wire):
    """A film on paper."""  # the description in the schema, and so part of cache keys

    title: Text
    description: Text
    tags: list[Text]
    thumbnail_text: Text
    scenes: list[WireScene]


def strict_schema(template: Template, brief: Brief) -> dict[str, Any]:
    """The JSON schema of a `WireScript` with the layouts of `template`, in the subset that strict mode supports.

    A picture is one of those of `brief`, or any search query if the brief allows searching; it may be empty in layouts
    that do not need one.
    """
    full = _schema()
    schema: dict[str, Any] = _strict(full, full["$defs"])
    items = schema["properties"]["scenes"]["items"]
    items["anyOf"] = [each for each in items["anyOf"] if template.layout(each["properties"]["layout"]["enum"][0])]
    names = [picture.source for picture in brief.pictures]
    for properties in (each["properties"] for each in items["anyOf"]):
        if "picture" in properties:
            needs_one = properties["layout"]["enum"][0] in PICTURE_LAYOUTS
            one_of = {"enum": names if needs_one else ["", *names]}
            properties["picture"] = {"type": "string", **({} if brief.may_search else one_of)}
    return schema


@cache
def _schema() -> dict[str, Any]:
    """The full JSON schema of a `WireScript`, cached because it takes 0.1 s. Do not modify it."""
    return WireScript.model_json_schema()


def _strict(node: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """The schema with references inlined, `const` as `enum`, `oneOf` as `anyOf`, and no unsupported keywords."""
    if isinstance(node, list):
        return [_strict(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _strict(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions)
    strict: dict[str, Any] = {}
    for key, value in node.items():
        if key == "const":
            strict["enum"] = [value]
        elif key == "properties":
            strict[key] = {name: _strict(each, definitions) for name, each in value.items()}
        elif key not in {"$defs", "title", "discriminator"}:
            strict["anyOf" if key == "oneOf" else key] = _strict(value, definitions)
    return strict


def to_script(wire: WireScript, brief: Brief) -> Script:
    """Convert a model's output to a script. What the author has set (title of notes, kicker, subtitle) wins."""
    title = brief.title if brief.has_notes else wire.title or brief.title
    return Script(
        title=title,
        language=brief.language,
        scenes=tuple(_to_scene(scene, brief, title) for scene in wire.scenes),
        description=brief.description or fit_description(wire.description),
        tags=tuple(dict.fromkeys((*brief.tags, *(tag for tag in wire.tags if tag)))),
        thumbnail_text=shorten(wire.thumbnail_text, THUMBNAIL_MAX_CHARS) or thumbnail_words(title, brief.language),
    )


def _to_scene(wire: _Wire, brief: Brief, title: str) -> Scene:
    kind = _WIRES[type(wire)]
    given = dict(wire)
    spoken: dict[str, str] = {name: given.pop(name) for name in _SPOKEN if name in given}
    items = [_without_speech(item) for item in given.pop(_ITEMS, ())]
    values: dict[str, Any] = {name: _to_value(kind, name, value) for name, value in given.items()}
    if items_rule_of(kind):
        hint = get_args(get_type_hints(kind)[_ITEMS])[0]
        values[_ITEMS] = tuple(item["text"] if hint is str else _instance(hint, item) for item, _ in items)
    if kind is TitleScene:
        values |= {"kicker": brief.kicker or values["kicker"], "subtitle": brief.subtitle or values["subtitle"]}
    if kind is ClosingScene:
        values["subtitle"] = title
    lines = _lines(kind, spoken, items, brief.language, shown=_shown_text(kind, values, spoken))
    return kind(lines=lines, **values)


def _lines(
    kind: type[Scene],
    spoken: Mapping[str, str],
    items: Sequence[tuple[dict[str, Any], str]],
    language: str,
    *,
    shown: str,
) -> tuple[SpokenLine, ...]:
    """The narration: each item is revealed by the line that speaks of it."""
    if "lead" not in spoken:
        return spoken_lines(spoken["say"], language, shown=shown)
    lines = [*spoken_lines(spoken["lead"], language)]
    for number, (item, say) in enumerate(items):
        row = items_rule_of(kind)
        said = say or (_first_text(item) if row and row.all_spoken else "")
        if said:
            lines.append(spoken_item(said, reveals=number))
    if "say_answer" in spoken:
        lines.append(spoken_item(spoken["say_answer"], reveals=len(items)))
    return tuple(lines)


def _without_speech(item: _Wire) -> tuple[dict[str, Any], str]:
    """The item's own fields, and what is said when it appears."""
    given = dict(item)
    return given, given.pop("say")


def _first_text(item: Mapping[str, Any]) -> str:
    return next((value for value in item.values() if isinstance(value, str) and value), "")


def _shown_text(kind: type[Scene], values: Mapping[str, Any], spoken: Mapping[str, str]) -> str:
    """The sentence whose line reveals the scene's text or number; empty if none does."""
    if kind is NumberScene:
        return sentence_of_number(spoken["say"], values["value"])
    return str(values["text"]) if kind in {StatementScene, QuoteScene} else ""


def _to_value(kind: type[Any], name: str, value: Any) -> Any:  # noqa: ANN401 - the type of any field
    if not isinstance(value, list):
        return value
    one = get_args(get_type_hints(kind)[name])[0]
    return tuple(_instance(one, dict(each)) if isinstance(each, _Wire) else each for each in value)


def _instance(kind: type[Any], given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an instance of `kind`
    return kind(**{name: _to_value(kind, name, value) for name, value in given.items()})
