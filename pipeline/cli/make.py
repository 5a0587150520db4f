"""`nightreel make`: one film."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from pipeline.cli.options import Making, Place


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
    """Make one film of a brief or a topic.

    TOPIC is a brief (a Markdown file with notes) or the topic itself, in quotes. A bare topic needs a model to write
    the script; notes do not. Asked again for the same film, it answers at once with the one it has made.

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
    from pipeline.cli.report import print_film, print_json
    from pipeline.cli.session import open_session
    from pipeline.cli.work import leave_work
    from pipeline.errors import EXIT_INTERRUPTED, EXIT_OK, InputError, NightreelError
    from pipeline.model import QUEUE, JobStatus, Priority
    from pipeline.orchestrator import JobEvent, Told, batches
    from pipeline.sources import read_brief

    film: Film | None = None

    async def work() -> int:
        nonlocal film
        errors: list[Exception] = []
        brief = await read_brief(topic)
        if queue:
            return await leave_work([brief], session.workshop, QUEUE, Priority(priority or Priority.NORMAL), place)
        with reporter(place, total=1) as tell:

            def listen(event: Told) -> None:
                # A failure is raised below: whatever ends a command is told in one place.
                if isinstance(event, JobEvent) and event.error:
                    errors.append(event.error)
                else:
                    tell(event)

            film = Film.of(await batches.run_one(brief, session.workshop, listen=listen))
        if errors:
            raise errors[0]
        return EXIT_INTERRUPTED if film.status == JobStatus.CANCELLED else EXIT_OK

    try:
        if priority and not queue:
            raise InputError("--priority is for films that wait", hint="Add --queue")
        session = open_session(place, making.as_settings(), output)
        return session.run(work)
    except NightreelError as error:
        film = film or Film.refused(topic, error)
        raise
    finally:
        if film and place.json:
            print_json(asdict(film))
        elif film:
            print_film(film)
