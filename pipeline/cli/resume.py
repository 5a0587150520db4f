"""`nightreel resume`: go on with a batch."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pipeline.cli.options import BatchOptions, CommonOptions


def resume(
    batch: str,
    /,
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    working: BatchOptions = BatchOptions(),
    place: CommonOptions = CommonOptions(),
) -> int:
    """Go on with a batch where it stopped, as it was asked for then.

    Needs no source: what is known of the films is in the workspace. Films that wait for you (a login, a key) are taken
    up again; those that failed are not, that is `nightreel retry`. While another process works on the batch, it helps.

    Examples: nightreel resume space · nightreel resume queue (films that `make --queue` has left)

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` names all.
    from_
        Go back to a checkpoint of this name first (`nightreel checkpoint`). Films delivered since stay delivered.
    """
    from pipeline.cli.execution import errors_as_json, job_count, run_and_summarise
    from pipeline.cli.session import open_session_of
    from pipeline.language.text import counted
    from pipeline.orchestrator import control
    from pipeline.orchestrator.batch.run import Outcome
    from pipeline.orchestrator.control import restore
    from pipeline.orchestrator.events import Listener, Notice

    async def work() -> int:
        context = await control.with_batch_settings(session.context, batch)
        notices: list[str] = []
        if from_ is not None:
            done = await restore.restore_checkpoint(context, batch=batch, name=from_)
            notices = [f"{reason}; the job stays as it is" for reason in done.damaged]
            notices.append(f"{counted(done.jobs, 'job is', 'jobs are')} again as at checkpoint {from_}")

        async def go_on(*, listen: Listener) -> Outcome:
            for text in notices:
                listen(Notice(text=text))
            return await control.resume(context, batch=batch, listen=listen)

        return await run_and_summarise(go_on, context, place, batch=batch, total=await job_count(context, batch))

    with errors_as_json(place, batch):
        session = open_session_of(place, batch, working.as_settings())
        return session.run(work)
