"""Files that are there whole or not at all, whatever instant the power goes. Everything here blocks: use a thread.

atomic     written beside their place, and put there
reading    read, hashed, looked for
refusals   what the system says of them, as `StorageError`
scratch    folders for a while; few commands need one, and it takes a moment to load
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
from pipeline.files.reading import is_there, read_file, read_up_to, sha256_of
from pipeline.files.refusals import DISK_FULL, storage_error, storage_errors

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
