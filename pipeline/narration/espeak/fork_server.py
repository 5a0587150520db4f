"""The process that loads the library once and forks for each text, as the narrator sees it.

    the narrator ──an order, with a socket──► the host ──fork──► a process that speaks into the socket, and ends

What is forked finds the library as it is when it has just been loaded, so that the same text gives the same bytes as
in a process that was started for it. What the host does is in `child`. Only Linux has it: elsewhere libraries of the
system do not survive a fork.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from subprocess import CompletedProcess

import anyio
from anyio import to_thread

from pipeline.narration.espeak.child import ENDING, READY
from pipeline.narration.subprocesses import child_errors

# Elsewhere a text costs a process that is started for it.
CAN_FORK = sys.platform == "linux"
_CHUNK_BYTES = 1 << 18


class ForkServer:
    """Starts with the first task, and anew when it was killed. Ends when nobody has this any more."""

    def __init__(self, command: Sequence[str], *, name: str) -> None:
        self._command = command
        self._name = name
        self._starting = anyio.Lock()
        self._started: RunningServer | None = None

    async def run_child(self, task: Sequence[str], *, text: str, timeout_s: float) -> CompletedProcess[bytes]:
        """What a process of its own says to a task. Time-out and cancelling kill that process.

        If the host dies meanwhile, this is its last word. Raises what `processes.answer_of` raises.
        """
        with child_errors(self._name, timeout_s):
            try:
                started = await self._ready()
                return await started.run_child(task, text.encode())
            except _EndedError as error:
                return await to_thread.run_sync(error.started.last_word)

    async def _ready(self) -> RunningServer:
        async with self._starting:
            if self._started is None or self._started.has_ended:
                started = await to_thread.run_sync(RunningServer, self._command)
                try:
                    await started.until_ready()
                except _EndedError:
                    raise
                except BaseException:
                    started.end()
                    raise
                self._started = started
            return self._started


class _Process(subprocess.Popen[bytes]):
    """One that ends when it is forgotten, whoever forgot it."""

    def __del__(self) -> None:
        """Kill it, and wait for its end; Python would only warn that it goes on."""
        if getattr(self, "returncode", 0) is None:
            self.kill()
            self.wait()


class RunningServer:
    """A host that runs."""

    def __init__(self, command: Sequence[str]) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders.settimeout(0)
        with theirs:
            self._process = _Process(command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        # What it said last, for all who were waiting for it.
        self._word: bytes | None = None
        self._ending = threading.Lock()
        # Nobody closes a narrator: whoever has one may forget it, or end.
        self.end = weakref.finalize(self, _end, self._process, self._orders)

    @property
    def has_ended(self) -> bool:
        """Whether it was killed."""
        return self._process.poll() is not None

    async def until_ready(self) -> None:
        """Wait until it has loaded the library. Raises `_EndedError`."""
        await anyio.wait_readable(self._orders)
        with contextlib.suppress(ConnectionError):
            if self._orders.recv(len(READY)):
                return
        raise _EndedError(self)

    async def run_child(self, task: Sequence[str], text: bytes) -> CompletedProcess[bytes]:
        """What the process for this task says. Raises `_EndedError`."""
        line, theirs = socket.socketpair()
        # However this ends: when the line is closed, nothing is left at its other end.
        with line:
            line.settimeout(0)
            try:
                with theirs:
                    socket.send_fds(self._orders, ["\0".join(task).encode()], [theirs.fileno()])
            except ConnectionError as error:
                raise _EndedError(self) from error
            said = await _said(line, text)
        if len(said) < ENDING.size:
            raise _EndedError(self)
        end = len(said) - ENDING.size
        returncode, size = ENDING.unpack_from(said, end)
        return CompletedProcess(task, returncode, stdout=said[: end - size], stderr=said[end - size : end])

    def last_word(self) -> CompletedProcess[bytes]:
        """How it ended. Blocks until it has."""
        with self._ending:
            if self._word is None:
                _, self._word = self._process.communicate()
        return CompletedProcess(self._process.args, self._process.returncode, stderr=self._word)


class _EndedError(Exception):
    """A host is not there any more."""

    def __init__(self, started: RunningServer) -> None:
        super().__init__()
        self.started = started


async def _said(line: socket.socket, text: bytes) -> bytes:
    """What comes back for a text, to the end."""
    said = bytearray()
    # One that dies without reading all of it breaks the line; what it said before is still there.
    with contextlib.suppress(ConnectionError):
        unsent = memoryview(text)
        while unsent:
            await anyio.wait_writable(line)
            unsent = unsent[line.send(unsent) :]
        line.shutdown(socket.SHUT_WR)
    with contextlib.suppress(ConnectionError):
        while True:
            await anyio.wait_readable(line)
            some = line.recv(_CHUNK_BYTES)
            if not some:
                break
            said += some
    return bytes(said)


def _end(process: subprocess.Popen[bytes], orders: socket.socket) -> None:
    orders.close()
    process.kill()
    process.wait()
    if process.stderr:
        process.stderr.close()
