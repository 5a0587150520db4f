"""Which folder the workspace is, and where the one lies that comes with us."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.errors import InputError

CONFIG_NAME = "nightreel.toml"
_PACKAGE = Path(__file__).parent


def find_workspace(start: Path, explicit: Path | None, environ: Mapping[str, str] | None = None) -> Path:
    """The workspace, as an absolute path.

    `explicit` (a flag), else NIGHTREEL_WORKSPACE, else the nearest folder from `start` upwards with a nightreel.toml,
    else `start`. Raises `InputError` if a folder was named that is not there, or something else than one: in a
    workspace that a slip of the finger had made, nobody would know what is finished, and what is published.
    """
    named = explicit or _from_environment(os.environ if environ is None else environ)
    if named is None:
        start = start.absolute()
        return next((folder for folder in (start, *start.parents) if (folder / CONFIG_NAME).is_file()), start)
    workspace = named.expanduser().absolute()
    if not workspace.exists():
        make = f"nightreel init {shlex.quote(str(named))}"
        raise InputError("there is no such workspace", where=str(named), hint=f"Mend its name, or make it: {make}")
    if not workspace.is_dir():
        raise InputError("is not a folder", where=str(named), hint="Name a folder as the workspace")
    return workspace


def builtin_root() -> Path:
    """The folder that holds the built-in `templates/`, `themes/` and `topics/`: in the wheel, else the repository."""
    in_wheel = _PACKAGE / "_builtin"
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent


def is_builtin(path: Path, search: Sequence[Path]) -> bool:
    """Whether a file came with us, and does not lie in a folder of `search`, where people edit what is theirs."""
    return path.is_relative_to(builtin_root()) and not any(
        path.resolve().is_relative_to(each.resolve()) for each in search
    )


def _from_environment(environ: Mapping[str, str]) -> Path | None:
    text = environ.get("NIGHTREEL_WORKSPACE", "").strip()
    return Path(text) if text else None
