"""The nightreel.toml that `nightreel init` writes: every setting with its default, commented out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from inspect import getdoc
from textwrap import wrap

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.settings.fields import file_only_tables, setting_fields, setting_groups
from pipeline.settings.groups import Settings
from pipeline.settings.presets import DEFAULT_PRESET, KNOWN_PRESETS
from pipeline.settings.profiles import DEFAULT_PROFILE, KNOWN_PROFILES
from pipeline.settings.series import EXAMPLE, EXAMPLE_SERIES
from pipeline.settings.services import PRESETS, ServiceSettings

_HEADER = """\
# Settings of this workspace. Defaults are commented out: remove the "#" before a name to change its value.
# NIGHTREEL_VIDEO__QUALITY=20 in the environment overrides video.quality of this file.
"""

# The service that the example table shows.
_EXAMPLE = "deepseek"
# TOML bare keys.
_BARE = re.compile(r"[\w-]+", re.ASCII)


def example_toml() -> str:
    """The text of the file, generated from the settings classes."""
    groups = setting_groups()
    lines = [_HEADER]
    current = ""
    for name, field in setting_fields().items():
        if name in file_only_tables():
            lines += _services() if current == "groq" else []
            lines += [*_comment(field.description or ""), f"[{name}]"]
            lines += [*(f"#{line}" for line in _entries(field.default)), ""]
            if name in _EXAMPLES:
                key, example = _EXAMPLES[name]
                lines += _table(f"{name}.{key}", example)
            current = name
            continue
        group, _, key = name.rpartition(".")
        if group != current:
            lines += _services() if current == "groq" else []
            lines += [*_comment(getdoc(groups[group]) or ""), f"[{group}]"]
            current = group
        lines += _setting(key, field, field.default)
    return "\n".join(lines)


def _entries(table: Mapping[str, BaseModel]) -> Iterator[str]:
    """One line per nested table."""
    for name, entry in table.items():
        if name in {DEFAULT_PRESET, DEFAULT_PROFILE}:
            continue  # written in full below
        values = entry.model_dump(exclude_defaults=True)
        bare = name if _BARE.fullmatch(name) else json.dumps(name)
        yield f"{bare} = {{ {', '.join(f'{key} = {json.dumps(value)}' for key, value in values.items())} }}"


def _services() -> list[str]:
    """The table of one service, as an example."""
    name, others = _EXAMPLE, ", ".join(sorted(PRESETS.keys() - {_EXAMPLE}))
    service = Settings().services[name]
    text = f"{getdoc(ServiceSettings)} Predefined: {name} (as shown), {others}; others need base_url and models."
    lines = [*_comment(text), f"#[services.{name}]"]
    for key, field in ServiceSettings.model_fields.items():
        lines += _setting(key, field, None if key == "api_key" else getattr(service, key))
    return lines


# One table of each kind, written in full.
_EXAMPLES = {
    "presets": (DEFAULT_PRESET, KNOWN_PRESETS[DEFAULT_PRESET]),
    "profiles": (DEFAULT_PROFILE, KNOWN_PROFILES[DEFAULT_PROFILE]),
    "series": (EXAMPLE, EXAMPLE_SERIES),
}


def _table(name: str, table: BaseModel) -> list[str]:
    lines = [*_comment(getdoc(type(table)) or ""), f"#[{name}]"]
    for key, field in type(table).model_fields.items():
        lines += _setting(key, field, getattr(table, key))
    return lines


def _setting(key: str, field: FieldInfo, value: object) -> list[str]:
    return [*_comment(field.description or ""), f"#{key} = {_toml(value)}", ""]


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, 110, break_on_hyphens=False)]


def _toml(default: object) -> str:
    if default is None:
        return '""'
    if isinstance(default, dict) and default:
        entries = (
            f"{key if _BARE.fullmatch(key) else json.dumps(key)} = {_toml(each)}" for key, each in default.items()
        )
        return f"{{ {', '.join(entries)} }}"
    return json.dumps(default, ensure_ascii=False)
