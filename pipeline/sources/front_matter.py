"""The block between two `---` lines at the top of a brief: what the film is called and how it is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import yaml

from pipeline.errors import InputError, did_you_mean
from pipeline.model import SHAPES, Priority, WantedPicture
from pipeline.model.episodes import MOST_EPISODES
from pipeline.model.languages import LANGUAGE_TAG, MOST_LANGUAGES, usual_case
from pipeline.model.schedule import Zone, parse_moment
from pipeline.model.text import clean_text
from pipeline.sources.length import parse_length_s
from pipeline.sources.naming import TITLE_MAX_CHARS, checked_title
from pipeline.sources.nodes import is_scalar, line_of, source_of
from pipeline.sources.pictures import wanted_pictures

# Longest value of each key, in characters: far beyond what is sensible, short of what would hurt.
_MAX_CHARS: Mapping[str, int] = {
    "title": TITLE_MAX_CHARS,
    "language": 35,
    "template": 60,
    "theme": 60,
    "voice": 100,
    "music": 200,
    "preset": 40,
    "format": 10,
    "subtitle": 200,
    "kicker": 100,
    "closing": 400,
    "description": 4000,
    "priority": 20,
    "playlist": 150,
    "audience": 200,
    "tone": 200,
    "length": 20,
    "facts": 20,
    "variant": 20,
    "privacy": 20,
    "publish_at": 40,
    "time_zone": 60,
    "series": 40,
    "episode": 10,
}
_FACTS = ("open", "notes")
_PRIVACY = ("private", "unlisted", "public")
_MOST_VARIANTS = 1000
_EPISODE = re.compile(r"0*([1-9][0-9]{0,3})")
# Its clocks leave nothing out.
_ANY_ZONE = Zone("UTC")
_TAG_MAX_CHARS = 60
KEYS = (*_MAX_CHARS, "formats", "languages", "pictures", "tags")
_Value = str | int | tuple[str, ...] | tuple[tuple[str, str], ...] | tuple[WantedPicture, ...]
# The keys that are called otherwise in a `Brief`.
_FIELDS: Mapping[str, str] = {"length": "length_s"}


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """The keys that were given, checked, and where the body starts."""

    # Values by name of the field of `Brief`.
    values: Mapping[str, _Value] = field(default_factory=dict)
    body: str
    # How many lines of the file stand before the body.
    lines_before: int = 0


def split_front_matter(text: str, *, path: str) -> FrontMatter:
    """Front matter and body of a brief. Raises `InputError` with the line of whatever is wrong."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return FrontMatter(body=text)
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() in {"---", "..."}), None)
    if end is None:
        raise InputError("the front matter is never closed", where=f"{path}:1", hint="End it with a line of ---")
    return FrontMatter(
        values=_parse("\n".join(lines[1:end]), path=path), body="\n".join(lines[end + 1 :]), lines_before=end + 1
    )


def _parse(text: str, *, path: str) -> dict[str, _Value]:
    root = _compose(text, path=path)
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise InputError("the front matter is not a list of `key: value` lines", where=f"{path}:2")
    values: dict[str, _Value] = {}
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


def _value(key: str, node: yaml.Node, where: str) -> tuple[str, _Value]:
    """The field of `Brief` and its value."""
    if key == "tags":
        return key, _tags(node, where)
    if key == "languages":
        return key, _languages(node, where)
    if key == "formats":
        return key, _formats(node, where)
    if key == "pictures":
        return key, wanted_pictures(node, where)
    if key == "voice" and isinstance(node, yaml.MappingNode):
        return "voices", _voices(node, where)
    return _FIELDS.get(key, key), _text(key, node, where)


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


def checked_value(key: str, text: str, where: str) -> tuple[str, _Value]:
    """The field of `Brief` for a key and its value as a text; lists have commas between their items.

    Raises `InputError` for a value that can't be one.
    """
    items = [clean_text(item) for item in text.split(",")]
    if key == "tags":
        return key, _checked_tags(items, where)
    if key == "languages":
        return key, _checked_languages([item for item in items if item], where)
    if key == "formats":
        return key, _checked_formats([item for item in items if item], where)
    return _FIELDS.get(key, key), _checked(key, clean_text(text), where)


def _text(key: str, node: yaml.Node, where: str) -> _Value:
    if not is_scalar(node):
        kind = {"sequence": "a list", "mapping": "a group of keys"}.get(getattr(node, "id", ""), f"tagged {node.tag}")
        raise InputError(f"{key} must be a text, not {kind}", where=where, hint=f"Write {key}: some text")
    return _checked(key, clean_text(source_of(node)), where)


def _checked(key: str, text: str, where: str) -> _Value:
    if not text:
        return ""
    if key == "title":
        return checked_title(text, where=where)
    if len(text) > _MAX_CHARS[key]:
        raise InputError(f"{key} has {len(text):,} characters, at most {_MAX_CHARS[key]} fit", where=where)
    check = _CHECKS.get(key)
    return check(text, where) if check else text


def _tags(node: yaml.Node, where: str) -> tuple[str, ...]:
    if is_scalar(node) and not source_of(node):
        return ()
    tags = _list(node, InputError("tags must be a list of texts", where=where, hint="Write tags: [space, science]"))
    return _checked_tags(tags, where)


def _checked_tags(tags: list[str], where: str) -> tuple[str, ...]:
    long = next((tag for tag in tags if len(tag) > _TAG_MAX_CHARS), None)
    if long:
        raise InputError(f"the tag {long[:20]!r}… has more than {_TAG_MAX_CHARS} characters", where=where)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _languages(node: yaml.Node, where: str) -> tuple[str, ...]:
    if is_scalar(node) and not source_of(node):
        return ()
    wrong = InputError("languages must be a list of language codes", where=where, hint="Write languages: [en, es, fr]")
    return _checked_languages(_list(node, wrong), where)


def _checked_languages(texts: list[str], where: str) -> tuple[str, ...]:
    languages = tuple(dict.fromkeys(_language(text, where) for text in texts))
    if len(languages) > MOST_LANGUAGES:
        raise InputError(f"{len(languages)} languages are wanted, at most {MOST_LANGUAGES} can be had", where=where)
    return languages


def _voices(node: yaml.MappingNode, where: str) -> tuple[tuple[str, str], ...]:
    """Voices by language: `voice: {en: en-US-AvaNeural, es: es-MX-DaliaNeural}`."""
    path = where.rpartition(":")[0]
    voices: dict[str, str] = {}
    for key, value in node.value:
        line = f"{path}:{line_of(key)}"
        language = _language(_key(key, line), line)
        if language in voices:
            raise InputError(f"a voice for {language} is given twice", where=line, hint="Keep one of them")
        voices[language] = str(_text("voice", value, line))
    return tuple((language, voice) for language, voice in voices.items() if voice)


def _list(node: yaml.Node, wrong: InputError) -> list[str]:
    """The texts of a list. Raises `wrong` for anything else."""
    if not isinstance(node, yaml.SequenceNode) or not all(is_scalar(item) for item in node.value):
        raise wrong
    return [clean_text(source_of(item)) for item in node.value]


def _language(text: str, where: str) -> str:
    if not LANGUAGE_TAG.fullmatch(text):
        raise InputError(f"{text!r} is not a language code", where=where, hint="Write e.g. en, de or pt-BR")
    return usual_case(text)


def _priority(text: str, where: str) -> Priority:
    try:
        return Priority(text.casefold())
    except ValueError:
        raise InputError(f"{text!r} is no priority", where=where, hint=did_you_mean(text, list(Priority))) from None


def _facts(text: str, where: str) -> str:
    if text.casefold() not in _FACTS:
        raise InputError(f"facts are {' or '.join(_FACTS)}, not {text!r}", where=where, hint=did_you_mean(text, _FACTS))
    return text.casefold()


def _format(text: str, where: str) -> str:
    if text not in SHAPES:
        raise InputError(f"{text!r} is no format", where=where, hint=f"Write one of {', '.join(SHAPES)}")
    return text


def _formats(node: yaml.Node, where: str) -> tuple[str, ...]:
    if is_scalar(node) and not source_of(node):
        return ()
    wrong = InputError("formats must be a list of formats", where=where, hint='Write formats: ["16:9", "9:16"]')
    return _checked_formats(_list(node, wrong), where)


def _checked_formats(texts: list[str], where: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_format(text, where) for text in texts))


def _variant(text: str, where: str) -> int:
    if not re.fullmatch(r"[0-9]+", text) or int(text) > _MOST_VARIANTS:
        raise InputError(f"{text!r} is no variant", where=where, hint=f"Write a number from 0 to {_MOST_VARIANTS}")
    return int(text)


def _episode(text: str, where: str) -> int:
    number = _EPISODE.fullmatch(text)
    if not number:
        raise InputError(f"{text!r} is no episode", where=where, hint=f"Write a number from 1 to {MOST_EPISODES}")
    return int(number[1])


def _privacy(text: str, where: str) -> str:
    if text.casefold() not in _PRIVACY:
        hint = did_you_mean(text, _PRIVACY)
        raise InputError(f"privacy is {', '.join(_PRIVACY)}, not {text!r}", where=where, hint=hint)
    return text.casefold()


def _publish_at(text: str, where: str) -> str:
    """As it is written: in which zone it is, another key or the settings say."""
    try:
        parse_moment(text, _ANY_ZONE)
    except ValueError as error:
        raise InputError(f"publish_at: {error}", where=where) from error
    return text


def _time_zone(text: str, where: str) -> str:
    try:
        return Zone(text).name
    except ValueError as error:
        raise InputError(f"time_zone {error}", where=where) from error


def _length(text: str, where: str) -> int:
    return parse_length_s(text, where=where)


# What is more than a text.
_CHECKS: Mapping[str, Callable[[str, str], _Value]] = {
    "language": _language,
    "priority": _priority,
    "length": _length,
    "facts": _facts,
    "format": _format,
    "variant": _variant,
    "episode": _episode,
    "privacy": _privacy,
    "publish_at": _publish_at,
    "time_zone": _time_zone,
}
