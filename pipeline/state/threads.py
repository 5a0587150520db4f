"""Blocking work in threads: methods made asynchronous, and work that is completed even if its task is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

import anyio
from anyio import to_thread

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(method: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make a blocking method asynchronous: it runs in a thread."""

    @wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return await to_thread.run_sync(partial(method, *args, **kwargs))

    return run


async def run_shielded(work: Callable[[], None]) -> None:
    """Run `work` in a thread and wait for it, even if the task is cancelled: by a scope, or by asyncio (Ctrl-C).

    So no file is left half-written.
    """
    # Not in asyncio's own threads, which are few, and may all be busy with DNS lookups.
    thread = asyncio.ensure_future(to_thread.run_sync(work))
    cancelled: asyncio.CancelledError | None = None
    with anyio.CancelScope(shield=True):
        while not thread.done():
            try:
                await asyncio.wait([thread])
            except asyncio.CancelledError as error:
                cancelled = error
    thread.result()
    if cancelled:
        raise cancelled
