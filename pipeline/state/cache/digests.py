"""Files whose name tells what is in them: wrong bytes are noticed before they are used.

A file is asked for by its *slot*, the path `<folder>/<key><suffix>`, and lies beside it as `<key>.<seal><suffix>`. The
seal is the beginning of the SHA-256 of its bytes, so that a file vouches for itself, without an index that could be
lost or torn. Everything here blocks: call it in a thread.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import StorageError
from pipeline.files import replace_durably, sha256_of, storage_errors

# 64 bits: chance does not get past them, and nobody attacks their own cache.
_SEAL_DIGITS = 16
_SEAL = re.compile(rf"\.([0-9a-f]{{{_SEAL_DIGITS}}})(?=\.[^/\\]*$)")
# Twice in one tick of the clock of a file system (16 ms at most, on those that matter) a file may be written unseen.
_TICK_S = 0.02
# How many hashes are remembered: all files of the films under way, in a few megabytes.
_REMEMBERED = 8192


def slot_of(path: Path | str) -> str:
    """The slot that a sealed file belongs to; any other path is its own."""
    return _SEAL.sub("", str(path))


def sealed_files(slot: Path) -> list[Path]:
    """The files of a slot, unchecked, in an order that every process agrees on. Raises `StorageError`.

    More than one is rare: two processes made it in the same instant, from a service that never answers the same twice.
    """
    with storage_errors(slot):
        try:
            with os.scandir(slot.parent) as entries:
                names = [entry.name for entry in entries if entry.name.startswith(slot.stem)]
        except FileNotFoundError:
            return []
    return sorted(slot.with_name(name) for name in names if name != slot.name and slot_of(name) == slot.name)


def is_intact(path: Path) -> bool:
    """Whether the file is there, can be read, is not empty, and has the bytes that its name says."""
    try:
        return has_its_bytes(path)
    except OSError:
        return False


def has_its_bytes(path: Path) -> bool:
    """The same of a file that can be read. Raises `OSError`."""
    seal = _SEAL.search(path.name)
    stat = path.stat()
    return seal is not None and stat.st_size > 0 and _hashes.of(path, stat).startswith(seal[1])


def publish_sealed(temporary: Path, slot: Path) -> tuple[Path, int]:
    """Gives the finished file its sealed name; returns it, and how many bytes were made.

    Where another process was quicker, its file stays and is the answer: it may be in use already. Raises
    `StorageError`.
    """
    with storage_errors(slot):
        made = temporary.stat() if temporary.exists() else None
        if not made or not made.st_size:
            raise StorageError("was made, but nothing arrived on the disk", where=str(slot), hint="Check the disk")
        there = next(filter(is_intact, sealed_files(slot)), None)
        if there:
            return there, made.st_size
        digest = sha256_of(temporary)
        path = slot.with_name(f"{slot.stem}.{digest[:_SEAL_DIGITS]}{slot.suffix}")
        replace_durably(temporary, path)
        # A rename leaves size and time as they were.
        _hashes.remember(path, made, digest)
        return path, made.st_size


class FileEntry(NamedTuple):
    """A file as a folder lists it; the least recently used sorts first."""

    used_ns: int
    made_ns: int
    path: str
    bytes: int


def files_below(folder: Path) -> tuple[list[FileEntry], list[FileEntry]]:
    """All files below `folder`: those that have their name, and those still being made, or left half-made."""
    named: list[FileEntry] = []
    half_made: list[FileEntry] = []
    for entry in _entries_below(folder):
        with contextlib.suppress(OSError):  # another process removes files too
            stat = entry.stat()
            file = FileEntry(stat.st_atime_ns, stat.st_mtime_ns, entry.path, stat.st_size)
            (half_made if entry.name.startswith(".") else named).append(file)
    return named, half_made


def spare_files(files: Iterable[FileEntry]) -> list[FileEntry]:
    """All but the first file of each slot: whoever asks now gets the first."""
    slots: set[str] = set()
    spare: list[FileEntry] = []
    for file in sorted(files, key=attrgetter("path")):
        slot = slot_of(file.path)
        if slot in slots:
            spare.append(file)
        slots.add(slot)
    return spare


class _Hashes:
    """What files hashed to, for as long as their size and time of change stay: each is read once, not at each stage."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int], str] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, path: Path, stat: os.stat_result) -> str:
        """SHA-256 (hex) of the file, which `stat` is about. Raises `OSError`."""
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        digest = sha256_of(path)
        self.remember(path, stat, digest)
        return digest

    def remember(self, path: Path, stat: os.stat_result, digest: str) -> None:
        """Keeps what was just hashed, unless it is so new that a change would not show."""
        if time.time() - stat.st_mtime < _TICK_S:
            return
        with self._lock:
            self._known[str(path), stat.st_size, stat.st_mtime_ns] = digest
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


_hashes = _Hashes()


def _entries_below(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    # Another process removes folders too.
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _entries_below(entry.path)
            else:
                yield entry
