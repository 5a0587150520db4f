"""`nightreel checkpoint`: save the state of a batch."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions, Switch
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK
from pipeline.language.text import counted


def checkpoint(
    batch: str,
    /,
    *,
    name: str,
    force: Switch = False,
    common: CommonOptions = CommonOptions(),
) -> int:
    """Save the state of a batch under a name, to return to with `nightreel resume BATCH --from NAME`.

    Works while the batch is running. Takes a moment and hardly any space: films and the cache are not copied.

    Example: nightreel checkpoint space --name before-the-edit

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` shows all.
    name
        Name of the checkpoint.
    force
        Replace an existing checkpoint of this name.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator import control

    session = open_session(common, {})

    async def work() -> int:
        jobs = await control.checkpoint(session.context, batch=batch, name=name, replace=force)
        if common.json:
            print_json({"batch": batch, "checkpoint": name, "jobs": jobs})
        else:
            say(f"{batch}: {counted(jobs, 'job')} saved as “{name}”")
            say(f"Return to it with: {common.command('resume', batch, '--from', name)}")
        return EXIT_OK

    return session.run(work)
