"""Work that keeps a core busy, in processes of its own: all cores are used, and a crash costs a scene, no more."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, TypeVarTuple

import anyio
from anyio import to_process

from pipeline.errors import CrashError

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

_HINT = (
    "If memory ran out, lower work.workers in nightreel.toml; a script that makes films must do so below "
    'if __name__ == "__main__", because worker processes import it'
)


async def in_worker(
    cores: anyio.CapacityLimiter, work: Callable[[*Arguments], Result], *arguments: *Arguments
) -> Result:
    """`work(*arguments)`, run in a worker process when one of `cores` is free. Cancelling kills the process.

    `work` is a function of a module, and everything that goes in and out is pickled. Raises what it raises, and
    `CrashError` when its process dies (out of memory, a crash in a library) and dies again at a second try.
    """
    # Once may be bad luck: another program took the memory. What dies twice would die a third time.
    with suppress(anyio.BrokenWorkerProcess, KeyboardInterrupt):
        return await to_process.run_sync(_undisturbed, work, *arguments, cancellable=True, limiter=cores)
    try:
        return await to_process.run_sync(_undisturbed, work, *arguments, cancellable=True, limiter=cores)
    except (anyio.BrokenWorkerProcess, KeyboardInterrupt) as error:
        raise CrashError("a worker process died", where=work.__name__, hint=_HINT) from error


def _undisturbed(work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    """Run the work in a process that leaves Ctrl-C to its parent, which kills it when it has to stop.

    A terminal sends SIGINT to the whole group; answered here, it would come back as an exception of the work.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return work(*arguments)
