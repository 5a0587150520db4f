"""Group saves: none returns before it is on disk, and none affects another."""

import asyncio
import threading

import anyio
import pytest
from anyio import to_thread

from pipeline.errors import InputError, StorageError
from pipeline.model import Brief, Job
from pipeline.state import CheckpointStore
from pipeline.state.checkpoints.group_commit import GroupCommit


def job(number, **values):
    return Job(id=f"{number:08x}", batch="night", folder=f"night/{number}", brief=Brief(title="Space"), **values)


class Disk:
    """What is written, group by group. It waits to be let, if told to."""

    def __init__(self, errors=None):
        self.groups = []
        self.errors = errors or {}
        self.may_write = threading.Event()
        self.may_write.set()

    def write(self, jobs):
        self.may_write.wait(10)
        self.groups.append([job.stage or job.id for job in jobs])
        return self.errors


async def test_saves_during_a_write_are_grouped():
    disk = Disk()
    saves = GroupCommit(disk.write)
    disk.may_write.clear()

    async with anyio.create_task_group() as tasks:
        for number in range(4):
            tasks.start_soon(saves.save, job(number))
        await anyio.lowlevel.checkpoint()
        disk.may_write.set()

    assert disk.groups == [["00000000"], ["00000001", "00000002", "00000003"]]


async def test_a_save_returns_only_when_it_is_on_disk():
    disk = Disk()
    saves = GroupCommit(disk.write)
    disk.may_write.clear()
    told = []

    async def save():
        await saves.save(job(1))
        told.append(len(disk.groups))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(save)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        assert not told
        disk.may_write.set()

    assert told == [1]


async def test_a_cancelled_save_still_returns_only_when_it_is_on_disk():
    disk = Disk()
    disk.may_write.clear()
    saving = asyncio.create_task(GroupCommit(disk.write).save(job(1)))
    for _ in range(3):
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        saving.cancel()

    for _ in range(20):
        await anyio.lowlevel.checkpoint()
    was_over = saving.done()
    disk.may_write.set()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert not was_over
    assert disk.groups == [["00000001"]]


async def test_films_that_save_after_each_stage_stay_in_one_group():
    disk = Disk()
    saves = GroupCommit(disk.write)

    async def make(number):
        for stage in ("script", "narration", "scenes"):
            await saves.save(job(number, stage=stage))

    async with anyio.create_task_group() as tasks:
        for number in range(3):
            tasks.start_soon(make, number)

    # The first comes alone, and is one stage ahead from then on.
    assert sorted(map(len, disk.groups)) == [1, 2, 3, 3]


async def test_a_failed_save_does_not_affect_others():
    disk = Disk(errors={job(2).id: StorageError("no space left")})
    saves = GroupCommit(disk.write)

    async with anyio.create_task_group() as tasks:
        for number in (1, 3, 4):
            tasks.start_soon(saves.save, job(number))
        await anyio.lowlevel.checkpoint()
        with pytest.raises(StorageError, match="no space left"):
            await saves.save(job(2))

    # The first of all was alone.
    assert disk.groups == [["00000001"], ["00000003", "00000004", "00000002"]]


async def test_if_a_group_fails_each_save_raises_and_the_next_group_is_written():
    refused = [StorageError("read-only")]

    def write(jobs):
        if refused:
            raise refused.pop()
        return {}

    saves = GroupCommit(write)

    with pytest.raises(StorageError, match="read-only"):
        await saves.save(job(1))
    await saves.save(job(1))


def test_saves_work_in_another_event_loop():
    disk = Disk()
    saves = GroupCommit(disk.write)

    asyncio.run(saves.save(job(1)))
    # As a loop that was stopped leaves it: its callbacks never come.
    saves._is_busy = True
    asyncio.run(saves.save(job(2)))

    assert disk.groups == [["00000001"], ["00000002"]]


async def test_a_job_with_invalid_text_does_not_affect_its_group(tmp_path):
    store = CheckpointStore(tmp_path)
    broken = Job(id="ab" * 4, batch="night", folder="night/x", brief=Brief(title="\ud800", origin="topics.txt:2"))

    async with anyio.create_task_group() as tasks:
        for number in range(3):
            tasks.start_soon(store.save_job, job(number))
        await anyio.lowlevel.checkpoint()  # the first is being written: the others are one group
        with pytest.raises(InputError, match="a lone surrogate"):
            await store.save_job(broken)

    assert [await store.load_job("night", job(number).id) for number in range(3)] == [job(n) for n in range(3)]
    assert await to_thread.run_sync(store.index("night").find, broken.id) is None
    store.close()
