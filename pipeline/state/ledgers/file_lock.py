"""Locks a file that is read, modified and written: a ledger, the slots of a channel, the episodes of a series."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import StorageError
from pipeline.files import storage_errors

# The lock is held for milliseconds; after a longer wait, its process must have been suspended.
_WAIT_S = 5.0
_POLL_S = 0.005


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Lock the file at `path` (by a lock file) for the length of the block. Blocks. Raises `StorageError`."""
    lock_path = path.with_suffix(".lock")
    lock = FileLock(lock_path, thread_local=False)
    with storage_errors(lock_path):
        lock_path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=_WAIT_S, poll_interval=_POLL_S)
        except Timeout as error:
            hint = "Stop the nightreel that hangs, and run this again"
            raise StorageError("another process does not release it", where=str(lock_path), hint=hint) from error
    try:
        yield
    finally:
        lock.release()
