"""A file appears under its name whole and on the disk, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import StorageError

# The disk, the user's share of it, or the largest file allowed. Windows knows no EDQUOT of its own, but Python does.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; on leaving, that file takes the place of `path`.

    If the block raises, what it wrote is removed and `path` is as it was. Any `OSError` in the block, which is what
    PyAV's errors of writing are as well, becomes a `StorageError`: the block must translate errors of reading itself.
    """
    # The process number keeps apart two processes that make the same file at the same time.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        flush_to_disk(part)
        part.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        discard(part)


def flush_to_disk(path: Path) -> None:
    """Wait until the file's content would survive a power cut. Raises `OSError`."""
    # Windows flushes only files that are open for writing.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def discard(path: Path) -> None:
    """Remove a file that may not be there, and that nobody will miss if it can't be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        # The folder is gone or not ours: whatever made the file impossible to remove is already being reported.
        return


def storage_error(path: Path, error: OSError) -> StorageError:
    """What `error` means to the person who asked for `path`."""
    reason = error.strerror or type(error).__name__
    full = error.errno in _FULL
    hint = "Free some space, or choose another folder" if full else "Choose a folder that can be written to"
    return StorageError(f"can't write the file: {reason}", where=str(path), hint=hint)
