"""A command at work: settings loaded, log opened, interruptions turned into an orderly stop."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import shlex
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
from pipeline.cli.output import say
from pipeline.cli.summary import json_interruption, print_json
from pipeline.errors import EXIT_INTERRUPTED, NightreelError, raise_first_error
from pipeline.model import JobStatus
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.film.segments import preload_worker_modules
from pipeline.orchestrator.processes.fork_pool import fork_workers

# After so many new objects Python looks for garbage, unless it is told otherwise.
_NEW_OBJECTS = 700


@dataclass(kw_only=True)
class Session:
    """One command in one workspace."""

    context: RunContext
    place: CommonOptions
    # The batch that the command works on, as soon as it is known: whoever interrupts it is told how to go on.
    batch: str = ""
    # As which flags settings were typed: what is found to be wrong later is told of these.
    typed: Mapping[str, str] = field(default_factory=dict)

    def run(self, work: Callable[[], Awaitable[int]]) -> int:
        """Run `work` to its exit code. Ctrl-C and SIGTERM cancel it: jobs are put back and saved first.

        A second one ends this process and those that it has started, at once.
        """
        code: int | None = None
        # What is loaded by now stays, and is not looked through for garbage any more (`__main__.py`).
        gc.freeze()
        gc.set_threshold(_NEW_OBJECTS)
        try:
            with fork_workers(preload_worker_modules):
                code = anyio.run(_until_stopped, work, self._end_at_once)
        except KeyboardInterrupt:  # Windows: the loop has cancelled everything, or was told twice
            _end_children()
        except NightreelError as error:
            error.where = self.typed.get(error.where, error.where)
            raise
        if code is None:
            self._tell_interruption("interrupted")
            return EXIT_INTERRUPTED
        return code

    def _end_at_once(self) -> NoReturn:
        """Leave nothing running and nothing half-written: every save is whole or not there."""
        from pipeline.files.scratch import discard_scratch_folders

        _end_children()
        discard_scratch_folders()
        console = Console(stderr=True)
        with contextlib.suppress(Exception):  # nothing may keep the process from ending
            if console.is_terminal:
                # The picture that stood there has no end of line.
                console.show_cursor()
                console.line()
            self._tell_interruption("stopped at once")
        os._exit(EXIT_INTERRUPTED)

    def _tell_interruption(self, what: str) -> None:
        say(f"nightreel: {what}; {self._how_to_go_on()}", file=sys.stderr)
        if self.place.json and self.batch:
            print_json(json_interruption(self.batch, *self._standing()))

    def _standing(self) -> tuple[dict[JobStatus, int], int]:
        """The jobs of the batch by status, and how many briefs could not be read; as far as that can be known."""
        store = self.context.store
        try:
            known = store.read_batch(self.batch)
            counts = store.index(self.batch).totals.counts()
        except NightreelError:
            return {}, 0
        return {status: standing.jobs for status, standing in counts.items()}, len(known.refused) if known else 0

    def _how_to_go_on(self) -> str:
        if not self.batch or not (self.context.store.folder(self.batch) / "batch.json").exists():
            return "give the same command again"
        others = [pid for pid in self.context.store.claims.workers(self.batch) if pid != os.getpid()]
        if others:
            who = "process" if len(others) == 1 else "processes"
            goes = "goes" if len(others) == 1 else "go"
            return f"{who} {', '.join(map(str, others))} {goes} on with “{self.batch}”"
        words = ["nightreel", "resume", self.batch]
        if self.place.workspace:
            words += ["--workspace", str(self.place.workspace)]
        return f"go on with: {shlex.join(words)}"


def open_session(
    place: CommonOptions, overrides: Mapping[str, object], output: Path | None = None, called: Mapping[str, str] = FLAGS
) -> Session:
    """Load the settings and open the workspace. `called`: as which flags the overrides were typed."""
    _log_to_stderr(debug=place.debug)
    context = open_context(workspace=place.workspace, overrides=overrides, output=output, called=called)
    return Session(context=context, place=place, typed={key: called[key] for key in overrides if key in called})


def open_session_of(place: CommonOptions, batch: str, flags: Mapping[str, object]) -> Session:
    """The same for going on with a batch: it is worked on as the command that began it said, but for these flags."""
    from pipeline.orchestrator.control import open_for_batch

    _log_to_stderr(debug=place.debug)
    context = open_for_batch(batch, workspace=place.workspace, overrides=flags, called=FLAGS)
    return Session(context=context, place=place, batch=batch)


async def _until_stopped(work: Callable[[], Awaitable[int]], at_once: Callable[[], NoReturn]) -> int | None:
    """The exit code of `work`; None: it was stopped."""
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
    """Stop on SIGTERM, and when the terminal is closed, as on Ctrl-C; told twice, at once.

    Windows has no such signals for a loop: there, Ctrl-C alone stops.
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


def _end_children() -> None:
    import psutil  # looks at the whole machine when it is loaded, and hardly any command needs it

    with contextlib.suppress(psutil.Error):  # this system does not list them: each ends when its pipe to us is closed
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it has ended by itself
                child.kill()


def _log_to_stderr(*, debug: bool) -> None:
    """Warnings of ours (with tracebacks under --debug) on stderr; nothing of the libraries below us."""
    console = Console(stderr=True)
    if console.is_terminal:
        handler: logging.Handler = RichHandler(console=console, show_time=False, show_path=debug)
    else:
        # A line stays a line, whatever its length, and says whose it is: logs of a night are shared.
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("nightreel: %(message)s"))
    if not debug:
        handler.addFilter(_without_traceback)
    logger = logging.getLogger("nightreel")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO if debug else logging.WARNING)
    logger.propagate = False
    if not debug:
        # It warns of worker processes that were killed before it looked: we know, and say so ourselves.
        logging.getLogger("asyncio").setLevel(logging.ERROR)


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True
