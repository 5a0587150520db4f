"""Which folder the workspace is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import InputError

CONFIG_NAME = "nightreel.toml"


def find_workspace(start: Path, explicit: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """The workspace, as an absolute path; it need not exist yet.

    `explicit` (a flag), else NIGHTREEL_WORKSPACE, else the nearest folder from `start` upwards with a nightreel.toml,
    else `start`. Raises `InputError` if it is something else than a folder.
    """
    named = explicit or _from_environment(os.environ if environ is None else environ)
    if named is None:
        start = start.absolute()
        return next((folder for folder in (start, *start.parents) if (folder / CONFIG_NAME).is_file()), start)
    workspace = named.expanduser().absolute()
    if workspace.exists() and not workspace.is_dir():
        raise InputError("is not a folder", where=str(named), hint="Name a folder as the workspace")
    return workspace


def _from_environment(environ: Mapping[str, str]) -> Path | None:
    text = environ.get("NIGHTREEL_WORKSPACE", "").strip()
    return Path(text) if text else None
