"""Keeps the database of an index usable, whatever happens to its file: the job files have everything that is in it.

the file is damaged                     it is made anew, and filled from the job files
somebody deleted it, or made it anew    the one that is there now is used, brought up to date
the disk refuses                        it goes on in memory, and tries the file again after a while
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipeline.errors import CheckpointError, StorageError
from pipeline.state.index.database import alone, connect, copied_to_memory, is_damage, new_in_memory, open_file, remove

logger = logging.getLogger("nightreel")
T = TypeVar("T")
_TRY_AGAIN_S = 60.0


class RecoveringDatabase:
    """The database at `path`. For many threads, one at a time; other processes may use the same file.

    `fill` brings it up to date from the job files; it is called in the middle of `use`, and calls `use` itself.
    `in_memory` leaves the file as it is: it is read, if nobody writes to it, and never written. `now_s` is any steady
    clock, in seconds.
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
        # The file that is open, as the system numbers files: another may lie at `path` by now.
        self._file: tuple[int, int] | None = None
        # When the file is tried again, after the disk has refused; None: it is in use.
        self._try_again_at: float | None = None
        self._is_filling = False
        self._has_told = False

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._close()

    def use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` makes of the database; it may be called twice. Raises `CheckpointError`."""
        with self._lock:
            self._look_after_file()
            try:
                return work(self.opened())
            except sqlite3.Error as error:
                self._recover(error)
            try:
                return work(self.opened())
            except sqlite3.Error as error:
                raise self.trouble(error) from error

    def has_holes(self) -> bool:
        """Whether the database is damaged. Looks at all of it; one that is busy is not."""
        with self._lock:
            try:
                return self.opened().execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]
            except sqlite3.Error as error:
                return is_damage(error)

    def renew(self) -> None:
        """Begin anew, without a row. Other processes notice that their file is not the one at `path` any more."""
        with self._lock:
            self._close()
            if self._is_in_memory:
                self._database = new_in_memory(self._workspace)
                return
            try:
                with alone(self._path):
                    if self._file in {None, _identity(self._path)}:  # else somebody else was quicker
                        remove(self._path)
            except StorageError as error:
                self._go_to_memory(new_in_memory(self._workspace), error)

    def trouble(self, reason: object) -> CheckpointError:
        """What is left to say when the database can't be used."""
        hint = "Remove the file when nothing runs: it is made anew from the job files"
        return CheckpointError(f"can't be used: {reason}", where=str(self._path), hint=hint)

    def opened(self) -> sqlite3.Connection:
        """The database as it is now. A batch that is not there is not begun by asking for it."""
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
        return self._never_on_disk or self._try_again_at is not None

    def _look_after_file(self) -> None:
        """Before every use: whether the file that is open is still the one to use."""
        if self._never_on_disk or self._is_filling:
            return
        if self._try_again_at is not None:
            if self._now_s() < self._try_again_at:
                return
            self._try_again_at = None
        elif self._database is None or self._file == _identity(self._path):
            return
        self._close()
        self._fill_up()

    def _recover(self, error: sqlite3.Error) -> None:
        """After `error`, make the database usable again, with all that it should have. Raises `CheckpointError`."""
        if is_damage(error) and not self._is_filling:
            logger.info("%s is damaged and made anew from the job files: %s", self._path, error)
            self.renew()
            self._fill_up()
        elif is_damage(error) or self._is_in_memory:
            raise self.trouble(error) from error
        else:
            self._move_to_memory(error)

    def _fill_up(self) -> None:
        was_filling, self._is_filling = self._is_filling, True
        try:
            self._fill()
        finally:
            self._is_filling = was_filling

    def _open(self) -> sqlite3.Connection:
        """The database; a new one when there is none that we can use."""
        try:
            with alone(self._path):
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
            # A folder that can't be written: `status` still tells what the job files say.
            logger.debug("no index at %s: %s", self._path, error)
            self._try_again_at = self._now_s() + _TRY_AGAIN_S
            return copied_to_memory(self._path, self._workspace)

    def _move_to_memory(self, error: sqlite3.Error) -> None:
        memory = connect(":memory:")
        try:
            self.opened().backup(memory)
        except sqlite3.Error:  # it can't even be read
            memory.close()
            self._go_to_memory(new_in_memory(self._workspace), error)
            self._fill_up()
        else:
            self._go_to_memory(memory, error)

    def _go_to_memory(self, memory: sqlite3.Connection, error: Exception) -> None:
        if not self._has_told:
            self._has_told = True
            logger.warning("%s can't be written, and is kept in memory until it can: %s", self._path, error)
        self._close()
        self._database = memory
        self._try_again_at = self._now_s() + _TRY_AGAIN_S

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file lies at `path`; None: none that we may see."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
