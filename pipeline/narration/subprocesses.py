"""Voices whose library runs in a child process, one per text, to contain its global state, licence and crashes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO

import anyio
from anyio import to_thread
from anyio.abc import ByteReceiveStream, Process

from pipeline.errors import MissingToolError, TransientError
from pipeline.files import storage_errors


async def run_child(command: Sequence[str], *, name: str, text: str, timeout_s: float) -> CompletedProcess[bytes]:
    """Run a process with `text` on stdin and return its output. It has exited when this returns or raises.

    Raises `TransientError` after `timeout_s`, `MissingToolError` if it can't be started, and `StorageError`; the exit
    code is left to the caller. `name` is the voice service's, for messages.
    """
    with await to_thread.run_sync(_stdin_file, text.encode()) as file, child_errors(name, timeout_s):
        # A cancellation during the start would kill the process, but nobody would wait for its exit.
        with anyio.CancelScope(shield=True):
            process = await anyio.open_process(command, stdin=file)
        # anyio kills the process on cancellation and timeout.
        async with process:
            stdout, stderr = await _read_output(process)
            return CompletedProcess(command, await process.wait(), stdout=stdout, stderr=stderr)


def _stdin_file(text: bytes) -> IO[bytes]:
    """A temporary file with the text: a pipe would break if the process exits without reading all of it."""
    with storage_errors(Path(tempfile.gettempdir())):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        file.write(text)
        file.seek(0)
    return file


async def _read_output(process: Process) -> tuple[bytes, bytes]:
    """All of stdout and stderr."""
    stdout, stderr = bytearray(), bytearray()

    async def read(stream: ByteReceiveStream, to: bytearray) -> None:
        async for chunk in stream:
            to += chunk

    assert process.stdout
    assert process.stderr
    async with anyio.create_task_group() as readers:
        readers.start_soon(read, process.stdout, stdout)
        readers.start_soon(read, process.stderr, stderr)
    return bytes(stdout), bytes(stderr)


@contextmanager
def child_errors(name: str, timeout_s: float) -> Iterator[None]:
    """Limit the block to `timeout_s` and translate timeouts and failed starts as documented in `run_child`."""
    try:
        with anyio.fail_after(timeout_s):
            yield
    except TimeoutError as error:
        raise TransientError(f"{name} gave no answer within {timeout_s:g} s") from error
    except OSError as error:
        raise MissingToolError(f"{name}'s process can't be started: {error}") from error


def error_line(done: CompletedProcess[bytes]) -> str:
    """The last line of stderr, which says why the process exited; else its exit code."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"
