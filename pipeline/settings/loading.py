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

from pipeline.errors import ConfigurationError
from pipeline.settings.fields import PREFIX, environment_name, is_secret, is_table, setting_fields, setting_groups
from pipeline.settings.groups import Settings
from pipeline.settings.workspace import CONFIG_NAME

# Says which workspace; `find_workspace()` reads it.
_NOT_A_SETTING = "NIGHTREEL_WORKSPACE"
_PRICED = 'is told by model now: write usd_per_million_in and usd_per_million_out under [prices."NAME OF THE MODEL"]'
# Names of earlier versions, and what became of them.
_MOVED = {"groq.usd_per_million_in": _PRICED, "groq.usd_per_million_out": _PRICED}
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
            if name in setting_fields():
                found[name] = entry
            else:
                problems.append(_unknown(name, entry))
    try:
        settings = Settings(**_nested(found))
    except ValidationError as error:
        problems += [_wrong(details, found) for details in error.errors(include_url=False)]
        # The original would quote the values, the secret ones as well.
        raise ConfigurationError("; ".join(problems)) from None
    if problems:
        raise ConfigurationError("; ".join(problems))
    return settings


def _from_flags(overrides: Mapping[str, object]) -> Iterator[tuple[str, _Found]]:
    for name, value in overrides.items():
        if value is not None:
            yield name, _Found(value=value, subject=name)


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, _Found]]:
    """Empty variables count as not set, as shells and CI systems mean them."""
    if environ.get("GROQ_API_KEY"):
        yield "groq.api_key", _Found(value=environ["GROQ_API_KEY"], subject="GROQ_API_KEY")
    for variable in sorted(environ):
        if variable.upper().startswith(PREFIX) and variable.upper() != _NOT_A_SETTING and environ[variable]:
            name = variable[len(PREFIX) :].lower().replace("__", ".")
            yield name, _Found(value=environ[variable], subject=variable)


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
    inside = f"{name}." if is_table(name) else None
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
        name = f"{above}{key}"
        if isinstance(value, dict) and not is_table(name):
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _nested(found: Mapping[str, _Found]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, entry in found.items():
        group, _, key = name.rpartition(".")
        (nested.setdefault(group, {}) if group else nested)[key] = entry.value
    return nested


def _unknown(name: str, entry: _Found) -> str:
    """What is wrong with a name, and what was probably meant, in the spelling of the place it stands in."""
    if name in _MOVED:
        return f"{entry.subject} {_MOVED[name]}"
    spelled = environment_name if entry.subject.upper().startswith(PREFIX) else str
    if name in setting_groups():
        example = next(key for key in setting_fields() if key.startswith(f"{name}."))
        return f"{entry.subject} is a group of settings, not one: set {spelled(example)}, for example"
    # Not `did_you_mean()` on the spelled names: with one prefix in common, all variables look alike.
    nearest = get_close_matches(name, setting_fields(), n=1)
    return f"{entry.subject} is not a setting: {f'did you mean {spelled(nearest[0])}?' if nearest else _ALL}"


def _wrong(details: ErrorDetails, found: Mapping[str, _Found]) -> str:
    """One problem that pydantic found, in our words: who says it, what it is, what it may be."""
    path = [str(part) for part in details["loc"]]
    known = {*setting_fields(), *setting_groups()}
    name = next(name for end in range(len(path), 0, -1) if (name := ".".join(path[:end])) in known)
    wish = details["msg"].removeprefix("Value error, ")
    wish = re.sub(r"^(Input|String|Value) should", "must", wish).split(", unable")[0].split(" or instance of")[0]
    wish = wish.replace("a valid boolean", "true or false").replace("a valid dictionary", "a table in nightreel.toml")
    if is_table(name) and (inner := path[name.count(".") + 1 :]):
        wish = "must be set" if details["type"] == "missing" else wish
        return f"{found[name].subject}.{'.'.join(inner)} {wish}"
    if name not in found:  # a rule between the settings of one group
        culprit = next(entry.subject for key, entry in found.items() if key.startswith(f"{name}."))
        return f"{culprit}: {wish}"
    if details["type"] == "string_pattern_mismatch":
        wish = "must be a language tag like en, de or pt-BR"
    shown = "" if is_secret(name) else f" is {_shown(found[name].value)},"
    return f"{found[name].subject}{shown} {wish}"


def _shown(value: object) -> str:
    """The value as the user wrote it, short, and without the password of an address."""
    text = re.sub(r"//[^/@\s]*@", "//…@", f"“{value}”" if isinstance(value, str) else str(value).lower())
    return text if len(text) <= 60 else f"{text[:59]}…"
