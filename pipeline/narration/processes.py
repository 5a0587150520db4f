"""Voices that speak in a process of their own, one per text.

Their libraries have state, licences and crashes of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from subprocess import CompletedProcess

import anyio

from pipeline.errors import MissingToolError, TransientError


async def answer_of(command: Sequence[str], *, name: str, text: str, timeout_s: float) -> CompletedProcess[bytes]:
    """What a process says that gets `text` on its standard input. It is gone when this returns, however that is.

    Raises `TransientError` after `timeout_s`, and `MissingToolError` if it can't be started; its exit code is the
    caller's to read. `name` is the voice's, for messages.
    """
    with asking(name, timeout_s):
        # anyio kills the process when this is cancelled or times out.
        return await anyio.run_process(command, input=text.encode(), check=False)


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
