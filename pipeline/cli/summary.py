"""The final output of a command, as text or JSON."""

from __future__ import annotations

import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.cli.causes import cause_lines
from pipeline.cli.console import Console
from pipeline.cli.escaping import escaped, printable
from pipeline.cli.options import CommonOptions
from pipeline.cli.output import print_json, say
from pipeline.errors import BudgetError, SampleError
from pipeline.film import Film
from pipeline.language.text import counted
from pipeline.model import JobStatus, JobSummary
from pipeline.orchestrator.batch.run import Outcome
from pipeline.reporting.formatting import clock
from pipeline.reporting.groups import Group, Groups

# Causes, and films with warnings, that are listed.
_MAX_CAUSES, _MAX_WARNED = 20, 3
# Counted after the completed films.
_OTHERS = {
    JobStatus.FAILED: "failed",
    JobStatus.REVIEW: "held for review",
    JobStatus.PARKED: "parked",
    JobStatus.CANCELLED: "cancelled",
    JobStatus.IN_PROGRESS: "in progress elsewhere",
    JobStatus.PENDING: "waiting",
}


def print_films(films: Sequence[Film]) -> None:
    """Print the films, their files, and what to try next."""
    console = Console(highlight=False, soft_wrap=True)
    made = [film for film in films if film.video]
    for film in made:
        _print_film(film, console)
    # The error of a single film ends the command, and is printed then.
    for film in films if made and len(films) > 1 else ():
        if film.error:
            console.print(f"\n[bold]{escaped(film.title)}[/]  [red]{escaped(film.status)}[/]: {escaped(film.error)}")
    if made:
        command = escaped(_command())
        console.print(
            f"\nNext    {command} make my-brief.md    a brief of your own; see topics/ for examples\n"
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
    common: CommonOptions = CommonOptions(),
    *,
    refused: Sequence[JobSummary],
    seconds: float,
    report: Path | None,
) -> None:
    """Print how a batch ended, and why films are missing, grouped by cause.

    `rows(*statuses)` returns rows of the batch; `refused` are unreadable briefs.
    """
    console = Console(highlight=False, soft_wrap=True)
    length_s = sum(row.duration_s or 0 for row in rows(JobStatus.COMPLETED))
    made, total = outcome.counts.get(JobStatus.COMPLETED, 0), sum(outcome.counts.values()) + len(refused)
    name = escaped(outcome.batch)
    counts = _counts(outcome.counts, len(refused))
    others = "".join(f", {count} {word}" for status, word in _OTHERS.items() if (count := counts[status]))
    films = f"{made:,} of {counted(total, 'film')}"
    console.print(f"\n[bold]{name}[/]: {films}, total length {clock(length_s)}, made in {clock(seconds)}{others}")
    _print_fallbacks(rows, console)
    _print_warnings(rows, console)
    causes = _print_causes([*refused, *rows(JobStatus.FAILED, JobStatus.PARKED, JobStatus.REVIEW)], console)
    if outcome.stopped_because:
        console.print(f"Stopped: {escaped(outcome.stopped_because)}")
    if outcome.unsaved_because:
        console.print(f"Could not be saved: {escaped(outcome.unsaved_because)}")
    # Films that are held, or wait for budget, need a person, not a retry: their reasons say so.
    retry = escaped(common.command("retry", outcome.batch))
    if any(row.id and not _waits_for_a_person(row) for group in causes for row in group.rows):
        console.print(f"To retry: {retry}; other films stay as they are.")
    elif refused:
        console.print("To retry: correct them, and repeat the run command; other films stay as they are.")
    console.print(f"Details: {escaped(common.command('status', outcome.batch))}")
    if report:
        console.print(f"Report: {escaped(str(report))}")


def _print_causes(rows: Iterable[JobSummary], console: Console) -> Sequence[Group]:
    """Print the first causes that stopped these films, and return all of them."""
    groups = Groups()
    for row in rows:
        groups.add(row)
    causes = groups.ordered()
    for group in causes[:_MAX_CAUSES]:
        for line in cause_lines(group):
            console.print(line)
    if len(causes) > _MAX_CAUSES:
        console.print("  … and more: see the report")
    return causes


def _waits_for_a_person(row: JobSummary) -> bool:
    kinds = (SampleError.__name__, BudgetError.__name__)
    return row.status is JobStatus.REVIEW or (row.error is not None and row.error.kind in kinds)


def _print_fallbacks(rows: Callable[..., Iterable[JobSummary]], console: Console) -> None:
    """Print how many films use a fallback voice or writer, which one, and why."""
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
    """Print the first films with warnings, missing pictures or spelled names, and how many more there are."""
    warned = 0
    for row in rows(JobStatus.COMPLETED):
        # The names of the checks: "language is like en, …" -> "language".
        warnings = [why.partition(" ")[0] for why in (row.marks.reasons if row.marks else ())]
        warnings += row.picture_remarks
        warnings += [row.spelling] if row.spelling else []
        warned += bool(warnings)
        if warnings and warned <= _MAX_WARNED:
            console.print(f"  [yellow]warns[/] {escaped(row.title)}: {escaped('; '.join(warnings))}")
    if warned > _MAX_WARNED:
        console.print(f"  [yellow]warns[/] {counted(warned - _MAX_WARNED, 'more film')}")


def json_summary(
    outcome: Outcome, rows: Callable[..., Iterable[JobSummary]], *, refused: int, seconds: float
) -> object:
    """The summary of a run for --json."""
    return {
        "event": "summary",
        "batch": outcome.batch,
        "counts": _counts(outcome.counts, refused),
        "stopped_because": outcome.stopped_because,
        "duration_s": round(sum(row.duration_s or 0 for row in rows(JobStatus.COMPLETED)), 3),
        "seconds": round(seconds, 3),
    }


def json_interruption(batch: str, counts: Mapping[JobStatus, int], refused: int) -> object:
    """The summary of an interrupted run for --json."""
    return {"event": "summary", "batch": batch, "counts": _counts(counts, refused), "interrupted": True}


def _counts(counts: Mapping[JobStatus, int], refused: int) -> dict[str, int]:
    """Jobs by status, with an entry for every status; unreadable briefs count as failed."""
    found = {status.value: counts.get(status, 0) for status in JobStatus}
    found[JobStatus.FAILED.value] += refused
    return found


def print_refusal(batch: str, film: Film, *, as_json: bool) -> None:
    """Print an unreadable brief of a batch."""
    if as_json:
        print_json({"event": "job", "batch": batch, "stage": "", **asdict(film)})
    else:
        say(f"nightreel: {printable(film.error or '')}", file=sys.stderr)


def _command() -> str:
    """The command to type for this program: its name if it is on the PATH, else its path."""
    if shutil.which("nightreel"):
        return "nightreel"
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return f"{Path(sys.executable).name} -m pipeline"
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else str(program)
