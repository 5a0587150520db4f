"""Commands for the films of a batch that exists: add, resume, retry, cancel, checkpoint."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from cyclopts import Parameter

from pipeline.choices import PriorityName
from pipeline.cli.options import BatchName, BatchOptions, CommonOptions, FilmOptions, Several, Switch
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, InputError
from pipeline.language.text import counted


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


def resume(
    batch: BatchName,
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


Stage = Literal["script", "narration", "subtitles", "scenes", "film", "quality", "publishing"]


def retry(
    batch: BatchName,
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


def cancel(
    batch: BatchName,
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


def checkpoint(
    batch: BatchName,
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
