"""Leases: lock files that tell other processes since when this one uses files of the cache.

A lease is a lock (see `locks.py`) as old as the block of work that it stands for. The lease of a killed process is
unlocked, and removed when it is next checked.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from math import inf
from pathlib import Path
from uuid import uuid4

from pipeline.errors import StorageError
from pipeline.state.locks import held, is_held


class Leases:
    """The leases in `folder`. One per process; safe for many tasks of one event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ours: set[Path] = set()

    @contextlib.asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold a lease for the length of the block."""
        # Hidden, like everything that is not a finished file of the cache.
        lease = self._folder / f".{uuid4().hex[:12]}.lock"
        async with contextlib.AsyncExitStack() as stack:
            with contextlib.suppress(StorageError):  # a read-only cache still serves
                await stack.enter_async_context(held(lease, what="the cache"))
                self._ours.add(lease)
                stack.callback(self._ours.discard, lease)
            yield

    def others_since_ns(self) -> float:
        """The time of the oldest lease of another process; infinite: there is none. Blocks briefly."""
        since_ns = inf
        for lease in self._folder.glob(".*.lock"):
            with contextlib.suppress(FileNotFoundError):  # it was just released
                began_ns = lease.stat().st_mtime_ns
                if lease not in self._ours and _may_be_held(lease):
                    # In the future: the clock was set back, so it is unknown what was used since.
                    since_ns = min(since_ns, began_ns if began_ns <= time.time_ns() else 0)
        return since_ns


def _may_be_held(lease: Path) -> bool:
    try:
        return is_held(lease)
    except StorageError:  # another user's, without permission to open it
        return True
