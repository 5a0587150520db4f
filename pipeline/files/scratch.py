"""Folders for what is needed for a while and by nobody else."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

_open: set[Path] = set()


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder that is there as long as this lasts."""
    with TemporaryDirectory(prefix="nightreel-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _open.add(folder)
        try:
            yield folder
        finally:
            _open.discard(folder)


def discard_scratch_folders() -> None:
    """Removes all of them, for a process that ends without leaving their blocks."""
    for folder in tuple(_open):
        shutil.rmtree(folder, ignore_errors=True)
