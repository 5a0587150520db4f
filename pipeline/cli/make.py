"""`nightreel make`: one film, or one in each of several languages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.choices import PriorityName
from pipeline.cli.options import CommonOptions, FilmOptions, Switch, TypedPath
from pipeline.cli.output import print_json, say
from pipeline.errors import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_SOME_JOBS_FAILED,
    ClosedError,
    InputError,
    NightreelError,
    QuotaError,
    TimeLimitError,
    TransientError,
)

if TYPE_CHECKING:
    from pipeline.film import Film
    from pipeline.model import Brief
    from pipeline.orchestrator.context import RunContext
    from pipeline.orchestrator.events import Listener

# A service is down or overloaded, or a quota or time limit is reached: trying again later may help.
_MAY_PASS = (TransientError, ClosedError, QuotaError, TimeLimitError)
_RETRY_LATER = "Run the same command later to continue: finished work is kept"


def make(
    topic: str,
    /,
    *,
    output: TypedPath | None = None,
    queue: Switch = False,
    priority: PriorityName | None = None,
    film_options: FilmOptions = FilmOptions(),
    common: CommonOptions = CommonOptions(),
) -> int:
    """Make a film from a brief or a topic; with --languages, one in each language.

    TOPIC is a brief (a Markdown file with notes) or a topic in quotes. A topic without notes needs a model to write the
    script, and so does a translation. If the same film exists already, it is reused.

    Parameters
    ----------
    topic
        A brief such as topics/blue-sky.md, or a text such as "Why is the sky blue?".
    output
        Output path: FILE.mp4 (with subtitles, thumbnail and metadata beside it) or a folder. Default:
        output/films/NAME/ in the workspace.
    queue
        Queue the film for a running process, or for the next nightreel resume queue, and return at once.
    priority
        With --queue: priority of the film.
    """
    from pipeline.cli.execution import enqueue_films, warn_unused_flags
    from pipeline.cli.session import open_session
    from pipeline.film import Film
    from pipeline.model import QUEUE, Priority
    from pipeline.sources import read_brief

    films: list[Film] = []
    count = 1

    async def work() -> int:
        nonlocal count
        brief = await read_brief(topic)
        warn_unused_flags(film_options, [brief], session.context)
        if queue:
            return await enqueue_films([brief], session.context, QUEUE, Priority(priority or Priority.NORMAL), common)
        count = session.context.briefs.count_films([brief])
        return await _make(brief, session.context, common, films, count=count)

    try:
        if priority and not queue:
            raise InputError("--priority needs --queue", hint="Add --queue")
        session = open_session(common, film_options.as_settings(), output)
        return session.run(work)
    except NightreelError as error:
        films = films or [Film.refused(topic, error)]
        raise
    finally:
        _print(films, common, is_one=count == 1)


async def _make(brief: Brief, context: RunContext, common: CommonOptions, films: list[Film], *, count: int) -> int:
    """Make the `count` films of a brief, and append them to `films`. Returns the exit code.

    Raises the error of a film that is the only one, so that it is reported like any other error of a command.
    """
    from pipeline.cli.display import reporter
    from pipeline.film import Film
    from pipeline.orchestrator.batch import batches

    errors: list[Exception] = []
    with reporter(common, total=count) as display:
        listen = _collecting_errors(errors, display, passes_on=count > 1)
        films.extend(map(Film.of, await batches.run_family(brief, context, listen=listen)))
    if errors and count == 1:
        error = errors[0]
        if isinstance(error, _MAY_PASS):
            error.hint = ". ".join(filter(None, (error.hint, _RETRY_LATER)))
        raise error
    if any(isinstance(error, _MAY_PASS) for error in errors):
        say(f"nightreel: {_RETRY_LATER}.", file=sys.stderr)
    return _exit_code(films)


def _print(films: Sequence[Film], common: CommonOptions, *, is_one: bool) -> None:
    """Print the films, if there are any. With --json, a single requested film is one object, several are a list."""
    from pipeline.cli.summary import print_films

    if films and common.json:
        print_json(films[0] if is_one else films)
    elif films:
        print_films(films)


def _collecting_errors(errors: list[Exception], listener: Listener, *, passes_on: bool) -> Listener:
    """A listener that appends the errors of films to `errors`, and passes on all events, or all but those."""
    from pipeline.orchestrator.events import JobEvent, RunEvent

    def listen(event: RunEvent) -> None:
        error = event.error if isinstance(event, JobEvent) else None
        if error:
            errors.append(error)
        if not error or passes_on:
            listener(event)

    return listen


def _exit_code(films: Sequence[Film]) -> int:
    from pipeline.model import JobStatus

    if any(film.status == JobStatus.CANCELLED for film in films):
        return EXIT_INTERRUPTED
    return EXIT_SOME_JOBS_FAILED if any(film.error for film in films) else EXIT_OK
