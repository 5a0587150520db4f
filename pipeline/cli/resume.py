"""`nightreel resume`: resume a batch."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pipeline.cli.options import BatchOptions, CommonOptions
from pipeline.language.text import counted


def resume(
    batch: str,
    /,
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    batch_options: BatchOptions = BatchOptions(),
    common: CommonOptions = CommonOptions(),
) -> int:
    """Resume a batch where it stopped, with its original settings.

    The source is not needed: all jobs are saved in the workspace. Films that wait for you (a login, a key) are resumed;
    failed ones are not, see `nightreel retry`. If another process is running the batch, both share the work.

    Examples: nightreel resume space · nightreel resume queue (the films queued by `make --queue`)

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` shows all.
    from_
        First return to the checkpoint of this name (`nightreel checkpoint`). Films delivered since then stay.
    """
    from pipeline.cli.execution import errors_as_json, job_count, run_and_summarise
    from pipeline.cli.session import open_session_of
    from pipeline.orchestrator import control
    from pipeline.orchestrator.batch.run import Outcome
    from pipeline.orchestrator.control import restore
    from pipeline.orchestrator.events import Listener, Notice

    async def work() -> int:
        context = await control.with_batch_settings(session.context, batch)
        notices: list[str] = []
        if from_ is not None:
            done = await restore.restore_checkpoint(context, batch=batch, name=from_)
            notices = [f"{reason}; the job is left unchanged" for reason in done.damaged]
            notices.append(f"{counted(done.jobs, 'job')} restored from checkpoint {from_}")

        async def resume_batch(*, listen: Listener) -> Outcome:
            for text in notices:
                listen(Notice(text=text))
            return await control.resume(context, batch=batch, listen=listen)

        total = await job_count(context, batch)
        return await run_and_summarise(resume_batch, context, common, batch=batch, total=total)

    with errors_as_json(common, batch):
        session = open_session_of(common, batch, batch_options.as_settings())
        return session.run(work)
