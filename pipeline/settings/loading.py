"""From flags, environment and nightreel.toml to `Settings`; every problem is told with its place, all at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.errors import ConfigurationError, did_you_mean
from pipeline.settings.fields import (
    PREFIX,
    environment_name,
    is_secret,
    only_in_files,
    setting_field,
    setting_fields,
    setting_groups,
    setting_tables,
)
from pipeline.settings.groups import Settings
from pipeline.settings.secrets import without_keys
from pipeline.settings.services import PRESETS
from pipeline.workspace import CONFIG_NAME

# Says which workspace; `find_workspace()` reads it.
_NOT_A_SETTING = "NIGHTREEL_WORKSPACE"
_PRICED = 'is told by model now: write usd_per_million_in and usd_per_million_out under [prices."NAME OF THE MODEL"]'
# Keys in the variables where everybody has them; before NIGHTREEL_*, which are meant for us.
_KEYS = {"GROQ_API_KEY": "groq.api_key", "PEXELS_API_KEY": "pexels.api_key", "PIXABAY_API_KEY": "pixabay.api_key"}
# Names of earlier versions, and what became of them.
_MOVED = {
    "subtitles.burn_in": "is subtitles.style now: off for false, karaoke for true",
    "groq.usd_per_million_in": _PRICED,
    "groq.usd_per_million_out": _PRICED,
}
# What it was called before there were several.
_RENAMED = {"script.writer": "script.writers", "groq.model": "groq.models"}
# What needs no quotes in TOML; and the name of a service as it is written, where it can't be one.
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ODD_SERVICE = re.compile(r'services\.("[^"]*"|[^."]*-[^."]*)(?:\.|$)')
# What pydantic puts into the place of a value beside its names: a key, a branch of a union.
_BRANCH = re.compile(r"\[key\]$|constrained-str$|dict\[|<\w+>$")
_ALL = "`nightreel init` writes a file with all settings"


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A value as it was found, and how to speak of it: "nightreel.toml:3: video.quality", "NIGHTREEL_OFFLINE"."""

    value: object
    subject: str


def load_settings(
    workspace: Path, overrides: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """The settings of a workspace.

    `overrides` (flags, by dotted name; None: not given) win over NIGHTREEL_* variables, which win over nightreel.toml,
    which wins over the defaults. No other file is read.

    Raises `ConfigurationError` with every unknown name (and the nearest known one) and every wrong value.
    """
    found: dict[str, _Found] = {}
    problems: list[str] = []
    sources = (
        _from_file(workspace / CONFIG_NAME),
        _from_environment(os.environ if environ is None else environ),
        _from_flags(overrides or {}),
    )
    for source in sources:
        for name, entry in source:
            table, _, path = name.partition(".")
            if setting_field(name) is not None:
                found[name] = entry
            elif table in setting_tables() - only_in_files():
                before = found[table].value if table in found else {}
                found[table] = _Found(value=_with(before, path.split("."), entry.value), subject=entry.subject)
            else:
                problems.append(_unknown(name, entry))
    found |= dict(_well_known_keys(found, os.environ if environ is None else environ))
    try:
        settings = Settings(**_nested(found))
    except ValidationError as error:
        problems += [_wrong(details, found) for details in error.errors(include_url=False)]
        # The original would quote the values, the secret ones as well.
        raise ConfigurationError(without_keys("; ".join(problems))) from None
    problems += _unknown_writers(settings, found)
    problems += _unknown_preset(settings, found)
    problems += _unknown_profile(settings, found)
    problems += _unknown_series(settings, found)
    if problems:
        raise ConfigurationError(without_keys("; ".join(problems)))
    return settings


def _with(table: object, path: list[str], value: object) -> dict[str, object]:
    """A table with one value more, or another."""
    key, *rest = path
    known: dict[str, object] = dict(table) if isinstance(table, dict) else {}
    return {**known, key: _with(known.get(key), rest, value) if rest else value}


def _from_flags(overrides: Mapping[str, object]) -> Iterator[tuple[str, _Found]]:
    for name, value in overrides.items():
        if value is not None:
            yield name, _Found(value=value, subject=name)


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, _Found]]:
    """Empty variables count as not set, as shells and CI systems mean them."""
    for variable, name in _KEYS.items():
        if environ.get(variable):
            yield name, _Found(value=environ[variable], subject=variable)
    for variable in sorted(environ):
        if variable.upper().startswith(PREFIX) and variable.upper() != _NOT_A_SETTING and environ[variable]:
            name = variable[len(PREFIX) :].lower().replace("__", ".")
            yield name, _Found(value=environ[variable], subject=variable)


def _well_known_keys(found: Mapping[str, _Found], environ: Mapping[str, str]) -> Iterator[tuple[str, _Found]]:
    """The keys of services in the variables where their own tools look for them; they go before nightreel.toml."""
    tables = {name.split(".")[1] for name in found if name.startswith("services.")}
    for service in sorted(PRESETS.keys() | tables):
        key, told = f"services.{service}.api_key", found.get(f"services.{service}.api_key_env")
        variable = str(told.value) if told else PRESETS.get(service, {}).get("api_key_env", "")
        from_file = key not in found or found[key].subject.startswith(CONFIG_NAME)
        if from_file and environ.get(variable):
            yield key, _Found(value=environ[variable], subject=variable)


def _unknown_writers(settings: Settings, found: Mapping[str, _Found]) -> Iterator[str]:
    known = ("auto", "groq", "outline", *settings.services)
    for name in settings.script.writers:
        if name not in known:
            hint = did_you_mean(
                name, known, otherwise=f"Add a table [services.{name}], or take one of {', '.join(known)}"
            )
            yield f"{found['script.writers'].subject}: there is no writer “{name}”. {hint}"


def _unknown_preset(settings: Settings, found: Mapping[str, _Found]) -> Iterator[str]:
    if settings.video.preset not in settings.presets:
        hint = did_you_mean(settings.video.preset, settings.presets)
        yield f"{found['video.preset'].subject}: there is no preset “{settings.video.preset}”. {hint}"


def _unknown_profile(settings: Settings, found: Mapping[str, _Found]) -> Iterator[str]:
    name = settings.quality.profile
    if name and name not in settings.profiles:
        hint = did_you_mean(name, settings.profiles)
        yield f"{found['quality.profile'].subject}: there is no profile “{name}”. {hint}"


def _unknown_series(settings: Settings, found: Mapping[str, _Found]) -> Iterator[str]:
    name = settings.episodes_of
    if name and name not in settings.series:
        hint = did_you_mean(
            name, settings.series, otherwise=None if settings.series else f"Add a table [series.{name}]"
        )
        yield f"{found['episodes_of'].subject}: there is no series “{name}”. {hint}"


def _from_file(path: Path) -> Iterator[tuple[str, _Found]]:
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows like to begin with a mark
        content = tomllib.loads(text)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigurationError("can't be read", where=CONFIG_NAME, hint=f"{error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("is not UTF-8", where=CONFIG_NAME, hint="Save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        message, line = _toml_problem(str(error), text)
        raise ConfigurationError(f"is not valid TOML: {message}", where=f"{CONFIG_NAME}:{line}") from error
    for name, value in _flat(content):
        yield name, _Found(value=value, subject=f"{CONFIG_NAME}:{_line_of(name, text)}: {name}")


def _toml_problem(message: str, text: str) -> tuple[str, int]:
    """What tomllib says, without the place, and the line."""
    place = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", message)
    if not place:
        return message, 1
    line = int(place[1]) if place[1] else max(1, len(text.splitlines()))
    return message[: place.start()].lower(), line


def _line_of(name: str, text: str) -> int:
    """The line that sets `name`; the first one if it is written in a way that this simple look does not see."""
    table = ""
    # Only the first key of a user's table is ours to look for: `[prices."openai/gpt-oss-120b"]` is a line of "prices".
    inside = f"{name}." if name in setting_tables() else None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([^\[\]]+?)\s*\]", line):
            table = f"{header[1]}."
            if header[1] == name or (inside and header[1].startswith(inside)):
                return number
        elif (key := re.match(r"\s*([\w.\s\"'-]+?)\s*=", line)) and f"{table}{key[1]}" == name:
            return number
    return 1


def _flat(content: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in content.items():
        name = above + (key if _BARE_KEY.fullmatch(key) else f'"{key}"')
        if isinstance(value, dict) and name not in setting_tables():
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _nested(found: Mapping[str, _Found]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, entry in found.items():
        *groups, key = name.split(".")
        table = nested
        for group in groups:
            table = table.setdefault(group, {})
        table[key] = entry.value
    return nested


def _unknown(name: str, entry: _Found) -> str:
    """What is wrong with a name, and what was probably meant, in the spelling of the place it stands in."""
    if odd := _ODD_SERVICE.match(name):
        return f"{entry.subject}: {odd[1]} can't be the name of a service: take letters, digits and _"
    if name in _MOVED:
        return f"{entry.subject} {_MOVED[name]}"
    spelled = environment_name if entry.subject.upper().startswith(PREFIX) else str
    if name in _RENAMED:
        return f"{entry.subject} is now {spelled(_RENAMED[name])}, a list of names, best first"
    if name in setting_groups():
        example = next(key for key in setting_fields() if key.startswith(f"{name}."))
        return f"{entry.subject} is a group of settings, not one: set {spelled(example)}, for example"
    # Not `did_you_mean()` on the spelled names: with one prefix in common, all variables look alike.
    nearest = get_close_matches(name, setting_fields(), n=1)
    return f"{entry.subject} is not a setting: {f'did you mean {spelled(nearest[0])}?' if nearest else _ALL}"


def _wrong(details: ErrorDetails, found: Mapping[str, _Found]) -> str:
    """One problem that pydantic found, in our words: who says it, what it is, what it may be."""
    name = _name_at(details["loc"])
    wish = details["msg"].removeprefix("Value error, ")
    wish = re.sub(r"^(Input|String|Value|Tuple) should", "must", wish).split(", unable")[0]
    wish = wish.split(" or instance of")[0].replace("a valid boolean", "true or false")
    wish = wish.replace("a valid string", "a text in quotes").replace("a valid number", "a number")
    wish = wish.replace("a valid integer", "a whole number").split(" after validation")[0]
    wish = wish.replace("a valid dictionary", "a table in nightreel.toml")
    wish = "is not a setting" if details["type"] == "extra_forbidden" else wish
    table, *path = (str(part) for part in details["loc"] if not _BRANCH.match(str(part)))
    if table in setting_tables() and (path or details["type"] == "value_error"):
        wish = "must be set" if details["type"] == "missing" else wish
        return f"{'.'.join([found[table].subject, *path])}{'' if path else ':'} {wish}"
    if details["type"] == "missing":
        wish, name = f"{name} is needed", name.rpartition(".")[0]
    if name not in found:  # a rule between the settings of one group, or one that is missing
        culprit = next(entry.subject for key, entry in found.items() if key.startswith(f"{name}."))
        return f"{culprit}: {wish}"
    if details["type"] == "string_pattern_mismatch":
        wish = "must be a language tag like en, de or pt-BR"
    shown = "" if is_secret(name) else f" is {_shown(found[name].value)},"
    return f"{found[name].subject}{shown} {wish}"


def _name_at(place: tuple[int | str, ...]) -> str:
    """The setting at a place that pydantic speaks of, without the branches of a union and the items of a list."""
    if place[0] == "services":
        return ".".join(str(part) for part in place[:3])
    if place[0] in setting_tables():
        return str(place[0])
    return ".".join(str(part) for part in place if part in {*setting_groups(), *_last_names()})


def _last_names() -> set[str]:
    return {name.rpartition(".")[2] for name in setting_fields()}


def _shown(value: object) -> str:
    """The value as the user wrote it, short, and without the password of an address."""
    text = f"“{value}”" if isinstance(value, str) else str(value).lower()
    text = without_keys(re.sub(r"//[^/@\s]*@", "//…@", text))
    return text if len(text) <= 60 else f"{text[:59]}…"
