"""Recovery of the index database when its file fails."""

import shutil
import sqlite3

import pytest

from pipeline.errors import CheckpointError
from pipeline.state.index.recovery import RecoveringDatabase


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keep(tmp_path, clock):
    """A keeper of a database that has a row when it has been filled; and how often it was."""
    kept = []

    def keep(*, fill=None, in_memory=False):
        filled = []

        def refill():
            filled.append(None)
            (fill or add)(keeper)

        path = tmp_path / "index.sqlite3"
        keeper = RecoveringDatabase(path, tmp_path, fill=refill, in_memory=in_memory, now_s=clock)
        kept.append(keeper)
        return keeper, filled

    yield keep
    for each in kept:
        each.close()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "index.sqlite3"


def add(keeper):
    keeper.use(lambda database: database.execute("INSERT OR IGNORE INTO sketches VALUES ('film', 'one')"))


def rows(keeper):
    return keeper.use(lambda database: database.execute("SELECT id FROM sketches").fetchall())


def lose_its_tables(keeper):
    keeper.use(lambda database: database.execute("DROP TABLE sketches"))


def full(_database):
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise error


def go_to_memory(keeper):
    with pytest.raises(CheckpointError, match="disk is full"):
        keeper.use(full)


def test_an_unused_database_can_be_closed(keep, file):
    keeper, _ = keep()
    keeper.close()
    keeper.close()

    assert not file.exists()


@pytest.mark.parametrize("loss", ["tables", "file"])
def test_a_database_that_lost_its_tables_or_file_is_rebuilt_every_time(keep, file, loss):
    keeper, filled = keep()
    add(keeper)

    for times in (1, 2):
        if loss == "file":
            file.unlink()
        else:
            lose_its_tables(keeper)
        assert rows(keeper) == [("one",)]
        assert len(filled) == times
        assert file.exists()


def test_a_file_deleted_while_it_is_filled_is_filled_again(keep, file):
    def add_and_lose(keeper):
        add(keeper)
        if len(filled) == 1:
            file.unlink()
        add(keeper)

    keeper, filled = keep(fill=add_and_lose)
    add(keeper)
    file.unlink()

    assert rows(keeper) == [("one",)]
    assert len(filled) == 1
    assert rows(keeper) == [("one",)]
    assert len(filled) == 2
    assert file.exists()


def test_damage_while_a_database_is_filled_is_an_error_with_a_hint(keep, caplog):
    keeper, filled = keep(fill=lambda keeper: lose_its_tables(keeper) or rows(keeper))
    add(keeper)
    lose_its_tables(keeper)

    with pytest.raises(CheckpointError, match=r"no such table: sketches.*Remove the file while no nightreel runs"):
        rows(keeper)

    assert len(filled) == 1
    # The disk has nothing to do with it.
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_an_in_memory_database_is_recreated_empty_and_leaves_the_file(keep, file):
    keeper, _ = keep()
    add(keeper)
    keeper.close()
    before = file.read_bytes()
    glance, _ = keep(in_memory=True)
    assert rows(glance) == [("one",)]

    glance.recreate()

    assert rows(glance) == []
    assert file.read_bytes() == before


def test_while_the_disk_is_unusable_the_database_is_recreated_in_memory(keep, file):
    keeper, _ = keep()
    add(keeper)
    go_to_memory(keeper)
    assert rows(keeper) == [("one",)]
    before = file.stat()

    keeper.recreate()

    assert rows(keeper) == []
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_work_that_also_fails_in_memory_is_tried_once(keep):
    keeper, _ = keep()
    add(keeper)
    go_to_memory(keeper)
    tried = []

    with pytest.raises(CheckpointError, match="disk is full"):
        keeper.use(lambda database: tried.append(None) or full(database))

    assert len(tried) == 1


def test_a_file_that_can_not_be_opened_is_retried_after_a_minute(keep, file, clock):
    keeper, filled = keep()
    file.mkdir()
    add(keeper)

    shutil.rmtree(file)
    clock.now += 59
    assert rows(keeper) == [("one",)]
    assert not file.exists()
    clock.now += 2
    assert rows(keeper) == [("one",)]
    assert file.is_file()
    assert len(filled) == 1
