"""Work that keeps a core busy, in processes of its own: all cores are used, and a crash costs a scene, no more."""

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
    """There will be work: what workers load is loaded beside whatever comes before it."""
    if parent := current_pool():
        parent.load()


async def run_in_worker(
    cores: Cores,
    work: Callable[[*Arguments], Result],
    *arguments: *Arguments,
    rank: Rank = (),
    work_folder: Path,
    crash_report: Path,
    waiting: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
) -> Result:
    """`work(*arguments)`, run in a worker process when it is its turn for a core. Cancelling kills the process.

    `work` is a function of a module, and everything that goes in and out is pickled. Raises what it raises, and
    `CrashError` when its process dies (out of memory, a crash in a library) and dies again at a second try, alone. What
    is known of such a death is kept in the file `crash_report`; `work_folder` is for what nobody needs afterwards.
    `waiting` is a context that lasts as long as the wait for a core.
    """
    trace = work_folder / f"{uuid4().hex[:8]}.trace"
    try:
        # Once may be bad luck: another program took the memory. What dies twice would die a third time.
        with contextlib.suppress(anyio.BrokenWorkerProcess, KeyboardInterrupt):
            async with _turn(cores.slot(rank), waiting):
                return await _in_process(trace, work, *arguments)
        try:
            # Nothing else runs meanwhile: if it dies now, it is not for want of what others took.
            async with _turn(cores.exclusive(), waiting):
                return await _in_process(trace, work, *arguments)
        except (anyio.BrokenWorkerProcess, KeyboardInterrupt) as error:
            how = await to_thread.run_sync(_keep_evidence, crash_report, trace, work.__name__, repr(arguments))
            raise CrashError(f"a worker process died twice ({how})", where=work.__name__, hint=_HINT) from error
    except BaseException:
        # A process that was killed has left it there.
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
    if parent := current_pool():
        with contextlib.suppress(ForkServerGoneError):
            return await parent.run(run_guarded, trace, work, *arguments)
    # Who may run was decided by `cores`; this one only keeps anyio from counting as well.
    limiter = anyio.CapacityLimiter(1)
    try:
        with anyio.CancelScope(shield=True):
            # anyio forgets a process whose start is cancelled, and it lives on: this starts one if none waits.
            await to_process.run_sync(ping, limiter=limiter)
        return await to_process.run_sync(run_guarded, trace, work, *arguments, cancellable=True, limiter=limiter)
    except ProcessLookupError as error:
        # One that dies while it starts is gone when anyio wants to kill it for that.
        raise anyio.BrokenWorkerProcess from error


def _keep_evidence(crash_report: Path, trace: Path, work: str, arguments: str) -> str:
    """Writes down how the process died; returns it in some words."""
    try:
        said = trace.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        said = ""
    how = said.splitlines()[0] if said else "killed from outside, most likely for want of memory"
    write_atomically(crash_report, f"{work} died twice: {how}\n\n{said}\n\nIt was asked to work on:\n{arguments}\n")
    return f"{how}; see {Path(*crash_report.parts[-5:]).as_posix()}"  # as it lies below the workspace
