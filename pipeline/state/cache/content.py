"""Everything expensive is kept by content: same inputs, same file, paid for once.

State, not a result: the whole folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from math import inf
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.files import DISK_FULL, discard, storage_error, storage_errors, temporary_sibling
from pipeline.state.cache.digests import (
    files_below,
    has_its_bytes,
    is_intact,
    publish_sealed,
    sealed_files,
    slot_of,
    spare_files,
)
from pipeline.state.cache.leases import Signs
from pipeline.state.cache.usage import CacheUsage, current_use
from pipeline.state.locks import held

# A file being made is written all the time; one that nobody has touched for a day belongs to a killed process. Nor does
# anybody who got the second of two files for the same key still need it then.
_LEFTOVER_AGE_NS = 24 * 3600 * 1_000_000_000

logger = logging.getLogger("nightreel")


class Cache:
    """Files below `root`, at `<kind>/<first two digits of the key>/<key>.<seal><suffix>` (see `digests.py`).

    One per process. Safe for many tasks of one event loop, and for several processes on the same folder: each may make
    the same file, and the first one stays. `suffix` begins with a dot.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        # What is being made now, by slot, and how many tasks want it.
        self._flights: dict[str, _Flight] = {}
        self._blocks: set[CacheUsage] = set()
        # By which other processes know since when we hold something.
        self._signs = Signs(self._root)
        # What lies below `root`, as far as this process knows; not counted yet.
        self._bytes: float = inf
        # Held for moments, in threads: what `prune` is about to remove can't be found by anybody in between.
        self._lock = threading.Lock()

    async def get_or_make(
        self, kind: str, key: str, suffix: str, make: Callable[[Path], Awaitable[None]]
    ) -> tuple[Path, bool]:
        """The file for `key`, and whether it was there already.

        If it was not, `make` writes it to the (temporary) path that it is given, once for all tasks that ask. When
        `make` fails or is cancelled nothing stays behind, and the next task that waits tries for itself. An empty file
        is no file, and one whose bytes are not what they were is made afresh. Raises `StorageError` and what `make`
        raises.
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
    async def alone(self, kind: str, key: str) -> AsyncIterator[None]:
        """No other task is in a block of this kind and key, in any process.

        For what costs money and never comes out the same twice: whoever comes second finds what the first has made.
        """
        # A name that `prune` takes for half-made: the lock of a killed process goes after a day.
        slot = self._slot(kind, f".{key}", ".lock")
        async with self._flight(str(slot)), held(slot, what=key):
            yield

    def find(self, kind: str, key: str, suffix: str) -> Path | None:
        """The file for `key`, checked, if it is there. Blocks: call it in a thread. Raises `StorageError`."""
        return next((path for path in sealed_files(self._slot(kind, key, suffix)) if is_intact(path)), None)

    def contains(self, kind: str, key: str, suffix: str) -> bool:
        """Whether there is a file for `key`; nobody looks into it. Blocks, for a moment. Raises `StorageError`."""
        return bool(sealed_files(self._slot(kind, key, suffix)))

    def intact(self, path: Path) -> bool:
        """Whether a file that was got from the cache, perhaps by an earlier process, is still there as it was.

        Blocks: it reads the whole file, once for as long as it does not change.
        """
        return is_intact(path)

    def size_bytes(self) -> int:
        """How much there is. Blocks: it looks at every file."""
        files, _ = files_below(self._root)
        return sum(file.bytes for file in files)

    async def discard(self, path: Path) -> None:
        """Removes a file that turned out to be damaged; the next task that asks makes it afresh."""
        await to_thread.run_sync(self._discard, path)

    @contextlib.asynccontextmanager
    async def holding(self, *paths: Path) -> AsyncIterator[CacheUsage]:
        """`prune` leaves alone what the block, and every task that it starts, gets from the cache, until it ends.

        So does that of every other process; and so it is with `paths`: what an earlier process got for the same work;
        some may be missing. Yields what tells how much of it was there already. Blocks do not nest.
        """
        use = CacheUsage(paths)
        async with self._signs.shown():
            self._blocks.add(use)
            token = current_use.set(use)
            try:
                if paths:
                    await to_thread.run_sync(_touch_all, paths)
                yield use
            finally:
                current_use.reset(token)
                self._blocks.remove(use)

    def may_exceed(self, max_bytes: int) -> bool:
        """Whether there may be something to prune, as far as is known; costs nothing."""
        return self._bytes > max_bytes

    def prune(self, max_bytes: int) -> int:
        """Removes the least recently used files until the rest is at most `max_bytes`; returns the bytes freed.

        What a block of `holding` has got stays, even above the limit; of other processes, what anybody has used since
        the oldest of their blocks began. Half-made files of killed processes go after a day, and so do those that two
        processes made of the same, but for one.
        Files are counted the first time and when they may be too many, so it costs nothing to call this often.
        Blocks: call it in a thread.
        """
        with self._lock:
            if self._bytes <= max_bytes:
                return 0
            self._bytes = 0  # from now on, what is made while we count
        files, half_made = files_below(self._root)
        day_ago_ns = time.time_ns() - _LEFTOVER_AGE_NS
        old = [Path(file.path) for file in half_made if file.made_ns < day_ago_ns]
        # Those at the top are signs: they are not taken away from who works for longer than a day.
        freed = sum(_remove(path) for path in old if path.parent != self._root)
        total = sum(file.bytes for file in files)
        spare = {file.path for file in spare_files(files) if file.used_ns < day_ago_ns}
        others_began_ns = self._signs.others_began_ns()
        for file in sorted(files):
            if total <= max_bytes and file.path not in spare:
                continue
            if file.used_ns >= others_began_ns:
                continue
            with self._lock:
                # Another process may have begun, and taken it, since it was counted.
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
        """The good file of the slot, marked as used; bad ones are removed. None: there is none, but a folder for it."""
        for path in sealed_files(slot):
            try:
                intact = has_its_bytes(path)
            except OSError as error:
                logger.info("%s can't be read and is made afresh: %s", path, error)
                continue
            if not intact:
                logger.info("%s is damaged and made afresh", path)
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
        path, size = publish_sealed(temporary, slot)
        # Where another process was quicker, its file is the answer.
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
            # Only a full disk is surely ours to explain; anything else is what `make` has to say.
            if isinstance(error, OSError) and error.errno in DISK_FULL:
                raise storage_error(error, slot) from error
            raise

    @contextlib.asynccontextmanager
    async def _flight(self, slot: str) -> AsyncIterator[None]:
        """Lets one task at a time in per slot, and forgets the slot when nobody wants it any more."""
        flight = self._flights.setdefault(slot, _Flight())
        flight.wanted_by += 1
        try:
            async with flight.lock:
                yield
        finally:
            flight.wanted_by -= 1
            if not flight.wanted_by:
                del self._flights[slot]


class _Flight:
    def __init__(self) -> None:
        self.lock = anyio.Lock()
        self.wanted_by = 0


def _touch_all(paths: Iterable[Path]) -> None:
    for path in paths:
        _touch(path)


def _touch(path: Path) -> bool:
    """Whether the file is there; marks it as used just now. Its time of change stays: it tells when its bytes came."""
    try:
        changed_ns = path.stat().st_mtime_ns
    except OSError:
        return False
    with contextlib.suppress(OSError):  # a read-only cache still serves
        os.utime(path, ns=(time.time_ns(), changed_ns))
    return True


def _used_ns(path: str) -> int:
    """When the file was used last; 0: it is not there."""
    try:
        return Path(path).stat().st_atime_ns
    except OSError:
        return 0


def _remove(path: Path) -> int:
    """Removes the file if it is there; returns the bytes freed."""
    with contextlib.suppress(OSError):  # another process has removed it, or it can't be: nothing is freed by us
        size = path.stat().st_size
        path.unlink()
        return size
    return 0
