"""The entry point of tasks in a worker process. Imports little: every worker pays for it when it starts."""

from __future__ import annotations

import contextlib
import faulthandler
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar, TypeVarTuple

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


def ping() -> None:
    """Do nothing: the response shows that the process runs."""


def run_guarded(trace: Path, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    """Run a task with SIGINT ignored and crashes traced to the file `trace`.

    A terminal sends SIGINT to the whole process group; handled here, it would look like an exception of the task. The
    parent handles it, and kills its workers. After a crash in a library, the trace shows where it happened.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with _tracing(trace):
        return work(*arguments)


@contextlib.contextmanager
def _tracing(trace: Path) -> Iterator[None]:
    """Write a traceback to the file if the process crashes in the block; otherwise remove the file."""
    trace.parent.mkdir(parents=True, exist_ok=True)
    try:
        with trace.open("wb") as file:
            faulthandler.enable(file)
            try:
                yield
            finally:
                faulthandler.disable()
    finally:
        with contextlib.suppress(OSError):
            trace.unlink()
