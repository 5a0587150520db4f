"""The script as a model writes it: the JSON schema it is held to, and the way from its JSON to a `Script`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.model import (
    Brief,
    BulletsScene,
    ClosingScene,
    Scene,
    Script,
    StatementScene,
    TitleScene,
)
from pipeline.model.metadata import fit_description
from pipeline.model.text import clean_text
from pipeline.script.sentences import shorten
from pipeline.script.shown import THUMBNAIL_MAX_CHARS, spoken_item, spoken_lines, thumbnail_words
from pipeline.template import Template

# Marks without their other half must not cost a search to the end of the text, each.
_LONGEST = 200
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_LINK = re.compile(rf"!?\[([^\]]{{0,{_LONGEST}}})\]\([^)]{{0,{_LONGEST}}}\)")
_MARKS = re.compile(r"\*\*|__|~~|`+|^\s*(?:#{1,6}|[-*•])\s+|[<>]")
_EMPHASIS = re.compile(rf"(?<!\w)([*_])(?=\S)(.{{1,{_LONGEST}}}?)(?<=\S)\1(?!\w)")


def plain_text(text: str) -> str:
    """`text` on one line without Markdown, SSML or HTML that a model may have left in it."""
    text = _LINK.sub(r"\1", _TAG.sub(" ", clean_text(text)))
    return clean_text(re.sub(" {2,}", " ", _EMPHASIS.sub(r"\2", _MARKS.sub("", text))))


Text = Annotated[str, AfterValidator(plain_text)]


class _Wire(BaseModel):
    # Every field is required and nothing else is allowed: what strict structured output asks for.
    model_config = ConfigDict(extra="forbid", frozen=True)


class WireItem(_Wire):
    """An item: the label that appears, and what is said when it does."""

    text: Text
    say: Text


class WireTitle(_Wire):
    """The opening."""

    layout: Literal["title"]
    heading: Text
    kicker: Text
    subtitle: Text
    say: Text


class WireBullets(_Wire):
    """Items that appear one after another; `lead` is said before the first."""

    layout: Literal["bullets"]
    heading: Text
    kicker: Text
    lead: Text
    items: list[WireItem]


class WireStatement(_Wire):
    """One sentence, large."""

    layout: Literal["statement"]
    kicker: Text
    text: Text
    emphasis: Text
    say: Text


class WireClosing(_Wire):
    """The last picture: the one thing to remember."""

    layout: Literal["closing"]
    text: Text
    say: Text


WireScene = Annotated[WireTitle | WireBullets | WireStatement | WireClosing, Field(discriminator="layout")]


class WireScript(_Wire):
    """A film on paper."""

    title: Text
    description: Text
    tags: list[Text]
    thumbnail_text: Text
    scenes: list[WireScene]


def strict_schema(template: Template) -> dict[str, Any]:
    """The JSON schema of a `WireScript` with the layouts of `template`, in the subset that strict mode takes."""
    whole = WireScript.model_json_schema()
    schema: dict[str, Any] = _strict(whole, whole["$defs"])
    items = schema["properties"]["scenes"]["items"]
    items["anyOf"] = [each for each in items["anyOf"] if template.layout(each["properties"]["layout"]["enum"][0])]
    return schema


def _strict(node: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """References put in place, `const` as `enum`, `oneOf` as `anyOf`, and what strict mode does not know left out."""
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


def describe(error: ValidationError) -> tuple[str, ...]:
    """What is wrong with a model's JSON, a line each, as it is told to the model."""
    return tuple(f"{'.'.join(map(str, each['loc'])) or 'the answer'}: {each['msg']}" for each in error.errors()[:8])


def to_script(wire: WireScript, brief: Brief) -> Script:
    """The script a model wrote for `brief`. What the author has set (title of notes, kicker, subtitle) stays."""
    title = brief.title if brief.has_notes else wire.title or brief.title
    return Script(
        title=title,
        language=brief.language,
        scenes=tuple(_scene(scene, brief, title) for scene in wire.scenes),
        description=brief.description or fit_description(wire.description),
        tags=tuple(dict.fromkeys((*brief.tags, *(tag for tag in wire.tags if tag)))),
        thumbnail_text=shorten(wire.thumbnail_text, THUMBNAIL_MAX_CHARS) or thumbnail_words(title),
    )


def _scene(wire: WireTitle | WireBullets | WireStatement | WireClosing, brief: Brief, title: str) -> Scene:
    match wire:
        case WireTitle():
            return TitleScene(
                lines=spoken_lines(wire.say),
                heading=wire.heading,
                kicker=brief.kicker or wire.kicker,
                subtitle=brief.subtitle or wire.subtitle,
            )
        case WireBullets():
            spoken = (spoken_item(item.say or item.text, reveals=n) for n, item in enumerate(wire.items))
            return BulletsScene(
                lines=(*spoken_lines(wire.lead), *spoken),
                heading=wire.heading,
                items=tuple(item.text for item in wire.items),
                kicker=wire.kicker,
            )
        case WireStatement():
            lines = spoken_lines(wire.say, shown=wire.text)
            return StatementScene(lines=lines, text=wire.text, emphasis=wire.emphasis, kicker=wire.kicker)
        case WireClosing():
            return ClosingScene(lines=spoken_lines(wire.say), text=wire.text, subtitle=title)
