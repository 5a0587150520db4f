"""`nightreel checkpoint`: a copy of a batch to come back to."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions, Switch
from pipeline.cli.output import say


def checkpoint(
    batch: str,
    /,
    *,
    name: str,
    force: Switch = False,
    place: CommonOptions = CommonOptions(),
) -> int:
    """Keep a copy of how a batch stands, under a name that `nightreel resume BATCH --from NAME` returns to.

    Also while a process works on it. It takes a moment and hardly any space; films and the cache are not copied.

    Example: nightreel checkpoint space --name before-the-edit

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` names all.
    name
        What to call the copy.
    force
        Replace a copy that has this name.
    """
    import shlex

    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK
    from pipeline.language.text import counted
    from pipeline.orchestrator import control

    async def work() -> int:
        jobs = await control.checkpoint(session.context, batch=batch, name=name, replace=force)
        if place.json:
            print_json({"batch": batch, "checkpoint": name, "jobs": jobs})
        else:
            say(f"{batch}: {counted(jobs, 'job is', 'jobs are')} kept as “{name}”")
            say(f"Back to it: {shlex.join(['nightreel', 'resume', batch, '--from', name])}")
        return EXIT_OK

    session = open_session(place, {})
    return session.run(work)
