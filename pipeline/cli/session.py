"""The frame of a command: settings, logging, and an orderly stop on signals."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import anyio
from anyio.abc import TaskStatus
from rich.logging import RichHandler

from pipeline.cli.console import Console
from pipeline.cli.options import FLAGS, CommonOptions
from pipeline.cli.output import print_json, say
from pipeline.cli.summary import json_interruption
from pipeline.errors import EXIT_INTERRUPTED, NightreelError, raise_first_error
from pipeline.model import JobStatus
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.film.segments import preload_worker_modules
from pipeline.orchestrator.processes.fork_pool import fork_workers

# Python's default threshold for the youngest generation of its garbage collector.
_GC_THRESHOLD = 700


@dataclass(kw_only=True)
class Session:
    """One command, run in one workspace."""

    context: RunContext
    common: CommonOptions
    # The batch that the command runs, once known: after an interruption, the message says how to resume it.
    batch: str = ""
    # Settings and the flags that set them, to be named in errors.
    flag_names: Mapping[str, str] = field(default_factory=dict)

    def run(self, work: Callable[[], Awaitable[int]]) -> int:
        """Run `work`, and return its exit code. Ctrl-C and SIGTERM cancel it; jobs in progress are saved first.

        A second signal kills this process and its children at once.
        """
        code: int | None = None
        # All that is loaded by now stays: exempt it from garbage collection (`__main__.py`).
        gc.freeze()
        gc.set_threshold(_GC_THRESHOLD)
        try:
            with fork_workers(preload_worker_modules):
                code = anyio.run(_until_stopped, work, self._exit_at_once)
        except KeyboardInterrupt:  # Windows: the loop has cancelled everything, or Ctrl-C was pressed twice
            _kill_children()
        except NightreelError as error:
            error.where = self.flag_names.get(error.where, error.where)
            raise
        if code is None:
            self._print_interruption("interrupted")
            return EXIT_INTERRUPTED
        return code

    def _exit_at_once(self) -> NoReturn:
        """Kill all children and exit. Nothing is left half-written: saves are atomic."""
        from pipeline.files.scratch import discard_scratch_folders

        _kill_children()
        discard_scratch_folders()
        console = Console(stderr=True)
        with contextlib.suppress(Exception):  # nothing may keep the process from exiting
            if console.is_terminal:
                # The live display has no final newline.
                console.show_cursor()
                console.line()
            self._print_interruption("stopped at once")
        os._exit(EXIT_INTERRUPTED)

    def _print_interruption(self, what: str) -> None:
        say(f"nightreel: {what}; {self._how_to_resume()}", file=sys.stderr)
        if self.common.json and self.batch:
            print_json(json_interruption(self.batch, *self._counts()))

    def _counts(self) -> tuple[dict[JobStatus, int], int]:
        """The jobs of the batch by status, and the number of unreadable briefs; empty and 0 if unknown."""
        store = self.context.store
        try:
            known = store.read_batch(self.batch)
            counts = store.index(self.batch).totals.jobs()
        except NightreelError:
            return {}, 0
        return counts, len(known.refused) if known else 0

    def _how_to_resume(self) -> str:
        if not self.batch or not (self.context.store.folder(self.batch) / "batch.json").exists():
            return "run the same command again"
        pids = self.context.store.claims.workers(self.batch, take_new_jobs=True)
        others = [pid for pid in pids if pid != os.getpid()]
        if others:
            who = "process" if len(others) == 1 else "processes"
            continues = "continues" if len(others) == 1 else "continue"
            return f"{who} {', '.join(map(str, others))} {continues} with “{self.batch}”"
        return f"resume with: {self.common.command('resume', self.batch)}"


def open_session(
    common: CommonOptions,
    overrides: Mapping[str, object],
    output: Path | None = None,
    flag_names: Mapping[str, str] = FLAGS,
) -> Session:
    """Load the settings and open the workspace. `flag_names`: settings and the flags that set them."""
    _log_to_stderr(debug=common.debug)
    context = open_context(workspace=common.workspace, overrides=overrides, output=output, called=flag_names)
    return Session(
        context=context, common=common, flag_names={key: flag_names[key] for key in overrides if key in flag_names}
    )


def open_session_of(common: CommonOptions, batch: str, flags: Mapping[str, object]) -> Session:
    """Open the workspace for a known batch, with the settings of the command that created it, except for `flags`."""
    from pipeline.orchestrator.control import open_for_batch

    _log_to_stderr(debug=common.debug)
    context = open_for_batch(batch, workspace=common.workspace, overrides=flags, called=FLAGS)
    return Session(context=context, common=common, batch=batch)


async def _until_stopped(work: Callable[[], Awaitable[int]], at_once: Callable[[], NoReturn]) -> int | None:
    """The exit code of `work`; None if a signal stopped it."""
    code: int | None = None
    with raise_first_error():
        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope() as scope:
                await tasks.start(_stop_on_signals, scope, at_once)
                code = await work()
            tasks.cancel_scope.cancel()
    return code


async def _stop_on_signals(
    scope: anyio.CancelScope, at_once: Callable[[], NoReturn], *, task_status: TaskStatus[None]
) -> None:
    """Cancel `scope` on SIGINT, SIGTERM, or SIGHUP (closed terminal), and call `at_once` on a second signal.

    On Windows, event loops can't receive signals: only Ctrl-C stops.
    """
    if sys.platform == "win32":
        task_status.started()
        return
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        wanted.append(signal.SIGHUP)
    with anyio.open_signal_receiver(*wanted) as signals:
        task_status.started()
        async for _ in signals:
            if scope.cancel_called:
                at_once()
            scope.cancel()


def _kill_children() -> None:
    import psutil  # slow to import, and hardly any command needs it

    with contextlib.suppress(psutil.Error):  # processes can't be listed here: children exit when their pipe closes
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it has exited already
                child.kill()


def _log_to_stderr(*, debug: bool) -> None:
    """Log our own warnings to stderr, with tracebacks under --debug; nothing from libraries."""
    console = Console(stderr=True)
    if console.is_terminal:
        handler: logging.Handler = RichHandler(console=console, show_time=False, show_path=debug)
    else:
        # Lines are not wrapped, and have our name: logs may be shared with other programs.
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("nightreel: %(message)s"))
    if not debug:
        handler.addFilter(_without_traceback)
    logger = logging.getLogger("nightreel")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO if debug else logging.WARNING)
    logger.propagate = False
    if not debug:
        # asyncio warns about killed worker processes, which we report ourselves.
        logging.getLogger("asyncio").setLevel(logging.ERROR)


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True
