"""What the operating system refuses, in our words."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pipeline.errors import DiskFullError, StorageError

# The disk, the user's share of it, or the largest file allowed. Windows knows no EDQUOT of its own, but Python does.
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM})
_IN_THE_WAY = frozenset({errno.EEXIST, errno.EISDIR, errno.ENOTDIR})


def storage_error(error: OSError, path: Path, doing: Literal["written", "read"] = "written") -> StorageError:
    """What the operating system said about `path`, in our words: what can't be done with it, and why."""
    reason = error.strerror or type(error).__name__
    if reason[1:2].islower():
        # A sentence that goes on after our colon. Only its first letter changes: the rest may name a file.
        reason = reason[0].lower() + reason[1:]
    # Of a file larger than allowed, there may be others that are not.
    kind = DiskFullError if error.errno in DISK_FULL - {errno.EFBIG} else StorageError
    return kind(f"can't be {doing}: {reason}", where=str(path), hint=_hint(error.errno))


@contextlib.contextmanager
def storage_errors(path: Path, doing: Literal["written", "read"] = "written") -> Iterator[None]:
    """Translates what the disk refuses inside the block into `StorageError` about `path`."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, path, doing) from error


def _hint(number: int | None) -> str:
    if number in DISK_FULL:
        return "Free some space and run the command again; it goes on where it stopped"
    if number in _NOT_ALLOWED:
        return "Check the permissions of the folder, or choose another"
    if number in _IN_THE_WAY:
        return "Something else is in its place: move it away, or choose another folder"
    if number == errno.EROFS:
        return "Make the disk writable, or choose another folder"
    return ""
