"""Crash-safe file writes, bounded reads and scratch folders. All functions block: call them from a thread.

atomic     write to a temporary file, fsync, rename
reading    read a file whole or in part, hash it, test whether it exists
os_errors  `OSError` -> `StorageError`
scratch    temporary folders; imported only where needed, because `tempfile` is slow to load
"""

from pipeline.files.atomic import (
    discard,
    discard_stale_temporaries,
    fsync_file,
    fsync_folder,
    replace_durably,
    replace_file,
    replacing,
    temporary_sibling,
    write_all_atomically,
    write_atomically,
    write_without_fsync,
)
from pipeline.files.os_errors import DISK_FULL, storage_error, storage_errors
from pipeline.files.reading import path_exists, read_file, read_head, sha256_of

__all__ = [
    "DISK_FULL",
    "discard",
    "discard_stale_temporaries",
    "fsync_file",
    "fsync_folder",
    "path_exists",
    "read_file",
    "read_head",
    "replace_durably",
    "replace_file",
    "replacing",
    "sha256_of",
    "storage_error",
    "storage_errors",
    "temporary_sibling",
    "write_all_atomically",
    "write_atomically",
    "write_without_fsync",
]
