"""Locates the workspace folder and the built-in resources."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.errors import InputError

CONFIG_NAME = "nightreel.toml"
_PACKAGE = Path(__file__).parent


def find_workspace(start: Path, explicit: Path | None, environ: Mapping[str, str] | None = None) -> Path:
    """The workspace as an absolute path.

    `explicit` (a flag), else NIGHTREEL_WORKSPACE, else the nearest folder from `start` upwards that has a
    nightreel.toml, else `start`. Raises `InputError` if the named folder does not exist or is no folder: a mistyped
    name must not create an empty workspace, which has no record of what is finished and published.
    """
    named = explicit or _from_environment(os.environ if environ is None else environ)
    if named is None:
        start = start.absolute()
        return next((folder for folder in (start, *start.parents) if (folder / CONFIG_NAME).is_file()), start)
    workspace = named.expanduser().absolute()
    if not workspace.exists():
        make = f"nightreel init {shlex.quote(str(named))}"
        raise InputError("no such workspace", where=str(named), hint=f"Correct the path, or create it: {make}")
    if not workspace.is_dir():
        raise InputError("is not a folder", where=str(named), hint="The workspace must be a folder")
    return workspace


def builtin_root() -> Path:
    """The folder with the built-in `templates/`, `themes/` and `topics/`: in the wheel, else the repository root."""
    in_wheel = _PACKAGE / "_builtin"
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent


def is_builtin(path: Path, search: Sequence[Path]) -> bool:
    """Whether a file is a built-in resource outside the `search` folders, whose files belong to the user."""
    return path.is_relative_to(builtin_root()) and not any(
        path.resolve().is_relative_to(each.resolve()) for each in search
    )


def _from_environment(environ: Mapping[str, str]) -> Path | None:
    text = environ.get("NIGHTREEL_WORKSPACE", "").strip()
    return Path(text) if text else None
