"""Keeps the index database usable, whatever happens to its file: everything in it can be read from the job files.

the file is corrupt                 it is created again, and filled from the job files
it was deleted or replaced          the current file is used, and brought up to date
the disk is full or read-only       the database continues in memory, and the file is tried again after a while
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipeline.errors import CheckpointError, StorageError
from pipeline.state.index.database import (
    connect,
    copied_to_memory,
    exclusive,
    is_damage,
    new_in_memory,
    open_file,
    remove,
)

logger = logging.getLogger("nightreel")
T = TypeVar("T")
_RETRY_S = 60.0


class RecoveringDatabase:
    """The database at `path`. For many threads, one at a time; other processes may use the same file.

    `fill` brings it up to date from the job files; it is called within `use`, and calls `use` itself. `in_memory`: the
    file is never written, and only read if no other process writes to it. `now_s` is any monotonic clock, in seconds.
    """

    def __init__(
        self, path: Path, workspace: Path, *, fill: Callable[[], None], in_memory: bool, now_s: Callable[[], float]
    ) -> None:
        self._path = path
        self._workspace = str(workspace)
        self._fill = fill
        self._never_on_disk = in_memory
        self._now_s = now_s
        self._lock = threading.RLock()
        self._database: sqlite3.Connection | None = None
        # Device and inode of the open file: `path` may lead to another one by now.
        self._file: tuple[int, int] | None = None
        # When to try the file again after an error; None: the file is in use.
        self._retry_at: float | None = None
        self._is_filling = False
        self._has_warned = False

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._close()

    def use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the database, a second time after recovery from an error. Raises `CheckpointError`."""
        with self._lock:
            self._check_file()
            try:
                return work(self.opened())
            except sqlite3.Error as error:
                self._recover(error)
            try:
                return work(self.opened())
            except sqlite3.Error as error:
                raise self.unusable(error) from error

    def is_corrupt(self) -> bool:
        """Whether the database is corrupt. Reads all of it; a busy one counts as intact."""
        with self._lock:
            try:
                return self.opened().execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]
            except sqlite3.Error as error:
                return is_damage(error)

    def recreate(self) -> None:
        """Replace the database by an empty one. Other processes notice that `path` leads to another file."""
        with self._lock:
            self._close()
            if self._is_in_memory:
                self._database = new_in_memory(self._workspace)
                return
            try:
                with exclusive(self._path):
                    if self._file in {None, _identity(self._path)}:  # otherwise another process was faster
                        remove(self._path)
            except StorageError as error:
                self._switch_to_memory(new_in_memory(self._workspace), error)

    def unusable(self, reason: object) -> CheckpointError:
        """The error for a database that could not be recovered."""
        hint = "Remove the file while no nightreel runs: it is rebuilt from the job files"
        return CheckpointError(f"can't be used: {reason}", where=str(self._path), hint=hint)

    def opened(self) -> sqlite3.Connection:
        """The open database. A query does not create the folder of a batch that does not exist."""
        if self._database is None:
            if self._never_on_disk:
                self._database = copied_to_memory(self._path, self._workspace)
            elif self._path.parent.is_dir():
                self._database = self._open()
            else:
                return new_in_memory(self._workspace)
        return self._database

    @property
    def _is_in_memory(self) -> bool:
        return self._never_on_disk or self._retry_at is not None

    def _check_file(self) -> None:
        """Before every use: reopen the database if `path` leads to another file, or it is time to retry."""
        if self._never_on_disk or self._is_filling:
            return
        if self._retry_at is not None:
            if self._now_s() < self._retry_at:
                return
            self._retry_at = None
        elif self._database is None or self._file == _identity(self._path):
            return
        self._close()
        self._refill()

    def _recover(self, error: sqlite3.Error) -> None:
        """Make the database usable and complete again after `error`. Raises `CheckpointError`."""
        if is_damage(error) and not self._is_filling:
            logger.info("%s is damaged and is rebuilt from the job files: %s", self._path, error)
            self.recreate()
            self._refill()
        elif is_damage(error) or self._is_in_memory:
            raise self.unusable(error) from error
        else:
            self._copy_to_memory(error)

    def _refill(self) -> None:
        was_filling, self._is_filling = self._is_filling, True
        try:
            self._fill()
        finally:
            self._is_filling = was_filling

    def _open(self) -> sqlite3.Connection:
        """Open the database, or create it if it does not exist or is unusable."""
        try:
            with exclusive(self._path):
                try:
                    database = open_file(self._path, self._workspace)
                except sqlite3.Error as error:
                    if not is_damage(error):
                        raise
                    remove(self._path)
                    database = open_file(self._path, self._workspace)
                self._file = _identity(self._path)
                return database
        except (sqlite3.Error, StorageError) as error:
            # A read-only folder: `status` still works, from the job files.
            logger.debug("no index at %s: %s", self._path, error)
            self._retry_at = self._now_s() + _RETRY_S
            return copied_to_memory(self._path, self._workspace)

    def _copy_to_memory(self, error: sqlite3.Error) -> None:
        memory = connect(":memory:")
        try:
            self.opened().backup(memory)
        except sqlite3.Error:  # not even readable
            memory.close()
            self._switch_to_memory(new_in_memory(self._workspace), error)
            self._refill()
        else:
            self._switch_to_memory(memory, error)

    def _switch_to_memory(self, memory: sqlite3.Connection, error: Exception) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("%s can't be written, and is kept in memory until it can be: %s", self._path, error)
        self._close()
        self._database = memory
        self._retry_at = self._now_s() + _RETRY_S

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file at `path`; None: there is none, or it is not accessible."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
