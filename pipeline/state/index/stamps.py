"""Which file a row was made of, told by its time, size and number, as git's index does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.files import storage_error
from pipeline.state.names import is_job_id


def stamps_in(jobs: Path) -> Iterator[tuple[str, str]]:
    """Every job file below `jobs`: its id and its stamp. Raises `StorageError`."""
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
                except FileNotFoundError:  # removed this very moment
                    continue
                except OSError as error:  # a link to itself, say: who reads the file tells of it
                    yield name, f"error {error.errno}"


def stamp_of(path: Path) -> str:
    """The stamp of one file; empty: it is not there."""
    try:
        return stamp_from(path.stat())
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise storage_error(error, path) from error


def stamp_from(stat: os.stat_result) -> str:
    """The stamp of a file that the system has told us of.

    It changes with every save, which puts a new file in the place of the old one. Windows lists no file numbers.
    """
    number = stat.st_ino if os.name == "posix" else 0
    return f"{stat.st_mtime_ns}-{stat.st_size}-{number}"
