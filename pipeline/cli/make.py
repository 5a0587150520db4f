"""`nightreel make`: one film."""

from __future__ import annotations

from pathlib import Path

from pipeline.cli.options import Making, Place


def make(
    topic: str,
    /,
    *,
    output: Path | None = None,
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
    """
    from dataclasses import asdict

    from pipeline.api import Film
    from pipeline.cli.display import reporter
    from pipeline.cli.report import print_film, print_json
    from pipeline.cli.session import open_session
    from pipeline.errors import EXIT_OK, NightreelError
    from pipeline.orchestrator import JobEvent, Told, batches
    from pipeline.sources import read_brief

    film: Film | None = None

    async def work() -> int:
        nonlocal film
        errors: list[Exception] = []
        brief = await read_brief(topic)
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
        return EXIT_OK

    try:
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
