"""Files that are there whole or not at all, whatever instant the power goes."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from pipeline.errors import StorageError

_HINTS = {
    errno.ENOSPC: "Free some space and run the command again; it goes on where it stopped",
    errno.EDQUOT: "Free some space and run the command again; it goes on where it stopped",
    errno.EACCES: "Check the permissions of the folder, or choose another with --workspace or --output",
    errno.EPERM: "Check the permissions of the folder, or choose another with --workspace or --output",
    errno.EROFS: "The file system is read-only: choose another folder with --workspace or --output",
}
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def storage_error(error: OSError, path: Path) -> StorageError:
    """What the operating system said about `path`, in our words."""
    reason = (error.strerror or type(error).__name__).lower()
    return StorageError(f"can't be written: {reason}", where=str(path), hint=_HINTS.get(error.errno or 0, ""))


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Translates what the disk refuses inside the block into `StorageError` about `path`."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, path) from error


def temporary_sibling(path: Path) -> Path:
    """A new hidden name in the same folder (so that a rename is atomic), with the same suffix."""
    return path.with_name(f".{path.stem}.{uuid4().hex}{path.suffix}")


def write_atomically(path: Path, data: bytes | str, mode: int | None = None) -> None:
    """Writes `path` (text as UTF-8) so that readers see the old content or the new one, and a crash leaves either.

    Missing folders are made. `mode` are the permission bits, set before the first byte is written; None leaves them
    to the umask. Blocks: call it in a thread. Raises `StorageError`.
    """
    content = data.encode() if isinstance(data, str) else data
    temporary = temporary_sibling(path)
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(_create(temporary, mode), "wb") as file:
                file.write(content)
            publish_file(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


def publish_file(temporary: Path, path: Path) -> None:
    """Gives a finished file its final name: its bytes reach the disk first, then the name does. Raises `OSError`."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def _create(path: Path, mode: int | None) -> int:
    """A descriptor of the new, empty file `path`."""
    binary = getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | binary, 0o666 if mode is None else mode)
    if mode is not None and hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)
    return descriptor


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself durable. Windows can't open folders and journals renames by itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
