"""What a person or a machine hears while films are made: a live display, plain lines, or JSON."""

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
def reporter(place: CommonOptions, *, total: int, batch: str = "", events: bool = False) -> Iterator[Listener]:
    """Something to call with every event: chosen by `--json` (a line for each if `events`) and by who watches."""
    console = Console(stderr=True)
    if place.json:
        yield JsonLines() if events else ignore
    elif console.is_terminal and not console.is_dumb_terminal:
        with LiveDisplay(console, total=total, batch=batch) as listen:
            yield listen
    else:
        yield PlainLines(total, batch)


class LiveDisplay:
    """How the run stands, drawn in place at the foot of the terminal; films that are over scroll away above it.

    A context: when it is left, whatever the reason, the picture is gone and the terminal is as it was. What was said
    about the run as a whole stays.
    """

    def __init__(self, console: Console, *, total: int, batch: str = "") -> None:
        self._console = console
        self._single = total == 1
        # The picture is drawn by a thread, so that the time goes on while nothing happens.
        self._lock = threading.RLock()
        self._progress = Progress(time.monotonic, total=total, batch=batch)
        self._live = _SteadyLive(self._draw, console=console)

    def __enter__(self) -> Listener:
        self._live.start(refresh=True)
        return self._hear

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        for said in self._progress.snapshot().notices:
            self._console.print(f"nightreel: {escaped(said.text)}", soft_wrap=True, highlight=False)

    def _hear(self, event: RunEvent) -> None:
        with self._lock:
            self._progress.hear(event)
            over = isinstance(event, JobEvent) and event.job.status in ENDED
            line = finished_line(self._progress.latest) if over and self._progress.latest else None
        if line is not None:
            self._console.print(line, soft_wrap=True)

    def _draw(self) -> RenderableType:
        with self._lock:
            snapshot = self._progress.snapshot()
        # One line less than there is: the line below the picture is where the cursor waits.
        size = self._console.size
        return render_progress(snapshot, width=size.width, height=size.height - 1, single=self._single)


class _SteadyLive(Live):
    """A `Live` that survives a window that becomes narrower.

    The terminal then breaks the lines that stand there, and nobody knows how many there are to erase: the screen is
    wiped, what has scrolled away stays.
    """

    def __init__(self, draw: Callable[[], RenderableType], *, console: Console) -> None:
        # What goes to stdout is for pipes, and none of ours.
        super().__init__(
            get_renderable=draw,
            console=console,
            refresh_per_second=_REFRESHES_PER_S,
            transient=True,
            redirect_stdout=False,
        )
        self._width = console.width
        self._lock = console.turn

    def refresh(self) -> None:
        """Draw it again."""
        with self._lock:
            width = self.console.width
            if width < self._width:
                self.console.control(Control(ControlType.CLEAR, ControlType.HOME))
            self._width = width
            super().refresh()
