"""`nightreel cancel`: cancel the films of a batch."""

from __future__ import annotations

from pipeline.cli.options import CommonOptions, Several
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK


def cancel(
    batch: str,
    /,
    *,
    job: Several = (),
    common: CommonOptions = CommonOptions(),
) -> int:
    """Cancel the films of a batch that are not completed, including those in progress in other processes.

    Completed films stay. `nightreel retry` resumes cancelled ones.

    Example: nightreel cancel space --job 3fa9

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` shows all.
    job
        Only the job with this id or id prefix; can be repeated.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator import control

    session = open_session(common, {})

    async def work() -> int:
        done = await control.cancel(session.context, batch=batch, jobs=job)
        if common.json:
            counts = {"cancelled": len(done.changed), "asked_to_stop": len(done.busy), "left": len(done.left)}
            print_json({"batch": batch, **counts, "damaged": done.damaged})
            return EXIT_OK
        say(f"{batch}: {len(done.changed)} cancelled")
        if done.busy:
            say(f"{len(done.busy)} in progress in other processes: asked to stop, which takes a second or two")
        if done.left:
            say(f"{len(done.left)} left unchanged: already completed or cancelled")
        for reason in done.damaged:
            say(reason)
        return EXIT_OK

    return session.run(work)
