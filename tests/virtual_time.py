"""An event loop with virtual time: a night of waiting takes only as long as the work in it.

    run_in_virtual_time(night)          # a coroutine function; sleeps, deadlines and `loop.time()` are virtual

Real work has priority: sockets and threads get all the time they need, and only when nothing is ready and no thread is
running does the clock jump to the next timer. Sockets must connect to this machine, preferably to this loop; worker
processes are not waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from unittest import mock

from anyio import to_thread

T = TypeVar("T")

START_S = 1000.0
# How long to wait for data on loopback sockets before the clock jumps.
_GRACE_S = 0.002
_TICK_S = 1e-6


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """See above. `at_work` counts unfinished calls in threads."""

    def __init__(self) -> None:
        self.at_work = 0
        self._now_s = START_S
        super().__init__()
        self._real_select = self._selector.select
        self._selector.select = self._select

    def time(self) -> float:
        """Virtual seconds."""
        return self._now_s

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        """Count the call while it runs."""
        future = super().run_in_executor(executor, func, *args)
        self.at_work += 1
        future.add_done_callback(self._came_back)
        return future

    async def shutdown_default_executor(self, *_deadline: float | None) -> None:
        """Ignore the timeout that Python 3.12 added, which would pass at once in virtual time."""
        await super().shutdown_default_executor()

    def _came_back(self, _future: object) -> None:
        self.at_work -= 1

    def _select(self, timeout: float | None) -> Any:
        # Always advance a little: a timer due within float precision would never fire.
        self._now_s += _TICK_S
        ready = self._real_select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        ready = self._real_select(_GRACE_S)
        while not ready and (self.at_work or timeout is None):
            # A finished thread wakes the loop; without timers, only real events can.
            ready = self._real_select(1.0)
        if not ready:
            self._now_s += timeout or 0.0
        return ready


def run_in_virtual_time(main: Callable[[], Awaitable[T]]) -> T:
    """Run `main()` to its end in a new virtual-time loop."""
    run_sync = to_thread.run_sync

    async def counted(*arguments: Any, **options: Any) -> Any:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        loop.at_work += 1
        try:
            return await run_sync(*arguments, **options)
        finally:
            loop.at_work -= 1

    with mock.patch.object(to_thread, "run_sync", counted), asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main())
