"""`nightreel add`: more work for a batch."""

from __future__ import annotations

from pipeline.choices import PriorityName
from pipeline.cli.options import CommonOptions, FilmOptions


def add(
    batch: str,
    topic: str,
    /,
    *topics: str,
    priority: PriorityName = "normal",
    making: FilmOptions = FilmOptions(),
    place: CommonOptions = CommonOptions(),
) -> int:
    """Add films to a batch, for the process that works on it now, or for the next one.

    They are made as the batch was asked for, but for the flags that are given here.

    Example: nightreel add space "Why is Mars red?" --priority urgent

    Parameters
    ----------
    batch
        Name of a batch, e.g. space, or queue: films for any process that runs.
    topic
        A topic in quotes, a brief (.md), a topic list (.txt) or a folder of briefs.
    topics
        More of them.
    priority
        How soon they are wanted: an urgent one goes before all that wait. A brief may say otherwise for itself.
    """
    from pipeline.cli.execution import enqueue_films
    from pipeline.cli.session import open_session
    from pipeline.model import Priority
    from pipeline.orchestrator import control
    from pipeline.sources import read_briefs

    async def work() -> int:
        briefs = [brief for source in (topic, *topics) for brief in await read_briefs(source)]
        context = await control.with_addition_settings(session.context, batch)
        return await enqueue_films(briefs, context, batch, Priority(priority), place)

    session = open_session(place, making.as_settings())
    return session.run(work)
