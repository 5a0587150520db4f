"""Since when each process holds files of the cache, as every other one can see it.

A sign is a lock (see `locks.py`) as old as the block of work that it stands for. That of a killed process is free, and
goes when somebody looks at it.
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


class Signs:
    """The signs in `folder`. One per process; safe for many tasks of one event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ours: set[Path] = set()

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Other processes know that this one holds something since the block began, until it ends."""
        # Hidden, as all that is not a finished file of the cache.
        sign = self._folder / f".{uuid4().hex[:12]}.lock"
        async with contextlib.AsyncExitStack() as stack:
            with contextlib.suppress(StorageError):  # a read-only cache still serves
                await stack.enter_async_context(held(sign, what="the cache"))
                self._ours.add(sign)
                stack.callback(self._ours.discard, sign)
            yield

    def others_began_ns(self) -> float:
        """Since when other processes hold what they use; infinite: none does. Blocks, for a moment."""
        began_ns = inf
        for sign in self._folder.glob(".*.lock"):
            with contextlib.suppress(FileNotFoundError):  # it has just ended
                since_ns = sign.stat().st_mtime_ns
                if sign not in self._ours and _may_be_held(sign):
                    # Since a time to come: the clock was set back, and says nothing of what was used since.
                    began_ns = min(began_ns, since_ns if since_ns <= time.time_ns() else 0)
        return began_ns


def _may_be_held(sign: Path) -> bool:
    try:
        return is_held(sign)
    except StorageError:  # another user's, and not ours to open
        return True
