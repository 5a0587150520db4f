"""Files that are read whole, in part, or only looked at."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
# No medium in its drive, a name with a star or the like in it, a link that leads to itself.
_NOT_THERE_ON_WINDOWS = frozenset({21, 123, 1921})


def read_head(path: Path, most_bytes: int) -> bytes:
    """What a file begins with, and no more: some are larger than memory, and /dev/zero never ends. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(most_bytes)


def read_file(path: Path) -> bytes:
    """What is in a file. Raises `OSError`, also for a pipe or a device, which would keep whoever reads it for ever."""
    with open(path, "rb", opener=_open_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "Not a file")
        return file.read()


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def path_exists(path: Path) -> bool:
    """Whether there is a file or folder at `path`. Raises `OSError` if that can't be known (no right to look, say).

    What `Path.exists` did, until Python 3.14 made it say no to that as well.
    """
    try:
        path.stat()
    except OSError as error:
        if error.errno in _NOT_THERE or getattr(error, "winerror", None) in _NOT_THERE_ON_WINDOWS:
            return False
        raise
    except ValueError:  # a zero byte within
        return False
    return True


def sha256_of(path: Path) -> str:
    """The digest (hex) of what is in a file. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
