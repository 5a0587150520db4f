"""The nightreel.toml that `nightreel init` writes: every setting with its default, commented out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from inspect import getdoc
from textwrap import wrap

from pydantic.fields import FieldInfo

from pipeline.settings.fields import is_table, setting_fields, setting_groups

_HEADER = """\
# Settings of this workspace. Each line that begins with "#" and a name shows a default: remove the "#" to change it.
# NIGHTREEL_VIDEO__QUALITY=20 in the environment sets the same for one command, and wins over this file.
"""


def example_toml() -> str:
    """The text of the file, generated from the settings themselves."""
    groups = setting_groups()
    lines = [_HEADER]
    current = ""
    for name, field in setting_fields().items():
        if is_table(name):
            lines += [*(f"# {line}" for line in wrap(field.description or "", 110)), f"[{name}]"]
            lines += [*(f"#{line}" for line in _entries(field.default)), ""]
            current = name
            continue
        group, _, key = name.rpartition(".")
        if group != current:
            lines += [f"# {getdoc(groups[group])}", f"[{group}]"]
            current = group
        lines += [f"# {line}" for line in wrap(field.description or "", 110)]
        lines += [f"#{key} = {_toml(field)}", ""]
    return "\n".join(lines)


def _entries(table: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """The tables in a table, a line each."""
    for name, entry in table.items():
        yield f"{json.dumps(name)} = {{ {', '.join(f'{key} = {json.dumps(value)}' for key, value in entry.items())} }}"


def _toml(field: FieldInfo) -> str:
    default = field.default
    if default is None:
        return '""'
    return json.dumps(default, ensure_ascii=False)
