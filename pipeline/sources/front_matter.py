"""The block between two `---` lines at the top of a brief: what the film is called and how it is made.

How it is written is read here; what may stand in it is `fields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from pipeline.errors import InputError, did_you_mean
from pipeline.language.text import clean_text
from pipeline.sources.fields import KEYS, Value, checked_language, checked_list, checked_text, field_of
from pipeline.sources.pictures import wanted_pictures
from pipeline.sources.yaml_nodes import is_scalar, line_of, source_of

# What a list is of, and how one is written.
_LISTS: Mapping[str, tuple[str, str]] = {
    "tags": ("texts", "[space, science]"),
    "languages": ("language codes", "[en, es, fr]"),
    "formats": ("formats", '["16:9", "9:16"]'),
}


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """The keys that were given, checked, and where the body starts."""

    # Values by name of the field of `Brief`.
    values: Mapping[str, Value] = field(default_factory=dict)
    body: str
    # How many lines of the file stand before the body.
    lines_before: int = 0


def split_front_matter(text: str, *, path: str) -> FrontMatter:
    """Front matter and body of a brief. Raises `InputError` with the line of whatever is wrong."""
    lines = text.split("\n")
    if lines[0].rstrip() == "+++" and "+++" in map(str.rstrip, lines[1:]):
        hint = 'Write it between lines of ---, as `title: "Space: a tour"`'
        raise InputError("the front matter is TOML", where=f"{path}:1", hint=hint)
    if lines[0].rstrip() != "---":
        return FrontMatter(body=text)
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() in {"---", "..."}), None)
    if end is None:
        raise InputError("the front matter is never closed", where=f"{path}:1", hint="End it with a line of ---")
    return FrontMatter(
        values=_parse("\n".join(lines[1:end]), path=path), body="\n".join(lines[end + 1 :]), lines_before=end + 1
    )


def _parse(text: str, *, path: str) -> dict[str, Value]:
    root = _compose(text, path=path)
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise InputError("the front matter is not a list of `key: value` lines", where=f"{path}:2")
    values: dict[str, Value] = {}
    given: set[str] = set()
    for key_node, value_node in root.value:
        where = f"{path}:{line_of(key_node)}"
        key = _key(key_node, where)
        if key not in KEYS:
            raise InputError(f"unknown key {key!r} in the front matter", where=where, hint=did_you_mean(key, KEYS))
        if key in given:
            raise InputError(f"{key} is given twice", where=where, hint="Keep one of them")
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
    """The field of `Brief` and its value."""
    if key in _LISTS:
        return key, checked_list(key, _items(key, node, where), where)
    if key == "pictures":
        return key, wanted_pictures(node, where)
    if key == "voice" and isinstance(node, yaml.MappingNode):
        return "voices", _voices(node, where)
    return field_of(key), _text(key, node, where)


def _compose(text: str, *, path: str) -> yaml.Node | None:
    # Nodes, not values: they know their lines, `no` stays a language, and nothing is ever constructed or expanded.
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 2 if mark else 1}"
        raise InputError(
            f"broken front matter: {error.problem or error.context}",
            where=where,
            hint='Write `key: value`; a value with a colon or a quote needs quotes: title: "Space: a tour"',
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError("broken front matter", where=f"{path}:1", hint="Write `key: value` lines") from error


def _text(key: str, node: yaml.Node, where: str) -> Value:
    if not is_scalar(node):
        kind = {"sequence": "a list", "mapping": "a group of keys"}.get(getattr(node, "id", ""), f"tagged {node.tag}")
        raise InputError(f"{key} must be a text, not {kind}", where=where, hint=f"Write {key}: some text")
    return checked_text(key, clean_text(source_of(node)), where)


def _voices(node: yaml.MappingNode, where: str) -> tuple[tuple[str, str], ...]:
    """Voices by language: `voice: {en: en-US-AvaNeural, es: es-MX-DaliaNeural}`."""
    path = where.rpartition(":")[0]
    voices: dict[str, str] = {}
    for key, value in node.value:
        line = f"{path}:{line_of(key)}"
        language = checked_language(_key(key, line), line)
        if language in voices:
            raise InputError(f"a voice for {language} is given twice", where=line, hint="Keep one of them")
        voices[language] = str(_text("voice", value, line))
    return tuple((language, voice) for language, voice in voices.items() if voice)


def _items(key: str, node: yaml.Node, where: str) -> list[str]:
    """The texts of a list; none for a key that has no value."""
    if is_scalar(node) and not source_of(node):
        return []
    if not isinstance(node, yaml.SequenceNode) or not all(is_scalar(item) for item in node.value):
        what, such = _LISTS[key]
        raise InputError(f"{key} must be a list of {what}", where=where, hint=f"Write {key}: {such}")
    return [clean_text(source_of(item)) for item in node.value]
