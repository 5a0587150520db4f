"""The SQLite file of a batch's index: open, create, copy to memory, and detect corruption."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from pipeline.files import storage_errors
from pipeline.state.locks import file_lock

logger = logging.getLogger("nightreel")

# Incremented with every change of the tables or of `JobSummary`: a database of another version is rebuilt.
_VERSION = 15
# Not WITHOUT ROWID: rows are long and ids are random, so each insert would go to another page.
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
# The two bytes in the header of a database file that say whether it uses a write-ahead log.
_WAL_FLAGS = slice(18, 20)


class Query(Protocol):
    """Runs a query on a database."""

    def __call__(self, query: str, values: Sequence[object] = ..., /) -> list[tuple[Any, ...]]:
        """All resulting rows. Raises `CheckpointError`."""


class _Connection(sqlite3.Connection):
    """Closed by garbage collection: an index lives as long as its run context, which need not be closed."""

    def __del__(self) -> None:
        # Never opened: SQLite allows no path of more than 512 bytes.
        with contextlib.suppress(sqlite3.ProgrammingError):
            self.close()


def transact(database: sqlite3.Connection, work: Callable[[sqlite3.Connection], object]) -> None:
    """Run `work` in a transaction. Raises `sqlite3.Error` and what `work` raises."""
    try:
        database.execute("BEGIN IMMEDIATE")
        work(database)
        database.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # already rolled back by SQLite, as on a full disk
            database.execute("ROLLBACK")
        raise


def exclusive(path: Path) -> AbstractContextManager[None]:
    """The exclusive right to open, create or remove the database at `path`. Raises `StorageError`.

    A process that opened it while its log is being removed would write to an unlinked log.
    """
    return file_lock(path, wait_s=_BUSY_S)


def open_file(path: Path, workspace: str) -> sqlite3.Connection:
    """Open the database at `path`, and create our tables if needed. Raises `sqlite3.Error`."""
    database = connect(path)
    try:
        if not _is_ours(database, workspace):
            _make_tables(database, workspace)
    except BaseException:
        database.close()
        raise
    return database


def connect(path: Path | str) -> sqlite3.Connection:
    """Open the database at `path` as it is, or an empty one for ":memory:". For any thread, one at a time."""
    database = sqlite3.connect(
        path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False, factory=_Connection
    )
    try:
        # WAL allows readers beside a writer. Nothing is lost if a process dies; after a power failure the index is
        # rebuilt.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
    except BaseException:
        database.close()
        raise
    return database


def new_in_memory(workspace: str) -> sqlite3.Connection:
    """An empty in-memory database with our tables."""
    database = connect(":memory:")
    _make_tables(database, workspace)
    return database


def copied_to_memory(path: Path, workspace: str) -> sqlite3.Connection:
    """An in-memory copy of the file, empty if another process is writing to it. Opening it would create files."""
    database = connect(":memory:")
    try:
        # Closing a file that this process has open in SQLite, too, would drop SQLite's POSIX locks on it.
        if not path.with_name(f"{path.name}-wal").exists():
            content = bytearray(path.read_bytes())
            content[_WAL_FLAGS] = b"\1\1"  # an in-memory database has no log
            database.deserialize(bytes(content))
            if _is_ours(database, workspace):
                return database
    except (OSError, sqlite3.Error) as error:
        logger.debug("no copy of %s: %s", path, error)
    database.close()
    return new_in_memory(workspace)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the content of the file is at fault: corruption, not a database, or other tables."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


def _is_ours(database: sqlite3.Connection, workspace: str) -> bool:
    """Whether the tables are of our version, and for this workspace: rows contain absolute paths."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version != _VERSION:
        return False
    return bool(database.execute("SELECT workspace FROM about").fetchone() == (workspace,))


def _make_tables(database: sqlite3.Connection, workspace: str) -> None:
    database.execute("BEGIN IMMEDIATE")
    if _is_ours(database, workspace):  # another process was faster
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
    """Remove the file and its log, if they exist. Raises `StorageError`."""
    for suffix in ("", "-wal", "-shm"):
        with storage_errors(path):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
