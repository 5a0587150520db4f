"""The SQLite file of a batch's index: opened, made, copied, and told from one that can't be used."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from pipeline.errors import StorageError
from pipeline.files import storage_errors

logger = logging.getLogger("nightreel")

# Changes with the tables and with `JobSummary`: rows of another kind are not read.
_VERSION = 15
# Rows are long, and ids are drawn by chance: in the order of ids (WITHOUT ROWID), each of very many rows would be
# written to another page.
_TABLES = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, stamp TEXT NOT NULL, position INTEGER, status TEXT NOT NULL, rank INTEGER NOT NULL,
    parked_until REAL, parked_at REAL, kin TEXT NOT NULL, weight INTEGER NOT NULL, folder TEXT NOT NULL,
    key TEXT NOT NULL, of_row TEXT NOT NULL, video TEXT, cost TEXT NOT NULL, sample TEXT NOT NULL, damage TEXT,
    row BLOB NOT NULL
);
CREATE INDEX in_order ON jobs (status, rank, position);
CREATE INDEX smartly ON jobs (status, rank, kin, weight, position);
CREATE INDEX by_weight ON jobs (status, position, weight);
CREATE INDEX by_position ON jobs (position);
CREATE INDEX by_folder ON jobs (folder);
CREATE INDEX by_key ON jobs (key) WHERE key != '';
CREATE INDEX by_row ON jobs (of_row, position) WHERE of_row != '';
CREATE INDEX by_sample ON jobs (sample, status, position) WHERE sample != '';
CREATE INDEX by_cost ON jobs (cost, position) WHERE cost != '';
CREATE TABLE sketches (part TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (part, id)) WITHOUT ROWID;
CREATE TABLE about (workspace TEXT NOT NULL, arranged TEXT NOT NULL);
"""
_BUSY_S = 30.0
_LOCK_POLL_S = 0.005
# The two bytes of a database file that say whether it has a log beside it.
_WAL_FLAGS = slice(18, 20)


class Ask(Protocol):
    """Something that puts questions to a database."""

    def __call__(self, query: str, values: Sequence[object] = ..., /) -> list[tuple[Any, ...]]:
        """All rows of the answer. Raises `CheckpointError`."""


class _Connection(sqlite3.Connection):
    """Closed with its last owner: an index lives as long as the context, which nobody has to close."""

    def __del__(self) -> None:
        # One that never came to be: SQLite takes no path of more than 512 bytes.
        with contextlib.suppress(sqlite3.ProgrammingError):
            self.close()


def transact(database: sqlite3.Connection, work: Callable[[sqlite3.Connection], object]) -> None:
    """Run `work` in a transaction: all of it is kept, or nothing. Raises `sqlite3.Error` and what `work` raises."""
    try:
        database.execute("BEGIN IMMEDIATE")
        work(database)
        database.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # SQLite has rolled back by itself, as on a full disk
            database.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else opens, makes or removes the database at `path` in the block. Raises `StorageError`.

    Who opens it while its log is being removed would write into a log that nobody finds.
    """
    file = path.with_suffix(".lock")
    lock = FileLock(file, thread_local=False)
    with storage_errors(path):
        try:
            lock.acquire(timeout=_BUSY_S, poll_interval=_LOCK_POLL_S)
        except Timeout as error:
            raise StorageError("another process does not give it back", where=str(path)) from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows does not remove an open file: it stays, unlocked
            file.unlink()
        lock.release()


def open_file(path: Path, workspace: str) -> sqlite3.Connection:
    """The database at `path`, with our tables for this workspace in it. Raises `sqlite3.Error`."""
    database = connect(path)
    try:
        if not _is_ours(database, workspace):
            _make_tables(database, workspace)
    except BaseException:
        database.close()
        raise
    return database


def connect(path: Path | str) -> sqlite3.Connection:
    """The database at `path`, whatever is in it; ":memory:" gives an empty one. For any thread, one at a time."""
    database = sqlite3.connect(
        path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False, factory=_Connection
    )
    try:
        # Readers and one writer at the same time; nothing is lost when a process dies, and after a power cut the rows
        # are made anew.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
    except BaseException:
        database.close()
        raise
    return database


def new_in_memory(workspace: str) -> sqlite3.Connection:
    """A database that is nowhere on the disk, with our tables and no row."""
    database = connect(":memory:")
    _make_tables(database, workspace)
    return database


def copied_to_memory(path: Path, workspace: str) -> sqlite3.Connection:
    """What the file says, unless somebody is writing to it; then nothing. Opening it would leave files beside it."""
    database = connect(":memory:")
    try:
        # To read and close a file that this very process has open would lose SQLite its locks on it.
        if not path.with_name(f"{path.name}-wal").exists():
            content = bytearray(path.read_bytes())
            content[_WAL_FLAGS] = b"\1\1"  # a database in memory has no log beside it
            database.deserialize(bytes(content))
            if _is_ours(database, workspace):
                return database
    except (OSError, sqlite3.Error) as error:
        logger.debug("no copy of %s: %s", path, error)
    database.close()
    return new_in_memory(workspace)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether it is the content of the file that is wrong: holes, no database at all, or other tables."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


def _is_ours(database: sqlite3.Connection, workspace: str) -> bool:
    """Whether the tables are of our kind, and of this place: rows name files by their full path."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version != _VERSION:
        return False
    return bool(database.execute("SELECT workspace FROM about").fetchone() == (workspace,))


def _make_tables(database: sqlite3.Connection, workspace: str) -> None:
    database.execute("BEGIN IMMEDIATE")
    if _is_ours(database, workspace):  # another process was quicker
        database.execute("ROLLBACK")
        return
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        database.execute(f'DROP TABLE "{name}"')
    for statement in _TABLES.split(";"):
        database.execute(statement)
    database.execute("INSERT INTO about VALUES (?, '')", (workspace,))
    database.execute(f"PRAGMA user_version = {_VERSION}")
    database.execute("COMMIT")


def remove(path: Path) -> None:
    """Remove the file and the log beside it, if they are there. Raises `StorageError`."""
    for suffix in ("", "-wal", "-shm"):
        with storage_errors(path):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
