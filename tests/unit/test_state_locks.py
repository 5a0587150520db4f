import asyncio
import contextlib
import errno
import math
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import anyio
import psutil
import pytest
from anyio import to_thread

from pipeline.errors import BudgetError, BusyError, StorageError
from pipeline.limits import Budget
from pipeline.state import CheckpointStore, MoneyLedger, locks

SKY, SEA = "a" * 8, "b" * 8
HOLD = """
import sys, anyio
from pathlib import Path
from pipeline.state import CheckpointStore

async def main():
    store = CheckpointStore(Path(sys.argv[1]))
    async with store.claims.register_worker("space"), store.claims.claim("space", "a" * 8, what="Sky"):
        print("held", flush=True)
        await anyio.to_thread.run_sync(sys.stdin.read)

anyio.run(main)
"""


@pytest.fixture
def store(tmp_path) -> CheckpointStore:
    return CheckpointStore(tmp_path)


@pytest.fixture
def other_process(tmp_path):
    """A process that works on the batch and makes one of its films until its standard input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def claimed(store):
    """Whether some process makes the film."""
    return partial(to_thread.run_sync, store.claims.is_claimed, "space", SKY)


@pytest.fixture
def workers(store):
    """Who works on the batch."""
    return partial(to_thread.run_sync, store.claims.workers, "space")


async def names(tmp_path) -> list[str]:
    return sorted([path.name async for path in anyio.Path(tmp_path).rglob("*") if await path.is_file()])


async def test_a_claim_is_visible_and_leaves_no_files(store, tmp_path, claimed):
    async with store.claims.claim("space", SKY, what="Sky"):
        assert await claimed()

    assert not await claimed()
    assert await names(tmp_path) == []


async def test_workers_of_a_batch_are_visible_and_leave_no_files(store, tmp_path, workers):
    async with store.claims.register_worker("space"):
        assert await workers() == [os.getpid()]

    assert await workers() == []
    assert await names(tmp_path) == []


async def test_querying_a_missing_batch_creates_nothing(tmp_path, claimed, workers):
    assert not await claimed()
    assert await workers() == []
    assert [path async for path in anyio.Path(tmp_path).iterdir()] == []


async def test_a_second_claim_raises_with_the_process_id_of_the_first(store):
    async with store.claims.claim("space", SKY, what="Sky"):
        with pytest.raises(BusyError, match=rf"process {os.getpid()} is working on “Sky”\. Wait until"):
            async with store.claims.claim("space", SKY, what="Sky", wait_s=0):
                pass


async def test_a_film_made_by_another_process_is_busy_until_that_process_is_killed(
    store, other_process, claimed, workers
):
    assert await claimed()
    assert await workers() == [other_process.pid]
    with pytest.raises(BusyError, match=f"process {other_process.pid}"):
        async with store.claims.claim("space", SKY, what="Sky", wait_s=0):
            pass

    other_process.kill()
    await to_thread.run_sync(other_process.wait)

    assert not await claimed()
    assert await workers() == []
    async with store.claims.claim("space", SKY, what="Sky", wait_s=0):
        assert await claimed()


async def test_several_processes_work_on_one_batch(store, other_process, workers):
    async with store.claims.register_worker("space"):
        assert sorted(await workers()) == sorted([os.getpid(), other_process.pid])


async def test_a_claim_waits_briefly_for_the_previous_holder(store):
    order = []

    async def second() -> None:
        async with store.claims.claim("space", SKY, what="Sky", wait_s=10):
            order.append("second")

    async with anyio.create_task_group() as tasks, store.claims.claim("space", SKY, what="Sky"):
        tasks.start_soon(second)
        await anyio.wait_all_tasks_blocked()
        order.append("first")

    assert order == ["first", "second"]


@pytest.mark.parametrize("blocks", [True, False])
async def test_a_claim_that_meets_another_process_checking_the_lock_is_tried_again(store, monkeypatch, blocks):
    take, tries = locks._Lock.take, []

    def take_at_the_second_try(lock):
        tries.append(lock)
        return len(tries) > 1 and take(lock)

    monkeypatch.setattr(locks._Lock, "take", take_at_the_second_try)

    def claim():
        with store.claims.claim_now("space", SKY, what="Sky"):
            pass

    if blocks:
        await to_thread.run_sync(claim)
    else:
        async with store.claims.claim("space", SKY, what="Sky", wait_s=0):
            pass

    assert len(tries) > 1


async def test_two_jobs_are_claimed_side_by_side_and_one_job_once(store, claimed):
    async with store.claims.claim("space", SKY, what="Sky"), store.claims.claim("space", SEA, what="Sea"):
        assert await claimed()
        with anyio.move_on_after(0.01) as scope:
            async with store.claims.claim("space", SKY, what="Sky", wait_s=math.inf):
                pass
        assert scope.cancelled_caught

    assert not await claimed()


async def test_jobs_of_the_same_id_in_two_batches_are_claimed_side_by_side(store):
    async with store.claims.claim("space", SKY, what="Sky"), store.claims.claim("sea", SKY, what="Sky", wait_s=0):
        assert await to_thread.run_sync(store.claims.is_claimed, "sea", SKY)


async def test_an_error_releases_the_claim(store, claimed):
    with pytest.raises(ZeroDivisionError):
        async with store.claims.claim("space", SKY, what="Sky"):
            raise ZeroDivisionError

    assert not await claimed()


async def test_cancellation_releases_the_claim(store, claimed):
    with anyio.CancelScope() as scope:
        async with store.claims.claim("space", SKY, what="Sky"):
            scope.cancel()
            await anyio.lowlevel.checkpoint()

    assert not await claimed()


async def test_a_task_cancelled_by_asyncio_while_claiming_does_not_keep_the_claim(store, claimed, monkeypatch):
    begun, go_on, taken = threading.Event(), threading.Event(), threading.Event()
    really = locks._take

    def slowly(*lock) -> bool:
        begun.set()
        go_on.wait(10)
        is_ours = really(*lock)
        taken.set()
        return is_ours

    async def make() -> None:
        async with store.claims.claim("space", SKY, what="Sky"):
            raise AssertionError("nobody wants it any more")

    monkeypatch.setattr(locks, "_take", slowly)
    task = asyncio.create_task(make())
    await to_thread.run_sync(begun.wait, 10)
    task.cancel()
    await anyio.wait_all_tasks_blocked()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await to_thread.run_sync(taken.wait, 10)

    assert taken.is_set()
    assert not await claimed()


async def test_a_task_cancelled_by_asyncio_while_releasing_still_releases_the_claim(store, claimed, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    really = locks._Lock.release

    def slowly(lock) -> None:
        begun.set()
        go_on.wait(10)
        really(lock)

    async def make() -> None:
        async with store.claims.claim("space", SKY, what="Sky"):
            pass

    monkeypatch.setattr(locks._Lock, "release", slowly)
    task = asyncio.create_task(make())
    await to_thread.run_sync(begun.wait, 10)
    for _ in range(2):
        task.cancel()
        await anyio.wait_all_tasks_blocked()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not await claimed()


async def test_a_claim_is_released_even_if_all_threads_of_asyncio_are_busy_with_dns(store, claimed):
    go_on = threading.Event()
    loop = asyncio.get_running_loop()
    waiting = [loop.run_in_executor(None, go_on.wait, 10) for _ in range(40)]
    try:
        with anyio.fail_after(5):
            async with store.claims.claim("space", SKY, what="Sky"):
                pass
            assert not await claimed()
    finally:
        go_on.set()
        await asyncio.gather(*waiting)


async def test_a_cancel_request_is_visible_until_it_is_cleared(store, tmp_path):
    def is_asked() -> bool:
        return store.claims.is_cancel_requested("space", SKY)

    assert not await to_thread.run_sync(is_asked)
    await to_thread.run_sync(store.claims.request_cancel, "space", SKY)
    assert await to_thread.run_sync(is_asked)
    for _ in range(2):  # whoever hears it last finds nothing to do
        await to_thread.run_sync(store.claims.clear_cancel_request, "space", SKY)
    assert not await to_thread.run_sync(is_asked)
    assert await names(tmp_path) == []


async def test_the_reason_of_a_cancel_request_is_readable_until_it_is_cleared(store):
    why = partial(to_thread.run_sync, store.claims.cancel_reason, "space", SKY)
    assert await why() == ""

    await to_thread.run_sync(partial(store.claims.request_cancel, "space", SKY, why="the row is gone"))
    assert await why() == "the row is gone"

    await to_thread.run_sync(store.claims.clear_cancel_request, "space", SKY)
    assert await why() == ""


def test_stale_locks_are_removed_and_foreign_files_are_no_workers(store, tmp_path):
    batch = tmp_path / "state" / "batches" / "space"
    for name in ("workers/4321-0a1b2c3d.lock", f"jobs/{SKY}.lock"):
        (batch / name).parent.mkdir(parents=True, exist_ok=True)
        (batch / name).touch()

    with locks.held_blocking(batch / "workers" / "notes.lock", what="notes"):
        assert store.claims.workers("space") == []
        store.claims.remove_leftovers("space")
        assert [path.name for path in batch.rglob("*") if path.is_file()] == ["notes.lock"]


async def test_a_lock_is_held_by_one_of_many_tasks_at_a_time(store):
    inside = most = turns = 0

    async def take() -> None:
        nonlocal inside, most, turns
        async with store.claims.planning("space"):
            inside += 1
            most, turns = max(most, inside), turns + 1
            await anyio.lowlevel.checkpoint()
            inside -= 1

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(take)

    assert (most, turns) == (1, 5)


# Files of locks ---------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path):
    return tmp_path / "film.lock"


posix_only = pytest.mark.skipif(sys.platform == "win32", reason="filelock opens files in a way of its own there")


@posix_only
def test_releasing_a_lock_whose_file_was_removed_keeps_the_file_of_its_next_holder(path):
    with contextlib.ExitStack() as theirs:
        with locks.held_blocking(path, what="ours"):
            path.unlink()
            theirs.enter_context(locks.held_blocking(path, what="theirs"))
        assert locks.is_held(path)
        with pytest.raises(BusyError, match=f"process {os.getpid()} is working on theirs"):
            theirs.enter_context(locks.held_blocking(path, what="theirs"))
    assert not path.exists()


@posix_only
def test_a_file_removed_while_it_is_opened_does_not_count_as_locked(path, monkeypatch):
    really = os.open

    def open_(name, *rest):
        monkeypatch.undo()
        descriptor = really(name, *rest)
        # Whoever held it gives it back now.
        path.unlink()
        return descriptor

    monkeypatch.setattr(os, "open", open_)
    with locks.held_blocking(path, what="the film"):
        assert path.exists()
        assert locks.is_held(path)


@posix_only
def test_a_stale_lock_file_gets_the_process_id_of_its_new_holder(path):
    path.write_text("4194304" * 3)

    with locks.held_blocking(path, what="the film"):
        assert path.read_text() == str(os.getpid())


@posix_only
def test_a_lock_file_that_can_not_be_removed_is_still_released(path, monkeypatch):
    def refuse(*_of):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "unlink", refuse)
    for _ in range(2):
        with locks.held_blocking(path, what="the film"):
            assert locks.is_held(path)
        assert not locks.is_held(path)
    assert path.exists()


def test_a_late_thread_of_a_cancelled_waiter_takes_no_lock(path):
    turn = locks._Waiter(path)
    turn.end()

    assert not turn.take()
    assert not path.exists()


def test_a_lock_released_during_a_check_counts_as_free(path, monkeypatch):
    looks = iter([True, False])
    monkeypatch.setattr(locks, "path_exists", lambda _path: next(looks))

    with locks.held_blocking(path, what="the film"):
        assert not locks.is_held(path)


@posix_only
def test_released_and_failed_locks_leave_no_open_files(path, monkeypatch):
    def refuse(*_of):
        raise PermissionError(errno.EACCES, "Permission denied")

    count = psutil.Process().num_fds
    before = count()
    for _ in range(3):
        with locks.held_blocking(path, what="the film"):
            assert locks.is_held(path)
            with pytest.raises(BusyError), locks.held_blocking(path, what="the film"):
                pass
            assert locks._Lock(path).is_taken()
    path.touch()
    assert not locks._Lock(path).is_taken()
    monkeypatch.setattr(locks.fcntl, "flock", refuse)
    with pytest.raises(StorageError), locks.held_blocking(path, what="the film"):
        pass

    assert count() == before


@posix_only
def test_a_lock_in_a_removed_folder_is_released(path):
    folder = path.parent / "batch"

    with locks.held_blocking(folder / path.name, what="the film"):
        shutil.rmtree(folder)

    assert not locks._open


@posix_only
def test_on_a_full_disk_a_lock_works_without_the_process_id(path, monkeypatch):
    def full(*_of):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with locks.held_blocking(path, what="the film"):
        monkeypatch.undo()
        with (
            pytest.raises(BusyError, match="another process is working on the film"),
            locks.held_blocking(path, what="the film"),
        ):
            pass


GIVE_BACK_AND_FORK = """
import os, sys
from pathlib import Path
from pipeline.state.locks import held_blocking

with held_blocking(Path(sys.argv[1]), what="the film"):
    pass
theirs = os.pipe()
if not (child := os.fork()):
    os.write(theirs[1], b"x")
    os.read(theirs[0], 1)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@posix_only
def test_a_fork_keeps_files_opened_after_a_lock_was_released(path):
    subprocess.run([sys.executable, "-c", GIVE_BACK_AND_FORK, str(path)], check=True)


FORK_AND_DIE = """
import os, sys
from pathlib import Path
from pipeline.state.locks import held_blocking

with held_blocking(Path(sys.argv[1]), what="the film"):
    if os.fork():
        os._exit(0)
    os.write(1, b"x")
    sys.stdin.read()
    os._exit(0)
"""


@posix_only
def test_a_lock_is_released_when_its_process_dies_even_if_a_fork_of_it_lives(path):
    command = [sys.executable, "-c", FORK_AND_DIE, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.read(1) == b"x"
        assert process.wait() == 0

        assert not locks.is_held(path)
        process.stdin.close()
        # The fork has ended.
        assert process.stdout.read() == b""


@posix_only
def test_a_symlink_is_not_followed_to_a_lock_file(path, tmp_path):
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(StorageError), locks.held_blocking(path, what="the film"):
        pass
    assert not (tmp_path / "elsewhere").exists()


# Lock files that are not ours to open ----------------------------------------------------------------------------


@pytest.fixture
def refused(monkeypatch):
    """Adds to the ways of opening a lock that the system refuses: what a user meets who is not root."""
    ways, really = [], os.open

    def open_(path, flags, *rest):
        if str(path).endswith(".lock") and Path(path).name != "spent.lock" and flags & os.O_ACCMODE in ways:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return really(path, flags, *rest)

    monkeypatch.setattr(os, "open", open_)
    return ways


@posix_only
async def test_another_users_lock_file_counts_only_while_it_is_held(store, other_process, claimed, refused):
    refused.append(os.O_RDWR)
    assert await claimed()

    await to_thread.run_sync(other_process.kill)
    await to_thread.run_sync(other_process.wait)
    assert not await claimed()


@posix_only
async def test_a_lock_file_that_can_not_be_opened_is_an_error_with_a_hint(store, tmp_path, claimed, refused):
    path = store.claims._files.job_file("space", SKY, "lock")
    await anyio.Path(path.parent).mkdir(parents=True)
    await anyio.Path(path).touch()
    refused += [os.O_RDWR, os.O_RDONLY]

    with pytest.raises(StorageError) as caught:
        await claimed()
    assert str(caught.value) == (
        f"{path}: can't be opened to check the lock: permission denied. "
        "Check its permissions; if no nightreel is running, remove it"
    )
    with pytest.raises(StorageError, match="permission denied"):
        async with store.claims.claim("space", SKY, what="Sky"):
            pass


@posix_only
async def test_a_reservation_whose_lock_can_not_be_opened_is_not_waited_for(tmp_path, refused):
    ledger = MoneyLedger(tmp_path / "spent.json")
    lock = tmp_path / "spent.0123456789ab.lock"
    await anyio.Path(tmp_path / "spent.json").write_text('{"schema": 1, "usd": 3, "reserved": {"0123456789ab": 3}}')
    await anyio.Path(lock).touch()
    refused += [os.O_RDWR, os.O_RDONLY]
    budget = Budget(ledger, 3.0, lambda spent, _call: BudgetError(f"{spent}"), poll_s=0.01)

    with anyio.fail_after(30), pytest.raises(StorageError, match=r"spent\.0123456789ab\.lock: can't be opened"):
        await budget.reserve("a purchase", 1)
