"""A door in front of a service: so many at once, so many a minute."""

from __future__ import annotations

import asyncio
from types import TracebackType

import anyio
from aiolimiter import AsyncLimiter


class Gate:
    """`async with gate:` waits until another call may start.

    At most `concurrency` callers are inside at once. With `rate_per_min` they are also let in one at a time, evenly
    spaced, never in a burst: services count requests in windows of their own, and a burst at the seam of two windows
    would exceed a limit that the average keeps.
    """

    def __init__(self, concurrency: int, rate_per_min: float | None = None) -> None:
        self._concurrency = concurrency
        self._rate_per_min = rate_per_min
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots: anyio.CapacityLimiter
        self._pace: AsyncLimiter | None = None

    async def __aenter__(self) -> None:
        self._settle()
        await self._slots.acquire_on_behalf_of(_caller())
        if self._pace is not None:
            try:
                await self._pace.acquire()
            except BaseException:
                self._slots.release_on_behalf_of(_caller())
                raise

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._slots.release_on_behalf_of(_caller())

    def _settle(self) -> None:
        """Makes the limiters in the loop that runs: they belong to one loop, while a gate may outlive several."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            self._slots = anyio.CapacityLimiter(self._concurrency)
            self._pace = None if self._rate_per_min is None else AsyncLimiter(1, 60 / self._rate_per_min)


def _caller() -> object:
    """Who holds a place: the task that entered."""
    return asyncio.current_task()
