"""What a person or a machine hears while films are made: a live display, plain lines, or JSON."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from pipeline.api import Film
from pipeline.cli.options import Place
from pipeline.model import JobStatus
from pipeline.orchestrator import STAGES, JobEvent, Listener, ignore

# How many stages are behind a job when it is at one.
_STEP = {stage.name: number for number, stage in enumerate(STAGES)}
_TITLE_CHARS = 36
_OVER = {JobStatus.COMPLETED, JobStatus.FAILED}


@contextmanager
def reporter(place: Place, *, total: int, events: bool = False) -> Iterator[Listener]:
    """Something to call with every event: chosen by `--json` (a line for each if `events`) and by who watches."""
    console = Console(stderr=True)
    if place.json:
        yield _json_line if events else ignore
    elif console.is_terminal:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("[dim]{task.fields[stage]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, transient=True) as progress:
            yield _Live(progress, total)
    else:
        yield _PlainLines(total)


def print_json(value: object) -> None:
    """One JSON document on one line of stdout."""
    print(json.dumps(value, default=_plain, ensure_ascii=False), flush=True)


def print_film(film: Film) -> None:
    """What was made, where it lies, and how to go on."""
    if film.video is None:
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\n[bold]{escape(film.title)}[/]  {clock(film.duration_s or 0)}")
    console.print(f"  video      {escape(str(film.video))}")
    console.print(f"  subtitles  {escape(str(film.subtitles))}")
    console.print(f"  thumbnail  {escape(str(film.thumbnail))}")
    because = f" [dim](not the first choice: {escape(film.fallback_reason)})[/]" if film.fallback_reason else ""
    console.print(f"  voice      {film.narrator}, {film.voice}{because}")
    command = escape(_command())
    console.print(
        f"\nNext    {command} make my-brief.md    a brief of your own; those in topics/ show how\n"
        f"        {command} run topics/         a film of every brief in a folder\n"
        f"        {command} --help"
    )


def print_summary(batch: str, films: Sequence[Film], *, seconds: float, as_json: bool) -> None:
    """How a batch ended, with the reasons of what failed."""
    if as_json:
        counts = Counter(film.status for film in films)
        print_json(
            {
                "event": "summary",
                "batch": batch,
                "counts": {status.value: counts[status.value] for status in JobStatus},
                "duration_s": round(sum(film.duration_s or 0 for film in films), 3),
                "seconds": round(seconds, 3),
            }
        )
        return
    console = Console(highlight=False, soft_wrap=True)
    failed = [film for film in films if film.error]
    length = clock(sum(film.duration_s or 0 for film in films))
    console.print(
        f"\n[bold]{escape(batch)}[/]: {len(films) - len(failed)} of {len(films)} films, {length} in all, "
        f"in {clock(seconds)}"
    )
    for film in failed:
        # What never became a job is called after its place, which its error names as well.
        error = (film.error or "").removeprefix(f"{film.title}: ")
        console.print(f"  [red]failed[/] {escape(film.title)}: {escape(error)}")
    if failed:
        console.print("The same command tries the failed ones again; the others stay as they are.")
    console.print(f"Details: nightreel status {escape(batch)}")


def print_refusal(batch: str, film: Film, *, as_json: bool) -> None:
    """A brief of the batch that can't be read."""
    if as_json:
        print_json({"event": "job", "batch": batch, "stage": "", **asdict(film)})
    else:
        print(f"nightreel: {film.error}", file=sys.stderr, flush=True)


def clock(seconds: float) -> str:
    """72.4 -> 1:12."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _command() -> str:
    """What to type for this program: its name where the shell finds it, else where it lies."""
    if shutil.which("nightreel"):
        return "nightreel"
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return f"{Path(sys.executable).name} -m pipeline"
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else str(program)


def _short(title: str) -> str:
    """A title that leaves room for the bar beside it."""
    return title if len(title) <= _TITLE_CHARS else f"{title[: _TITLE_CHARS - 1].rstrip()}…"


def _json_line(event: JobEvent) -> None:
    print_json({"event": "job", "batch": event.job.batch, "stage": event.job.stage, **asdict(Film.of(event.job))})


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _last_line(event: JobEvent) -> str:
    """A finished job in one line."""
    job = event.job
    if job.error:
        return f"{job.brief.title}: failed at {job.error.stage}: {job.error.message}"
    film = Film.of(job)
    length = clock(film.duration_s or 0)
    if event.untouched:
        return f"{film.title}: {length}, already made"
    return f"{film.title}: {length}, made in {sum(film.seconds.values()):.1f} s"


class _PlainLines:
    """A line for every stage, for logs and pipes."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._numbers: dict[str, int] = {}

    def __call__(self, event: JobEvent) -> None:
        job = event.job
        number = self._numbers.setdefault(job.id, len(self._numbers) + 1)
        text = _last_line(event) if job.status in _OVER else f"{job.brief.title}: {job.stage or 'started'}"
        print(f"[{number}/{self._total}] {text}", file=sys.stderr, flush=True)


class _Live:
    """A bar for every film at work; finished ones become lines above the bars."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}
        self._all = progress.add_task("[bold]all films", total=total, stage="") if total > 1 else None

    def __call__(self, event: JobEvent) -> None:
        job = event.job
        if job.status in _OVER:
            self._end(event)
            return
        if job.id not in self._bars:
            self._bars[job.id] = self._progress.add_task(escape(_short(job.brief.title)), total=len(STAGES), stage="")
        self._progress.update(self._bars[job.id], completed=_STEP.get(job.stage, 0), stage=job.stage)

    def _end(self, event: JobEvent) -> None:
        if event.job.id in self._bars:
            self._progress.remove_task(self._bars.pop(event.job.id))
        mark = "[red]✗[/]" if event.job.error else "[green]✓[/]"
        self._progress.console.print(f"{mark} {escape(_last_line(event))}", highlight=False, soft_wrap=True)
        if self._all is not None:
            self._progress.advance(self._all)
