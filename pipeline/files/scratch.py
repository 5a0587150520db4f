"""Temporary folders, removed even when the process exits early."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

_open: set[Path] = set()


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a new temporary folder; remove it afterwards."""
    with TemporaryDirectory(prefix="nightreel-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _open.add(folder)
        try:
            yield folder
        finally:
            _open.discard(folder)


def discard_scratch_folders() -> None:
    """Remove all open scratch folders, for a process that exits without unwinding the stack."""
    for folder in tuple(_open):
        shutil.rmtree(folder, ignore_errors=True)
