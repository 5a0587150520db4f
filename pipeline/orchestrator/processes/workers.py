"""Runs CPU-bound tasks in worker processes: this uses all cores, and a crash costs one scene instead of the run."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import TypeVar, TypeVarTuple
from uuid import uuid4

import anyio
from anyio import to_process, to_thread

from pipeline.errors import CrashError
from pipeline.files import discard, write_atomically
from pipeline.limits import Cores, Rank
from pipeline.orchestrator.processes.fork_pool import ForkServerGoneError, current_pool
from pipeline.orchestrator.processes.worker_entry import ping, run_guarded

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

_HINT = (
    "If memory ran out, lower work.workers in nightreel.toml; a script that makes films must do so below "
    'if __name__ == "__main__", because worker processes import it'
)


def preload_workers() -> None:
    """Start importing what workers need in the background, because tasks will follow."""
    if pool := current_pool():
        pool.load()


async def run_in_worker(
    cores: Cores,
    work: Callable[[*Arguments], Result],
    *arguments: *Arguments,
    rank: Rank = (),
    work_folder: Path,
    crash_report: Path,
    waiting: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
) -> Result:
    """Run `work(*arguments)` in a worker process once a core is free. Cancellation kills the process.

    `work` is a module-level function; arguments and result are pickled. Raises what it raises, and `CrashError` if the
    process dies (out of memory, a crash in a library) and a second attempt, with nothing else running, dies as well.
    The file `crash_report` then describes the crash; `work_folder` is for temporary files. `waiting` is a context
    manager that is active during the wait for a core.
    """
    trace = work_folder / f"{uuid4().hex[:8]}.trace"
    try:
        # The first crash may be bad luck: another program may have used up the memory.
        with contextlib.suppress(anyio.BrokenWorkerProcess, KeyboardInterrupt):
            async with _turn(cores.slot(rank), waiting):
                return await _in_process(trace, work, *arguments)
        try:
            # Alone, so that no other task can use up the memory.
            async with _turn(cores.exclusive(), waiting):
                return await _in_process(trace, work, *arguments)
        except (anyio.BrokenWorkerProcess, KeyboardInterrupt) as error:
            how = await to_thread.run_sync(_write_crash_report, crash_report, trace, work.__name__, repr(arguments))
            raise CrashError(f"a worker process died twice ({how})", where=work.__name__, hint=_HINT) from error
    except BaseException:
        # A killed process leaves its trace file behind.
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(discard, trace)
        raise


@contextlib.asynccontextmanager
async def _turn(
    slot: AbstractAsyncContextManager[None], waiting: Callable[[], AbstractContextManager[None]]
) -> AsyncIterator[None]:
    with contextlib.ExitStack() as wait:
        wait.enter_context(waiting())
        async with slot:
            wait.close()
            yield


async def _in_process(trace: Path, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    if pool := current_pool():
        with contextlib.suppress(ForkServerGoneError):
            return await pool.run(run_guarded, trace, work, *arguments)
    # `cores` has already decided who may run; this only disables anyio's own limit.
    limiter = anyio.CapacityLimiter(1)
    try:
        with anyio.CancelScope(shield=True):
            # anyio leaks a process if its start is cancelled: start one now, shielded, unless one is idle.
            await to_process.run_sync(ping, limiter=limiter)
        return await to_process.run_sync(run_guarded, trace, work, *arguments, cancellable=True, limiter=limiter)
    except ProcessLookupError as error:
        # anyio tries to kill a process that failed to start, and may find it already dead.
        raise anyio.BrokenWorkerProcess from error


def _write_crash_report(crash_report: Path, trace: Path, work: str, arguments: str) -> str:
    """Write the crash report; return a summary for the error message."""
    try:
        text = trace.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        text = ""
    how = text.splitlines()[0] if text else "killed from outside, most likely because memory ran out"
    write_atomically(crash_report, f"{work} died twice: {how}\n\n{text}\n\nIt was asked to work on:\n{arguments}\n")
    return f"{how}; see {Path(*crash_report.parts[-5:]).as_posix()}"  # relative to the workspace
