"""Progress output while films are made: a live display, plain lines, or JSON lines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import RenderableType
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType

from pipeline.cli.console import Console
from pipeline.cli.escaping import escaped
from pipeline.cli.event_lines import JsonLines, PlainLines
from pipeline.cli.options import CommonOptions
from pipeline.cli.progress_view import finished_line, render_progress
from pipeline.orchestrator.events import JobEvent, Listener, RunEvent, ignore
from pipeline.orchestrator.progress import Progress
from pipeline.orchestrator.progress.snapshot import ENDED

_REFRESHES_PER_S = 2


@contextmanager
def reporter(common: CommonOptions, *, total: int, batch: str = "", events: bool = False) -> Iterator[Listener]:
    """A listener for the events of a run, chosen by `--json` (one line per event if `events`) and by the terminal."""
    console = Console(stderr=True)
    if common.json:
        yield JsonLines() if events else ignore
    elif console.is_terminal and not console.is_dumb_terminal:
        with LiveDisplay(console, total=total, batch=batch) as listen:
            yield listen
    else:
        yield PlainLines(total, batch)


class LiveDisplay:
    """Progress of the run, redrawn in place at the bottom of the terminal; finished films scroll away above it.

    A context manager: on exit, for whatever reason, the display is erased and the terminal restored. The notices stay.
    """

    def __init__(self, console: Console, *, total: int, batch: str = "") -> None:
        self._console = console
        self._single = total == 1
        # Drawn by a thread, so that the clock runs on between events.
        self._lock = threading.RLock()
        self._progress = Progress(time.monotonic, total=total, batch=batch)
        self._live = _SteadyLive(self._draw, console=console)

    def __enter__(self) -> Listener:
        self._live.start(refresh=True)
        return self._hear

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        for notice in self._progress.snapshot().notices:
            self._console.print(f"nightreel: {escaped(notice.text)}", soft_wrap=True, highlight=False)

    def _hear(self, event: RunEvent) -> None:
        with self._lock:
            self._progress.handle(event)
            has_ended = isinstance(event, JobEvent) and event.job.status in ENDED
            line = finished_line(self._progress.latest) if has_ended and self._progress.latest else None
        if line is not None:
            self._console.print(line, soft_wrap=True)

    def _draw(self) -> RenderableType:
        with self._lock:
            snapshot = self._progress.snapshot()
        # One line fewer than the terminal has: the cursor waits below the display.
        size = self._console.size
        return render_progress(snapshot, width=size.width, height=size.height - 1, single=self._single)


class _SteadyLive(Live):
    """A `Live` that survives a terminal becoming narrower.

    The terminal then rewraps the lines on screen, so the number of lines to erase is unknown: the screen is cleared.
    The scrollback stays.
    """

    def __init__(self, draw: Callable[[], RenderableType], *, console: Console) -> None:
        # stdout is for pipes, and not ours.
        super().__init__(
            get_renderable=draw,
            console=console,
            refresh_per_second=_REFRESHES_PER_S,
            transient=True,
            redirect_stdout=False,
        )
        self._width = console.width
        self._lock = console.print_lock

    def refresh(self) -> None:
        """Redraw, after clearing the screen if the terminal has become narrower."""
        with self._lock:
            width = self.console.width
            if width < self._width:
                self.console.control(Control(ControlType.CLEAR, ControlType.HOME))
            self._width = width
            super().refresh()
