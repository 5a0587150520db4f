import os
import subprocess
import sys
from functools import partial

import anyio
import pytest
from anyio import to_thread

from pipeline.errors import BusyError
from pipeline.model import Brief, Job
from pipeline.state import CheckpointStore
from pipeline.state.locks import is_held

HOLD = """
import sys, anyio
from pathlib import Path
from pipeline.state import CheckpointStore

async def main():
    async with CheckpointStore(Path(sys.argv[1])).batch_claim("space"):
        print("held", flush=True)
        await anyio.to_thread.run_sync(sys.stdin.read)

anyio.run(main)
"""


@pytest.fixture
def store(tmp_path) -> CheckpointStore:
    return CheckpointStore(tmp_path)


@pytest.fixture
def other_process(tmp_path):
    """A process that holds the batch until its standard input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def running(tmp_path):
    """Whether the lock of the batch is held, by anybody."""
    return partial(to_thread.run_sync, is_held, tmp_path / "state" / "batches" / "space" / "lock")


async def names(tmp_path) -> list[str]:
    return sorted([path.name async for path in anyio.Path(tmp_path).rglob("*") if await path.is_file()])


async def test_a_claimed_batch_is_running_and_nothing_is_left_behind(store, tmp_path, running):
    async with store.batch_claim("space"):
        assert await running()

    assert not await running()
    assert await names(tmp_path) == []


async def test_asking_for_a_batch_that_does_not_exist_makes_nothing(store, tmp_path, running):
    assert not await running()
    assert [path async for path in anyio.Path(tmp_path).iterdir()] == []


async def test_a_second_claim_is_told_who_holds_the_batch(store):
    async with store.batch_claim("space"):
        with pytest.raises(BusyError, match=rf"process {os.getpid()} is working on batch “space”\. Wait until"):
            async with store.batch_claim("space", wait_s=0):
                pass


async def test_a_batch_held_by_another_process_is_busy_until_that_process_is_killed(store, other_process, running):
    assert await running()
    with pytest.raises(BusyError, match=f"process {other_process.pid}"):
        async with store.batch_claim("space", wait_s=0):
            pass

    other_process.kill()
    await to_thread.run_sync(other_process.wait)

    assert not await running()
    async with store.batch_claim("space", wait_s=0):
        assert await running()


async def test_a_claim_waits_a_moment_for_one_that_is_about_to_end(store):
    order = []

    async def second() -> None:
        async with store.batch_claim("space", wait_s=10):
            order.append("second")

    async with anyio.create_task_group() as tasks, store.batch_claim("space"):
        tasks.start_soon(second)
        await anyio.wait_all_tasks_blocked()
        order.append("first")

    assert order == ["first", "second"]


async def test_two_jobs_are_claimed_side_by_side_and_one_job_once(store):
    sky, sea = (Job(id=letter * 8, batch="space", name=letter, brief=Brief(title=letter)) for letter in "ab")

    async with store.claim(sky), store.claim(sea):
        assert await to_thread.run_sync(store.is_claimed, sky)
        with anyio.move_on_after(0.01) as scope:
            async with store.claim(sky):
                pass
        assert scope.cancelled_caught

    assert not await to_thread.run_sync(store.is_claimed, sky)


async def test_an_error_inside_gives_the_batch_back(store, running):
    with pytest.raises(ZeroDivisionError):
        async with store.batch_claim("space"):
            raise ZeroDivisionError

    assert not await running()


async def test_a_cancellation_inside_gives_the_batch_back(store, running):
    with anyio.CancelScope() as scope:
        async with store.batch_claim("space"):
            scope.cancel()
            await anyio.lowlevel.checkpoint()

    assert not await running()


async def test_many_takers_hold_a_lock_one_at_a_time(store):
    inside = most = turns = 0

    async def take() -> None:
        nonlocal inside, most, turns
        async with store.planning("space"):
            inside += 1
            most, turns = max(most, inside), turns + 1
            await anyio.lowlevel.checkpoint()
            inside -= 1

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(take)

    assert (most, turns) == (1, 5)
