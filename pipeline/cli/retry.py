"""`nightreel retry`: try again what failed."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from cyclopts import Parameter

from pipeline.cli.options import BatchOptions, CommonOptions, Switch

Stage = Literal["script", "narration", "subtitles", "scenes", "film", "quality", "publishing"]


def retry(
    batch: str,
    /,
    *,
    failed: Switch = False,
    job: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)] = (),
    from_: Annotated[Stage | None, Parameter(name="--from")] = None,
    working: BatchOptions = BatchOptions(),
    place: CommonOptions = CommonOptions(),
) -> int:
    """Try again what failed, is parked or was cancelled, and go on with the batch.

    The source is read again first, if it is still there: a film whose brief was mended is made as it is now. Briefs
    that are new are left to `nightreel run`.

    Examples: nightreel retry space --failed · nightreel retry space --job 3fa9 --from narration

    Parameters
    ----------
    batch
        Name of a batch, e.g. space. `nightreel list` names all.
    failed
        Only what failed, and make nothing else.
    job
        Only the job with this id, or the beginning of it; can be given several times.
    from_
        Make everything from this stage on afresh, also what the cache has. What was published on a video host is not
        made again; nightreel publish --again publishes it once more.
    """
    from pipeline.cli.execution import errors_as_json, job_count, run_and_summarise
    from pipeline.cli.session import open_session_of
    from pipeline.cli.summary import print_refusal
    from pipeline.errors import InputError
    from pipeline.film import Film
    from pipeline.orchestrator import control
    from pipeline.orchestrator.control.refresh import reread_source

    async def work() -> int:
        unreadable: list[InputError] = []
        context = await control.with_batch_settings(session.context, batch)
        briefs = await reread_source(context, batch, report=unreadable.append)
        for error in unreadable:
            print_refusal(batch, Film.refused(error.where, error), as_json=place.json)
        films = partial(control.retry, context, batch=batch, failed=failed, jobs=job, stage=from_ or "", briefs=briefs)
        return await run_and_summarise(
            films, context, place, batch=batch, total=len(job) or await job_count(context, batch)
        )

    with errors_as_json(place, batch):
        if failed and job:
            raise InputError("--failed and --job are two questions", hint="Give one of them")
        session = open_session_of(place, batch, working.as_settings())
        return session.run(work)
