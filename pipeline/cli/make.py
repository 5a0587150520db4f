"""`nightreel make`: one film, or one in each of several languages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from pipeline.cli.options import Making, Place

if TYPE_CHECKING:
    from pipeline.api import Film


def make(
    topic: str,
    /,
    *,
    output: Path | None = None,
    queue: Annotated[bool, Parameter(negative="")] = False,
    priority: Literal["urgent", "high", "normal", "low"] | None = None,
    making: Making = Making(),
    place: Place = Place(),
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
    from dataclasses import asdict

    from pipeline.api import Film
    from pipeline.cli.display import reporter
    from pipeline.cli.report import print_films, print_json
    from pipeline.cli.session import open_session
    from pipeline.cli.work import leave_work, tell_unheeded
    from pipeline.errors import InputError, NightreelError
    from pipeline.model import QUEUE, Priority
    from pipeline.orchestrator.batch import batches
    from pipeline.orchestrator.events import JobEvent, Told
    from pipeline.sources import read_brief

    films: list[Film] = []
    count = 1

    async def work() -> int:
        nonlocal count
        errors: list[Exception] = []
        brief = await read_brief(topic)
        tell_unheeded(making, [brief], session.workshop)
        if queue:
            return await leave_work([brief], session.workshop, QUEUE, Priority(priority or Priority.NORMAL), place)
        count = session.workshop.wishes.count_films([brief])
        with reporter(place, total=count) as tell:

            def listen(event: Told) -> None:
                # The failure of a single film is raised below: whatever ends a command is told in one place.
                if isinstance(event, JobEvent) and event.error and count == 1:
                    errors.append(event.error)
                else:
                    tell(event)

            films.extend(map(Film.of, await batches.run_family(brief, session.workshop, listen=listen)))
        if errors:
            raise errors[0]
        return _exit_code(films)

    try:
        if priority and not queue:
            raise InputError("--priority is for films that wait", hint="Add --queue")
        session = open_session(place, making.as_settings(), output)
        return session.run(work)
    except NightreelError as error:
        films = films or [Film.refused(topic, error)]
        raise
    finally:
        if films and place.json:
            objects = [asdict(film) for film in films]
            print_json(objects if count > 1 else objects[0])
        elif films:
            print_films(films)


def _exit_code(films: Sequence[Film]) -> int:
    from pipeline.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_SOME_JOBS_FAILED
    from pipeline.model import JobStatus

    if any(film.status == JobStatus.CANCELLED for film in films):
        return EXIT_INTERRUPTED
    return EXIT_SOME_JOBS_FAILED if any(film.error for film in films) else EXIT_OK
