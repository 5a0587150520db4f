"""A pool of forked worker processes, so that Python starts once and imports once everything that workers need.

    the command ──fork, while single-threaded──► the fork server ──fork──► worker, worker, …

A process with threads must not fork (a lock that another thread holds stays locked for ever), and open files are
inherited. So the command forks once, before it starts its event loop and takes any lock. The child, the fork server,
closes all files and takes orders over a socket: it forks workers, kills them, and exits together with them when the
command exits, for whatever reason. The command talks to each worker over a socket of its own.

Linux only: elsewhere, system libraries do not survive a fork. There, and when the library is called from another
program, each worker is a fresh interpreter (`workers.py`).
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

# An idle worker exits after this time, to free its memory.
_IDLE_S = 300.0
_CHUNK_BYTES = 1 << 20


@dataclass(kw_only=True)
class _Worker:
    """The command's end of a worker process."""

    socket: socket.socket
    pid: int = 0
    idle_since: float = 0.0

    @property
    def is_alive(self) -> bool:
        """Whether the process is alive. Only for an idle worker."""
        try:
            # An idle worker sends nothing; end of file means that it is dead.
            return bool(self.socket.recv(1))
        except BlockingIOError:
            return True
        except OSError:
            return False

    async def request(self, message: bytes) -> tuple[bool, Any]:
        """Send a pickled task; return (True, its result) or (False, its exception).

        Raises `OSError` or `EOFError` if the process dies.
        """
        unsent = memoryview(message)
        while unsent:
            await anyio.wait_writable(self.socket)
            unsent = unsent[self.socket.send(unsent) :]
        response: tuple[bool, Any] = pickle.loads(await self._receive())  # noqa: S301 - from our own process
        return response

    async def started(self) -> None:
        """Wait until the process runs, and learn its process id."""
        self.pid = int.from_bytes(await self._receive(), "big")

    async def ended(self) -> None:
        """Wait until the process is dead: nobody else holds the other end of the socket."""
        with contextlib.suppress(OSError, EOFError):
            while True:
                await self._receive_chunk()
        self.socket.close()

    async def _receive(self) -> bytes:
        """One length-prefixed message."""
        data = bytearray()
        while len(data) < LENGTH_BYTES or len(data) < LENGTH_BYTES + int.from_bytes(data[:LENGTH_BYTES], "big"):
            data += await self._receive_chunk()
        return bytes(data[LENGTH_BYTES:])

    async def _receive_chunk(self) -> bytes:
        await anyio.wait_readable(self.socket)
        data = self.socket.recv(_CHUNK_BYTES)
        if not data:
            raise EOFError
        return data


@dataclass(kw_only=True)
class ForkPool:
    """The fork server and its idle workers."""

    _pid: int
    _orders: socket.socket
    _idle: deque[_Worker] = field(default_factory=deque)
    _has_loaded: bool = False
    _has_forked: bool = False

    def load(self) -> None:
        """Tell the fork server to import what workers need, so that the first worker does not wait for that."""
        if not self._has_loaded:
            self._has_loaded = True
            with contextlib.suppress(OSError):  # `run` reports that the server is dead
                self._orders.send(LOAD)

    async def run(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Run `work(*arguments)` in a worker. Cancellation kills the worker.

        Raises what the work raises, `anyio.BrokenWorkerProcess` if the worker dies, and `ForkServerGoneError` if the
        fork server is dead.
        """
        await checkpoint_if_cancelled()
        message = pickle.dumps((work, arguments), pickle.HIGHEST_PROTOCOL)
        worker = await self._idle_worker() or await self._new_worker()
        try:
            succeeded, result = await worker.request(message)
        except BaseException as error:
            await self._kill(worker)
            if isinstance(error, OSError | EOFError):
                raise anyio.BrokenWorkerProcess from error
            raise
        worker.idle_since = anyio.current_time()
        self._idle.append(worker)
        if succeeded:
            value: Result = result
            return value
        raise result

    def close(self) -> None:
        """Shut down all workers and the fork server."""
        if not self._has_forked:
            # Without workers it may still be importing: don't wait for that.
            os.kill(self._pid, signal.SIGKILL)
        for worker in self._idle:
            worker.socket.close()
        self._orders.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    async def _idle_worker(self) -> _Worker | None:
        """The worker used most recently; None: there is none. Kills workers that have been idle for too long."""
        worker = self._idle.pop() if self._idle else None
        while self._idle and anyio.current_time() - self._idle[0].idle_since > _IDLE_S:
            await self._kill(self._idle.popleft())
        if worker and not worker.is_alive:
            worker.socket.close()
            return await self._idle_worker()
        return worker

    async def _new_worker(self) -> _Worker:
        self._has_forked = True
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        worker = _Worker(socket=ours)
        try:
            with theirs:
                socket.send_fds(self._orders, [FORK], [theirs.fileno()])
            await worker.started()
        except BaseException as error:
            # A worker that was forked meanwhile reads end of file, and exits.
            ours.close()
            if isinstance(error, OSError | EOFError):
                raise ForkServerGoneError from error
            raise
        return worker

    async def _kill(self, worker: _Worker) -> None:
        try:
            # Only the parent process can be sure that the process id has not been reused.
            self._orders.send(b"%d" % worker.pid)
        except OSError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
        with anyio.CancelScope(shield=True):
            await worker.ended()


class ForkServerGoneError(Exception):
    """The fork server is dead: workers are started as fresh interpreters instead."""


_open: list[ForkPool] = []


def current_pool() -> ForkPool | None:
    """The pool of this process; None: it has none."""
    return _open[-1] if _open else None


@contextlib.contextmanager
def fork_workers(load: Callable[[], None]) -> Iterator[None]:
    """Provide a `ForkPool` during the block. Enter it with a single thread and without an event loop.

    `load` imports what workers need, when `ForkPool.load` is called or before the first fork. Does nothing inside
    another such block, with several threads, or on systems other than Linux.
    """
    if _open or sys.platform != "linux" or threading.active_count() > 1:
        yield
        return
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(0)
    # Block signals during the fork: Ctrl-C inside Python's at-fork handlers would be ignored.
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
