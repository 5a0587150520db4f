"""Read files, whole or in part, and test whether they exist."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
# Drive not ready, invalid characters in the name, circular link.
_WINDOWS_MISSING = frozenset({21, 123, 1921})


def read_head(path: Path, most_bytes: int) -> bytes:
    """The first `most_bytes` of a file, which may be larger than memory or endless (/dev/zero). Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(most_bytes)


def read_file(path: Path) -> bytes:
    """The content of a regular file. Raises `OSError`, also for a pipe or a device, which might block forever."""
    with open(path, "rb", opener=_open_without_blocking) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "Not a file")
        return file.read()


def _open_without_blocking(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def path_exists(path: Path) -> bool:
    """Whether `path` exists. Raises `OSError` when that can't be determined, e.g. for lack of permissions.

    This is `Path.exists` before Python 3.14, which returns False on every error.
    """
    try:
        path.stat()
    except OSError as error:
        if error.errno in _MISSING or getattr(error, "winerror", None) in _WINDOWS_MISSING:
            return False
        raise
    except ValueError:  # a null byte in the name
        return False
    return True


def sha256_of(path: Path) -> str:
    """The SHA-256 digest (hex) of a file's content. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
