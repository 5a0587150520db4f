"""Everything expensive is kept by content: same inputs, same file, paid for once.

State, not a result: the whole folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from math import inf
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import NightreelError, StorageError
from pipeline.files import DISK_FULL, publish_file, storage_error, storage_errors, temporary_sibling

# A file being made is touched all the time; one that nobody has touched for a day belongs to a killed process.
_LEFTOVER_AGE_S = 24 * 3600

logger = logging.getLogger("nightreel")


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
        self._root = root.absolute()
        # What is being made now, and how many tasks want it.
        self._flights: dict[Path, _Flight] = {}
        self._holders: set[_Holder] = set()
        # What lies below `root`, as far as this process knows; not counted yet.
        self._bytes: float = inf
        # Held for moments, in threads: what `prune` is about to remove can't be found by anybody in between.
        self._lock = threading.Lock()

    def path(self, kind: str, key: str, suffix: str) -> Path:
        """Where the file for `key` is, or would be. `suffix` begins with a dot."""
        return self._root / kind / key[:2] / f"{key}{suffix}"

    async def get_or_make(
        self,
        kind: str,
        key: str,
        suffix: str,
        make: Callable[[Path], Awaitable[None]],
        *,
        check: Callable[[Path], object] | None = None,
    ) -> tuple[Path, bool]:
        """The file for `key`, and whether it was there already.

        If it was not, `make` writes it to the (temporary) path that it is given, once for all tasks that ask. When
        `make` fails or is cancelled nothing stays behind, and the next task that waits tries for itself. An empty file
        is no file, and neither is one that `check` (called in a thread) refuses with a `NightreelError` or a
        `ValueError`: it is made afresh. What `make` made is not checked. Raises `StorageError` and what `make` raises.
        """
        path = self.path(kind, key, suffix)
        if holder := _holder.get():
            holder.paths.add(path)
        async with self._flight(path):
            if await to_thread.run_sync(self._serves, path, check):
                return path, True
            await self._make(path, make)
            return path, False

    async def discard(self, path: Path) -> None:
        """Removes a file that turned out to be damaged; the next task that asks makes it afresh."""
        await to_thread.run_sync(self._discard, path)

    @contextlib.asynccontextmanager
    async def holding(self, *paths: Path) -> AsyncIterator[None]:
        """`prune` leaves alone what the block, and every task that it starts, gets from the cache, until it ends.

        So it does with `paths`: what an earlier process got for the same work; some may be missing. Blocks do not nest.
        """
        holder = _Holder(paths)
        self._holders.add(holder)
        token = _holder.set(holder)
        try:
            await to_thread.run_sync(self._use, paths)
            yield
        finally:
            _holder.reset(token)
            self._holders.remove(holder)

    def prune(self, max_bytes: int) -> int:
        """Removes the least recently used files until the rest is at most `max_bytes`; returns the bytes freed.

        What a block of `holding` has got stays, even above the limit. Half-made files of killed processes go after a
        day. Files are counted the first time and when they may be too many, so it costs nothing to call this often.
        What other processes hold it can't know: the limit has room for what all of them make at one time.
        Blocks: call it in a thread.
        """
        with self._lock:
            if self._bytes <= max_bytes:
                return 0
            self._bytes = 0  # from now on, what is made while we count
        freed, total, files = 0, 0, []
        for entry in _files_below(self._root):
            with contextlib.suppress(OSError):  # another process prunes too
                stat = entry.stat()
                if not entry.name.startswith("."):
                    total += stat.st_size
                    files.append((stat.st_mtime_ns, entry.path, stat.st_size))
                elif stat.st_mtime < time.time() - _LEFTOVER_AGE_S:
                    freed += _remove(Path(entry.path))
        for _, path, size in sorted(files):
            if total <= max_bytes:
                break
            with self._lock:
                if not self._is_held(Path(path)):
                    freed += _remove(Path(path))
                    total -= size
        with self._lock:
            self._bytes += total
        return freed

    def _is_held(self, path: Path) -> bool:
        return any(path in holder.paths for holder in tuple(self._holders))

    def _use(self, paths: Iterable[Path]) -> None:
        for path in paths:
            with contextlib.suppress(StorageError), self._lock:
                _touch(path)

    def _serves(self, path: Path, check: Callable[[Path], object] | None) -> bool:
        """Whether the file is there and good; removes it when it is not."""
        with self._lock:
            if not _touch(path):
                return False
        try:
            if check:
                check(path)
        except (NightreelError, ValueError) as error:
            logger.info("%s is damaged and made afresh: %s", path, error)
            self._discard(path)
            return False
        return True

    def _discard(self, path: Path) -> None:
        with self._lock:
            self._bytes -= _remove(path)

    def _publish(self, temporary: Path, path: Path) -> None:
        size = _publish(temporary, path)
        with self._lock:
            self._bytes += size

    async def _make(self, path: Path, make: Callable[[Path], Awaitable[None]]) -> None:
        temporary = temporary_sibling(path)
        try:
            await to_thread.run_sync(_make_folder, path)
            await make(temporary)
            await to_thread.run_sync(self._publish, temporary, path)
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


class _Holder:
    """A block of `Cache.holding`."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.paths = set(paths)


# The block that the current task works in: tasks inherit it from the one that starts them.
_holder: ContextVar[_Holder | None] = ContextVar("holder", default=None)


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


def _publish(temporary: Path, path: Path) -> int:
    """Gives the finished file its name; returns its bytes."""
    with storage_errors(path):
        size = temporary.stat().st_size if temporary.exists() else 0
        if not size:
            raise StorageError("was made, but nothing arrived on the disk", where=str(path), hint="Check the disk")
        publish_file(temporary, path)
        return size


def _remove(path: Path) -> int:
    """Removes the file if it is there; returns the bytes freed."""
    with contextlib.suppress(OSError):
        size = path.stat().st_size
        path.unlink()
        return size
    return 0


def _files_below(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(entry.path)
            else:
                yield entry
