"""The library: the commands as functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from anyio import to_thread

from pipeline.errors import CheckpointError, InputError
from pipeline.film import Film
from pipeline.orchestrator import control
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.batch.source import read_source
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.control import review
from pipeline.orchestrator.control.refresh import reread_source
from pipeline.orchestrator.control.review import ReviewQueue, ReviewResult
from pipeline.orchestrator.events import JobEvent, Listener, RunEvent, ignore
from pipeline.sources import read_brief


async def make_video(
    topic: str | Path,
    *,
    workspace: Path | str | None = None,
    output: Path | str | None = None,
    settings: Mapping[str, object] | None = None,
    listen: Listener = ignore,
) -> Film:
    """Make one film from a brief (a path) or a topic (a text). A film that exists already is returned as it is.

    `settings` overrides nightreel.toml by dotted key: `{"offline": True, "narration.voice": "en-US-AvaNeural"}`.
    `output` is a FILE.mp4 or a folder; default: output/films/<name>/ in the workspace. Raises a `NightreelError`, also
    for a brief with several languages: use `make_videos` for that.
    """
    errors: list[Exception] = []

    def hear(event: RunEvent) -> None:
        if isinstance(event, JobEvent) and event.error:
            errors.append(event.error)
        listen(event)

    context = await _open(workspace, settings, output)
    job = await batches.run_one(await read_brief(topic), context, listen=hear)
    if errors:
        raise errors[-1]
    return Film.of(job)


async def make_videos(
    topic: str | Path,
    *,
    languages: Sequence[str] = (),
    workspace: Path | str | None = None,
    output: Path | str | None = None,
    settings: Mapping[str, object] | None = None,
    listen: Listener = ignore,
) -> tuple[Film, ...]:
    """Make a film in each language from one script. `languages` defaults to those of the brief.

    The script is written in the brief's language, else in the first one. A film that fails is a `Film` with an error.
    Otherwise like `make_video`; `output` is a folder.
    """
    settings = {**(settings or {}), **({"languages": ",".join(languages)} if languages else {})}
    context = await _open(workspace, settings, output)
    jobs = await batches.run_family(await read_brief(topic), context, listen=listen)
    return tuple(map(Film.of, jobs))


async def run_batch(
    source: str | Path,
    *,
    batch: str | None = None,
    rows: str = "",
    workspace: Path | str | None = None,
    output: Path | str | None = None,
    settings: Mapping[str, object] | None = None,
    listen: Listener = ignore,
) -> tuple[Film, ...]:
    """Make a film for every brief of a source: a topic list (.txt), a brief (.md), a folder, or each row of a table.

    `rows` selects rows of a table, like `--rows`; settings like "template" and "campaign.key" apply to tables. Run
    again, the batch continues. A film that fails is a `Film` with an error, and so is an unreadable brief or row (at
    the end, without a job); all others are made. Raises a `NightreelError` if the batch can't be started.
    """
    context = await _open(workspace, settings, output)
    if batch is None:
        batch = await batches.batch_name_for(context, source)
    content = await read_source(source, context, batch=batch, rows=rows)
    if content.stop:
        raise content.stop
    name = await to_thread.run_sync(context.paths.source_name, source)
    await batches.run_batch(
        content.briefs,
        context,
        batch=batch,
        source=name,
        unreadable=content.unreadable,
        is_partial=content.is_partial,
        listen=listen,
    )
    # An empty source makes no batch.
    films = await _films(context, batch) if content.briefs or content.unreadable else ()
    return (*films, *(Film.refused(error.where, error) for error in content.unreadable))


async def resume_batch(
    batch: str,
    *,
    workspace: Path | str | None = None,
    settings: Mapping[str, object] | None = None,
    listen: Listener = ignore,
) -> tuple[Film, ...]:
    """Continue a batch where it stopped, without reading its source, with the settings it was started with.

    `settings` may only change how it runs, e.g. `{"work.strategy": "smart"}`. Raises a `NightreelError` if the batch
    can't be continued.
    """
    context = await to_thread.run_sync(lambda: control.open_for_batch(batch, workspace=workspace, overrides=settings))
    await control.resume(context, batch=batch, listen=listen)
    return await _films(context, batch)


async def retry_batch(
    batch: str,
    *,
    failed: bool = False,
    jobs: Sequence[str] = (),
    stage: str = "",
    workspace: Path | str | None = None,
    settings: Mapping[str, object] | None = None,
    listen: Listener = ignore,
) -> tuple[Film, ...]:
    """Retry films that failed, are parked or were cancelled: all of them, only the `failed` ones, or only `jobs` (ids).

    With `stage`, everything from that stage on is made again. The source is read again first, if it exists, so that
    corrections apply. Raises a `NightreelError` if the batch can't be continued.
    """
    unreadable: list[InputError] = []
    context = await to_thread.run_sync(lambda: control.open_for_batch(batch, workspace=workspace, overrides=settings))
    context = await control.with_batch_settings(context, batch)
    briefs = await reread_source(context, batch, report=unreadable.append)
    await control.retry(context, batch=batch, failed=failed, jobs=jobs, stage=stage, briefs=briefs, listen=listen)
    return (*await _films(context, batch), *(Film.refused(error.where, error) for error in unreadable))


async def review_batch(
    batch: str, *, pictures: bool = True, workspace: Path | str | None = None
) -> tuple[ReviewQueue, Path | None]:
    """The films of a batch that wait for review, and the review page with their `pictures`.

    The page is None if no film waits or `pictures` is False. Raises a `NightreelError` for an unknown batch.
    """
    context = await control.with_batch_settings(await _open(workspace, None, None), batch)
    waits = await review.review_queue(context, batch)
    page = await to_thread.run_sync(review.write_page, context, waits) if pictures and waits.films else None
    return waits, page


async def approve_films(batch: str, *, jobs: Sequence[str] = (), workspace: Path | str | None = None) -> ReviewResult:
    """Approve waiting films: `jobs` (ids or their prefixes), or all.

    The current or next run of the batch publishes them, see `resume_batch`. Raises a `NightreelError` for an unknown
    batch or job.
    """
    context = await control.with_batch_settings(await _open(workspace, None, None), batch)
    return await review.approve_films(context, batch=batch, jobs=jobs)


async def reject_film(batch: str, *, job: str, why: str, workspace: Path | str | None = None) -> ReviewResult:
    """Reject a waiting film: it counts as failed, for the reason `why`, until it is made again.

    Raises a `NightreelError` for an unknown batch or job, and without a reason.
    """
    context = await control.with_batch_settings(await _open(workspace, None, None), batch)
    return await review.reject_film(context, batch=batch, job=job, why=why)


async def _films(context: RunContext, batch: str) -> tuple[Film, ...]:
    """The films of a batch, without those whose checkpoint is damaged."""
    about = await batches.require_batch(context, batch)
    films = []
    for job_id in about.jobs:
        with suppress(CheckpointError):
            films.append(Film.of(await context.store.load_job(batch, job_id)))
    return tuple(films)


async def _open(
    workspace: Path | str | None, settings: Mapping[str, object] | None, output: Path | str | None
) -> RunContext:
    """The context of a call, opened in a thread: it reads files."""
    return await to_thread.run_sync(lambda: open_context(workspace=workspace, overrides=settings or {}, output=output))
