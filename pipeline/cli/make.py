"""`nightreel make`: one film, or one in each of several languages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.choices import PriorityName
from pipeline.cli.options import CommonOptions, FilmOptions, Switch, TypedPath
from pipeline.cli.output import say

if TYPE_CHECKING:
    from pipeline.film import Film
    from pipeline.model import Brief
    from pipeline.orchestrator.context import RunContext
    from pipeline.orchestrator.events import Listener

# After a failure that may pass by itself.
_GOES_ON = "Later, the same command goes on where this one stopped: what is done is kept"


def make(
    topic: str,
    /,
    *,
    output: TypedPath | None = None,
    queue: Switch = False,
    priority: PriorityName | None = None,
    making: FilmOptions = FilmOptions(),
    place: CommonOptions = CommonOptions(),
) -> int:
    """Make one film of a brief or a topic; with --languages, one in each of them.

    TOPIC is a brief (a Markdown file with notes) or the topic itself, in quotes. A bare topic needs a model to write
    the script, and so does a translation; notes do not. Asked again for the same film, it answers at once with the one
    it has made.

    Parameters
    ----------
    topic
        A brief such as topics/blue-sky.md, or a text such as "Why is the sky blue?".
    output
        Where the film goes: FILE.mp4 (subtitles, thumbnail and metadata beside it) or a folder. Default:
        output/films/NAME/ in the workspace.
    queue
        Leave it to a process that runs now, or to the next one (nightreel resume queue), and don't wait.
    priority
        With --queue: how soon it is wanted.
    """
    from pipeline.cli.execution import enqueue_films, warn_unused_flags
    from pipeline.cli.session import open_session
    from pipeline.errors import InputError, NightreelError
    from pipeline.film import Film
    from pipeline.model import QUEUE, Priority
    from pipeline.sources import read_brief

    films: list[Film] = []
    count = 1

    async def work() -> int:
        nonlocal count
        brief = await read_brief(topic)
        warn_unused_flags(making, [brief], session.context)
        if queue:
            return await enqueue_films([brief], session.context, QUEUE, Priority(priority or Priority.NORMAL), place)
        count = session.context.briefs.count_films([brief])
        return await _make(brief, session.context, place, films, count=count)

    try:
        if priority and not queue:
            raise InputError("--priority is for films that wait", hint="Add --queue")
        session = open_session(place, making.as_settings(), output)
        return session.run(work)
    except NightreelError as error:
        films = films or [Film.refused(topic, error)]
        raise
    finally:
        _print(films, place, is_one=count == 1)


async def _make(brief: Brief, context: RunContext, place: CommonOptions, films: list[Film], *, count: int) -> int:
    """Make the films of a brief, `count` of them, and put them into `films`. Returns the exit code.

    The failure of a single film is raised: whatever ends a command is told in one place.
    """
    from pipeline.cli.display import reporter
    from pipeline.film import Film
    from pipeline.orchestrator.batch import batches

    errors: list[Exception] = []
    with reporter(place, total=count) as tell:
        listen = _with_errors_to(errors, tell, are_told=count > 1)
        films.extend(map(Film.of, await batches.run_family(brief, context, listen=listen)))
    if errors and count == 1:
        raise _with_way_on(errors[0])
    if any(map(_may_pass, errors)):
        say(f"nightreel: {_GOES_ON}.", file=sys.stderr)
    return _exit_code(films)


def _print(films: Sequence[Film], place: CommonOptions, *, is_one: bool) -> None:
    """What came of it; where nothing did, nothing. With --json a film that is the only one is told as one object."""
    from dataclasses import asdict

    from pipeline.cli.summary import print_films, print_json

    if films and place.json:
        objects = [asdict(film) for film in films]
        print_json(objects[0] if is_one else objects)
    elif films:
        print_films(films)


def _with_errors_to(errors: list[Exception], tell: Listener, *, are_told: bool) -> Listener:
    """A listener that keeps the errors of films, and tells everything else, or them as well."""
    from pipeline.orchestrator.events import JobEvent, RunEvent

    def listen(event: RunEvent) -> None:
        error = event.error if isinstance(event, JobEvent) else None
        if error:
            errors.append(error)
        if not error or are_told:
            tell(event)

    return listen


def _with_way_on(error: Exception) -> Exception:
    """The error, with what to do where that is to wait."""
    from pipeline.errors import NightreelError

    if isinstance(error, NightreelError) and _may_pass(error):
        error.hint = ". ".join(filter(None, (error.hint, _GOES_ON)))
    return error


def _may_pass(error: Exception) -> bool:
    """Whether it may go away by itself: a service does not answer, has trouble, or asks to wait."""
    from pipeline.errors import ClosedError, QuotaError, TimeLimitError, TransientError

    return isinstance(error, TransientError | ClosedError | QuotaError | TimeLimitError)


def _exit_code(films: Sequence[Film]) -> int:
    from pipeline.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_SOME_JOBS_FAILED
    from pipeline.model import JobStatus

    if any(film.status == JobStatus.CANCELLED for film in films):
        return EXIT_INTERRUPTED
    return EXIT_SOME_JOBS_FAILED if any(film.error for film in films) else EXIT_OK
