"""What may stand in a brief: each key, how long its value may be and what it means, wherever it is written.

Everything here raises `InputError` about `where` for a value that can't be one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pipeline.errors import InputError, did_you_mean
from pipeline.language.tags import LANGUAGE_TAG, MAX_LANGUAGES, canonical_case
from pipeline.language.text import clean_text
from pipeline.model import SHAPES, Priority, WantedPicture
from pipeline.model.episodes import MOST_EPISODES
from pipeline.model.schedule import Zone, parse_moment
from pipeline.sources.length import parse_length_s
from pipeline.sources.naming import TITLE_MAX_CHARS, checked_title

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
Value = str | int | tuple[str, ...] | tuple[tuple[str, str], ...] | tuple[WantedPicture, ...]
# The keys that are called otherwise in a `Brief`.
_FIELDS: Mapping[str, str] = {"length": "length_s"}


def field_of(key: str) -> str:
    """What a key is called in a `Brief`."""
    return _FIELDS.get(key, key)


def checked_value(key: str, text: str) -> tuple[str, Value]:
    """The field of `Brief` for a key and its value as a text; lists have commas between their items.

    What it raises names no place: whoever asks knows the cell.
    """
    if key in _LISTS:
        return key, checked_list(key, [item for item in map(clean_text, text.split(",")) if item], "")
    return field_of(key), checked_text(key, clean_text(text), "")


def checked_list(key: str, items: list[str], where: str) -> tuple[str, ...]:
    """What several texts mean as the value of a key."""
    return _LISTS[key](items, where)


def checked_text(key: str, text: str, where: str) -> Value:
    """What a text means as the value of a key; empty for an empty one."""
    if not text:
        return ""
    if key == "title":
        return checked_title(text, where=where)
    if len(text) > _MAX_CHARS[key]:
        raise InputError(f"{key} has {len(text):,} characters, at most {_MAX_CHARS[key]} fit", where=where)
    check = _CHECKS.get(key)
    return check(text, where) if check else text


def checked_language(text: str, where: str) -> str:
    """The code of a language as it is usually written."""
    if not LANGUAGE_TAG.fullmatch(text):
        raise InputError(f"{text!r} is not a language code", where=where, hint="Write e.g. en, de or pt-BR")
    return canonical_case(text)


def _tags(tags: list[str], where: str) -> tuple[str, ...]:
    long = next((tag for tag in tags if len(tag) > _TAG_MAX_CHARS), None)
    if long:
        raise InputError(f"the tag {long[:20]!r}… has more than {_TAG_MAX_CHARS} characters", where=where)
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _languages(texts: list[str], where: str) -> tuple[str, ...]:
    languages = tuple(dict.fromkeys(checked_language(text, where) for text in texts))
    if len(languages) > MAX_LANGUAGES:
        raise InputError(f"{len(languages)} languages are wanted, at most {MAX_LANGUAGES} can be had", where=where)
    return languages


def _formats(texts: list[str], where: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_format(text, where) for text in texts))


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
    """A time of publication as it is written. Its zone is told by another key or the settings."""
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


_LISTS: Mapping[str, Callable[[list[str], str], tuple[str, ...]]] = {
    "tags": _tags,
    "languages": _languages,
    "formats": _formats,
}
# What is more than a text.
_CHECKS: Mapping[str, Callable[[str, str], Value]] = {
    "language": checked_language,
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
