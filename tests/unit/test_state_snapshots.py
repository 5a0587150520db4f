"""Named snapshots of a batch's checkpoints."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from pipeline.errors import CheckpointError, InputError, StorageError
from pipeline.model import Batch, Brief, Job
from pipeline.state import CheckpointStore, Damage, Snapshots

AT = datetime(2026, 1, 2, tzinfo=UTC)
IDS = ("a" * 8, "b" * 8)


@pytest.fixture
def store(tmp_path):
    store = CheckpointStore(tmp_path)
    for job_id in IDS:
        anyio.run(store.save_job, job(job_id))
    anyio.run(store.save_batch, Batch(name="space", source="x", created_at=AT, jobs=IDS))
    return store


@pytest.fixture
def copies(store, tmp_path):
    return Snapshots(store.folder("space"), tmp_path)


def job(job_id, **changes):
    return Job(id=job_id, batch="space", folder=f"space/{job_id}", brief=Brief(title="Sky"), **changes)


def test_a_snapshot_contains_the_batch_and_its_jobs(store, copies):
    assert copies.make("one") == 2
    anyio.run(store.save_job, job(IDS[1], attempts=3))
    anyio.run(store.save_batch, Batch(name="space", source="y", created_at=AT, jobs=IDS[:1]))

    assert copies.names() == ["one"]
    assert (copies.batch("one").source, copies.batch("one").jobs) == ("x", IDS)
    # What is as it was then, is not read.
    assert list(copies.jobs("one")) == [job(IDS[1])]


def test_a_job_deleted_later_is_in_the_snapshot(store, copies):
    copies.make("one")
    anyio.run(store.delete_job, "space", IDS[0])

    assert list(copies.jobs("one")) == [job(IDS[0])]


def test_partial_files_are_not_copied_and_partial_snapshots_do_not_count(copies, tmp_path):
    folder = tmp_path / "state/batches/space"
    for name in (f".{IDS[0]}.json.part.json", f"{IDS[0]}.lock", f"{IDS[1]}.cancel"):
        (folder / "jobs" / name).write_bytes(b"{")

    assert copies.make("one") == 2
    left = folder / "checkpoints" / ".two"
    left.mkdir()
    (left / "batch.json").write_bytes((folder / "batch.json").read_bytes())

    assert copies.names() == ["one"]
    assert sorted(path.name for path in (folder / "checkpoints/one/jobs").iterdir()) == [f"{id_}.json" for id_ in IDS]


def test_a_batch_without_jobs_can_be_copied(tmp_path):
    store = CheckpointStore(tmp_path)
    anyio.run(store.save_batch, Batch(name="space", source="x", created_at=AT, jobs=()))
    copies = Snapshots(store.folder("space"), tmp_path)

    assert copies.make("one") == 0
    assert (copies.batch("one").jobs, list(copies.jobs("one"))) == ((), [])


def test_a_snapshot_uses_hard_links(copies, tmp_path):
    copies.make("one")

    def links():
        return [path.stat().st_nlink for path in tmp_path.glob("state/batches/space/jobs/*.json")]

    assert links() == [2, 2]


def test_without_hard_links_the_files_are_copied(store, copies, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "not here")

    monkeypatch.setattr(os, "link", refuse)
    copies.make("one")
    anyio.run(store.save_job, job(IDS[0], attempts=3))

    assert list(copies.jobs("one")) == [job(IDS[0])]


def test_a_failed_snapshot_leaves_nothing_but_the_previous_one(store, copies, monkeypatch, tmp_path):
    copies.make("one")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr("shutil.copyfile", full)
    for name, replace in (("one", True), ("two", False)):
        with pytest.raises(StorageError, match="no space left"):
            copies.make(name, replace=replace)

    assert copies.names() == ["one"]
    assert [path.name for path in (tmp_path / "state/batches/space/checkpoints").iterdir()] == ["one"]


def test_an_existing_name_is_only_replaced_on_request(store, copies, tmp_path):
    copies.make("one")
    anyio.run(store.save_job, job(IDS[1], attempts=3))

    with pytest.raises(InputError, match="there is a checkpoint “one” already"):
        copies.make("one")
    copies.make("one", replace=True)

    assert list(copies.jobs("one")) == []
    assert [path.name for path in (tmp_path / "state/batches/space/checkpoints").iterdir()] == ["one"]


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "con", "x" * 200])
def test_an_invalid_name_is_refused(copies, name):
    with pytest.raises(InputError, match=r"can't be the name of a checkpoint.*--name NAME"):
        copies.make(name)


def test_an_unknown_snapshot_is_an_error_that_suggests_the_closest_name(copies):
    with pytest.raises(InputError, match="nightreel checkpoint space --name one makes one"):
        copies.batch("one")
    copies.make("before")

    with pytest.raises(InputError, match=r"has no checkpoint 'befor'. Did you mean before"):
        copies.batch("befor")


def test_damaged_jobs_in_a_snapshot_are_reported_and_others_are_read(store, copies, tmp_path):
    copies.make("one")
    for job_id in IDS:
        anyio.run(store.save_job, job(job_id, attempts=3))
    root = Path(tmp_path, "state/batches/space/checkpoints/one")

    def spoil(path):
        path.unlink()
        path.write_bytes(b"\0")

    spoil(root / "jobs" / f"{IDS[0]}.json")
    damage, whole = copies.jobs("one")

    assert isinstance(damage, Damage)
    assert (damage.job, whole) == (IDS[0], job(IDS[1]))
    assert "checkpoints/one/jobs/aaaaaaaa.json: is damaged" in damage.message
    spoil(root / "batch.json")
    with pytest.raises(CheckpointError, match="is damaged"):
        copies.batch("one")
