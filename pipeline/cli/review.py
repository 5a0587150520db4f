"""`nightreel review`: approve or reject films that are held for review."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipeline.cli.escaping import escaped, printable
from pipeline.cli.options import BatchName, CommonOptions
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED, InputError
from pipeline.language.text import counted

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.orchestrator.context import RunContext
    from pipeline.orchestrator.control.review import ReviewQueue, ReviewResult


def review(
    batch: BatchName,
    /,
    *,
    approve: Annotated[tuple[str, ...] | None, Parameter(negative="", consume_multiple=True)] = None,
    all_: Annotated[bool, Parameter(name="--all", negative="")] = False,
    reject: str | None = None,
    why: str | None = None,
    common: CommonOptions = CommonOptions(),
) -> int:
    """Show the films of a batch that are held for your review, with pictures; approve or reject them.

    Approved films are published by the process running the batch, or by the next `nightreel resume`. Works while other
    processes make the rest.

    Examples: nightreel review space · nightreel review space --approve 3fa9 · nightreel review space --approve --all ·
    nightreel review space --reject 3fa9 --why "the name is wrong"

    Parameters
    ----------
    approve
        Approve the films with these ids or id prefixes, including rejected ones and ones waiting for the sample.
    all_
        With --approve: all films of the batch that are held for review or waiting for the sample.
    reject
        Reject the film with this id: it is not published, and counts as failed until it is made differently.
    why
        With --reject: the reason, in your words.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator import control
    from pipeline.orchestrator.control.review import approve_films, reject_film, review_queue

    _refuse(approve, all_=all_, reject=reject, why=why)
    session = open_session(common, {})

    async def work() -> int:
        context = await control.with_batch_settings(session.context, batch)
        if approve is not None:
            result = await approve_films(context, batch=batch, jobs=approve)
        elif reject is not None:
            result = await reject_film(context, batch=batch, job=reject, why=why or "")
        else:
            await _show(context, batch, common)
            return EXIT_OK
        return _print_result(result, await review_queue(context, batch), common)

    return session.run(work)


def _refuse(approve: tuple[str, ...] | None, *, all_: bool, reject: str | None, why: str | None) -> None:
    """Raise `InputError` for flags that exclude or require each other."""
    if approve is not None and reject is not None:
        raise InputError("--approve and --reject exclude each other", hint="Give one of them, then the other")
    if approve is not None and bool(approve) == all_:
        raise InputError("needs either ids of films or --all", where="--approve")
    if all_ and approve is None:
        raise InputError("needs --approve", where="--all")
    if (reject is None) != (why is None):
        raise InputError("--reject ID and --why TEXT need each other", hint='Write --why "the name is wrong"')


async def _show(context: RunContext, batch: str, common: CommonOptions) -> None:
    """Write a page with pictures, and print a table or JSON."""
    from anyio import to_thread

    from pipeline.orchestrator.control.review import review_queue, write_page

    queue = await review_queue(context, batch)
    page = await to_thread.run_sync(write_page, context, queue) if queue.films else None
    if common.json:
        print_json({**asdict(queue), "page": page})
    else:
        _print(queue, page, common)


def _print(queue: ReviewQueue, page: Path | None, common: CommonOptions) -> None:
    from rich.table import Table

    from pipeline.cli.console import Console

    console = Console(highlight=False)
    if queue.films:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in ("id", "film", "score", "reason"):
            table.add_column(name, overflow="fold", no_wrap=name in {"id", "score"})
        for film in queue.films:
            score = "" if film.score is None else f"{film.score:.2f}"
            table.add_row(film.id[:8], f"[bold]{escaped(film.title)}[/]", score, escaped(film.why))
        console.print_table(table)
        for film in queue.films:
            say(f"{film.id[:8]}  {printable(str(film.video or ''))}")
            for incident in film.incidents:
                say(f"          {printable(incident)}")
    else:
        say(f"No film of “{queue.batch}” is held for review.")
    _print_rest(queue, common)
    if page:
        say(f"Pictures: {printable(str(page))}")
        command = common.command("review", queue.batch)
        say(f"Next: {command} --approve ID … (or --approve --all), or --reject ID --why TEXT")


def _print_rest(queue: ReviewQueue, common: CommonOptions) -> None:
    """Print how many films wait for the sample, and how it stands."""
    if not queue.behind:
        return
    films = counted(queue.behind, "film")
    sample = queue.sample
    if sample.rejected:
        say(f"{films} held back: {sample.rejected} of the sample rejected. Fix it, or release them: --approve --all")
    elif sample.waiting:
        say(f"{films} waiting for the sample: {sample.approved} approved, {sample.waiting} left")
    else:
        say(f"{films} waiting: the sample could not be made. {common.command('retry', queue.batch, '--failed')}")


def _print_result(result: ReviewResult, queue: ReviewQueue, common: CommonOptions) -> int:
    went_wrong = bool(result.left or result.busy or result.problems)
    if common.json:
        print_json({"batch": queue.batch, **asdict(result), "waiting": len(queue.films), "behind": queue.behind})
        return EXIT_SOME_JOBS_FAILED if went_wrong else EXIT_OK
    for word, ids in (("approved", result.approved), ("rejected", result.rejected)):
        if ids:
            say(f"{queue.batch}: {len(ids)} {word}")
    if not (result.approved or result.rejected or went_wrong):
        say(f"No film of “{queue.batch}” is held for review.")
    if result.released:
        say(f"The sample is approved: {len(result.released)} more released")
    for job in result.left:
        say(f"{job[:8]} is not held for review: left unchanged")
    for job in result.busy:
        say(f"{job[:8]} is in progress in another process: try again when it has ended")
    for line in result.problems:
        say(printable(line))
    _print_rest(queue, common)
    if result.approved or result.released:
        say(f"To publish them, unless a process is running the batch: {common.command('resume', queue.batch)}")
    return EXIT_SOME_JOBS_FAILED if went_wrong else EXIT_OK
