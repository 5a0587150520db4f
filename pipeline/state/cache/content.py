"""`Cache`: a content-addressed cache of files with LRU eviction. Same inputs, same file, made once.

The whole folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from math import inf
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.files import DISK_FULL, discard, storage_error, storage_errors, temporary_sibling
from pipeline.state.cache.digests import (
    files_below,
    files_of_slot,
    is_intact,
    matches_digest,
    publish_with_digest,
    slot_of,
)
from pipeline.state.cache.leases import Leases
from pipeline.state.cache.usage import CacheUsage, current_use
from pipeline.state.locks import held

# A file in the making is written continuously; one untouched for a day belongs to a killed process.
_LEFTOVER_AGE_NS = 24 * 3600 * 1_000_000_000

logger = logging.getLogger("nightreel")


class Cache:
    """Files below `root`, at `<kind>/<first two digits of the key>/<key>.<digest><suffix>` (see `digests.py`).

    One per process. Safe for many tasks of one event loop, and for several processes on the same folder: if two make
    the same file, the first one is kept. `suffix` begins with a dot.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        # Files being made now, by slot.
        self._flights: dict[str, _Flight] = {}
        self._blocks: set[CacheUsage] = set()
        # Tell other processes since when we use files.
        self._leases = Leases(self._root)
        # Total size below `root`, as far as this process knows; infinite: not counted yet.
        self._bytes: float = inf
        # Held briefly, in threads, so that no task finds a file that `prune` is about to remove.
        self._lock = threading.Lock()

    async def get_or_make(
        self, kind: str, key: str, suffix: str, make: Callable[[Path], Awaitable[None]]
    ) -> tuple[Path, bool]:
        """The file for `key`, and whether it was a cache hit.

        On a miss, `make` writes it to the temporary path that it is given, once for all concurrent callers. If `make`
        fails or is cancelled, nothing is left behind, and the next waiting caller tries. Empty files are rejected, and
        corrupted ones made again. Raises `StorageError` and whatever `make` raises.
        """
        slot = self._slot(kind, key, suffix)
        use = current_use.get()
        if use:
            use.slots.add(str(slot))
        async with self._flight(str(slot)):
            path = await to_thread.run_sync(self._take, slot)
            if path:
                if use:
                    use.note_found(str(slot))
                return path, True
            path, size = await self._make(slot, make)
            if use:
                use.note_made(str(slot), size)
            return path, False

    @contextlib.asynccontextmanager
    async def exclusive(self, kind: str, key: str) -> AsyncIterator[None]:
        """A mutex for this kind and key, across all processes.

        For results that cost money and are not reproducible: the second caller finds what the first has made.
        """
        # `prune` takes a hidden file for a partial one: the lock file of a killed process is removed after a day.
        slot = self._slot(kind, f".{key}", ".lock")
        async with self._flight(str(slot)), held(slot, what=key):
            yield

    def find(self, kind: str, key: str, suffix: str) -> Path | None:
        """The file for `key` if it exists and is intact. Blocks: call it in a thread. Raises `StorageError`."""
        return next((path for path in files_of_slot(self._slot(kind, key, suffix)) if is_intact(path)), None)

    def contains(self, kind: str, key: str, suffix: str) -> bool:
        """Whether there is a file for `key`, unverified. Blocks briefly. Raises `StorageError`."""
        return bool(files_of_slot(self._slot(kind, key, suffix)))

    def intact(self, path: Path) -> bool:
        """Whether a file from the cache, perhaps got by an earlier process, still exists and is intact.

        Blocks: it reads the whole file, but only once while its size and time do not change.
        """
        return is_intact(path)

    def size_bytes(self) -> int:
        """The total size. Blocks: it stats every file."""
        files, _ = files_below(self._root)
        return sum(file.bytes for file in files)

    async def discard(self, path: Path) -> None:
        """Remove a file that turned out to be damaged; the next caller makes it again."""
        await to_thread.run_sync(self._discard, path)

    @contextlib.asynccontextmanager
    async def holding(self, *paths: Path) -> AsyncIterator[CacheUsage]:
        """Protect from eviction what the block, and every task that it starts, gets from the cache, until it ends.

        Also protects `paths`, which an earlier process got for the same work; some may be missing. Holds in all
        processes. Yields the counter of hits and misses. Blocks do not nest.
        """
        use = CacheUsage(paths)
        async with self._leases.held():
            self._blocks.add(use)
            token = current_use.set(use)
            try:
                if paths:
                    await to_thread.run_sync(lambda: [_touch(path) for path in paths])
                yield use
            finally:
                current_use.reset(token)
                self._blocks.remove(use)

    def may_exceed(self, max_bytes: int) -> bool:
        """Whether `prune` might have something to remove, as far as is known; costs nothing."""
        return self._bytes > max_bytes

    def prune(self, max_bytes: int) -> int:
        """Evict the least recently used files until the rest is at most `max_bytes`; returns the bytes freed.

        Files in use by a `holding` block are kept, even above the limit; for other processes, those are all files used
        since the oldest of their blocks began. Partial files of killed processes are removed after a day. Files are
        only counted the first time and when they may exceed the limit, so calling this often costs nothing. Blocks:
        call it in a thread.
        """
        with self._lock:
            if self._bytes <= max_bytes:
                return 0
            self._bytes = 0  # from now on, counts what is made meanwhile
        files, partial = files_below(self._root)
        day_ago_ns = time.time_ns() - _LEFTOVER_AGE_NS
        old = [Path(file.path) for file in partial if file.made_ns < day_ago_ns]
        # Not those at the top: they are leases of processes that have worked for longer than a day.
        freed = sum(_remove(path) for path in old if path.parent != self._root)
        total = sum(file.bytes for file in files)
        others_since_ns = self._leases.others_since_ns()
        for file in sorted(files):
            if total <= max_bytes:
                break
            if file.used_ns >= others_since_ns:
                continue
            with self._lock:
                # Another process may have started to use it since it was counted.
                if not self._is_held(file.path) and _used_ns(file.path) == file.used_ns:
                    freed += _remove(Path(file.path))
                    total -= file.bytes
        with self._lock:
            self._bytes += total
        return freed

    def _slot(self, kind: str, key: str, suffix: str) -> Path:
        return self._root / kind / key[:2] / f"{key}{suffix}"

    def _is_held(self, path: str) -> bool:
        slot = slot_of(path)
        return any(slot in use.slots for use in tuple(self._blocks))

    def _take(self, slot: Path) -> Path | None:
        """The intact file of the slot, marked as used. Removes damaged ones. None: there is none, but its folder."""
        for path in files_of_slot(slot):
            try:
                intact = matches_digest(path)
            except OSError as error:
                logger.info("%s can't be read and is made again: %s", path, error)
                continue
            if not intact:
                logger.info("%s is damaged and is made again", path)
                self._discard(path)
                continue
            with self._lock:
                if _touch(path):
                    return path
        with storage_errors(slot):
            slot.parent.mkdir(parents=True, exist_ok=True)
        return None

    def _discard(self, path: Path) -> None:
        with self._lock:
            self._bytes -= _remove(path)

    def _publish(self, temporary: Path, slot: Path) -> tuple[Path, int]:
        path, size = publish_with_digest(temporary, slot)
        # If another process was faster, its file is used instead.
        discard(temporary)
        with self._lock:
            self._bytes += size
        return path, size

    async def _make(self, slot: Path, make: Callable[[Path], Awaitable[None]]) -> tuple[Path, int]:
        temporary = temporary_sibling(slot)
        try:
            await make(temporary)
            return await to_thread.run_sync(self._publish, temporary, slot)
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(_remove, temporary)
            # Only a full disk is certainly our error; any other is for `make` to explain.
            if isinstance(error, OSError) and error.errno in DISK_FULL:
                raise storage_error(error, slot) from error
            raise

    @contextlib.asynccontextmanager
    async def _flight(self, slot: str) -> AsyncIterator[None]:
        """A mutex per slot, dropped when no task waits for it any more."""
        flight = self._flights.setdefault(slot, _Flight())
        flight.users += 1
        try:
            async with flight.lock:
                yield
        finally:
            flight.users -= 1
            if not flight.users:
                del self._flights[slot]


class _Flight:
    def __init__(self) -> None:
        self.lock = anyio.Lock()
        self.users = 0


def _touch(path: Path) -> bool:
    """Whether the file exists; updates its access time, but not its modification time."""
    try:
        changed_ns = path.stat().st_mtime_ns
    except OSError:
        return False
    with contextlib.suppress(OSError):  # a read-only cache still serves
        os.utime(path, ns=(time.time_ns(), changed_ns))
    return True


def _used_ns(path: str) -> int:
    """When the file was last used; 0: it does not exist."""
    try:
        return Path(path).stat().st_atime_ns
    except OSError:
        return 0


def _remove(path: Path) -> int:
    """Remove the file if it exists; returns the bytes freed."""
    with contextlib.suppress(OSError):  # already removed by another process, or not removable: nothing freed
        size = path.stat().st_size
        path.unlink()
        return size
    return 0
