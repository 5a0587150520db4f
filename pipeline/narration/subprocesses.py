"""Voices that speak in a process of their own, one per text.

Their libraries have state, licences and crashes of their own.
"""

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


async def answer_of(command: Sequence[str], *, name: str, text: str, timeout_s: float) -> CompletedProcess[bytes]:
    """What a process says that gets `text` on its standard input. It is gone when this returns, however that is.

    Raises `TransientError` after `timeout_s`, `MissingToolError` if it can't be started, and `StorageError`; its exit
    code is the caller's to read. `name` is the voice's, for messages.
    """
    with await to_thread.run_sync(_file_of, text.encode()) as file, asking(name, timeout_s):
        # Cancelled while it starts, it would be killed, and nobody would wait for its end.
        with anyio.CancelScope(shield=True):
            process = await anyio.open_process(command, stdin=file)
        # anyio kills the process when this is cancelled or times out.
        async with process:
            stdout, stderr = await _said(process)
            return CompletedProcess(command, await process.wait(), stdout=stdout, stderr=stderr)


def _file_of(text: bytes) -> IO[bytes]:
    """The text to be read from its beginning: a pipe would break when a process ends without reading all of it."""
    with storage_errors(Path(tempfile.gettempdir())):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked for it closes it
        file.write(text)
        file.seek(0)
    return file


async def _said(process: Process) -> tuple[bytes, bytes]:
    """What it says, to the end, on both of its outputs."""
    said, errors = bytearray(), bytearray()

    async def listen(stream: ByteReceiveStream, to: bytearray) -> None:
        async for some in stream:
            to += some

    assert process.stdout
    assert process.stderr
    async with anyio.create_task_group() as listeners:
        listeners.start_soon(listen, process.stdout, said)
        listeners.start_soon(listen, process.stderr, errors)
    return bytes(said), bytes(errors)


@contextmanager
def asking(name: str, timeout_s: float) -> Iterator[None]:
    """Time-outs and failing starts, as `answer_of` raises them."""
    try:
        with anyio.fail_after(timeout_s):
            yield
    except TimeoutError as error:
        raise TransientError(f"{name} gave no answer within {timeout_s:g} s") from error
    except OSError as error:
        raise MissingToolError(f"{name}'s process can't be started: {error}") from error


def last_words(done: CompletedProcess[bytes]) -> str:
    """The last line of its standard error, which says why it ended."""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"exit code {done.returncode}"
