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
        output/films/<name>/ in the workspace.
    """
    from dataclasses import asdict

    from pipeline.api import Film
    from pipeline.cli.report import print_film, print_json, reporter
    from pipeline.cli.session import open_session
    from pipeline.errors import EXIT_OK
    from pipeline.orchestrator import batches
    from pipeline.sources import read_brief

    async def work() -> int:
        brief = await read_brief(topic)
        with reporter(place, total=1) as listen:
            job = await batches.run_one(brief, session.workshop, listen=listen)
        film = Film.of(job)
        if place.json:
            print_json(asdict(film))
        else:
            print_film(film)
        return job.error.exit_code if job.error else EXIT_OK

    session = open_session(place, making.as_settings(), output)
    return session.run(work)
