"""Folders of tests that belong to no single test."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

# How their names begin.
KEPT = "nightreel-kept-"


@functools.cache
def kept_folder(name: str) -> Path:
    """A folder for as long as the tests run, for who is called when pytest has none to give; the same for each name."""
    folder = tempfile.mkdtemp(prefix=f"{KEPT}{name}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
