"""The fork server: a process that loads the library once and forks for each text.

    narrator ──a task, with a socket──► fork server ──fork──► a process that speaks into the socket and exits

Forked processes see the library as freshly loaded, so the same text gives the same bytes as in a newly started process.
The server's own side is in `child`. Linux only: elsewhere system libraries do not survive a fork.
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

from pipeline.narration.espeak.child import READY, TRAILER
from pipeline.narration.subprocesses import child_errors

# Elsewhere, each text starts a process of its own.
CAN_FORK = sys.platform == "linux"
_CHUNK_BYTES = 1 << 18


class ForkServer:
    """Starts with the first task, and again if the process was killed. Ends when this object is garbage collected."""

    def __init__(self, command: Sequence[str], *, name: str) -> None:
        self._command = command
        self._name = name
        self._starting = anyio.Lock()
        self._server: RunningServer | None = None

    async def run(self, task: Sequence[str], *, text: str, timeout_s: float) -> CompletedProcess[bytes]:
        """Run a task in a forked process and return its output. Timeouts and cancellation kill that process.

        If the server itself dies meanwhile, its own exit code and stderr are returned. Raises what
        `subprocesses.run_child` raises.
        """
        with child_errors(self._name, timeout_s):
            try:
                server = await self._ready()
                return await server.run(task, text.encode())
            except _ServerDiedError as error:
                return await to_thread.run_sync(error.server.final_output)

    async def _ready(self) -> RunningServer:
        async with self._starting:
            if self._server is None or self._server.has_exited:
                server = await to_thread.run_sync(RunningServer, self._command)
                try:
                    await server.until_ready()
                except _ServerDiedError:
                    raise
                except BaseException:
                    server.end()
                    raise
                self._server = server
            return self._server


class _Process(subprocess.Popen[bytes]):
    """A process that is killed when its object is garbage collected."""

    def __del__(self) -> None:
        """Kill it and wait for its exit; Python would only warn that it is still running."""
        if getattr(self, "returncode", 0) is None:
            self.kill()
            self.wait()


class RunningServer:
    """A started fork server."""

    def __init__(self, command: Sequence[str]) -> None:
        self._tasks, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._tasks.settimeout(0)
        with theirs:
            self._process = _Process(command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        # Its stderr, once it has died, for all tasks that were waiting.
        self._stderr: bytes | None = None
        self._reading_stderr = threading.Lock()
        # Narrators have no close(): they may be garbage collected at any time, or live until the program exits.
        self.end = weakref.finalize(self, _end, self._process, self._tasks)

    @property
    def has_exited(self) -> bool:
        """Whether the process is dead."""
        return self._process.poll() is not None

    async def until_ready(self) -> None:
        """Wait until it has loaded the library. Raises `_ServerDiedError`."""
        await anyio.wait_readable(self._tasks)
        with contextlib.suppress(ConnectionError):
            if self._tasks.recv(len(READY)):
                return
        raise _ServerDiedError(self)

    async def run(self, task: Sequence[str], text: bytes) -> CompletedProcess[bytes]:
        """Run a task with `text` as input and return its output. Raises `_ServerDiedError`."""
        connection, theirs = socket.socketpair()
        # Closing the connection, however this ends, kills the process at the other end.
        with connection:
            connection.settimeout(0)
            try:
                with theirs:
                    socket.send_fds(self._tasks, ["\0".join(task).encode()], [theirs.fileno()])
            except ConnectionError as error:
                raise _ServerDiedError(self) from error
            output = await _exchange(connection, text)
        if len(output) < TRAILER.size:
            raise _ServerDiedError(self)
        end = len(output) - TRAILER.size
        returncode, size = TRAILER.unpack_from(output, end)
        return CompletedProcess(task, returncode, stdout=output[: end - size], stderr=output[end - size : end])

    def final_output(self) -> CompletedProcess[bytes]:
        """Exit code and stderr of the dead server. Blocks until it has exited."""
        with self._reading_stderr:
            if self._stderr is None:
                _, self._stderr = self._process.communicate()
        return CompletedProcess(self._process.args, self._process.returncode, stderr=self._stderr)


class _ServerDiedError(Exception):
    """The fork server is dead."""

    def __init__(self, server: RunningServer) -> None:
        super().__init__()
        self.server = server


async def _exchange(connection: socket.socket, text: bytes) -> bytes:
    """Send the text and receive everything until the other end closes."""
    received = bytearray()
    # A process that dies before it has read everything breaks the connection; its output so far can still be read.
    with contextlib.suppress(ConnectionError):
        unsent = memoryview(text)
        while unsent:
            await anyio.wait_writable(connection)
            unsent = unsent[connection.send(unsent) :]
        connection.shutdown(socket.SHUT_WR)
    with contextlib.suppress(ConnectionError):
        while True:
            await anyio.wait_readable(connection)
            chunk = connection.recv(_CHUNK_BYTES)
            if not chunk:
                break
            received += chunk
    return bytes(received)


def _end(process: subprocess.Popen[bytes], tasks: socket.socket) -> None:
    tasks.close()
    process.kill()
    process.wait()
    if process.stderr:
        process.stderr.close()
