"""Atomic file writes: write to a temporary file in the same folder, fsync, then rename over the target."""

from __future__ import annotations

import contextlib
import os
import random
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.files.os_errors import storage_error, storage_errors

# Windows refuses to replace a file that is open (access denied, sharing violation). Readers of checkpoints and virus
# scanners hold files only briefly, so the rename is retried.
_WINDOWS_IN_USE = frozenset({5, 32})
_RETRY_DELAYS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)

# Random suffixes for temporary names; reseeded after a fork, so that parent and child do not produce the same names.
_names = random.Random()  # noqa: S311 - not used for security
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_names.seed)


@contextlib.contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Yield a temporary path to write to; when the block ends, rename that file to `path`.

    If the block raises, the temporary file is removed and `path` is unchanged. Every `OSError` in the block (PyAV
    raises its write errors as such, too) becomes a `StorageError`: the block must translate read errors itself. With
    `durable=False` there is no fsync, and a power cut may leave an empty file: only for files that can be regenerated.
    """
    temporary = temporary_sibling(path)
    with storage_errors(path):
        try:
            yield temporary
            replace_durably(temporary, path) if durable else replace_file(temporary, path)
        except BaseException:
            discard(temporary)
            raise


def write_atomically(path: Path, data: bytes | str, mode: int | None = None, *, durable: bool = True) -> None:
    """Write `path` (text as UTF-8) so that readers, and a crash, see either the old content or the new one.

    Missing folders are created. `mode` is the most that the umask may leave of the permission bits, from the first byte
    on; None: 0o666. `durable` as in `replacing`. Raises `StorageError`.
    """
    part = _TemporaryFile(path, data, mode)
    with storage_errors(path):
        try:
            part.write()
            if durable:
                part.flush()
            part.rename()
        finally:
            part.discard()
        if durable:
            fsync_folder(path.parent)


def write_without_fsync(path: Path, data: str) -> os.stat_result:
    """Like `write_atomically` without fsync (a power cut may lose the file). Return the `stat` of the new file.

    Raises `StorageError`.
    """
    part = _TemporaryFile(path, data)
    with storage_errors(path):
        try:
            part.write()
            stat = part.stat()
            part.rename()
        finally:
            part.discard()
    return stat


def write_all_atomically(contents: Mapping[Path, bytes | str]) -> dict[Path, StorageError]:
    """`write_atomically` for several files of one folder, with a single fsync of the folder. Return the errors by path.

    Each step runs for all files before the next step starts: while a thread waits for fsync, the CPU caches lose the
    code that prepares the next file.
    """
    parts = remaining = [_TemporaryFile(path, data) for path, data in contents.items()]
    errors: dict[Path, OSError] = {}
    try:
        for step in (_TemporaryFile.write, _TemporaryFile.flush, _TemporaryFile.rename):
            for part in remaining:
                try:
                    step(part)
                except OSError as error:
                    errors[part.path] = error
            if errors:
                remaining = [part for part in parts if part.path not in errors]
    finally:
        for part in parts:
            part.discard()
    try:
        if remaining:
            fsync_folder(remaining[0].path.parent)
    except OSError as error:
        errors = dict.fromkeys(contents, error)
    return {path: storage_error(error, path) for path, error in errors.items()}


class _TemporaryFile:
    """A temporary file that will be renamed to `path`. Its methods raise `OSError`.

    Every checkpoint goes through here, so it uses file descriptors and string paths, which are faster than file objects
    and `Path`.
    """

    def __init__(self, path: Path, data: bytes | str, mode: int | None = None) -> None:
        self.path = path
        self._target = str(path)
        self._temporary = _temporary_name(self._target)
        self._data = data.encode() if isinstance(data, str) else data
        self._mode = mode
        self._descriptor: int | None = None
        self._exists = False

    def write(self) -> None:
        self._descriptor = _create(self._temporary, self._mode)
        self._exists = True
        rest = memoryview(self._data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def flush(self) -> None:
        assert self._descriptor is not None
        os.fsync(self._descriptor)

    def stat(self) -> os.stat_result:
        assert self._descriptor is not None
        return os.fstat(self._descriptor)

    def rename(self) -> None:
        self._close()
        replace_file(self._temporary, self._target)
        self._exists = False

    def discard(self) -> None:
        """Remove the temporary file unless it was renamed."""
        with contextlib.suppress(OSError):  # a full disk: the data that could not be flushed is discarded anyway
            self._close()
        if self._exists:
            discard(Path(self._temporary))

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def temporary_sibling(path: Path) -> Path:
    """A new hidden file name in the same folder (a rename across file systems is not atomic), with the same suffix."""
    return Path(_temporary_name(str(path)))


def _temporary_name(path: str) -> str:
    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - strings take a third of the time of `Path`
    return os.path.join(folder, f".{stem}.{_names.getrandbits(32):08x}{suffix}")  # noqa: PTH118


def discard_stale_temporaries(path: Path) -> None:
    """Remove temporary files of `path` that killed processes left behind. Only for the sole writer of `path`."""
    name = re.compile(rf"\.{re.escape(path.stem)}\.[0-9a-f]{{8}}{re.escape(path.suffix)}")
    with storage_errors(path):
        for sibling in path.parent.iterdir():
            if name.fullmatch(sibling.name):
                discard(sibling)


def replace_durably(temporary: Path, path: Path) -> None:
    """Rename a finished file to `path`: fsync the file, rename, fsync the folder. Raises `OSError`."""
    fsync_file(temporary)
    replace_file(temporary, path)
    fsync_folder(path.parent)


def replace_file(temporary: Path | str, path: Path | str) -> None:
    """Rename a file, replacing `path` if it exists. Raises `OSError`.

    On Windows, retry for up to a second while another process has `path` open.
    """
    for wait_s in (*_RETRY_DELAYS_S, None):
        try:
            os.replace(temporary, path)  # noqa: PTH105 - string paths are faster
        except PermissionError as error:
            if wait_s is None or getattr(error, "winerror", None) not in _WINDOWS_IN_USE:
                raise
            time.sleep(wait_s)
        else:
            return


def fsync_file(path: Path) -> None:
    """Flush the file's content to the disk, so that it survives a power cut. Raises `OSError`."""
    # Windows can only flush files that are open for writing.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Make renames in `folder` durable. Does nothing on Windows, which can't open folders and journals renames."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(path: Path) -> None:
    """Remove a file if it exists; ignore errors."""
    # Whatever prevents the removal (a missing or read-only folder) is already being reported.
    with contextlib.suppress(OSError):
        path.unlink()


def _create(path: str, mode: int | None) -> int:
    """Create `path` and return its file descriptor. The folder is created only if opening fails, which is rare."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    permissions = 0o666 if mode is None else mode
    try:
        return os.open(path, flags, permissions)
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, permissions)
