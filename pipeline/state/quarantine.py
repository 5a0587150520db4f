"""Checkpoints that can't be read are kept under another name: nothing is lost, and what they were of can begin anew."""

from __future__ import annotations

import itertools
from pathlib import Path

from pipeline.files import storage_errors


def put_aside(path: Path) -> Path:
    """Gives a damaged file another name, which is returned; one that was set aside before stays as well."""
    numbers = itertools.count(2)
    aside = aside_of(path)
    if aside.exists() and not path.exists():
        return aside  # by an earlier run
    while aside.exists():
        aside = path.with_suffix(f".json.damaged-{next(numbers)}")
    with storage_errors(path):
        path.replace(aside)
    return aside


def aside_of(path: Path) -> Path:
    """Where the first damaged file of that name is kept."""
    return path.with_suffix(".json.damaged")
