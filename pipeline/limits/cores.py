"""A semaphore with priorities for the machine's cores: the film that should be finished first goes first."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

# Priority: the smallest tuple goes first, equal ones in order of arrival.
Rank = tuple[float, ...]

# Nothing sorts before the empty tuple.
_FIRST: Rank = ()


class Cores:
    """A semaphore of `count` slots, acquired by rank. For one event loop at a time; may be created outside of any."""

    def __init__(self, count: int) -> None:
        self._most = count
        self._limit = count
        self._busy = 0
        # Whether the slots are held exclusively: then nobody else gets one, even if the limit is raised.
        self._is_exclusive = False
        self._queue: list[_Waiter] = []
        self._arrivals = 0

    @property
    def count(self) -> int:
        """The current limit."""
        return self._limit

    @property
    def busy(self) -> int:
        """Slots in use; may exceed `count` for a while after it was lowered."""
        return self._busy

    @property
    def waiting(self) -> int:
        """Tasks that wait for a slot."""
        return len(self._queue)

    def limit_to(self, count: int) -> None:
        """Set the limit to `count`: at least one, and at most the initial number.

        Slots in use are not revoked; excess ones disappear as they are released.
        """
        self._limit = min(max(1, count), self._most)
        self._admit()

    @asynccontextmanager
    async def slot(self, rank: Rank) -> AsyncIterator[None]:
        """Hold a slot for the length of the block. Blocks do not nest."""
        async with self._acquired(rank):
            yield

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Hold all slots for the length of the block, ahead of all waiters: for work that may take others down with it.

        Nobody else is admitted until all current slots are released. Several exclusive blocks run one after another.
        """
        async with self._acquired(_FIRST, exclusive=True):
            yield

    @asynccontextmanager
    async def _acquired(self, rank: Rank, *, exclusive: bool = False) -> AsyncIterator[None]:
        self._arrivals += 1
        waiter = _Waiter(rank, self._arrivals, exclusive)
        heapq.heappush(self._queue, waiter)
        self._admit()
        try:
            await waiter.admitted.wait()
            yield
        finally:
            if waiter.admitted.is_set():
                self._busy -= waiter.slots
                self._is_exclusive = self._is_exclusive and not exclusive
            else:
                self._queue.remove(waiter)
                heapq.heapify(self._queue)
            self._admit()

    def _admit(self) -> None:
        """Admit waiters in order, each with all its slots or none: a waiter for many never holds only some of them."""
        while self._queue and self._may_enter(self._queue[0]):
            waiter = heapq.heappop(self._queue)
            # The number at this moment: the limit may change before they are released.
            waiter.slots = self._limit if waiter.exclusive else 1
            self._busy += waiter.slots
            self._is_exclusive = waiter.exclusive
            waiter.admitted.set()

    def _may_enter(self, waiter: _Waiter) -> bool:
        if waiter.exclusive:
            return self._busy == 0
        return not self._is_exclusive and self._busy < self._limit


@dataclass(order=True)
class _Waiter:
    rank: Rank
    number: int
    exclusive: bool = field(compare=False)
    # Slots granted.
    slots: int = field(compare=False, default=0)
    # Bound to the running event loop, hence created only here.
    admitted: anyio.Event = field(compare=False, default_factory=anyio.Event)
