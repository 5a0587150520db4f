"""Files with a digest of their content in their name, so that corruption is detected before they are used.

A file is requested by its *slot*, the path `<folder>/<key><suffix>`, and stored next to it as `<key>.<digest><suffix>`.
The digest is the beginning of the SHA-256 of its bytes, so a file verifies itself, without an index that could be lost
or torn. Everything here blocks: call it in a thread.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import StorageError
from pipeline.files import replace_durably, sha256_of, storage_errors

# 64 bits: enough against accidents, and nobody attacks their own cache.
_DIGEST_CHARS = 16
_DIGEST = re.compile(rf"\.([0-9a-f]{{{_DIGEST_CHARS}}})(?=\.[^/\\]*$)")
# A second write within one tick of the file system's clock (at most 16 ms on common ones) leaves no trace.
_TICK_S = 0.02
# Number of remembered hashes: enough for all files of the films in progress, in a few megabytes.
_REMEMBERED = 8192


def slot_of(path: Path | str) -> str:
    """The slot of a file with a digest; any other path is its own slot."""
    return _DIGEST.sub("", str(path))


def files_of_slot(slot: Path) -> list[Path]:
    """The files of a slot, unverified, in an order that is the same for all processes. Raises `StorageError`.

    More than one is rare: two processes made it at the same time, from a service with varying responses.
    """
    with storage_errors(slot):
        try:
            with os.scandir(slot.parent) as entries:
                names = [entry.name for entry in entries if entry.name.startswith(slot.stem)]
        except FileNotFoundError:
            return []
    return sorted(slot.with_name(name) for name in names if name != slot.name and slot_of(name) == slot.name)


def is_intact(path: Path) -> bool:
    """Whether the file exists, is readable and not empty, and matches the digest in its name."""
    try:
        return matches_digest(path)
    except OSError:
        return False


def matches_digest(path: Path) -> bool:
    """Whether the file is not empty and matches the digest in its name. Raises `OSError`."""
    digest = _DIGEST.search(path.name)
    stat = path.stat()
    return digest is not None and stat.st_size > 0 and _hashes.of(path, stat).startswith(digest[1])


def publish_with_digest(temporary: Path, slot: Path) -> tuple[Path, int]:
    """Move the finished file to its final name; returns that path, and the size of what was made.

    If another process was faster, its file is kept and returned: it may be in use already. Raises `StorageError`.
    """
    with storage_errors(slot):
        made = temporary.stat() if temporary.exists() else None
        if not made or not made.st_size:
            raise StorageError("was made, but is empty on the disk", where=str(slot), hint="Check the disk")
        existing = next(filter(is_intact, files_of_slot(slot)), None)
        if existing:
            return existing, made.st_size
        digest = sha256_of(temporary)
        path = slot.with_name(f"{slot.stem}.{digest[:_DIGEST_CHARS]}{slot.suffix}")
        replace_durably(temporary, path)
        # A rename does not change size and time.
        _hashes.remember(path, made, digest)
        return path, made.st_size


class FileEntry(NamedTuple):
    """A file in a folder listing; the least recently used sorts first."""

    used_ns: int
    made_ns: int
    path: str
    bytes: int


def files_below(folder: Path) -> tuple[list[FileEntry], list[FileEntry]]:
    """All files below `folder`: the finished ones, and the partial ones."""
    finished: list[FileEntry] = []
    partial: list[FileEntry] = []
    for entry in _entries_below(folder):
        with contextlib.suppress(OSError):  # removed by another process
            stat = entry.stat()
            file = FileEntry(stat.st_atime_ns, stat.st_mtime_ns, entry.path, stat.st_size)
            (partial if entry.name.startswith(".") else finished).append(file)
    return finished, partial


class _Hashes:
    """Hashes of files, valid while their size and time do not change: each is read once, not at each stage."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int], str] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, path: Path, stat: os.stat_result) -> str:
        """The SHA-256 (hex) of the file; `stat` is its current status. Raises `OSError`."""
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        digest = sha256_of(path)
        self.remember(path, stat, digest)
        return digest

    def remember(self, path: Path, stat: os.stat_result, digest: str) -> None:
        """Remember a hash, unless the file is so new that a further change would not show in its time."""
        if time.time() - stat.st_mtime < _TICK_S:
            return
        with self._lock:
            self._known[str(path), stat.st_size, stat.st_mtime_ns] = digest
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


_hashes = _Hashes()


def _entries_below(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    # Other processes remove folders, too.
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _entries_below(entry.path)
            else:
                yield entry
