"""Work in a thread that is waited for to its end: what is half done on the disk is left to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import anyio
from anyio import to_thread


async def run_shielded(work: Callable[[], None]) -> None:
    """Run `work` in a thread and wait for it, also when the task is cancelled, by a scope or by asyncio (Ctrl-C)."""
    # Not in the threads of asyncio itself, which are few, and may all be waiting for the addresses of services.
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
