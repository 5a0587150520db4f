"""What runs inside a worker process, around the work. Imports little: every worker pays for it when it starts."""

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
    """Nothing: that it comes back says that a process is there."""


def run_guarded(trace: Path, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    """Run the work in a process that leaves Ctrl-C to its parent, which kills it when it has to stop.

    A terminal sends SIGINT to the whole group; answered here, it would come back as an exception of the work. A crash
    in a library leaves a trace of where it was.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with _tracing(trace):
        return work(*arguments)


@contextlib.contextmanager
def _tracing(trace: Path) -> Iterator[None]:
    """Only a process that dies in the block leaves the trace behind."""
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
