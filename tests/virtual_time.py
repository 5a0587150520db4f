"""An event loop whose time jumps: a night of waiting takes as long as the work in it.

    run_in_virtual_time(night)          # a coroutine function; sleeps, deadlines and `loop.time()` are virtual

What is real goes first: sockets and threads get all the time they take, and only when nothing is ready and no thread is
at work does the time jump to whatever is due next. Sockets must stay on this machine, best within this loop; worker
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
# What another end of a socket on loopback gets before nothing is believed to come.
_GRACE_S = 0.002
_TICK_S = 1e-6


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """See above. `at_work` counts what was given to threads and has not come back."""

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
        """The same, counted."""
        future = super().run_in_executor(executor, func, *args)
        self.at_work += 1
        future.add_done_callback(self._came_back)
        return future

    async def shutdown_default_executor(self, *_deadline: float | None) -> None:
        """The same, without the deadline that Python 3.12 gave it: a thread that ends takes no virtual time."""
        await super().shutdown_default_executor()

    def _came_back(self, _future: object) -> None:
        self.at_work -= 1

    def _select(self, timeout: float | None) -> Any:
        # Never quite still: what is due within the precision of a float would be waited for without end.
        self._now_s += _TICK_S
        ready = self._real_select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        ready = self._real_select(_GRACE_S)
        while not ready and (self.at_work or timeout is None):
            # A thread wakes the loop when it is done; and without anything due, only what is real can.
            ready = self._real_select(1.0)
        if not ready:
            self._now_s += timeout or 0.0
        return ready


def run_in_virtual_time(main: Callable[[], Awaitable[T]]) -> T:
    """Run `main()` to its end in a loop of its own."""
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
