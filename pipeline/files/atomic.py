"""A file is written under a temporary name in its own folder, flushed to the disk, and only then given its name."""

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

# Windows does not replace a file that somebody has open: who reads a checkpoint, or looks for viruses, is soon done.
_IN_USE_ON_WINDOWS = frozenset({5, 32})
_SOON_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)

# Names that nobody else has, without asking the system each time; a fork must not go on with those of its parent.
_names = random.Random()  # noqa: S311 - nothing is kept secret by them
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_names.seed)


@contextlib.contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Yields a new path beside `path` to write to; on leaving, that file takes the place of `path`.

    If the block raises, what it wrote is removed and `path` is as it was. Any `OSError` in the block, which is what
    PyAV's errors of writing are as well, becomes a `StorageError`: the block must translate errors of reading itself.
    Without `durable` a power cut may leave an empty file, for what can be written again by whoever finds it so.
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
    """Writes `path` (text as UTF-8) so that readers see the old content or the new one, and a crash leaves either.

    Missing folders are made. `mode` are the permission bits, set before the first byte is written; None leaves them
    to the umask; `durable` as for `replacing`. Raises `StorageError`.
    """
    part = _Part(path, data, mode)
    with storage_errors(path):
        try:
            part.write()
            if durable:
                part.flush()
            part.take_place()
        finally:
            part.discard()
        if durable:
            fsync_folder(path.parent)


def write_without_fsync(path: Path, data: str) -> os.stat_result:
    """As `write_atomically`, but not flushed to the disk: a power cut may lose it. Returns the `stat` of the new file.

    Raises `StorageError`.
    """
    part = _Part(path, data)
    with storage_errors(path):
        try:
            part.write()
            stat = part.stat()
            part.take_place()
        finally:
            part.discard()
    return stat


def write_all_atomically(contents: Mapping[Path, bytes | str]) -> dict[Path, StorageError]:
    """`write_atomically` for files of one folder, which is flushed once. Returns which could not be written, and why.

    Each step is taken for all of them before the next one is: a processor that comes back from waiting for the disk
    has forgotten the code that prepares a file.
    """
    parts = going_on = [_Part(path, data) for path, data in contents.items()]
    errors: dict[Path, OSError] = {}
    try:
        for step in (_Part.write, _Part.flush, _Part.take_place):
            for part in going_on:
                try:
                    step(part)
                except OSError as error:
                    errors[part.path] = error
            if errors:
                going_on = [part for part in parts if part.path not in errors]
    finally:
        for part in parts:
            part.discard()
    try:
        if going_on:
            fsync_folder(going_on[0].path.parent)
    except OSError as error:
        errors = dict.fromkeys(contents, error)
    return {path: storage_error(error, path) for path, error in errors.items()}


class _Part:
    """A file under its temporary name, on its way to `path`. Raises `OSError`.

    Every save of every film comes by here: hence descriptors and names as text, which cost less than files and paths.
    """

    def __init__(self, path: Path, data: bytes | str, mode: int | None = None) -> None:
        self.path = path
        self._place = str(path)
        self._temporary = _temporary_name(self._place)
        self._data = data.encode() if isinstance(data, str) else data
        self._mode = mode
        self._descriptor: int | None = None
        self._is_left = False

    def write(self) -> None:
        self._descriptor = _create(self._temporary, self._mode)
        self._is_left = True
        rest = memoryview(self._data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def flush(self) -> None:
        assert self._descriptor is not None
        os.fsync(self._descriptor)

    def stat(self) -> os.stat_result:
        assert self._descriptor is not None
        return os.fstat(self._descriptor)

    def take_place(self) -> None:
        self._close()
        replace_file(self._temporary, self._place)
        self._is_left = False

    def discard(self) -> None:
        """Removes it, if it has not taken its place."""
        with contextlib.suppress(OSError):  # a full disk: the bytes that are lost were to be thrown away
            self._close()
        if self._is_left:
            discard(Path(self._temporary))

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def temporary_sibling(path: Path) -> Path:
    """A new hidden name in the same folder (so that a rename is atomic), with the same suffix."""
    return Path(_temporary_name(str(path)))


def _temporary_name(path: str) -> str:
    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - as text, which costs a third
    return os.path.join(folder, f".{stem}.{_names.getrandbits(32):08x}{suffix}")  # noqa: PTH118


def discard_stale_temporaries(path: Path) -> None:
    """Removes what killed processes left of `path` under temporary names. For who alone writes `path`."""
    name = re.compile(rf"\.{re.escape(path.stem)}\.[0-9a-f]{{8}}{re.escape(path.suffix)}")
    with storage_errors(path):
        for sibling in path.parent.iterdir():
            if name.fullmatch(sibling.name):
                discard(sibling)


def replace_durably(temporary: Path, path: Path) -> None:
    """Gives a finished file its final name: its bytes reach the disk first, then the name does. Raises `OSError`."""
    fsync_file(temporary)
    replace_file(temporary, path)
    fsync_folder(path.parent)


def replace_file(temporary: Path | str, path: Path | str) -> None:
    """Gives a file the name of another one, which is gone then. Raises `OSError`.

    On Windows it waits up to a second for whoever has the other one open.
    """
    for wait_s in (*_SOON_S, None):
        try:
            os.replace(temporary, path)  # noqa: PTH105 - as text, which costs less
        except PermissionError as error:
            if wait_s is None or getattr(error, "winerror", None) not in _IN_USE_ON_WINDOWS:
                raise
            time.sleep(wait_s)
        else:
            return


def fsync_file(path: Path) -> None:
    """Waits until the file's content would survive a power cut. Raises `OSError`."""
    # Windows flushes only files that are open for writing.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Makes renames in `folder` durable. Windows can't open folders, and journals renames by itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(path: Path) -> None:
    """Removes a file that may not be there, and that nobody will miss if it can't be removed."""
    # The folder is gone or not ours: whatever made the file impossible to remove is already being reported.
    with contextlib.suppress(OSError):
        path.unlink()


def _create(path: str, mode: int | None) -> int:
    """A descriptor of the new, empty file `path`. Its folder is nearly always there: it is made when it is not."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    permissions = 0o666 if mode is None else mode
    try:
        descriptor = os.open(path, flags, permissions)
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, flags, permissions)
    if mode is not None and hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)
    return descriptor
