"""`OSError` -> `StorageError`, with a hint for the user."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pipeline.errors import DiskFullError, StorageError

# Disk full, user quota exceeded, file size limit exceeded. Python defines EDQUOT on Windows, too.
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PERMISSION = frozenset({errno.EACCES, errno.EPERM})
_NAME_CONFLICT = frozenset({errno.EEXIST, errno.EISDIR, errno.ENOTDIR})


def storage_error(error: OSError, path: Path, doing: Literal["written", "read"] = "written") -> StorageError:
    """The `StorageError` for an `OSError` about `path`: "can't be written: no space left on device"."""
    reason = error.strerror or type(error).__name__
    if reason[1:2].islower():
        # It continues our sentence after the colon. Only the first letter is lowered: the rest may hold a file name.
        reason = reason[0].lower() + reason[1:]
    # A file over the size limit does not mean that the disk is full for other files.
    kind = DiskFullError if error.errno in DISK_FULL - {errno.EFBIG} else StorageError
    return kind(f"can't be {doing}: {reason}", where=str(path), hint=_hint(error.errno))


@contextlib.contextmanager
def storage_errors(path: Path, doing: Literal["written", "read"] = "written") -> Iterator[None]:
    """Translate every `OSError` in the block into a `StorageError` about `path`."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, path, doing) from error


def _hint(number: int | None) -> str:
    if number in DISK_FULL:
        return "Free some space and run the command again; it continues where it stopped"
    if number in _PERMISSION:
        return "Check the permissions of the folder, or choose another one"
    if number in _NAME_CONFLICT:
        return "A file or folder of that name is in the way: move it, or choose another folder"
    if number == errno.EROFS:
        return "Make the disk writable, or choose another folder"
    return ""
