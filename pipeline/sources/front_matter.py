"""Parses YAML front matter, the block between two `---` lines at the top of a brief; `fields` validates its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from pipeline.errors import InputError, did_you_mean
from pipeline.language.text import clean_text
from pipeline.sources.fields import KEYS, Value, checked_language, checked_list, checked_text, field_of
from pipeline.sources.pictures import wanted_pictures
from pipeline.sources.yaml_nodes import is_scalar, line_of, scalar_text

# List keys: type of the items, and an example.
_LISTS: Mapping[str, tuple[str, str]] = {
    "tags": ("texts", "[space, science]"),
    "languages": ("language codes", "[en, es, fr]"),
    "formats": ("formats", '["16:9", "9:16"]'),
}


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """The validated values, and the body."""

    # By field of `Brief`.
    values: Mapping[str, Value] = field(default_factory=dict)
    body: str
    # Number of lines before the body.
    lines_before: int = 0


def split_front_matter(text: str, *, path: str) -> FrontMatter:
    """Front matter and body of a brief. Raises `InputError` with the line of the error."""
    lines = text.split("\n")
    if lines[0].rstrip() == "+++" and "+++" in map(str.rstrip, lines[1:]):
        hint = 'Write YAML between --- lines: `title: "Space: a tour"`'
        raise InputError("TOML front matter is not supported", where=f"{path}:1", hint=hint)
    if lines[0].rstrip() != "---":
        return FrontMatter(body=text)
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() in {"---", "..."}), None)
    if end is None:
        raise InputError("the front matter is not closed", where=f"{path}:1", hint="End it with a --- line")
    return FrontMatter(
        values=_parse("\n".join(lines[1:end]), path=path), body="\n".join(lines[end + 1 :]), lines_before=end + 1
    )


def _parse(text: str, *, path: str) -> dict[str, Value]:
    root = _compose(text, path=path)
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise InputError("the front matter must consist of `key: value` lines", where=f"{path}:2")
    values: dict[str, Value] = {}
    given: set[str] = set()
    for key_node, value_node in root.value:
        where = f"{path}:{line_of(key_node)}"
        key = _key(key_node, where)
        if key not in KEYS:
            raise InputError(f"unknown key {key!r} in the front matter", where=where, hint=did_you_mean(key, KEYS))
        if key in given:
            raise InputError(f"duplicate key {key}", where=where, hint="Keep one of them")
        given.add(key)
        name, value = _value(key, value_node, where)
        if value:
            values[name] = value
    return values


def _key(node: yaml.Node, where: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise InputError("a key in the front matter must be a word", where=where, hint="Write `key: value` lines")
    return str(node.value)


def _value(key: str, node: yaml.Node, where: str) -> tuple[str, Value]:
    """The field of `Brief`, and its value."""
    if key in _LISTS:
        return key, checked_list(key, _items(key, node, where), where)
    if key == "pictures":
        return key, wanted_pictures(node, where)
    if key == "voice" and isinstance(node, yaml.MappingNode):
        return "voices", _voices(node, where)
    return field_of(key), _text(key, node, where)


def _compose(text: str, *, path: str) -> yaml.Node | None:
    # Nodes instead of values: they have line numbers, `no` stays a language, and no objects or aliases are constructed.
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 2 if mark else 1}"
        raise InputError(
            f"invalid front matter: {error.problem or error.context}",
            where=where,
            hint='Write `key: value`; quote values with colons or quotes: title: "Space: a tour"',
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError("invalid front matter", where=f"{path}:1", hint="Write `key: value` lines") from error


def _text(key: str, node: yaml.Node, where: str) -> Value:
    if not is_scalar(node):
        kind = {"sequence": "a list", "mapping": "a mapping"}.get(getattr(node, "id", ""), f"tagged {node.tag}")
        raise InputError(f"{key} must be a text, not {kind}", where=where, hint=f"Write {key}: some text")
    return checked_text(key, clean_text(scalar_text(node)), where)


def _voices(node: yaml.MappingNode, where: str) -> tuple[tuple[str, str], ...]:
    """Voices by language: `voice: {en: en-US-AvaNeural, es: es-MX-DaliaNeural}`."""
    path = where.rpartition(":")[0]
    voices: dict[str, str] = {}
    for key, value in node.value:
        line = f"{path}:{line_of(key)}"
        language = checked_language(_key(key, line), line)
        if language in voices:
            raise InputError(f"duplicate voice for {language}", where=line, hint="Keep one of them")
        voices[language] = str(_text("voice", value, line))
    return tuple((language, voice) for language, voice in voices.items() if voice)


def _items(key: str, node: yaml.Node, where: str) -> list[str]:
    """The items of a list; empty for a key without a value."""
    if is_scalar(node) and not scalar_text(node):
        return []
    if not isinstance(node, yaml.SequenceNode) or not all(is_scalar(item) for item in node.value):
        what, example = _LISTS[key]
        raise InputError(f"{key} must be a list of {what}", where=where, hint=f"Write {key}: {example}")
    return [clean_text(scalar_text(item)) for item in node.value]
