"""Everything expensive is kept by content: same inputs, same file, paid for once.

State, not a result: the whole folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import StorageError
from pipeline.state.files import DISK_FULL, publish_file, storage_error, storage_errors, temporary_sibling

# A file being made is touched all the time; one that nobody has touched for a day belongs to a killed process.
_LEFTOVER_AGE_S = 24 * 3600


def content_key(*parts: object) -> str:
    """SHA-256 (hex) of the parts: strings, numbers, booleans, None, sequences, mappings and frozen dataclasses.

    Equal values give equal keys in every process and on every machine; a list counts as a tuple. A `Path` is refused
    with `TypeError`, because where a file lies is not what it contains.
    """
    text = json.dumps([_canonical(part) for part in parts], sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Cache:
    """Files below `root`, at `<kind>/<first two digits of the key>/<key><suffix>`. One per process.

    Safe for many tasks of one event loop, and for several processes on the same folder (each may make the same file;
    the last rename wins, with the same bytes).
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        # What is being made now, and how many tasks want it.
        self._flights: dict[Path, _Flight] = {}
        self._used: set[Path] = set()

    def path(self, kind: str, key: str, suffix: str) -> Path:
        """Where the file for `key` is, or would be. `suffix` begins with a dot."""
        return self._root / kind / key[:2] / f"{key}{suffix}"

    async def get_or_make(
        self, kind: str, key: str, suffix: str, make: Callable[[Path], Awaitable[None]]
    ) -> tuple[Path, bool]:
        """The file for `key`, and whether it was there already.

        If it was not, `make` writes it to the (temporary) path that it is given, once for all tasks that ask. When
        `make` fails or is cancelled nothing stays behind, and the next task that waits tries for itself. An empty file
        is no file. Raises `StorageError` and what `make` raises.
        """
        path = self.path(kind, key, suffix)
        self._used.add(path)
        async with self._flight(path):
            if await to_thread.run_sync(_touch, path):
                return path, True
            await self._make(path, make)
            return path, False

    def prune(self, max_bytes: int) -> int:
        """Removes the least recently used files until the rest is at most `max_bytes`; returns the bytes freed.

        What this process has used stays, even above the limit. Half-made files of killed processes go after a day.
        Blocks: call it in a thread.
        """
        freed, total, files = 0, 0, []
        for path in _files_below(self._root):
            with contextlib.suppress(FileNotFoundError):  # another process prunes too
                stat = path.stat()
                if path.name.startswith("."):
                    freed += _remove(path) if stat.st_mtime < time.time() - _LEFTOVER_AGE_S else 0
                else:
                    total += stat.st_size
                    files.append((stat.st_mtime_ns, path, stat.st_size))
        for _, path, size in sorted(files):
            if total <= max_bytes:
                break
            if path not in self._used:
                freed += _remove(path)
                total -= size
        return freed

    async def _make(self, path: Path, make: Callable[[Path], Awaitable[None]]) -> None:
        temporary = temporary_sibling(path)
        try:
            await to_thread.run_sync(_make_folder, path)
            await make(temporary)
            await to_thread.run_sync(_publish, temporary, path)
        except OSError as error:
            # Only a full disk is surely ours to explain; anything else is what `make` has to say.
            if error.errno in DISK_FULL:
                raise storage_error(error, path) from error
            raise
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(_remove, temporary)

    @contextlib.asynccontextmanager
    async def _flight(self, path: Path) -> AsyncIterator[None]:
        """Lets one task at a time in per `path`, and forgets the path when nobody wants it any more."""
        flight = self._flights.setdefault(path, _Flight())
        flight.wanted_by += 1
        try:
            async with flight.lock:
                yield
        finally:
            flight.wanted_by -= 1
            if not flight.wanted_by:
                del self._flights[path]


class _Flight:
    def __init__(self) -> None:
        self.lock = anyio.Lock()
        self.wanted_by = 0


def _canonical(value: object) -> object:
    """`value` in what JSON has; a dataclass carries its name, so that kinds with equal fields differ."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [_canonical(item) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _canonical(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and _is_frozen(type(value)):
        fields = {field.name: _canonical(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"@": type(value).__name__, **fields}
    raise TypeError(f"a {type(value).__name__} can't be part of a content key")


def _is_frozen(kind: type) -> bool:
    return bool(vars(kind)["__dataclass_params__"].frozen)


def _touch(path: Path) -> bool:
    """Whether the file is there and not empty; marks it as used just now."""
    with storage_errors(path):
        try:
            if path.stat().st_size == 0:
                return False
        except FileNotFoundError:
            return False
    with contextlib.suppress(OSError):  # a read-only cache still serves
        os.utime(path)
    return True


def _make_folder(path: Path) -> None:
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)


def _publish(temporary: Path, path: Path) -> None:
    with storage_errors(path):
        if not temporary.exists() or temporary.stat().st_size == 0:
            raise StorageError("was made, but nothing arrived on the disk", where=str(path), hint="Check the disk")
        publish_file(temporary, path)


def _remove(path: Path) -> int:
    """Removes the file if it is there; returns the bytes freed."""
    with contextlib.suppress(OSError):
        size = path.stat().st_size
        path.unlink()
        return size
    return 0


def _files_below(root: Path) -> Iterator[Path]:
    return (path for path in root.glob("*/??/*") if path.is_file())
