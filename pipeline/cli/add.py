"""`nightreel add`: add films to a batch."""

from __future__ import annotations

from pipeline.choices import PriorityName
from pipeline.cli.options import CommonOptions, FilmOptions


def add(
    batch: str,
    topic: str,
    /,
    *topics: str,
    priority: PriorityName = "normal",
    film_options: FilmOptions = FilmOptions(),
    common: CommonOptions = CommonOptions(),
) -> int:
    """Add films to a batch, for the process that is running it, or for its next run.

    They are made with the settings of the batch, except for the flags given here.

    Example: nightreel add space "Why is Mars red?" --priority urgent

    Parameters
    ----------
    batch
        Name of a batch, e.g. space, or queue: films for whichever process runs next.
    topic
        A topic in quotes, a brief (.md), a topic list (.txt) or a folder of briefs.
    topics
        More of the same.
    priority
        Priority of the films: urgent ones are made before all others that are waiting. A brief can set its own.
    """
    from pipeline.cli.execution import enqueue_films
    from pipeline.cli.session import open_session
    from pipeline.model import Priority
    from pipeline.orchestrator import control
    from pipeline.sources import read_briefs

    session = open_session(common, film_options.as_settings())

    async def work() -> int:
        briefs = [brief for source in (topic, *topics) for brief in await read_briefs(source)]
        context = await control.with_addition_settings(session.context, batch)
        return await enqueue_films(briefs, context, batch, Priority(priority), common)

    return session.run(work)
