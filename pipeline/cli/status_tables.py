"""The status of batches as tables and lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from rich.table import Table

from pipeline.cli.batch_status import BatchState, BatchStatus, JobState
from pipeline.cli.causes import ID_DIGITS, cause_lines
from pipeline.cli.console import Console
from pipeline.cli.escaping import escaped
from pipeline.model import Cost, JobStatus, format_cost, format_usd

if TYPE_CHECKING:
    from pipeline.orchestrator.uploads import UploadDays

_COLOURS = {
    JobStatus.COMPLETED: "green",
    JobStatus.FAILED: "red",
    JobStatus.IN_PROGRESS: "cyan",
    JobStatus.PENDING: "dim",
    JobStatus.PARKED: "yellow",
    JobStatus.REVIEW: "magenta",
    JobStatus.CANCELLED: "dim",
}
# Cells between columns, and the minimum width of the last column, which is not cropped.
_GAP, _MIN_LAST_CELLS = 1, 60
_NOTHING_YET = "Nothing has been run in this workspace yet. Try: nightreel make topics/octopus-hearts.md"


def print_batch(report: BatchStatus) -> None:
    """Print the first films of a batch, a row each; films stopped by the same cause are grouped."""
    state = report.full_state()
    stopped = report.stopped()
    groups = [group for group in stopped if group.count > 1]
    jobs = report.first_jobs([group.rows[0] for group in stopped if group.count == 1])
    console = Console(highlight=False)
    console.print(f"[bold]{escaped(state.batch)}[/]  {_counts(state)}{_at_work(state)}", soft_wrap=True)
    if state.waits_because:
        console.print(f"[yellow]not starting new films: {escaped(state.waits_because)}[/]", soft_wrap=True)
    for line in (*_costs(state.cost), *_publishing(state.uploads)):
        console.print(line, soft_wrap=True)
    if groups:
        console.print()
    for line in chain.from_iterable(cause_lines(group, with_ids=True) for group in groups):
        words = line.lstrip()
        console.print_words(words, indent=len(line) - len(words))
    if jobs:
        console.print()
        _print_films(jobs, console, with_cost=state.cost.tokens > 0)
    more = sum(state.counts.values()) - len(jobs) - sum(group.count for group in groups)
    if more > 0:
        console.print(f"… and {more} more: --json lists all")


def _print_films(jobs: Iterable[JobState], console: Console, *, with_cost: bool) -> None:
    """Print films as a table, or as a paragraph each if the terminal is too narrow.

    Paths are printed in full, so that they can be copied. On a terminal, titles are cropped.
    """
    jobs = list(jobs)
    table = Table(box=None, pad_edge=False, title=None)
    for column in ("id", "film", "status", "stage", "tries", *(["cost"] if with_cost else []), "path or reason"):
        table.add_column(column, header_style="dim", no_wrap=True, overflow="ellipsis")
    table.columns[0].style = "dim"
    if console.is_terminal:
        table.columns[1].max_width = console.width // 3
    for job in jobs:
        colour = _COLOURS[JobStatus(job.status)]
        table.add_row(
            job.id[:ID_DIGITS],
            _title(job),
            f"[{colour}]{job.status}[/]{_until(job.parked_until)}",
            _stage(job),
            str(job.attempts),
            *([format_cost(job.cost) if job.cost.tokens else ""] if with_cost else []),
            _where(job),
        )
    if console.has_room_for(table) or _room_for_last(table, console) >= _MIN_LAST_CELLS:
        console.print_table(table, whole=True)
        return
    for job in jobs:
        _print_film(job, console)


def _print_film(job: JobState, console: Console) -> None:
    """Print the row of a film as lines: title, "failed at script, 2 tries", path or reason."""
    stage, indent = _stage(job), ID_DIGITS + 2
    about = (
        f"[{_COLOURS[JobStatus(job.status)]}]{job.status}[/]{_until(job.parked_until)}{f' at {stage}' if stage else ''}"
    )
    about += f", {job.attempts} tries" if job.attempts > 1 else ""
    about += f", {format_cost(job.cost)}" if job.cost.tokens else ""
    console.print_words(f"[bold]{_title(job)}[/]", indent=indent, head=job.id[:ID_DIGITS])
    for line in filter(None, (about, _where(job))):
        console.print_words(line, indent=indent)


def _title(job: JobState) -> str:
    return escaped(f"{job.episode} · {job.title}" if job.episode else job.title)


def _stage(job: JobState) -> str:
    return "" if job.status == JobStatus.COMPLETED else escaped(job.stage)


def _where(job: JobState) -> str:
    """The path of the film, or the reason why there is none."""
    return escaped((job.error or "").removeprefix(f"{job.title}: ") or job.video or "")


def print_batches(states: Iterable[BatchState]) -> None:
    """Print a line per batch."""
    console, count = Console(highlight=False), 0
    for state in states:
        count += 1
        about = f"[red]{escaped(state.error)}[/]" if state.error else f"{_counts(state)}{_at_work(state)}"
        console.print(f"[bold]{escaped(state.batch)}[/]  {about}", soft_wrap=True)
    if not count:
        console.print(_NOTHING_YET, soft_wrap=True)


def print_list(states: Iterable[BatchState]) -> None:
    """Print a table of all batches, or lines for each if the terminal is too narrow."""
    table, rows = Table(box=None, pad_edge=False), []
    for column in ("batch", "films", "started", "source", ""):
        table.add_column(column, header_style="dim", no_wrap=True)
    for state in states:
        done, total = state.counts[JobStatus.COMPLETED], sum(state.counts.values())
        started = f"{datetime.fromisoformat(state.created_at).astimezone():%Y-%m-%d %H:%M}" if state.created_at else ""
        about = f"[red]{escaped(state.error)}[/]" if state.error else _at_work(state).strip()
        row = (f"[bold]{escaped(state.batch)}[/]", f"{done}/{total}", started, escaped(state.source), about)
        table.add_row(*row)
        rows.append(row)
    console = Console(highlight=False)
    if not table.row_count:
        console.print(_NOTHING_YET, soft_wrap=True)
        return
    if console.has_room_for(table):
        console.print_table(table, whole=True)
        return
    for name, films, started, source, about in rows:
        console.print_words(f"{name}  {films}")
        for line in filter(None, (", ".join(filter(None, (started, source))), about)):
            console.print_words(line, indent=2)


def _room_for_last(table: Table, console: Console) -> int:
    """Cells that the other columns leave to the last one."""
    last = table.columns.pop()
    left = console.width - console.measure(table).maximum - _GAP
    table.columns.append(last)
    return left


def _counts(state: BatchState) -> str:
    return " · ".join(
        f"[{_COLOURS[JobStatus(name)]}]{count} {name}[/]" for name, count in state.counts.items() if count
    )


def _at_work(state: BatchState) -> str:
    if not state.workers:
        return ""
    processes = "process" if len(state.workers) == 1 else "processes"
    return f"  [cyan]{processes} {', '.join(map(str, state.workers))} running[/]"


def _costs(cost: Cost) -> Iterator[str]:
    """The total cost and that of each model; nothing if no tokens were used."""
    if not cost.tokens:
        return
    yield f"[dim]cost {format_cost(cost)}, {cost.tokens:,} tokens[/]"
    for name, model in sorted(cost.models.items()):
        money = "no known price" if model.usd is None else format_usd(model.usd)
        calls = f"{model.calls:,} call{'' if model.calls == 1 else 's'}, " if model.calls else ""
        usage = f"{name}: {calls}{model.tokens_in:,} tokens in, {model.tokens_out:,} out, {money}"
        yield f"  [dim]{escaped(usage)}[/]"


def _publishing(uploads: tuple[UploadDays, ...]) -> Iterator[str]:
    if uploads:
        from pipeline.orchestrator.uploads import describe_upload_days

        yield from (f"[dim]{escaped(f'publishing {describe_upload_days(found)}')}[/]" for found in uploads)


def _until(moment: str | None) -> str:
    return f" until {datetime.fromisoformat(moment).astimezone():%a %H:%M}" if moment else ""
