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
        self._most = count
        self._limit = count
        self._busy = 0
        # Whether those are of one who is alone: they stay all there are, even when there are more by now.
        self._is_alone = False
        self._queue: list[_Waiter] = []
        self._came = 0

    @property
    def count(self) -> int:
        """Slots that there are now."""
        return self._limit

    @property
    def busy(self) -> int:
        """Slots that are taken; more than there are, for a while after they became fewer."""
        return self._busy

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for a slot."""
        return len(self._queue)

    def limit_to(self, count: int) -> None:
        """Hand out `count` slots from now on, at least one and at most as many as there were in the beginning.

        Those inside stay; slots that are too many go as they are given back.
        """
        self._limit = min(max(1, count), self._most)
        self._serve()

    @asynccontextmanager
    async def slot(self, rank: Rank) -> AsyncIterator[None]:
        """Waits for a slot and has it for the length of the block. Blocks do not nest."""
        async with self._taken(rank):
            yield

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """All slots for the length of the block, ahead of all who wait: for work that may take others down with it.

        Nobody is let in until those inside have left. Several who ask are alone one after another.
        """
        async with self._taken(_BEFORE_ALL, alone=True):
            yield

    @asynccontextmanager
    async def _taken(self, rank: Rank, *, alone: bool = False) -> AsyncIterator[None]:
        self._came += 1
        waiter = _Waiter(rank, self._came, alone)
        heapq.heappush(self._queue, waiter)
        self._serve()
        try:
            await waiter.served.wait()
            yield
        finally:
            if waiter.served.is_set():
                self._busy -= waiter.slots
                self._is_alone = self._is_alone and not alone
            else:
                self._queue.remove(waiter)
                heapq.heapify(self._queue)
            self._serve()

    def _serve(self) -> None:
        """Lets in whoever is first, all slots or none: who waits for many never holds some that others wait for."""
        while self._queue and self._may_enter(self._queue[0]):
            waiter = heapq.heappop(self._queue)
            # As many as there are at this moment: the limit may be another by the time they are given back.
            waiter.slots = self._limit if waiter.alone else 1
            self._busy += waiter.slots
            self._is_alone = waiter.alone
            waiter.served.set()

    def _may_enter(self, waiter: _Waiter) -> bool:
        if waiter.alone:
            return self._busy == 0
        return not self._is_alone and self._busy < self._limit


@dataclass(order=True)
class _Waiter:
    rank: Rank
    number: int
    alone: bool = field(compare=False)
    # How many it was given.
    slots: int = field(compare=False, default=0)
    # Bound to the loop that runs, which is why it is made here and not before.
    served: anyio.Event = field(compare=False, default_factory=anyio.Event)
