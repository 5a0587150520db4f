"""Lock files: operating system locks, which are released when their process dies, however it dies.

Every film takes one, and every status query tries several. On POSIX systems they use flock(2) directly: filelock, which
does the same and more, takes ten times as long. On Windows they use filelock.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import BusyError, StorageError
from pipeline.files import path_exists, storage_errors
from pipeline.state.threads import run_shielded

_POLL_S = 0.05
# A file is locked for milliseconds while it is changed; after a longer wait, its process must have been suspended.
_CHANGE_WAIT_S = 5.0
_CHANGE_POLL_S = 0.005

if sys.platform == "win32":
    import msvcrt

    from filelock import FileLock, Timeout

    class _Lock:
        """The lock at `path`. A locked file can't be read, so the process id is in a separate file."""

        def __init__(self, path: Path) -> None:
            self._path = path
            self._lock = FileLock(path, thread_local=False)

        def take(self) -> bool:
            """Try to lock; returns whether it succeeded. Creates the file, not its folder. Raises `OSError`."""
            try:
                self._lock.acquire(blocking=False)
            except Timeout:
                return False
            return True

        def is_taken(self) -> bool:
            """Whether the lock is held, for a file that is only readable, such as another user's. Raises `OSError`."""
            try:
                descriptor = os.open(self._path, os.O_RDONLY)
            except FileNotFoundError:
                return False
            try:
                # filelock locks the first byte, even of an empty file; read permission is enough to lock it.
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
            except PermissionError:
                return True
            finally:
                os.close(descriptor)
            return False

        def write_pid(self) -> None:
            """Write down our process id. Raises `OSError`."""
            _pid_file(self._path).write_text(str(os.getpid()), encoding="ascii")

        def release(self) -> None:
            """Remove the file, then unlock it: waiters notice and create a new one."""
            with contextlib.suppress(OSError):  # Windows can't remove an open file: filelock does on release
                _pid_file(self._path).unlink(missing_ok=True)
                self._path.unlink()
            self._lock.release()

    def _pid_file(path: Path) -> Path:
        return path.with_name(f"{path.name}.pid")

else:
    import fcntl

    # Descriptors of locks held by this process: a forked child closes them.
    _open: set[int] = set()

    class _Lock:
        """The lock at `path`. The file contains the process id of its holder."""

        def __init__(self, path: Path) -> None:
            self._path = str(path)
            self._descriptor = -1

        def take(self) -> bool:
            """Try to lock; returns whether it succeeded. Creates the file, not its folder. Raises `OSError`."""
            while True:
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if self._is_at_path(descriptor):
                        _open.add(descriptor)
                        self._descriptor = descriptor
                        return True
                except BlockingIOError:
                    os.close(descriptor)
                    return False
                except BaseException:
                    os.close(descriptor)
                    raise
                os.close(descriptor)  # its holder has just removed the file

        def is_taken(self) -> bool:
            """Whether the lock is held, for a file that is only readable, such as another user's. Raises `OSError`."""
            try:
                descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW)
            except FileNotFoundError:
                return False
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
                fcntl.flock(descriptor, fcntl.LOCK_UN)
            except BlockingIOError:
                return True
            finally:
                os.close(descriptor)
            return False

        def write_pid(self) -> None:
            """Write down our process id. Raises `OSError`."""
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, str(os.getpid()).encode())

        def release(self) -> None:
            """Remove the file, then unlock it: waiters notice and create a new one."""
            if self._is_at_path(self._descriptor):  # its folder may have been replaced
                with contextlib.suppress(OSError):  # a remaining lock file is harmless
                    os.unlink(self._path)  # noqa: PTH108 - a str path is faster
            descriptor, self._descriptor = self._descriptor, -1
            _open.discard(descriptor)
            # Explicitly, not just by closing: a process forked at this moment may have it open as well.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

        def _is_at_path(self, descriptor: int) -> bool:
            """Whether the open file is still the one at the path."""
            try:
                return os.path.samestat(os.fstat(descriptor), os.stat(self._path))  # noqa: PTH116
            except OSError:
                return False

    def _pid_file(path: Path) -> Path:
        return path

    def _close_all() -> None:
        for descriptor in _open:
            os.close(descriptor)
        _open.clear()

    os.register_at_fork(after_in_child=_close_all)


@contextlib.asynccontextmanager
async def held(path: Path, *, what: str, wait_s: float = math.inf) -> AsyncIterator[None]:
    """Hold the lock at `path` for the length of the block; creates its folder, and removes the file afterwards.

    Waits up to `wait_s` seconds for another holder, then raises `BusyError` about `what` with the holder's process id
    (best effort).
    """
    waiter = _Waiter(path)
    # At least for a second try, as `is_held` takes the lock for an instant.
    deadline = anyio.current_time() + max(wait_s, _POLL_S)
    try:
        while not await to_thread.run_sync(waiter.take):
            if anyio.current_time() >= deadline:
                raise await to_thread.run_sync(_busy, path, what)
            await anyio.sleep(_POLL_S)
        yield
    finally:
        await run_shielded(waiter.end)


class _Waiter:
    """A task waiting for a lock. Its methods block: they run in threads, which may outlive a cancelled task."""

    def __init__(self, path: Path) -> None:
        self._lock = _Lock(path)
        self._path = path
        self._mutex = threading.Lock()
        self._is_wanted = True
        self._is_ours = False

    def take(self) -> bool:
        """Try to take the lock; returns whether it is ours. Never succeeds after `end`. Raises `StorageError`."""
        with self._mutex:
            self._is_ours = self._is_wanted and _take(self._lock, self._path)
            return self._is_ours

    def end(self) -> None:
        """Release the lock if it was taken, and prevent a late thread from taking it."""
        with self._mutex:
            self._is_wanted = False
            if self._is_ours:
                self._lock.release()


@contextlib.contextmanager
def held_blocking(path: Path, *, what: str) -> Iterator[None]:
    """Blocking version of `held`, which does not wait for another holder."""
    lock = _Lock(path)
    if not _take(lock, path):
        time.sleep(_CHANGE_POLL_S)  # `is_held` takes the lock for an instant
        if not _take(lock, path):
            raise _busy(path, what)
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def file_lock(path: Path, *, wait_s: float = _CHANGE_WAIT_S) -> Iterator[None]:
    """Lock the file at `path`, which is to be read, modified and written, by a lock file beside it, for the block.

    Blocks up to `wait_s` seconds, then raises `StorageError`.
    """
    lock_path = path.with_suffix(".lock")
    lock, deadline = _Lock(lock_path), time.monotonic() + wait_s
    while not _take(lock, lock_path):
        if time.monotonic() >= deadline:
            hint = "Stop the nightreel that hangs, and run this again"
            raise StorageError("another process does not release it", where=str(lock_path), hint=hint)
        time.sleep(_CHANGE_POLL_S)
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether any process (including this one) holds the lock at `path`. Removes a stale lock file.

    Raises `StorageError` for a file that can't be opened, which would seem locked forever.
    """
    lock = _Lock(path)
    try:
        if not path_exists(path):
            return False
        is_ours = lock.take()
    except OSError as error:  # no write permission
        return _is_taken(lock, path, error)
    if is_ours:
        lock.release()
    return not is_ours and path_exists(path)


def _is_taken(lock: _Lock, path: Path, error: OSError) -> bool:
    try:
        return lock.is_taken()
    except OSError:
        reason = (error.strerror or type(error).__name__).lower()
        hint = "Check its permissions; if no nightreel is running, remove it"
        raise StorageError(f"can't be opened to check the lock: {reason}", where=str(path), hint=hint) from error


def _take(lock: _Lock, path: Path) -> bool:
    with storage_errors(path):
        try:
            is_ours = lock.take()
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            is_ours = lock.take()
    if is_ours:
        with contextlib.suppress(OSError):  # a full disk: messages will lack the process id
            lock.write_pid()
    return is_ours


def _busy(path: Path, what: str) -> BusyError:
    try:
        pid = f"process {int(_pid_file(path).read_text(encoding='ascii'))}"
    except (OSError, ValueError):
        pid = "another process"
    return BusyError(f"{pid} is working on {what}", hint="Wait until it has finished, or stop it, and run this again")
