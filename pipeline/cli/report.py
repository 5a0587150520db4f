"""What a command says when it is done, to a person or to a machine."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from pipeline.api import Film
from pipeline.model import JobStatus, JobSummary
from pipeline.orchestrator.batches import Outcome

_MOST_REASONS = 20


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


def print_summary(
    outcome: Outcome,
    rows: Callable[..., Iterable[JobSummary]],
    *,
    refused: Sequence[Film],
    seconds: float,
    report: Path | None,
) -> None:
    """How a batch ended, with the reasons of what is not there. `rows(*statuses)` gives rows of the batch."""
    console = Console(highlight=False, soft_wrap=True)
    length_s = sum(row.duration_s or 0 for row in rows(JobStatus.COMPLETED))
    made, total = outcome.counts.get(JobStatus.COMPLETED, 0), sum(outcome.counts.values()) + len(refused)
    console.print(
        f"\n[bold]{escape(outcome.batch)}[/]: {made} of {total} films, {clock(length_s)} in all, in {clock(seconds)}"
    )
    for film in refused:
        # What never became a job is called after its place, which its error names as well.
        error = (film.error or "").removeprefix(f"{film.title}: ")
        console.print(f"  [red]failed[/] {escape(film.title)}: {escape(error)}")
    missing = list(islice(rows(JobStatus.FAILED, JobStatus.PARKED), _MOST_REASONS + 1))
    for row in missing[:_MOST_REASONS]:
        until = f" until {row.parked_until.astimezone():%Y-%m-%d %H:%M}" if row.parked_until else ""
        reason = row.error.message if row.error else row.why
        console.print(f"  [red]{row.status.value}[/]{until} {escape(row.title)}: {escape(reason)}")
    if len(missing) > _MOST_REASONS:
        console.print("  … and more: see the report")
    if outcome.stopped_because:
        console.print(f"Stopped: {escape(outcome.stopped_because)}")
    if missing:
        console.print(
            f"Again: nightreel retry {escape(outcome.batch)}, or the same command; the others stay as they are."
        )
    elif refused:
        console.print("Again: mend them, and give the same command; the others stay as they are.")
    console.print(f"Details: nightreel status {escape(outcome.batch)}")
    if report:
        console.print(f"Report: {escape(str(report))}")


def json_summary(
    outcome: Outcome, rows: Callable[..., Iterable[JobSummary]], *, refused: int, seconds: float
) -> object:
    """The same for machines."""
    counts = {status.value: outcome.counts.get(status, 0) for status in JobStatus}
    counts[JobStatus.FAILED.value] += refused
    return {
        "event": "summary",
        "batch": outcome.batch,
        "counts": counts,
        "stopped_because": outcome.stopped_because,
        "duration_s": round(sum(row.duration_s or 0 for row in rows(JobStatus.COMPLETED)), 3),
        "seconds": round(seconds, 3),
    }


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


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
