"""Locks of the operating system: they die with the process that holds them, whatever kills it."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
from anyio import to_thread
from filelock import FileLock, Timeout

from pipeline.errors import BusyError
from pipeline.files import storage_errors

_POLL_S = 0.05


@contextlib.asynccontextmanager
async def held(path: Path, *, what: str, wait_s: float = math.inf) -> AsyncIterator[None]:
    """Holds the lock at `path` for the length of the block; its folder is made, the file goes away again.

    Waits up to `wait_s` seconds for another holder, then raises `BusyError` about `what` with the holder's process id
    (best effort, from a file beside the lock: a locked file can't be read on Windows).
    """
    lock = FileLock(path, thread_local=False)
    deadline = anyio.current_time() + wait_s
    while not await to_thread.run_sync(_take, lock, path):
        if anyio.current_time() >= deadline:
            raise await to_thread.run_sync(_busy, path, what)
        await anyio.sleep(_POLL_S)
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(_give_back, lock, path)


@contextlib.contextmanager
def held_now(path: Path, *, what: str) -> Iterator[None]:
    """`held` for those who are in a thread already: it blocks for a moment, and waits for nobody."""
    lock = FileLock(path, thread_local=False)
    if not _take(lock, path):
        raise _busy(path, what)
    try:
        yield
    finally:
        _give_back(lock, path)


def is_held(path: Path) -> bool:
    """Whether some process (this one included) holds the lock at `path`. Makes and leaves nothing."""
    if not path.exists():
        return False
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except (Timeout, OSError):
        # A lock file that is not ours to open belongs to somebody who is at work, as far as we can tell.
        return path.exists()
    _give_back(lock, path)
    return False


def _take(lock: FileLock, path: Path) -> bool:
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
    with contextlib.suppress(OSError):
        _pid_file(path).write_text(str(os.getpid()), encoding="ascii")
    return True


def _give_back(lock: FileLock, path: Path) -> None:
    """Removes the file while it is still ours: who waits for the old one notices, and opens the new one."""
    with contextlib.suppress(OSError):  # Windows does not remove an open file: it stays, unlocked
        _pid_file(path).unlink(missing_ok=True)
        path.unlink()
    lock.release()


def _busy(path: Path, what: str) -> BusyError:
    try:
        pid = f"process {int(_pid_file(path).read_text(encoding='ascii'))}"
    except (OSError, ValueError):
        pid = "another process"
    return BusyError(f"{pid} is working on {what}", hint="Wait until it has finished, or stop it, and run this again")


def _pid_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.pid")
