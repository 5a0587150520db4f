"""`nightreel cancel`: films that are not wanted any more."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pipeline.cli.options import CommonOptions
from pipeline.cli.output import say


def cancel(
    batch: str,
    /,
    *,
    job: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)] = (),
    place: CommonOptions = CommonOptions(),
) -> int:
    """Give up the films of a batch that are not completed, also those under way in another process.

    Completed films stay. `nightreel retry` brings cancelled ones back.

    Example: nightreel cancel space --job 3fa9

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` names all.
    job
        Only the job with this id, or the beginning of it; can be given several times.
    """
    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK
    from pipeline.orchestrator import control

    async def work() -> int:
        done = await control.cancel(session.context, batch=batch, jobs=job)
        if place.json:
            counts = {"cancelled": len(done.changed), "asked_to_stop": len(done.busy), "left": len(done.left)}
            print_json({"batch": batch, **counts, "damaged": done.damaged})
            return EXIT_OK
        say(f"{batch}: {len(done.changed)} cancelled")
        if done.busy:
            say(f"{len(done.busy)} under way in other processes: they are asked to stop, and do in a second or two")
        if done.left:
            say(f"{len(done.left)} left as they are: completed or cancelled already")
        for reason in done.damaged:
            say(reason)
        return EXIT_OK

    session = open_session(place, {})
    return session.run(work)
