"""What a command says when it is done, to a person or to a machine."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from pipeline.cli.causes import cause_lines
from pipeline.cli.console import Console
from pipeline.cli.escaping import escaped, plain_json, printable
from pipeline.cli.output import say
from pipeline.errors import BudgetError, SampleError
from pipeline.film import Film
from pipeline.language.text import counted
from pipeline.model import JobStatus, JobSummary
from pipeline.orchestrator.batch.run import Outcome
from pipeline.reporting.formatting import clock
from pipeline.reporting.groups import Group, Groups

# Causes that are told, and films with warnings.
_MOST_CAUSES, _MOST_WARNED = 20, 3
# What a summary counts beside the films that are there.
_OTHERS = {
    JobStatus.FAILED: "failed",
    JobStatus.REVIEW: "held for review",
    JobStatus.PARKED: "parked",
    JobStatus.CANCELLED: "cancelled",
    JobStatus.IN_PROGRESS: "at work elsewhere",
    JobStatus.PENDING: "waiting",
}


def print_json(value: object) -> None:
    """One JSON document on one line of stdout."""
    print(plain_json(json.dumps(value, default=_plain, ensure_ascii=False)), flush=True)


def print_films(films: Sequence[Film]) -> None:
    """What was made, where it lies, and how to go on."""
    console = Console(highlight=False, soft_wrap=True)
    made = [film for film in films if film.video]
    for film in made:
        _print_film(film, console)
    for film in films if made else ():
        if film.error:
            console.print(f"\n[bold]{escaped(film.title)}[/]  [red]{escaped(film.status)}[/]: {escaped(film.error)}")
    if made:
        command = escaped(_command())
        console.print(
            f"\nNext    {command} make my-brief.md    a brief of your own; those in topics/ show how\n"
            f"        {command} run topics/         a film of every brief in a folder\n"
            f"        {command} --help"
        )


def _print_film(film: Film, console: Console) -> None:
    console.print(f"\n[bold]{escaped(film.title)}[/]  {clock(film.duration_s or 0)}")
    console.print(f"  video      {escaped(str(film.video))}")
    console.print(f"  subtitles  {escaped(str(film.subtitles))}")
    console.print(f"  thumbnail  {escaped(str(film.thumbnail))}")
    author = ", ".join(filter(None, (film.writer, film.model)))
    console.print(f"  script     {escaped(author)}{_because(film.writer_fallback_reason)}")
    console.print(f"  voice      {film.narrator}, {film.voice}{_because(film.fallback_reason)}")
    for incident in film.incidents:
        console.print(f"             [dim]{escaped(incident)}[/]")
    for number, warning in enumerate(film.warnings):
        console.print(f"  {'' if number else 'warnings':<9}  [yellow]{escaped(warning)}[/]")
    for host, url in film.published.items():
        console.print(f"  {escaped(host):<10} {escaped(url)}")
    if film.music:
        console.print(f"  music      {escaped(film.music)}")


def _because(reason: str) -> str:
    return f" [dim](not the first choice: {escaped(reason)})[/]" if reason else ""


def print_summary(
    outcome: Outcome,
    rows: Callable[..., Iterable[JobSummary]],
    *,
    refused: Sequence[JobSummary],
    seconds: float,
    report: Path | None,
) -> None:
    """How a batch ended, with the reasons of what is not there, those of one cause together.

    `rows(*statuses)` gives rows of the batch; `refused` are briefs that can't be read.
    """
    console = Console(highlight=False, soft_wrap=True)
    length_s = sum(row.duration_s or 0 for row in rows(JobStatus.COMPLETED))
    made, total = outcome.counts.get(JobStatus.COMPLETED, 0), sum(outcome.counts.values()) + len(refused)
    name = escaped(outcome.batch)
    counts = _counts(outcome.counts, len(refused))
    others = "".join(f", {count} {word}" for status, word in _OTHERS.items() if (count := counts[status]))
    films = f"{made:,} of {counted(total, 'film')}"
    console.print(f"\n[bold]{name}[/]: {films}, {clock(length_s)} in all, in {clock(seconds)}{others}")
    _print_fallbacks(rows, console)
    _print_warnings(rows, console)
    causes = _print_causes([*refused, *rows(JobStatus.FAILED, JobStatus.PARKED, JobStatus.REVIEW)], console)
    if outcome.stopped_because:
        console.print(f"Stopped: {escaped(outcome.stopped_because)}")
    if outcome.unsaved_because:
        console.print(f"Not even saved: {escaped(outcome.unsaved_because)}")
    # A film that is held, or lacks money, goes on by a word of a person, not by another try: its reason says so.
    typed = escaped(shlex.quote(outcome.batch))
    if any(row.id and not _waits_for_a_person(row) for group in causes for row in group.rows):
        console.print(f"Again: nightreel retry {typed}, or the same command; the others stay as they are.")
    elif refused:
        console.print("Again: mend them, and give the same command; the others stay as they are.")
    console.print(f"Details: nightreel status {typed}")
    if report:
        console.print(f"Report: {escaped(str(report))}")


def _print_causes(rows: Iterable[JobSummary], console: Console) -> Sequence[Group]:
    """What stopped these films, by cause: the first are told, all are returned."""
    groups = Groups()
    for row in rows:
        groups.add(row)
    causes = groups.ordered()
    for group in causes[:_MOST_CAUSES]:
        for line in cause_lines(group):
            console.print(line)
    if len(causes) > _MOST_CAUSES:
        console.print("  … and more: see the report")
    return causes


def _waits_for_a_person(row: JobSummary) -> bool:
    kinds = (SampleError.__name__, BudgetError.__name__)
    return row.status is JobStatus.REVIEW or (row.error is not None and row.error.kind in kinds)


def _print_fallbacks(rows: Callable[..., Iterable[JobSummary]], console: Console) -> None:
    """Films of which not the first choice is the voice or the writer: how many, whose they are instead, and why."""
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows(JobStatus.COMPLETED, JobStatus.REVIEW):
        if row.voice_fallback_reason:
            reasons[f"spoken by {row.narrator}"][row.voice_fallback_reason] += 1
        if row.writer_fallback_reason:
            writer = ", ".join(filter(None, (row.writer, row.model)))
            reasons[f"written by {writer}"][row.writer_fallback_reason] += 1
    for done, counts in reasons.items():
        films = counted(counts.total(), "film is", "films are")
        ((reason, _),) = counts.most_common(1)
        others = "; other reasons are in the report" if len(counts) > 1 else ""
        console.print(f"  [yellow]warns[/] {films} {escaped(f'{done}: {reason}{others}')}")


def _print_warnings(rows: Callable[..., Iterable[JobSummary]], console: Console) -> None:
    """Films that passed with warnings, lack a picture or spell a name: how many, and of the first few what it is."""
    warned = 0
    for row in rows(JobStatus.COMPLETED):
        warnings = [*map(_check_of, row.marks.reasons if row.marks else ()), *row.picture_remarks]
        warnings += [row.spelling] if row.spelling else []
        warned += bool(warnings)
        if warnings and warned <= _MOST_WARNED:
            console.print(f"  [yellow]warns[/] {escaped(row.title)}: {escaped('; '.join(warnings))}")
    if warned > _MOST_WARNED:
        console.print(f"  [yellow]warns[/] {counted(warned - _MOST_WARNED, 'more film')}")


def _check_of(warning: str) -> str:
    """The name of the check: "language is like en, …" -> "language"."""
    return warning.partition(" ")[0]


def json_summary(
    outcome: Outcome, rows: Callable[..., Iterable[JobSummary]], *, refused: int, seconds: float
) -> object:
    """The same for machines."""
    return {
        "event": "summary",
        "batch": outcome.batch,
        "counts": _counts(outcome.counts, refused),
        "stopped_because": outcome.stopped_because,
        "duration_s": round(sum(row.duration_s or 0 for row in rows(JobStatus.COMPLETED)), 3),
        "seconds": round(seconds, 3),
    }


def json_interruption(batch: str, counts: Mapping[JobStatus, int], refused: int) -> object:
    """How a batch stands that somebody has interrupted, for machines."""
    return {"event": "summary", "batch": batch, "counts": _counts(counts, refused), "interrupted": True}


def _counts(counts: Mapping[JobStatus, int], refused: int) -> dict[str, int]:
    """How many jobs are in each status; briefs that can't be read count as failed."""
    found = {status.value: counts.get(status, 0) for status in JobStatus}
    found[JobStatus.FAILED.value] += refused
    return found


def print_refusal(batch: str, film: Film, *, as_json: bool) -> None:
    """A brief of the batch that can't be read."""
    if as_json:
        print_json({"event": "job", "batch": batch, "stage": "", **asdict(film)})
    else:
        say(f"nightreel: {printable(film.error or '')}", file=sys.stderr)


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
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
