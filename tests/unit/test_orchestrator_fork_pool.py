"""Forked workers: they work, end on request and when abandoned, and their end is noticed."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import psutil
import pytest

from pipeline.cli import preforked_workers
from pipeline.errors import InputError
from pipeline.orchestrator.processes import fork_pool
from pipeline.orchestrator.processes.fork_pool import ForkPool, ForkServerGoneError, current_pool, fork_workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has forked workers")

_SO_LONG_S = 60.0
_ENDING_S = 30.0


@pytest.fixture(autouse=True)
def _alone() -> None:
    """Only a process with one thread forks: those of earlier tests may still be ending.

    Threads for blocking calls are told to end with their loop and who waits for a process ends with it, but no loop
    waits for either.
    """
    others = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    until = time.monotonic() + _ENDING_S
    while any(thread.is_alive() for thread in others) and time.monotonic() < until:
        for thread in others:
            # A thread that was not begun by Python can't be waited for.
            with contextlib.suppress(RuntimeError, AssertionError):
                thread.join(0.1)
    left = [thread.name for thread in others if thread.is_alive()]
    assert not left, f"an earlier test has left threads behind: {left}"


def pid_after(path: Path) -> int:
    """Tells who works, and then works for longer than any test."""
    path.write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(_SO_LONG_S)
    return 0


def refuse(reason: str) -> None:
    raise InputError(reason, where="here")


def with_fork_pool(work: Callable[[ForkPool], Awaitable[None]]) -> None:
    """Run `work` as a command does: forked first, then a loop."""

    async def run() -> None:
        pool = current_pool()
        assert pool, "something has left a thread behind"
        await work(pool)

    with fork_workers(lambda: None):
        anyio.run(run)
    assert current_pool() is None


async def written(path: Path) -> int:
    """The number of the process that works."""
    while not (told := _read(path)):
        await anyio.lowlevel.checkpoint()
    return int(told)


async def dead(pid: int) -> None:
    """Wait until a process does nothing any more."""
    with anyio.fail_after(10), contextlib.suppress(psutil.NoSuchProcess):
        while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await anyio.lowlevel.checkpoint()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_tasks_run_in_another_process_which_is_reused():
    async def work(pool: ForkPool) -> None:
        first = await pool.run(os.getpid)
        assert first not in {os.getpid(), os.getppid()}
        assert await pool.run(os.getpid) == first
        assert await pool.run(len, b"x" * 5_000_000) == 5_000_000
        assert await pool.run(bytes, 5_000_000) == bytes(5_000_000)

    with_fork_pool(work)


def test_modules_are_loaded_once_before_the_first_worker_is_forked(tmp_path):
    loaded = tmp_path / "loaded"

    async def work() -> None:
        pool = current_pool()
        assert pool
        pool.load()
        pool.load()
        assert await written(loaded) == 1
        # A worker looks for garbage, the process that forks it does not.
        assert await pool.run(gc.isenabled)

    with fork_workers(lambda: loaded.write_text(f"{gc.isenabled() + 1}", encoding="utf-8")):
        anyio.run(work)


def test_later_workers_do_not_wait_for_loading(tmp_path):
    loaded = tmp_path / "loaded"

    async def work() -> None:
        pool = current_pool()
        assert pool
        pool.load()
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(pool.run, os.getpid)

    def load() -> None:
        with loaded.open("a", encoding="utf-8") as file:
            file.write("1")

    with fork_workers(load):
        anyio.run(work)
    assert _read(loaded) == "1"


def test_a_fork_server_that_loads_without_need_is_not_waited_for(tmp_path):
    started = time.monotonic()
    with fork_workers(lambda: pid_after(tmp_path / "pid")):
        pool = current_pool()
        assert pool
        pool.load()
        anyio.run(written, tmp_path / "pid")
    assert time.monotonic() - started < _SO_LONG_S / 2
    assert not psutil.pid_exists(int(_read(tmp_path / "pid")))


def test_a_nested_block_uses_the_existing_workers():
    with fork_workers(lambda: None):
        before = current_pool()
        with fork_workers(lambda: None):
            assert current_pool() is before
        assert current_pool() is before


@pytest.mark.parametrize(
    ("tokens", "begins"),
    [
        (["make", "topics/blue-sky.md", "--offline"], True),
        (["run", "customers.csv"], True),
        (["run", "customers.csv", "--dry-run"], False),
        (["make", "--help"], False),
        (["status"], False),
        ([], False),
    ],
)
def test_commands_that_make_films_start_the_fork_server_first(tokens, begins):
    with preforked_workers(tokens):
        assert (current_pool() is not None) is begins
    assert current_pool() is None


def test_concurrent_tasks_get_a_worker_each():
    async def work(pool: ForkPool) -> None:
        pids: set[int] = set()

        async def ask() -> None:
            pids.add(await pool.run(os.getpid))

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask)
        assert len(pids) == 3

    with_fork_pool(work)


def test_exceptions_of_tasks_are_raised_and_their_worker_is_reused():
    async def work(pool: ForkPool) -> None:
        worker = await pool.run(os.getpid)
        with pytest.raises(InputError, match="no such thing"):
            await pool.run(refuse, "no such thing")
        with pytest.raises(TypeError, match="pickle"):
            await pool.run(open, os.devnull)
        assert await pool.run(os.getpid) == worker

    with_fork_pool(work)


def test_cancelling_a_task_kills_its_worker(tmp_path):
    async def work(pool: ForkPool) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(pool.run, pid_after, tmp_path / "pid")
            pid = await written(tmp_path / "pid")
            tasks.cancel_scope.cancel()
        await dead(pid)
        assert await pool.run(os.getpid) != pid

    with_fork_pool(work)


def test_a_killed_worker_is_distinguished_from_a_failed_task(tmp_path):
    async def work(pool: ForkPool) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(kill, tmp_path / "pid")
            with pytest.raises(anyio.BrokenWorkerProcess):
                await pool.run(pid_after, tmp_path / "pid")

    async def kill(path: Path) -> None:
        os.kill(await written(path), signal.SIGKILL)

    with_fork_pool(work)


def test_an_idle_worker_that_dies_is_replaced():
    async def work(pool: ForkPool) -> None:
        first = await pool.run(os.getpid)
        os.kill(first, signal.SIGKILL)
        await dead(first)
        assert await pool.run(os.getpid) != first

    with_fork_pool(work)


def test_a_worker_that_is_idle_for_too_long_is_killed(monkeypatch):
    async def work(pool: ForkPool) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(pool.run, os.getpid)
            tasks.start_soon(pool.run, os.getpid)
        monkeypatch.setattr(fork_pool, "_IDLE_S", -1.0)
        last = await pool.run(os.getpid)
        assert workers_of(pool) <= {last}

    with_fork_pool(work)


def test_without_the_fork_server_no_worker_is_forked_and_existing_ones_can_be_killed(tmp_path):
    async def work(pool: ForkPool) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(pool.run, pid_after, tmp_path / "pid")
            pid = await written(tmp_path / "pid")
            os.kill(psutil.Process(pid).ppid(), signal.SIGKILL)
            with pytest.raises(ForkServerGoneError):
                await pool.run(os.getpid)
            tasks.cancel_scope.cancel()
        await dead(pid)

    with_fork_pool(work)


# As logging and threading do around every fork; there, an exception is printed and forgotten.
_INTERRUPTED = """
import os, signal, sys
from pipeline.orchestrator.processes.fork_pool import fork_workers

# Under `nohup` and `&` in a script, child processes ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.register_at_fork(before=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    with fork_workers(lambda: None):
        sys.exit("Ctrl-C is forgotten")
except KeyboardInterrupt:
    print(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
"""


def test_ctrl_c_during_the_fork_ends_the_command():
    done = subprocess.run([sys.executable, "-c", _INTERRUPTED], capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_workers_inherit_no_open_files(tmp_path):
    with (tmp_path / "lock").open("w"):

        async def work(pool: ForkPool) -> None:
            links = await pool.run(_open_files)
            assert not any("lock" in link for link in links)

        with_fork_pool(work)


def _open_files() -> list[str]:
    return [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.exists()]


def workers_of(pool: ForkPool) -> set[int]:
    """The numbers of the workers that live."""
    children = psutil.Process(pool._pid).children()
    return {child.pid for child in children if child.status() != psutil.STATUS_ZOMBIE}
