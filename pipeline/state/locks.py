"""Locks of the operating system: they die with the process that holds them, whatever kills it.

Every film takes one, every look at a batch tries several. On POSIX systems they are flock(2) itself: filelock, which is
the same lock and more, takes ten times as long. On Windows, which locks in another way, they are filelock's.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.errors import BusyError, StorageError
from pipeline.files import path_exists, storage_errors
from pipeline.state.shielded import run_shielded

_POLL_S = 0.05

if sys.platform == "win32":
    import msvcrt

    from filelock import FileLock, Timeout

    class _Lock:
        """The lock at `path`. A locked file can't be read: who holds it stands in a file beside it."""

        def __init__(self, path: Path) -> None:
            self._path = path
            self._lock = FileLock(path, thread_local=False)

        def take(self) -> bool:
            """Whether nobody else holds it. Makes the file, not its folder. Raises `OSError`."""
            try:
                self._lock.acquire(blocking=False)
            except Timeout:
                return False
            return True

        def is_taken(self) -> bool:
            """Whether somebody holds it, for a file that is only to be read, as another user's is. Raises `OSError`."""
            try:
                descriptor = os.open(self._path, os.O_RDONLY)
            except FileNotFoundError:
                return False
            try:
                # filelock locks the first byte, be there one or not; who may only read the file can lock it, too.
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
            except PermissionError:
                return True
            finally:
                os.close(descriptor)
            return False

        def sign(self) -> None:
            """Leave word who holds it. Raises `OSError`."""
            _pid_file(self._path).write_text(str(os.getpid()), encoding="ascii")

        def give_back(self) -> None:
            """Remove the file while it is still ours: who waits for the old one notices, and opens the new one."""
            with contextlib.suppress(OSError):  # Windows does not remove an open file: its release does
                _pid_file(self._path).unlink(missing_ok=True)
                self._path.unlink()
            self._lock.release()

    def _pid_file(path: Path) -> Path:
        return path.with_name(f"{path.name}.pid")

else:
    import fcntl

    # Held by this process: a fork of it holds none of them.
    _open: set[int] = set()

    class _Lock:
        """The lock at `path`. Who holds it stands in the file itself."""

        def __init__(self, path: Path) -> None:
            self._path = str(path)
            self._descriptor = -1

        def take(self) -> bool:
            """Whether nobody else holds it. Makes the file, not its folder. Raises `OSError`."""
            while True:
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if self._has(descriptor):
                        _open.add(descriptor)
                        self._descriptor = descriptor
                        return True
                except BlockingIOError:
                    os.close(descriptor)
                    return False
                except BaseException:
                    os.close(descriptor)
                    raise
                os.close(descriptor)  # whoever held it has just removed the file

        def is_taken(self) -> bool:
            """Whether somebody holds it, for a file that is only to be read, as another user's is. Raises `OSError`."""
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

        def sign(self) -> None:
            """Leave word who holds it. Raises `OSError`."""
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, str(os.getpid()).encode())

        def give_back(self) -> None:
            """Remove the file while it is still ours: who waits for the old one notices, and opens the new one."""
            if self._has(self._descriptor):  # its folder may have gone, and another's have come
                with contextlib.suppress(OSError):  # a lock file that stays is free all the same
                    os.unlink(self._path)  # noqa: PTH108 - as text, which costs less
            descriptor, self._descriptor = self._descriptor, -1
            _open.discard(descriptor)
            # By itself, not by being closed: a process that was begun this very moment may have it open as well.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

        def _has(self, descriptor: int) -> bool:
            """Whether the file is still the one at the path."""
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
    """Holds the lock at `path` for the length of the block; its folder is made, the file goes away again.

    Waits up to `wait_s` seconds for another holder, then raises `BusyError` about `what` with the holder's process id
    (best effort, from a file beside the lock: a locked file can't be read on Windows).
    """
    waiter = _Waiter(path)
    deadline = anyio.current_time() + wait_s
    try:
        while not await to_thread.run_sync(waiter.take):
            if anyio.current_time() >= deadline:
                raise await to_thread.run_sync(_busy, path, what)
            await anyio.sleep(_POLL_S)
        yield
    finally:
        await run_shielded(waiter.end)


class _Waiter:
    """A task that waits for a lock. Its methods block: they are for threads, which may outlive the task's patience."""

    def __init__(self, path: Path) -> None:
        self._lock = _Lock(path)
        self._path = path
        self._alone = threading.Lock()
        self._is_wanted = True
        self._is_ours = False

    def take(self) -> bool:
        """Whether the lock is ours now. Not after the end, however late the thread comes. Raises `StorageError`."""
        with self._alone:
            self._is_ours = self._is_wanted and _take(self._lock, self._path)
            return self._is_ours

    def end(self) -> None:
        """The lock is given back, if it was taken, and never taken again."""
        with self._alone:
            self._is_wanted = False
            if self._is_ours:
                self._lock.give_back()


@contextlib.contextmanager
def held_now(path: Path, *, what: str) -> Iterator[None]:
    """`held` for those who are in a thread already: it blocks for a moment, and waits for nobody."""
    lock = _Lock(path)
    if not _take(lock, path):
        raise _busy(path, what)
    try:
        yield
    finally:
        lock.give_back()


def is_held(path: Path) -> bool:
    """Whether some process (this one included) holds the lock at `path`. Makes and leaves nothing.

    Raises `StorageError` about a file that can't even be read: nobody would ever see it free.
    """
    lock = _Lock(path)
    try:
        if not path_exists(path):
            return False
        is_ours = lock.take()
    except OSError as error:  # not ours to write
        return _is_taken(lock, path, error)
    if is_ours:
        lock.give_back()
    return not is_ours and path_exists(path)


def _is_taken(lock: _Lock, path: Path, error: OSError) -> bool:
    try:
        return lock.is_taken()
    except OSError:
        reason = (error.strerror or type(error).__name__).lower()
        hint = "Give yourself the right to read and write it; if no nightreel is running, remove it"
        raise StorageError(f"can't be opened, to see who holds it: {reason}", where=str(path), hint=hint) from error


def _take(lock: _Lock, path: Path) -> bool:
    with storage_errors(path):
        try:
            is_ours = lock.take()
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            is_ours = lock.take()
    if is_ours:
        with contextlib.suppress(OSError):  # a full disk: only a message will not know who holds it
            lock.sign()
    return is_ours


def _busy(path: Path, what: str) -> BusyError:
    try:
        pid = f"process {int(_pid_file(path).read_text(encoding='ascii'))}"
    except (OSError, ValueError):
        pid = "another process"
    return BusyError(f"{pid} is working on {what}", hint="Wait until it has finished, or stop it, and run this again")
