"""Merges flags, environment and nightreel.toml into `Settings`; all problems are reported at once, with their place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.errors import ConfigurationError, InputError
from pipeline.settings.diagnostics import (
    SettingValue,
    describe_invalid,
    describe_unknown,
    hint_for,
    redact_keys,
    unknown_references,
)
from pipeline.settings.fields import PREFIX, file_only_tables, setting_field, setting_tables
from pipeline.settings.groups import Settings
from pipeline.settings.services import PRESETS
from pipeline.toml import line_of, parse_toml
from pipeline.workspace import CONFIG_NAME

# Selects the workspace: see `find_workspace()`.
_NOT_A_SETTING = "NIGHTREEL_WORKSPACE"
# The services' usual variables. NIGHTREEL_* variables take precedence: they are read later.
_KEYS = {"GROQ_API_KEY": "groq.api_key", "PEXELS_API_KEY": "pexels.api_key", "PIXABAY_API_KEY": "pixabay.api_key"}
# TOML bare keys.
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def load_settings(
    workspace: Path,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    called: Mapping[str, str] | None = None,
) -> Settings:
    """The settings of a workspace.

    Precedence: `overrides` (flags by dotted name; None: not given), NIGHTREEL_* variables, nightreel.toml, defaults. No
    other file is read. `called` maps setting names to how the user wrote them: "video.preset" is "--preset".

    Raises `ConfigurationError` with every unknown name (and the closest known one) and every invalid value.
    """
    environ = os.environ if environ is None else environ
    found: dict[str, SettingValue] = {}
    problems: list[str] = []
    sources = (
        _from_file(workspace / CONFIG_NAME),
        _from_environment(environ),
        _from_flags(overrides or {}, called or {}),
    )
    for source in sources:
        for name, entry in source:
            table, _, path = name.partition(".")
            if setting_field(name) is not None:
                found[name] = entry
            elif table in setting_tables() - file_only_tables():
                before = found[table].value if table in found else {}
                found[table] = SettingValue(value=_with(before, path.split("."), entry.value), subject=entry.subject)
            else:
                problems.append(describe_unknown(name, entry))
    found |= dict(_well_known_keys(found, environ))
    try:
        settings = Settings(**_nested(found))
    except ValidationError as error:
        problems += [describe_invalid(details, found) for details in error.errors(include_url=False)]
        # `from None`: the original quotes all values, including secrets.
        raise ConfigurationError(redact_keys("; ".join(problems)), hint=hint_for(problems)) from None
    problems += unknown_references(settings, found)
    if problems:
        raise ConfigurationError(redact_keys("; ".join(problems)), hint=hint_for(problems))
    return settings


def _with(table: object, path: list[str], value: object) -> dict[str, object]:
    """A copy of a nested table with one value set."""
    key, *rest = path
    known: dict[str, object] = dict(table) if isinstance(table, dict) else {}
    return {**known, key: _with(known.get(key), rest, value) if rest else value}


def _from_flags(overrides: Mapping[str, object], called: Mapping[str, str]) -> Iterator[tuple[str, SettingValue]]:
    for name, value in overrides.items():
        if value is not None:
            subject = called.get(name) or called.get(name.partition(".")[0]) or name
            yield name, SettingValue(value=value, subject=subject)


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, SettingValue]]:
    """Settings from variables. Empty ones count as unset, as is usual in shells and CI systems."""
    for variable, name in _KEYS.items():
        if environ.get(variable):
            yield name, SettingValue(value=environ[variable], subject=variable)
    for variable in sorted(environ):
        if variable.upper().startswith(PREFIX) and variable.upper() != _NOT_A_SETTING and environ[variable]:
            name = variable[len(PREFIX) :].lower().replace("__", ".")
            yield name, SettingValue(value=environ[variable], subject=variable)


def _well_known_keys(
    found: Mapping[str, SettingValue], environ: Mapping[str, str]
) -> Iterator[tuple[str, SettingValue]]:
    """API keys from the services' own variables (`api_key_env`), which take precedence over nightreel.toml."""
    tables = {name.split(".")[1] for name in found if name.startswith("services.")}
    for service in sorted(PRESETS.keys() | tables):
        key, named = f"services.{service}.api_key", found.get(f"services.{service}.api_key_env")
        variable = str(named.value) if named else PRESETS.get(service, {}).get("api_key_env", "")
        from_file = key not in found or found[key].subject.startswith(CONFIG_NAME)
        if from_file and environ.get(variable):
            yield key, SettingValue(value=environ[variable], subject=variable)


def _from_file(path: Path) -> Iterator[tuple[str, SettingValue]]:
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors on Windows write a byte order mark
        content = parse_toml(text, CONFIG_NAME)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigurationError("can't be read", where=CONFIG_NAME, hint=f"{error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("is not UTF-8", where=CONFIG_NAME, hint="Save it as UTF-8") from error
    except InputError as error:
        raise ConfigurationError(error.message, where=error.where) from error
    for name, value in _flat(content):
        line = line_of(text, name.replace('"', "").split("."))
        yield name, SettingValue(value=value, subject=f"{CONFIG_NAME}:{line}: {name}")


def _flat(content: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in content.items():
        name = above + (key if _BARE_KEY.fullmatch(key) else f'"{key}"')
        if isinstance(value, dict) and name not in setting_tables():
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _nested(found: Mapping[str, SettingValue]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, entry in found.items():
        *groups, key = name.split(".")
        table = nested
        for group in groups:
            table = table.setdefault(group, {})
        table[key] = entry.value
    return nested
