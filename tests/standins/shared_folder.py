"""Temporary folders that belong to no single test."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

# The prefix of their names.
KEPT = "nightreel-kept-"


@functools.cache
def shared_folder(name: str) -> Path:
    """A folder that exists while the tests run, for code without access to pytest's; the same for each name."""
    folder = tempfile.mkdtemp(prefix=f"{KEPT}{name}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
