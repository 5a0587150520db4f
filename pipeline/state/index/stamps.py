"""Stamps (modification time, size and inode) that tell whether a file has changed, as in git's index."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.files import storage_error
from pipeline.state.names import is_job_id


def stamps_in(jobs: Path) -> Iterator[tuple[str, str]]:
    """The job id and stamp of every job file in `jobs`. Raises `StorageError`."""
    try:
        entries = os.scandir(jobs)
    except FileNotFoundError:
        return
    except OSError as error:
        raise storage_error(error, jobs, "read") from error
    with entries:
        for entry in entries:
            name, _, suffix = entry.name.partition(".")
            if suffix == "json" and is_job_id(name):
                try:
                    yield name, stamp_from(entry.stat())
                except FileNotFoundError:  # removed just now
                    continue
                except OSError as error:  # e.g. a symlink loop: reading the file reports it
                    yield name, f"error {error.errno}"


def stamp_of(path: Path) -> str:
    """The stamp of one file; empty: it does not exist."""
    try:
        return stamp_from(path.stat())
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise storage_error(error, path) from error


def stamp_from(stat: os.stat_result) -> str:
    """The stamp from a stat result.

    It changes with every save, since that creates a new file. Directory listings on Windows have no inode numbers.
    """
    number = stat.st_ino if os.name == "posix" else 0
    return f"{stat.st_mtime_ns}-{stat.st_size}-{number}"
