"""`nightreel retry`: retry failed films."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from cyclopts import Parameter

from pipeline.cli.options import BatchOptions, CommonOptions, Several, Switch
from pipeline.errors import InputError

Stage = Literal["script", "narration", "subtitles", "scenes", "film", "quality", "publishing"]


def retry(
    batch: str,
    /,
    *,
    failed: Switch = False,
    job: Several = (),
    from_: Annotated[Stage | None, Parameter(name="--from")] = None,
    batch_options: BatchOptions = BatchOptions(),
    common: CommonOptions = CommonOptions(),
) -> int:
    """Retry failed, parked and cancelled films, and resume the batch.

    The source is read again first, if it still exists: a film whose brief was corrected is made from the new brief. New
    briefs are left to `nightreel run`.

    Examples: nightreel retry space --failed · nightreel retry space --job 3fa9 --from narration

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` shows all.
    failed
        Only retry failed films, and make no others.
    job
        Only the job with this id or id prefix; can be repeated.
    from_
        Redo this stage and all later ones, ignoring the cache. Films published on a video host are not made again;
        nightreel publish --again publishes one a second time.
    """
    from pipeline.cli.execution import errors_as_json, job_count, run_and_summarise
    from pipeline.cli.session import open_session_of
    from pipeline.cli.summary import print_refusal
    from pipeline.film import Film
    from pipeline.orchestrator import control
    from pipeline.orchestrator.control.refresh import reread_source

    async def work() -> int:
        unreadable: list[InputError] = []
        context = await control.with_batch_settings(session.context, batch)
        briefs = await reread_source(context, batch, report=unreadable.append)
        for error in unreadable:
            print_refusal(batch, Film.refused(error.where, error), as_json=common.json)
        films = partial(control.retry, context, batch=batch, failed=failed, jobs=job, stage=from_ or "", briefs=briefs)
        return await run_and_summarise(
            films, context, common, batch=batch, total=len(job) or await job_count(context, batch)
        )

    with errors_as_json(common, batch):
        if failed and job:
            raise InputError("--failed and --job exclude each other", hint="Give one of them")
        session = open_session_of(common, batch, batch_options.as_settings())
        return session.run(work)
