"""Who may use a core: as many at once as there are cores, the film that should be finished first before all others."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

# Where work stands in the queue: the smaller tuple goes first, equal ones as they came.
Rank = tuple[float, ...]

# Nothing sorts before the empty tuple.
_BEFORE_ALL: Rank = ()


class Cores:
    """Hands out `count` slots by rank. For one event loop at a time; it may be made outside of any."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = count
        self._queue: list[_Waiter] = []
        self._came = 0

    @property
    def busy(self) -> int:
        """Slots that are taken."""
        return self.count - self._free

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for a slot."""
        return len(self._queue)

    @asynccontextmanager
    async def slot(self, rank: Rank) -> AsyncIterator[None]:
        """Waits for a slot and has it for the length of the block. Blocks do not nest."""
        async with self._taken(1, rank):
            yield

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """The same with all slots, before everybody who waits: for work that must not take others down with it.

        Nobody is let in until those inside have left. Several who ask are alone one after another.
        """
        async with self._taken(self.count, _BEFORE_ALL):
            yield

    @asynccontextmanager
    async def _taken(self, slots: int, rank: Rank) -> AsyncIterator[None]:
        self._came += 1
        waiter = _Waiter(rank, self._came, slots)
        heapq.heappush(self._queue, waiter)
        self._serve()
        try:
            await waiter.served.wait()
            yield
        finally:
            if waiter.served.is_set():
                self._free += slots
            else:
                self._queue.remove(waiter)
                heapq.heapify(self._queue)
            self._serve()

    def _serve(self) -> None:
        """Lets in whoever is first, all slots or none: who waits for many never holds some that others wait for."""
        while self._queue and self._queue[0].slots <= self._free:
            waiter = heapq.heappop(self._queue)
            self._free -= waiter.slots
            waiter.served.set()


@dataclass(order=True)
class _Waiter:
    rank: Rank
    number: int
    slots: int = field(compare=False)
    # Bound to the loop that runs, which is why it is made here and not before.
    served: anyio.Event = field(compare=False, default_factory=anyio.Event)
