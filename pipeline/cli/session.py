"""A command at work: settings loaded, log opened, interruptions turned into an orderly stop."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio
from rich.console import Console
from rich.logging import RichHandler

from pipeline.cli.options import Place
from pipeline.errors import EXIT_INTERRUPTED, first_error
from pipeline.orchestrator import Workshop, open_workshop


@dataclass(frozen=True, kw_only=True)
class Session:
    """One command in one workspace."""

    workshop: Workshop

    def run(self, work: Callable[[], Awaitable[int]]) -> int:
        """Run `work` to its exit code. Ctrl-C and SIGTERM cancel it: jobs are put back and saved first."""
        return anyio.run(_until_stopped, work)


def open_session(place: Place, overrides: Mapping[str, object], output: Path | None = None) -> Session:
    """Load the settings and open the workspace."""
    _log_to_stderr(debug=place.debug)
    return Session(workshop=open_workshop(workspace=place.workspace, overrides=overrides, output=output))


async def _until_stopped(work: Callable[[], Awaitable[int]]) -> int:
    code: int | None = None
    with first_error():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_cancel_on_signal, tasks.cancel_scope)
            code = await work()
            tasks.cancel_scope.cancel()
    if code is None:
        print("nightreel: interrupted; the same command goes on where this one stopped", file=sys.stderr)
        return EXIT_INTERRUPTED
    return code


async def _cancel_on_signal(scope: anyio.CancelScope) -> None:
    """Stop on SIGTERM as on Ctrl-C. Windows has no such signals for a loop: there, Ctrl-C alone stops."""
    if sys.platform == "win32":
        return
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            scope.cancel()
            return


def _log_to_stderr(*, debug: bool) -> None:
    """Warnings of ours (with tracebacks under --debug) on stderr; nothing of the libraries below us."""
    console = Console(stderr=True)
    handler = (
        RichHandler(console=console, show_time=False, show_path=debug)
        if console.is_terminal
        # A line stays a line, whatever its length.
        else logging.StreamHandler()
    )
    if not debug:
        handler.addFilter(_without_traceback)
    logger = logging.getLogger("nightreel")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO if debug else logging.WARNING)
    logger.propagate = False


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True
