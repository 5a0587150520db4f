"""Work that keeps a core busy, in processes of its own: all cores are used, and a crash costs a scene, no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import anyio
from anyio import to_process

from pipeline.errors import TransientError
from pipeline.limits import RetryPolicy, with_retries

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

# A process that dies twice under the same work would die a third time.
_POLICY = RetryPolicy(attempts=2, wait_initial_s=0.0)


async def in_worker(
    cores: anyio.CapacityLimiter, work: Callable[[*Arguments], Result], *arguments: *Arguments
) -> Result:
    """`work(*arguments)`, run in a worker process when one of `cores` is free. Cancelling kills the process.

    `work` is a function of a module, and everything that goes in and out is pickled. Raises what it raises, and
    `TransientError` when its process dies (out of memory, a crash in a library) and dies again at a second try.
    """

    async def attempt() -> Result:
        try:
            return await to_process.run_sync(work, *arguments, cancellable=True, limiter=cores)
        except anyio.BrokenWorkerProcess as error:
            raise TransientError(
                "a worker process died", hint="If memory ran out, lower work.workers in nightreel.toml"
            ) from error

    return await with_retries(_POLICY, attempt)
