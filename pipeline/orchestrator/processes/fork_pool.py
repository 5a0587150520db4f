"""Worker processes that are forked, so that Python starts once, and loads once what films are made with.

    the command ──fork, while it has one thread──► the nursery ──fork──► a worker, a worker, …

A process with threads must not fork (a lock that another thread holds stays locked for ever), and one that has files
open hands them on. So the command forks once, before it starts its loop and takes any lock; that process, the nursery,
closes all files and waits to be told over a socket: it forks workers, kills them, and ends with them when the command
does, however that ends. A worker is spoken to over a socket of its own.

Only Linux has it: elsewhere libraries of the system do not survive a fork. There, and for who calls the library from a
program of his own, workers start afresh (`workers.py`).
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar, TypeVarTuple

import anyio
from anyio.lowlevel import checkpoint_if_cancelled

from pipeline.orchestrator.processes.fork_server import ENDING, FORK, LENGTH_BYTES, LOAD, serve

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

# A worker without work gives its memory back after this time.
_IDLE_S = 300.0
_CHUNK_BYTES = 1 << 20


@dataclass(kw_only=True)
class _Worker:
    """A worker, as the command sees it."""

    socket: socket.socket
    pid: int = 0
    idle_since: float = 0.0

    @property
    def is_alive(self) -> bool:
        """Whether the process is there. Only while it has no work."""
        try:
            # It has nothing to say but that it is gone.
            return bool(self.socket.recv(1))
        except BlockingIOError:
            return True
        except OSError:
            return False

    async def ask(self, request: bytes) -> tuple[bool, Any]:
        """Whether the work went well, and what it gave or raised.

        Raises `OSError` or `EOFError` when the process dies.
        """
        unsent = memoryview(request)
        while unsent:
            await anyio.wait_writable(self.socket)
            unsent = unsent[self.socket.send(unsent) :]
        answer: tuple[bool, Any] = pickle.loads(await self._received())  # noqa: S301 - of a process of ours
        return answer

    async def born(self) -> None:
        """Wait until it is there."""
        self.pid = int.from_bytes(await self._received(), "big")

    async def gone(self) -> None:
        """Wait until it is dead: nobody else has the other end of the socket."""
        with contextlib.suppress(OSError, EOFError):
            while True:
                await self._some()
        self.socket.close()

    async def _received(self) -> bytes:
        data = bytearray()
        while len(data) < LENGTH_BYTES or len(data) < LENGTH_BYTES + int.from_bytes(data[:LENGTH_BYTES], "big"):
            data += await self._some()
        return bytes(data[LENGTH_BYTES:])

    async def _some(self) -> bytes:
        await anyio.wait_readable(self.socket)
        data = self.socket.recv(_CHUNK_BYTES)
        if not data:
            raise EOFError
        return data


@dataclass(kw_only=True)
class ForkPool:
    """The process that forks workers, and those that have no work."""

    _pid: int
    _orders: socket.socket
    _idle: deque[_Worker] = field(default_factory=deque)
    _has_loaded: bool = False
    _has_forked: bool = False

    def load(self) -> None:
        """Have it load what workers need, so that the first of them need not wait for that."""
        if not self._has_loaded:
            self._has_loaded = True
            with contextlib.suppress(OSError):  # whoever asks for a worker finds out that nobody is there
                self._orders.send(LOAD)

    async def run(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """`work(*arguments)` in a worker. Cancelling kills it.

        Raises what the work raises, `anyio.BrokenWorkerProcess` when the worker dies, and `ForkServerGoneError`
        when nobody is there any more to fork one.
        """
        await checkpoint_if_cancelled()
        request = pickle.dumps((work, arguments), pickle.HIGHEST_PROTOCOL)
        worker = await self._idle_one() or await self._new_one()
        try:
            went_well, result = await worker.ask(request)
        except BaseException as error:
            await self._end(worker)
            if isinstance(error, OSError | EOFError):
                raise anyio.BrokenWorkerProcess from error
            raise
        worker.idle_since = anyio.current_time()
        self._idle.append(worker)
        if went_well:
            given: Result = result
            return given
        raise result

    def close(self) -> None:
        """End all workers, and the nursery."""
        if not self._has_forked:
            # It may still be loading, for nobody.
            os.kill(self._pid, signal.SIGKILL)
        for worker in self._idle:
            worker.socket.close()
        self._orders.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    async def _idle_one(self) -> _Worker | None:
        """The one that worked last. Those that have not worked for long are ended."""
        worker = self._idle.pop() if self._idle else None
        while self._idle and anyio.current_time() - self._idle[0].idle_since > _IDLE_S:
            await self._end(self._idle.popleft())
        if worker and not worker.is_alive:
            worker.socket.close()
            return await self._idle_one()
        return worker

    async def _new_one(self) -> _Worker:
        self._has_forked = True
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        worker = _Worker(socket=ours)
        try:
            with theirs:
                socket.send_fds(self._orders, [FORK], [theirs.fileno()])
            await worker.born()
        except BaseException as error:
            # Whoever was forked meanwhile reads that nobody is there, and ends.
            ours.close()
            if isinstance(error, OSError | EOFError):
                raise ForkServerGoneError from error
            raise
        return worker

    async def _end(self, worker: _Worker) -> None:
        try:
            # Only its parent knows for sure that the number is still its own.
            self._orders.send(b"%d" % worker.pid)
        except OSError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
        with anyio.CancelScope(shield=True):
            await worker.gone()


class ForkServerGoneError(Exception):
    """The nursery is gone: workers start afresh."""


_open: list[ForkPool] = []


def current_pool() -> ForkPool | None:
    """That of this process, if it has one."""
    return _open[-1] if _open else None


@contextlib.contextmanager
def fork_workers(load: Callable[[], None]) -> Iterator[None]:
    """Workers are forked as long as this lasts. Enter it with one thread and without a loop.

    `load` imports what workers need: when `Nursery.load` is called, or before the first of them is forked. Within
    another such block, nothing is begun: there are workers already.
    """
    if _open or sys.platform != "linux" or threading.active_count() > 1:
        yield
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(0)
    # Ctrl-C in the midst of it would come while Python calls what others want done around a fork, and be ignored there.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    pid = os.fork()
    if not pid:
        serve(theirs.detach(), load, before)
    theirs.close()
    _open.append(ForkPool(_pid=pid, _orders=ours))
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield
    finally:
        _open.pop().close()
