"""Run work in a thread to completion, even if the task is cancelled, so that no file is left half-written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import anyio
from anyio import to_thread


async def run_shielded(work: Callable[[], None]) -> None:
    """Run `work` in a thread and wait for it, even if the task is cancelled: by a scope, or by asyncio (Ctrl-C)."""
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
