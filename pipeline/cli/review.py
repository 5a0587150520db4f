"""`nightreel review`: films that wait for a person."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipeline.cli.options import CommonOptions
from pipeline.cli.output import say

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.orchestrator.context import RunContext
    from pipeline.orchestrator.control.review import ReviewQueue, ReviewResult


def review(
    batch: str,
    /,
    *,
    approve: Annotated[tuple[str, ...] | None, Parameter(negative="", consume_multiple=True)] = None,
    all_: Annotated[bool, Parameter(name="--all", negative="")] = False,
    reject: str | None = None,
    why: str | None = None,
    place: CommonOptions = CommonOptions(),
) -> int:
    """Show the films of a batch that wait for you, with pictures; let them go, or keep them back.

    What you approve is published by the process that runs the batch, or by the next `nightreel resume`. Works while
    other processes make the rest.

    Examples: nightreel review space · nightreel review space --approve 3fa9 · nightreel review space --approve --all ·
    nightreel review space --reject 3fa9 --why "the name is wrong"

    Parameters
    ----------
    batch
        Name of a batch, e.g. space.
    approve
        The films with these ids, or the beginnings of them; one that you rejected or that waits for the sample, too.
    all_
        With --approve: every film of the batch that waits for you, and those that wait for the sample.
    reject
        The film with this id: it is not published, and counts as failed until it is made otherwise.
    why
        With --reject: what is wrong with it, in your words.
    """
    from pipeline.cli.session import open_session
    from pipeline.errors import EXIT_OK
    from pipeline.orchestrator import control
    from pipeline.orchestrator.control import review

    async def work() -> int:
        context = await control.with_batch_settings(session.context, batch)
        if approve is not None:
            said = await review.approve(context, batch=batch, jobs=approve)
        elif reject is not None:
            said = await review.reject(context, batch=batch, job=reject, why=why or "")
        else:
            await _show(context, batch, as_json=place.json)
            return EXIT_OK
        return _tell(said, await review.waiting(context, batch), as_json=place.json)

    _refuse(approve, all_=all_, reject=reject, why=why)
    session = open_session(place, {})
    return session.run(work)


def _refuse(approve: tuple[str, ...] | None, *, all_: bool, reject: str | None, why: str | None) -> None:
    """Raise `InputError` for flags that don't go together."""
    from pipeline.errors import InputError

    if approve is not None and reject is not None:
        raise InputError("--approve and --reject are two answers", hint="Give one of them, then the other")
    if approve is not None and bool(approve) == all_:
        raise InputError("needs the ids of films, or --all", where="--approve")
    if all_ and approve is None:
        raise InputError("goes with --approve", where="--all")
    if (reject is None) != (why is None):
        raise InputError("--reject ID and --why TEXT go together", hint='Write --why "the name is wrong"')


async def _show(context: RunContext, batch: str, *, as_json: bool) -> None:
    """What waits: a page with pictures, and a table; or JSON."""
    from dataclasses import asdict

    from anyio import to_thread

    from pipeline.cli.summary import print_json
    from pipeline.orchestrator.control.review import waiting, write_page

    waits = await waiting(context, batch)
    page = await to_thread.run_sync(write_page, context, waits) if waits.films else None
    if as_json:
        print_json({**asdict(waits), "page": page})
    else:
        _print(waits, page)


def _print(waits: ReviewQueue, page: Path | None) -> None:
    from rich.table import Table

    from pipeline.cli.console import Console
    from pipeline.cli.escaping import escaped, printable

    console = Console(highlight=False)
    if waits.films:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in ("id", "film", "score", "why"):
            table.add_column(name, overflow="fold", no_wrap=name in {"id", "score"})
        for film in waits.films:
            score = "" if film.score is None else f"{film.score:.2f}"
            table.add_row(film.id[:8], f"[bold]{escaped(film.title)}[/]", score, escaped(film.why))
        console.print_table(table)
        for film in waits.films:
            say(f"{film.id[:8]}  {printable(str(film.video or ''))}")
            for incident in film.incidents:
                say(f"          {printable(incident)}")
    else:
        say(f"No film of “{waits.batch}” waits for you.")
    _print_rest(waits)
    if page:
        say(f"Pictures: {printable(str(page))}")
        say(f"Next: nightreel review {shlex.quote(waits.batch)} --approve ID … (or --all), or --reject ID --why TEXT")


def _print_rest(waits: ReviewQueue) -> None:
    """How it is with what waits for the sample."""
    from pipeline.language.text import counted

    if not waits.behind:
        return
    films = counted(waits.behind, "film")
    sample = waits.sample
    if sample.rejected:
        say(f"{films} held back: {sample.rejected} of the sample rejected. Mend it, or let them go: --approve --all")
    elif sample.waiting:
        say(f"{films} waiting for the sample: {sample.approved} approved, {sample.waiting} left")
    else:
        say(f"{films} waiting: the sample could not be made. nightreel retry {shlex.quote(waits.batch)} --failed")


def _tell(said: ReviewResult, waits: ReviewQueue, *, as_json: bool) -> int:
    from dataclasses import asdict

    from pipeline.cli.escaping import printable
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED

    went_wrong = bool(said.left or said.busy or said.problems)
    if as_json:
        print_json({"batch": waits.batch, **asdict(said), "waiting": len(waits.films), "behind": waits.behind})
        return EXIT_SOME_JOBS_FAILED if went_wrong else EXIT_OK
    for word, ids in (("approved", said.approved), ("rejected", said.rejected)):
        if ids:
            say(f"{waits.batch}: {len(ids)} {word}")
    if said.released:
        say(f"The sample is approved: {len(said.released)} more go on")
    for job in said.left:
        say(f"{job[:8]} does not wait for you, and stays as it is")
    for job in said.busy:
        say(f"{job[:8]} is at work in another process: say it again when that is done")
    for line in said.problems:
        say(printable(line))
    _print_rest(waits)
    if said.approved or said.released:
        say(f"Published by who runs the batch now, else by: nightreel resume {shlex.quote(waits.batch)}")
    return EXIT_SOME_JOBS_FAILED if went_wrong else EXIT_OK
