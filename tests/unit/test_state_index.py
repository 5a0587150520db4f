import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from pipeline.errors import CheckpointError, StorageError
from pipeline.model import (
    Batch,
    Brief,
    Cost,
    Job,
    JobStatus,
    Paragraph,
    Price,
    Priority,
    Section,
    StageRecord,
    summary_of,
)
from pipeline.state import IN_ORDER, SMART_ORDER, BatchIndex, CheckpointStore, QueuedJob, Workload
from pipeline.state.index import database as database_module
from pipeline.state.index import reconciling, recovery

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOTES = (Section(heading="", blocks=(Paragraph(text="x"),)),)


def job(number: int, **changes: object) -> Job:
    brief = Brief(title=f"Film {number}", origin=f"topics/space.txt:{number}")
    return replace(Job(id=f"{number:08x}", batch="space", folder=f"space/Film {number}", brief=brief), **changes)


def ids(*numbers: int) -> list[str]:
    return [job(number).id for number in numbers]


def fill(store: CheckpointStore, *jobs: Job) -> None:
    """A batch of these jobs, in this order."""
    store.plan_jobs("space", jobs)
    anyio.run(store.save_batch, Batch(name="space", source="x", created_at=AT, jobs=tuple(job.id for job in jobs)))


def save(store: CheckpointStore, job: Job) -> None:
    anyio.run(store.save_job, job)


def rows(index: BatchIndex, *statuses: JobStatus) -> list[str]:
    return [row.id for row in index.rows(*statuses)]


def turns(index: BatchIndex, **question: object) -> list[str]:
    return [turn.job for turn in index.queue.next_jobs(AT, **{"limit": 99, **question})]


@pytest.fixture
def store(tmp_path):
    store = CheckpointStore(tmp_path)
    yield store
    store.close()


@pytest.fixture
def again(tmp_path, store):
    """Whoever comes after `store`."""

    def open_again(workspace: Path = tmp_path) -> CheckpointStore:
        store.close()
        opened.append(CheckpointStore(workspace))
        return opened[-1]

    opened: list[CheckpointStore] = []
    yield open_again
    for each in opened:
        each.close()


def batch_folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "batches" / "space"


def index_file(tmp_path: Path) -> Path:
    return batch_folder(tmp_path) / "index.sqlite"


def job_file(tmp_path: Path, number: int) -> Path:
    return batch_folder(tmp_path) / "jobs" / f"{job(number).id}.json"


def count_reads(store: CheckpointStore, monkeypatch) -> list[str]:
    """The ids of the jobs whose files are read from now on."""
    read: list[str] = []
    true = store.read_job

    def read_job(batch: str, job_id: str) -> Job | None:
        read.append(job_id)
        return true(batch, job_id)

    monkeypatch.setattr(store, "read_job", read_job)
    return read


# What is asked of it ---------------------------------------------------------------------------------------------


def test_the_size_per_row_does_not_grow_with_the_batch(tmp_path):
    def pages_of_fifty_more(there):
        def rows(first, last):
            for number in range(first, last):
                job_id = hashlib.sha256(f"{number}".encode()).hexdigest()[:16]
                yield replace(summary_of(job(number)), id=job_id, folder=f"space/film-{number:06}"), "stamp"

        path = tmp_path / f"{there}.sqlite"
        for first, last in ((0, there), (there, there + 50)):
            index = BatchIndex(path, tmp_path, refill=lambda _: None)
            index.put(list(rows(first, last)))
            written = path.with_name(f"{path.name}-wal").stat().st_size
            index.close()
        return written

    assert pages_of_fifty_more(3000) < 2.5 * pages_of_fifty_more(200)


@pytest.mark.filterwarnings("error")
def test_a_path_too_long_for_sqlite_keeps_the_index_in_memory(tmp_path):
    deep = tmp_path.joinpath(*["x" * 100] * 6)
    store = CheckpointStore(deep)
    fill(store, job(1))

    assert rows(store.index("space")) == ids(1)
    assert not (deep / "state" / "batches" / "space" / "index.sqlite").exists()


def test_every_save_updates_its_row(store):
    fill(store, job(1), job(2))
    index = store.index("space")

    save(store, job(2, status=JobStatus.COMPLETED, stage="publishing"))

    assert index.find(job(2).id) == summary_of(job(2, status=JobStatus.COMPLETED, stage="publishing"))
    assert rows(index) == ids(1, 2)
    assert rows(index, JobStatus.COMPLETED) == ids(2)
    assert rows(index, JobStatus.PENDING, JobStatus.COMPLETED) == ids(1, 2)
    assert rows(index, JobStatus.FAILED) == []


def test_rows_are_read_in_pages_in_the_order_of_the_batch(store):
    numbers = list(range(1200))
    random.Random(3).shuffle(numbers)
    fill(store, *map(job, numbers))

    assert rows(store.index("space")) == ids(*numbers)


def test_an_unlisted_job_is_found_by_id_but_in_no_list(store):
    fill(store, job(1), job(2))
    fill(store, job(2))
    index = store.index("space")

    assert index.find(job(1).id) == summary_of(job(1))
    assert rows(index) == turns(index) == ids(2)
    assert index.totals.counts()[JobStatus.PENDING].jobs == 1
    assert index.by_folder("space/Film 1") is None
    assert index.by_folder("space/Film 2").id == job(2).id


def test_counts_have_jobs_and_weight_for_every_status(store):
    short = Brief(title="x" * 10, closing="y" * 5, sections=job(1).brief.sections)
    fill(store, job(1), job(2), job(3, status=JobStatus.FAILED, brief=replace(short)))

    counts = store.index("space").totals.counts()

    assert set(counts) == set(JobStatus)
    assert counts[JobStatus.PENDING] == Workload(2, 2 * summary_of(job(1)).weight)
    assert counts[JobStatus.FAILED].jobs == 1
    assert counts[JobStatus.REVIEW] == Workload(0, 0)


def test_the_cost_of_a_batch_counts_films_that_cost_the_same(store):
    one = Cost.of("m", Price(usd_per_million_in=1, usd_per_million_out=2), tokens_in=100, tokens_out=50)
    free = Cost.of("n", None, tokens_in=1, tokens_out=1)
    records = [(StageRecord(stage="script", attempt=1, started_at=AT, seconds=1, cost=cost),) for cost in (one, free)]
    fill(store, *(job(number, records=records[number == 4]) for number in range(1, 5)), job(5))

    cost = store.index("space").totals.cost()

    assert (cost.tokens_in, cost.models["m"].calls, cost.models["n"].calls) == (301, 3, 1)
    assert cost.usd == pytest.approx(3 * one.usd)


def test_jobs_are_queued_by_priority_then_by_position(store):
    fill(
        store,
        job(5),
        job(4, priority=Priority.LOW),
        job(3, priority=Priority.URGENT),
        job(2),
        job(1, priority=Priority.HIGH),
        job(6, status=JobStatus.COMPLETED),
    )
    index = store.index("space")

    assert turns(index) == ids(3, 1, 5, 2, 4)
    assert [turn.rank for turn in index.queue.next_jobs(AT, limit=3)] == [0, 1, 2]
    assert turns(index, limit=2) == ids(3, 1)
    assert turns(index, leave_out=ids(3, 5)) == ids(1, 2, 4)


def test_the_smart_order_groups_related_films_and_starts_with_short_ones(store):
    def film(number: int, language: str, words: int, **changes: object) -> Job:
        changed = replace(job(number).brief, language=language, closing="x" * words, sections=NOTES)
        return job(number, brief=changed, **changes)

    fill(
        store,
        film(1, "en", 900),
        film(2, "de", 500),
        film(3, "en", 100),
        film(4, "de", 300),
        film(5, "en", 100),
        film(6, "en", 9000, priority=Priority.HIGH),
    )

    assert turns(store.index("space"), order=SMART_ORDER) == ids(6, 4, 2, 3, 5, 1)
    assert turns(store.index("space"), order=IN_ORDER) == ids(6, 1, 2, 3, 4, 5)


def test_a_parked_job_is_due_when_its_time_has_come(store):
    late, soon = AT + timedelta(hours=2), AT + timedelta(seconds=1)
    fill(
        store,
        job(1, status=JobStatus.PARKED, parked_until=late),
        job(2, status=JobStatus.PARKED, parked_until=soon, priority=Priority.URGENT),
        job(3, status=JobStatus.PARKED),
        job(4),
    )
    index = store.index("space")

    assert turns(index) == ids(4)
    assert index.queue.next_parked() == soon
    assert [turn.job for turn in index.queue.next_jobs(soon, limit=9)] == ids(2, 4)
    assert [turn.job for turn in index.queue.next_jobs(late, limit=9)] == ids(2, 1, 4)


def test_without_parked_jobs_there_is_no_time_to_wait_for(store):
    fill(store, job(1), job(2, status=JobStatus.PARKED))

    assert store.index("space").queue.next_parked() is None


def test_jobs_in_progress_are_listed(store):
    fill(store, job(1), job(2, status=JobStatus.IN_PROGRESS))

    assert store.index("space").queue.in_progress() == [QueuedJob(2, job(2).id)]


# When files change behind its back -------------------------------------------------------------------------------


def test_only_changed_files_are_read_again(store, again, tmp_path, monkeypatch):
    fill(store, *map(job, range(5)))
    text = job_file(tmp_path, 3).read_text(encoding="utf-8")
    job_file(tmp_path, 3).write_text(text.replace('"pending"', '"failed"'), encoding="utf-8")
    other = again()
    read = count_reads(other, monkeypatch)

    index = other.refreshed("space")

    assert read == ids(3)
    assert rows(index, JobStatus.FAILED) == ids(3)
    assert rows(other.refreshed("space")) == ids(0, 1, 2, 3, 4)
    assert read == ids(3)


def test_the_row_of_a_removed_file_is_deleted(store, tmp_path):
    fill(store, job(1), job(2))
    job_file(tmp_path, 1).unlink()

    index = store.refreshed("space")

    assert rows(index) == turns(index) == ids(2)
    assert index.find(job(1).id) is None


def test_an_added_file_gets_its_position(store, again, tmp_path):
    fill(store, job(1), job(2), job(3))
    kept = job_file(tmp_path, 2).read_bytes()
    job_file(tmp_path, 2).unlink()
    assert rows(store.refreshed("space")) == ids(1, 3)
    job_file(tmp_path, 2).write_bytes(kept)

    assert rows(store.refreshed("space")) == ids(1, 2, 3)
    assert rows(again().refreshed("space")) == ids(1, 2, 3)


def test_a_damaged_file_is_reported_until_it_is_repaired(store, tmp_path):
    fill(store, job(1), job(2))
    kept = job_file(tmp_path, 1).read_bytes()
    job_file(tmp_path, 1).write_bytes(kept[:100])

    index = store.refreshed("space")
    assert [(damage.job, "is damaged" in damage.message) for damage in index.damages()] == [(job(1).id, True)]
    assert rows(index) == turns(index) == ids(2)
    assert index.find(job(1).id) is None
    assert index.totals.counts()[JobStatus.FAILED].jobs == 1

    job_file(tmp_path, 1).write_bytes(kept)
    assert store.refreshed("space").damages() == []
    assert rows(index) == ids(1, 2)


@pytest.mark.skipif(os.name != "posix", reason="no links that anybody may make")
def test_a_symlink_loop_instead_of_a_job_is_reported_and_others_are_listed(store, tmp_path):
    fill(store, job(1), job(2))
    path = job_file(tmp_path, 1)
    path.unlink()
    path.symlink_to(path.name)

    index = store.refreshed("space")

    assert [(damage.job, "can't be read" in damage.message) for damage in index.damages()] == [(job(1).id, True)]
    assert rows(index) == ids(2)


@pytest.mark.skipif(os.name != "posix", reason="Windows says it otherwise")
def test_a_file_instead_of_the_jobs_folder_is_reported(store, tmp_path):
    fill(store, job(1))
    jobs = job_file(tmp_path, 1).parent
    shutil.rmtree(jobs)
    jobs.touch()

    with pytest.raises(StorageError, match="can't be read: not a directory"):
        store.refreshed("space")


def test_a_list_changed_by_another_process_is_read_again(store, tmp_path):
    fill(store, job(1), job(2))
    other = CheckpointStore(tmp_path)
    other.plan_jobs("space", [job(3)])
    write_list(other, ids(3, 1))  # and killed before it could tell the index
    other.close()

    assert rows(store.refreshed("space")) == ids(3, 1)


def test_a_listed_job_without_a_file_is_skipped(store, monkeypatch):
    fill(store, job(1))
    write_list(store, [job(7).id, *ids(1)])
    assert rows(store.refreshed("space")) == ids(1)

    fill_again = count_arranged(store, monkeypatch)
    assert rows(store.refreshed("space")) == ids(1)
    assert fill_again == []


def test_a_row_missing_after_a_kill_is_added_from_its_file(store, again, monkeypatch):
    fill(store, job(1), job(2))

    def killed(self: BatchIndex, rows: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BatchIndex, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            store.plan_jobs("space", [job(2, status=JobStatus.COMPLETED)])
    assert rows(store.index("space"), JobStatus.COMPLETED) == []

    assert rows(again().refreshed("space"), JobStatus.COMPLETED) == ids(2)


def test_a_damaged_batch_file_is_an_error_and_keeps_all_rows(store, tmp_path):
    fill(store, job(1))
    kept = (batch_folder(tmp_path) / "batch.json").read_bytes()
    (batch_folder(tmp_path) / "batch.json").write_bytes(b"{")

    with pytest.raises(CheckpointError, match=r"batch\.json: is damaged"):
        store.refreshed("space")

    (batch_folder(tmp_path) / "batch.json").write_bytes(kept)
    assert rows(store.refreshed("space")) == ids(1)


def test_a_batch_without_its_file_lists_nothing(store, tmp_path):
    fill(store, job(1))
    (batch_folder(tmp_path) / "batch.json").unlink()

    assert rows(store.refreshed("space")) == []
    assert store.index("space").find(job(1).id) is not None


# When the index itself is spoilt ---------------------------------------------------------------------------------


def delete(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut_to_the_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def fill_with_noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(20_000))


def spoil_a_page(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:8192] + random.Random(2).randbytes(4096) + content[12288:])


def make_foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE jobs (title TEXT)")
        database.execute("PRAGMA user_version = 2")
    database.close()


def make_of_another_version(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
        database.execute("DROP TABLE about")
    database.close()


@pytest.mark.parametrize(
    "spoil",
    [
        delete,
        truncate,
        empty,
        cut_to_the_header,
        fill_with_noise,
        spoil_a_page,
        make_foreign,
        make_of_another_version,
    ],
)
def test_a_damaged_index_is_rebuilt_from_the_files(store, again, tmp_path, spoil, monkeypatch):
    numbers = range(200)
    fill(store, *map(job, numbers))
    store.close()
    spoil(index_file(tmp_path))
    other = again()
    read = count_reads(other, monkeypatch)

    assert rows(other.refreshed("space")) == ids(*numbers)
    assert sorted(read) == sorted(ids(*numbers))

    last = again()
    read = count_reads(last, monkeypatch)
    assert rows(last.refreshed("space")) == ids(*numbers)
    assert read == []


def spoil_while_in_use(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def replace_by_noise(path: Path) -> None:
    path.unlink()
    fill_with_noise(path)


def move_away(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


@pytest.mark.parametrize("spoil", [spoil_while_in_use, replace_by_noise, move_away, delete])
@pytest.mark.parametrize("question", [rows, turns, lambda index: index.find("x"), lambda index: index.totals.counts()])
def test_an_index_damaged_while_in_use_is_rebuilt_at_once(store, tmp_path, spoil, question):
    fill(store, *map(job, range(200)))
    store.close()
    index = store.index("space")
    assert index.find("x") is None
    spoil(index_file(tmp_path))

    question(index)
    save(store, job(3, status=JobStatus.COMPLETED))

    assert rows(index) == ids(*range(200))
    assert turns(index, limit=999) == ids(*(number for number in range(200) if number != 3))
    assert index_file(tmp_path).exists()


def test_an_index_damaged_while_in_use_keeps_the_row_being_saved(store, tmp_path):
    fill(store, *map(job, range(200)))
    store.close()
    store.index("space").find("x")
    spoil_while_in_use(index_file(tmp_path))

    save(store, job(3, status=JobStatus.COMPLETED))

    assert rows(store.index("space"), JobStatus.COMPLETED) == ids(3)
    assert len(rows(store.index("space"))) == 200


def test_two_processes_share_an_index_that_one_has_rebuilt(store, tmp_path):
    fill(store, *map(job, range(200)))
    store.close()
    other = CheckpointStore(tmp_path)
    assert rows(store.index("space")) == rows(other.index("space"))
    spoil_while_in_use(index_file(tmp_path))

    rows(store.index("space"))
    save(store, job(7, status=JobStatus.COMPLETED))
    assert rows(other.index("space"), JobStatus.COMPLETED) == ids(7)
    save(other, job(8, status=JobStatus.COMPLETED))

    assert rows(store.index("space"), JobStatus.COMPLETED) == ids(7, 8)
    other.close()


def tamper(tmp_path: Path, change: str) -> None:
    with sqlite3.connect(index_file(tmp_path)) as database:
        database.execute(change)
    database.close()


NONSENSE = [
    "row = '{}'",
    "row = 'x'",
    "row = x'ff00ff'",
    "row = json_set(CAST(row AS TEXT), '$.title', 3)",
    "row = json_set(CAST(row AS TEXT), '$.status', 'asleep')",
    "row = json_set(CAST(row AS TEXT), '$.id', 'cafecafe')",
    "row = json_set(CAST(row AS TEXT), '$.parked_until', '9999-12-31T23:59:59Z')",
    "row = json_set(CAST(row AS TEXT), '$.parked_until', '2026-01-01T00:00:00')",
    "row = json_set(CAST(row AS TEXT), '$.attempts', 1e300)",
    "status = 'asleep'",
    "rank = 'first'",
    "rank = -1",
    "weight = 'heavy'",
    "position = 'first'",
    "parked_until = 1e300",
    "parked_at = -1e300",
    "id = '../batch'",
    "id = 'no id'",
    "stamp = x'00'",
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_an_invalid_row_is_read_again_from_its_file(store, tmp_path, nonsense):
    parked = job(2, status=JobStatus.PARKED, parked_until=AT)
    fill(store, job(1), parked, job(3))
    store.close()
    tamper(tmp_path, f"UPDATE jobs SET {nonsense} WHERE id = '{parked.id}'")

    index = store.refreshed("space")

    assert list(index.rows()) == [summary_of(each) for each in (job(1), parked, job(3))]
    assert [(told.id, told.title, told.status) for told in index.overviews()][1] == (parked.id, "Film 2", "parked")
    assert turns(index) == ids(1, 2, 3)
    assert index.queue.next_parked() == AT
    assert set(index.stamps()) == set(ids(1, 2, 3))


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_invalid_values_that_appear_while_in_use_raise_no_error(store, tmp_path, nonsense):
    fill(store, job(1), job(2, status=JobStatus.PARKED, parked_until=AT), job(3))
    index = store.index("space")
    tamper(tmp_path, f"UPDATE jobs SET {nonsense} WHERE id = '{job(2).id}'")

    assert {job(1).id, job(3).id} <= {row.id for row in index.rows()}
    assert {job(1).id, job(3).id} <= {told.id for told in index.overviews()}
    assert {job(1).id, job(3).id} <= {row.id for row in index.latest(*JobStatus, limit=9)}
    assert index.queue.next_parked() in {AT, None}
    assert index.find(job(2).id) in [summary_of(job(2, status=JobStatus.PARKED, parked_until=AT)), None]


def test_rows_and_lists_show_the_file_when_the_row_is_invalid(store, tmp_path):
    fill(store, job(1), job(2), job(3))
    index = store.index("space")

    tamper(tmp_path, f"UPDATE jobs SET row = '{{}}' WHERE id = '{job(2).id}'")
    assert rows(index) == ids(1, 2, 3)

    tamper(tmp_path, f"UPDATE jobs SET row = '{{}}' WHERE id = '{job(2).id}'")
    assert [told.title for told in index.overviews()] == ["Film 1", "Film 2", "Film 3"]


def test_a_moved_workspace_gets_its_new_paths(store, again, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    first = again(here)
    film = here / "output" / "space" / "film.mp4"
    fill(first, job(1))
    first.index("space").put([(replace(summary_of(job(1)), video=film), first.index("space").stamps()[job(1).id])])
    first.close()
    shutil.move(here, there)

    index = again(there).refreshed("space")

    assert rows(index) == ids(1)
    assert index.find(job(1).id).video is None


def test_a_full_disk_loses_no_row_and_no_job(store, again, tmp_path):
    fill(store, *map(job, range(50)))
    make_full(store.index("space"))

    for number in range(50):
        save(store, job(number, status=JobStatus.COMPLETED, stage="x" * 2000))
    save(store, job(77, status=JobStatus.FAILED))
    store.plan_jobs("space", [job(78)])
    fill(store, *map(job, (78, 77)), *(job(number, status=JobStatus.COMPLETED) for number in range(50)))

    index = store.index("space")
    assert rows(index) == ids(78, 77, *range(50))
    assert index.totals.counts()[JobStatus.COMPLETED].jobs == 50
    assert turns(index) == ids(78, 77)
    after = again().refreshed("space")
    assert rows(after) == ids(78, 77, *range(50))
    assert after.totals.counts()[JobStatus.COMPLETED].jobs == 50


class Clock:
    """A steady clock that stands still."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timed(tmp_path):
    """A store whose clock is `timed.clock`."""
    clock = Clock()
    store = CheckpointStore(tmp_path, now_s=clock)
    store.clock = clock
    yield store
    store.close()


def make_room(tmp_path: Path) -> None:
    tamper(tmp_path, "DROP TABLE filler")


def test_a_minute_after_a_full_disk_the_file_is_tried_again(timed, tmp_path):
    fill(timed, *map(job, range(50)))
    make_full(timed.index("space"))
    for number in range(50):
        save(timed, job(number, status=JobStatus.COMPLETED, stage="x" * 2000))
    make_room(tmp_path)
    other = CheckpointStore(tmp_path)
    fill(other, *map(job, (77, *range(50))))  # somebody adds a job meanwhile, and begins the others anew

    timed.clock.now += 59
    assert turns(timed.index("space")) == []
    timed.clock.now += 2
    assert rows(timed.index("space")) == ids(77, *range(50))
    save(timed, job(77, status=JobStatus.COMPLETED))

    assert rows(other.index("space"), JobStatus.COMPLETED) == ids(77)
    other.close()


def test_a_disk_that_stays_full_is_reported_once_and_loses_no_row(timed, caplog, monkeypatch):
    fill(timed, *map(job, range(50)))
    make_full(timed.index("space"))

    def open_file(path: Path, workspace: str) -> sqlite3.Connection:
        database = database_module.open_file(path, workspace)
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    monkeypatch.setattr(recovery, "open_file", open_file)
    for number in range(50):
        timed.clock.now += 61
        save(timed, job(number, status=JobStatus.COMPLETED, stage="x" * 2000))

    assert rows(timed.index("space"), JobStatus.COMPLETED) == ids(*range(50))
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "can't be written, and is kept in memory until it can be: database or disk is full" in warnings[0]


def test_rows_are_deleted_and_marked_damaged_also_on_a_full_disk(store, tmp_path):
    fill(store, *map(job, range(3)))
    make_full(store.index("space"))

    job_file(tmp_path, 1).write_bytes(b"{" * 3000)
    anyio.run(store.delete_job, "space", job(2).id)
    index = store.refreshed("space")

    assert rows(index) == ids(0)
    assert [damage.job for damage in index.damages()] == ids(1)


def test_a_row_is_written_whole_or_not_at_all(store):
    fill(store, job(1), job(2))
    index = store.index("space")

    def half():
        yield job(2).id
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        index.set_order(half(), "stamp")
    assert rows(index) == ids(1, 2)


def test_an_index_that_cannot_be_opened_is_kept_in_memory(store, again, tmp_path, monkeypatch):
    fill(store, job(1), job(2))
    other = again()
    read = count_reads(other, monkeypatch)
    true = sqlite3.connect

    def connect(path: object, **options: object) -> sqlite3.Connection:
        if path == ":memory:":
            return true(path, **options)
        return true("file:/nowhere/at/all?mode=ro", uri=True)

    monkeypatch.setattr(sqlite3, "connect", connect)

    assert rows(other.refreshed("space")) == ids(1, 2)
    assert read == []
    save(other, job(2, status=JobStatus.COMPLETED))
    assert rows(other.index("space"), JobStatus.COMPLETED) == ids(2)


def test_a_query_does_not_create_the_folder_of_an_unknown_batch(store, tmp_path):
    assert rows(store.refreshed("space")) == []
    assert store.index("space").totals.counts()[JobStatus.PENDING] == Workload(0, 0)
    assert list(tmp_path.iterdir()) == []

    fill(store, job(1))
    assert rows(store.index("space")) == ids(1)
    assert index_file(tmp_path).exists()


# A glance --------------------------------------------------------------------------------------------------------


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_a_read_only_index_sees_all_jobs_and_writes_nothing(store, again, tmp_path, monkeypatch):
    fill(store, job(1), job(2))
    store.close()
    job_file(tmp_path, 2).write_bytes(b"{")
    other = again()
    read = count_reads(other, monkeypatch)
    before = tree(tmp_path)

    index = other.read_only_index("space")

    assert rows(index) == ids(1)
    assert [damage.job for damage in index.damages()] == ids(2)
    assert read == ids(2)
    index.close()
    assert tree(tmp_path) == before


@pytest.mark.parametrize("spoil", [delete, empty, truncate, fill_with_noise, spoil_a_page, make_of_another_version])
def test_a_read_only_index_needs_no_index_file(store, again, tmp_path, spoil):
    fill(store, *map(job, range(200)))
    store.close()
    spoil(index_file(tmp_path))
    before = tree(tmp_path)

    index = again().read_only_index("space")

    assert rows(index) == ids(*range(200))
    index.close()
    assert tree(tmp_path) == before


def test_a_read_only_index_is_up_to_date_while_others_write(store, tmp_path):
    fill(store, job(1), job(2))
    save(store, job(2, status=JobStatus.COMPLETED))  # and the index is open

    other = CheckpointStore(tmp_path)
    index = other.read_only_index("space")
    assert rows(index, JobStatus.COMPLETED) == ids(2)
    index.close()


def test_a_read_only_index_of_a_damaged_batch_finds_jobs_and_lists_none(store, again, tmp_path):
    fill(store, job(1), job(2))
    store.close()
    list_file = job_file(tmp_path, 1).parent.parent / "batch.json"
    list_file.write_bytes(b"{")

    index = again().read_only_index("space")

    assert (rows(index), index.find(job(1).id)) == ([], summary_of(job(1)))
    index.close()


def test_a_read_only_index_of_an_unknown_batch_creates_nothing(store, tmp_path):
    index = store.read_only_index("space")
    assert rows(index) == []
    index.close()
    assert list(tmp_path.iterdir()) == []


# Many at once ----------------------------------------------------------------------------------------------------


def test_twenty_threads_write_and_read_concurrently(store):
    fill(store, *map(job, range(100)))
    errors: list[Exception] = []

    def work(first: int) -> None:
        try:
            for number in range(first, 100, 20):
                store.plan_jobs("space", [job(number, status=JobStatus.COMPLETED)])
                store.index("space").totals.counts()
                store.index("space").queue.next_jobs(AT, limit=5)
                store.refreshed("space")
        except Exception as error:  # noqa: BLE001 - shown below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert rows(store.index("space"), JobStatus.COMPLETED) == ids(*range(100))


def test_concurrent_first_queries_share_one_index(tmp_path):
    store, met = CheckpointStore(tmp_path), threading.Barrier(20)
    found: set[BatchIndex] = set()

    def work() -> None:
        met.wait()
        found.add(store.index("space"))

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {store.index("space")}


OTHER = """
import sys
from pathlib import Path
import anyio
from pipeline.model import JobStatus
from pipeline.state import CheckpointStore

async def main():
    store = CheckpointStore(Path(sys.argv[1]))
    for number in range(1, 60, 2):
        job = await store.load_job("space", f"{number:08x}")
        await store.save_job(job.evolve(status=JobStatus.COMPLETED))
        if number == 1:
            print("begun", flush=True)

anyio.run(main)
"""


def test_two_processes_see_each_others_rows(store, tmp_path):
    fill(store, *map(job, range(60)))
    with subprocess.Popen([sys.executable, "-c", OTHER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "begun\n"
        for number in range(0, 60, 2):
            save(store, job(number, status=JobStatus.COMPLETED))
        assert other.wait(timeout=60) == 0

    assert rows(store.index("space"), JobStatus.COMPLETED) == ids(*range(60))
    assert turns(store.index("space")) == []


# Helpers ---------------------------------------------------------------------------------------------------------


def write_list(store: CheckpointStore, jobs: list[str]) -> None:
    """batch.json alone, without its index."""
    path = store.folder("space") / "batch.json"
    text = path.read_text(encoding="utf-8")
    old = text[text.index('"jobs": [') : text.rindex("]") + 1]
    listed = ", ".join(f'"{job_id}"' for job_id in jobs)
    path.write_text(text.replace(old, f'"jobs": [{listed}]'), encoding="utf-8")


def count_arranged(store: CheckpointStore, monkeypatch) -> list[object]:
    """Whenever the index is put in order from now on."""
    arranged: list[object] = []
    monkeypatch.setattr(store.index("space"), "set_order", lambda *said: arranged.append(said))
    return arranged


def make_full(index: BatchIndex) -> None:
    """SQLite answers as on a full disk: "database or disk is full"."""
    database = index.database.opened()
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages + 2}")
    database.execute("CREATE TABLE filler (x BLOB)")

    def fill_up() -> None:
        while True:
            database.execute("INSERT INTO filler VALUES (zeroblob(1000))")

    with pytest.raises(sqlite3.OperationalError, match="full"):
        fill_up()


def test_films_that_share_a_key_are_found_in_the_order_of_the_batch(store):
    jobs = [
        job(number, sketch=sketch) for number, sketch in enumerate((("a", "b"), ("c",), ("b",), ("a",), ("b", "d")))
    ]
    fill(store, *jobs)
    save(store, replace(jobs[3], sketch=("e",)))

    found = store.index("space").near_duplicates(jobs[2].id, ("a", "b"), limit=9)

    assert [(row.id, before) for row, before in found] == [(jobs[0].id, True), (jobs[4].id, False)]
    assert [row.id for row, _ in store.index("space").near_duplicates(jobs[2].id, ("a", "b"), limit=1)] == [jobs[0].id]
    assert store.index("space").near_duplicates(jobs[2].id, ("z",), limit=9) == []


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.IN_PROGRESS, JobStatus.PARKED])
def test_jobs_no_longer_in_the_source_are_not_queued(store, status):
    fill(store, job(1, status=status), job(2))
    fill(store, job(2))
    index = store.refreshed("space")

    assert turns(index) == ids(2)
    assert index.queue.in_progress() == []


def test_a_file_missing_from_a_directory_listing_keeps_its_row(store, monkeypatch):
    fill(store, job(1), job(2))
    monkeypatch.setattr(reconciling, "stamps_in", lambda _: [])

    assert rows(store.refreshed("space")) == ids(1, 2)


def test_a_database_in_use_or_of_another_workspace_is_not_copied(store, tmp_path):
    fill(store, job(1))
    path = store.folder("space") / "index.sqlite"
    store.index("space")._ask("PRAGMA wal_checkpoint(TRUNCATE)")

    def known(workspace: Path = tmp_path) -> list[tuple[object, ...]]:
        copy = database_module.copied_to_memory(path, str(workspace))
        try:
            return copy.execute("SELECT id FROM jobs").fetchall()
        finally:
            copy.close()

    assert known() == []
    store.close()
    assert known() == [(job(1).id,)]
    assert known(tmp_path / "elsewhere") == [], "a moved workspace has other paths"
