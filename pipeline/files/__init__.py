"""Crash-safe file writes, bounded reads and scratch folders. All functions block: call them from a thread.

atomic     write to a temporary file, fsync, rename
reading    read a file whole or in part, hash it, test whether it exists
os_errors  `OSError` -> `StorageError`
scratch    temporary folders; imported only where needed, because `tempfile` is slow to load
"""

from pipeline.files.atomic import (
    discard,
    discard_leftovers,
    flush_to_disk,
    publish_file,
    replace_file,
    replacing,
    sync_folder,
    temporary_sibling,
    write_atomically,
    write_for_now,
    write_together,
)
from pipeline.files.os_errors import DISK_FULL, storage_error, storage_errors
from pipeline.files.reading import is_there, read_file, read_up_to, sha256_of

__all__ = [
    "DISK_FULL",
    "discard",
    "discard_leftovers",
    "flush_to_disk",
    "is_there",
    "publish_file",
    "read_file",
    "read_up_to",
    "replace_file",
    "replacing",
    "sha256_of",
    "storage_error",
    "storage_errors",
    "sync_folder",
    "temporary_sibling",
    "write_atomically",
    "write_for_now",
    "write_together",
]
