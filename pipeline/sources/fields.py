"""Validation of the keys of a brief, for front matter and for option columns of tables.

Every function raises `InputError` about `where` for an invalid value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from pipeline.errors import InputError, did_you_mean
from pipeline.language.tags import LANGUAGE_TAG, MAX_LANGUAGES, canonical_case
from pipeline.language.text import clean_text
from pipeline.model import SHAPES, Priority, WantedPicture
from pipeline.model.episodes import MOST_EPISODES
from pipeline.model.schedule import Zone, parse_moment
from pipeline.sources.length import parse_length_s
from pipeline.sources.naming import TITLE_MAX_CHARS, checked_title

# Generous limits in characters.
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
_MOST_VARIANTS = 1000
_EPISODE = re.compile(r"0*([1-9][0-9]{0,3})")
# UTC has no daylight saving time, so no local time is missing.
_ANY_ZONE = Zone("UTC")
_TAG_MAX_CHARS = 60
KEYS = (*_MAX_CHARS, "formats", "languages", "pictures", "tags")
Value = str | int | tuple[str, ...] | tuple[tuple[str, str], ...] | tuple[WantedPicture, ...]
# Keys whose field in `Brief` has another name.
_FIELDS: Mapping[str, str] = {"length": "length_s"}


def field_of(key: str) -> str:
    """The field of `Brief` for a key."""
    return _FIELDS.get(key, key)


def checked_value(key: str, text: str) -> tuple[str, Value]:
    """The field of `Brief` and the value for a key and a text; lists are comma-separated.

    Errors have no `where`: the caller knows the cell.
    """
    if key in _LISTS:
        return key, checked_list(key, [item for item in map(clean_text, text.split(",")) if item], "")
    return field_of(key), checked_text(key, clean_text(text), "")


def checked_list(key: str, items: list[str], where: str) -> tuple[str, ...]:
    """The value of a list key."""
    return _LISTS[key](items, where)


def checked_text(key: str, text: str, where: str) -> Value:
    """The value of a key; empty for an empty text."""
    if not text:
        return ""
    if key == "title":
        return checked_title(text, where=where)
    if len(text) > _MAX_CHARS[key]:
        raise InputError(f"{key} has {len(text):,} characters; at most {_MAX_CHARS[key]} are allowed", where=where)
    check = _CHECKS.get(key)
    return check(text, where) if check else text


def checked_language(text: str, where: str) -> str:
    """A language tag in its canonical case."""
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
        raise InputError(f"{len(languages)} languages are listed, at most {MAX_LANGUAGES} are allowed", where=where)
    return languages


def _formats(texts: list[str], where: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_format(text, where) for text in texts))


def _priority(text: str, where: str) -> Priority:
    try:
        return Priority(text.casefold())
    except ValueError:
        hint = did_you_mean(text, list(Priority))
        raise InputError(f"{text!r} is not a valid priority", where=where, hint=hint) from None


def _one_of(key: str, choices: Sequence[str]) -> Callable[[str, str], str]:
    def check(text: str, where: str) -> str:
        if text.casefold() not in choices:
            valid = f"{', '.join(choices[:-1])} or {choices[-1]}"
            hint = did_you_mean(text, choices)
            raise InputError(f"{key} must be {valid}, not {text!r}", where=where, hint=hint)
        return text.casefold()

    return check


def _format(text: str, where: str) -> str:
    if text not in SHAPES:
        raise InputError(f"{text!r} is not a valid format", where=where, hint=f"Write one of {', '.join(SHAPES)}")
    return text


def _variant(text: str, where: str) -> int:
    if not re.fullmatch(r"[0-9]+", text) or int(text) > _MOST_VARIANTS:
        hint = f"Write a number from 0 to {_MOST_VARIANTS}"
        raise InputError(f"{text!r} is not a valid variant", where=where, hint=hint)
    return int(text)


def _episode(text: str, where: str) -> int:
    number = _EPISODE.fullmatch(text)
    if not number:
        hint = f"Write a number from 1 to {MOST_EPISODES}"
        raise InputError(f"{text!r} is not a valid episode number", where=where, hint=hint)
    return int(number[1])


def _publish_at(text: str, where: str) -> str:
    """A publication time as written. Its time zone comes from another key or the settings."""
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


_LISTS: Mapping[str, Callable[[list[str], str], tuple[str, ...]]] = {
    "tags": _tags,
    "languages": _languages,
    "formats": _formats,
}
# Keys that are parsed beyond the length limit.
_CHECKS: Mapping[str, Callable[[str, str], Value]] = {
    "language": checked_language,
    "priority": _priority,
    "length": lambda text, where: parse_length_s(text, where=where),
    "facts": _one_of("facts", ("open", "notes")),
    "format": _format,
    "variant": _variant,
    "episode": _episode,
    "privacy": _one_of("privacy", ("private", "unlisted", "public")),
    "publish_at": _publish_at,
    "time_zone": _time_zone,
}
