"""The library: what the command line does, as functions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from pipeline.errors import CheckpointError, InputError, NightreelError
from pipeline.model import Brief, Job, JobStatus, title_of
from pipeline.music import NO_BED
from pipeline.orchestrator import control
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.batch.asking import read_source
from pipeline.orchestrator.control import reviewing
from pipeline.orchestrator.control.reviewing import Said, Waits
from pipeline.orchestrator.events import JobEvent, Listener, Told, ignore
from pipeline.orchestrator.workshop import Workshop, open_workshop
from pipeline.sources import folder_of_pattern, is_remote, read_brief


@dataclass(frozen=True, kw_only=True)
class Film:
    """What became of one brief. Paths and the length are None where the film was not made."""

    job: str
    title: str
    # BCP-47; empty for what never became a job.
    language: str
    # The series that it is a part of, and its number there; empty and 0: none.
    series: str
    episode: int
    # "completed", "failed", …: see `pipeline.model.JobStatus`.
    status: str
    video: Path | None
    subtitles: Path | None
    thumbnail: Path | None
    metadata: Path | None
    duration_s: float | None
    # Who wrote, e.g. "groq" and "openai/gpt-oss-120b", and why it was not an earlier choice (empty: it was).
    writer: str | None
    model: str | None
    writer_fallback_reason: str
    # Who spoke, e.g. "edge" and "en-US-AvaNeural", and why it was not an earlier choice (empty: it was).
    narrator: str | None
    voice: str | None
    fallback_reason: str
    # What went wrong with pictures and voices on the way, and what came of it; and what a host does not have yet.
    incidents: tuple[str, ...]
    # The file in music/ that plays under the voice, also where "auto" chose it; None: there is no music.
    music: str | None
    # What the quality gate thinks of it, 0 to 1, and what it warns of, a line each. None: it has not been judged.
    score: float | None
    warnings: tuple[str, ...]
    # Where it is seen, by video host: {"youtube": "https://…"}.
    published: Mapping[str, str]
    # Seconds of work by stage.
    seconds: Mapping[str, float]
    # One line, what went wrong and what to do.
    error: str | None

    @classmethod
    def of(cls, job: Job) -> Film:
        """The film of a job, as it stands."""
        files = job.receipt.package if job.receipt else None
        return cls(
            job=job.id,
            title=title_of(job),
            language=job.brief.language,
            series=job.brief.series,
            episode=job.brief.episode,
            status=job.status.value,
            video=files.video if files else None,
            subtitles=files.srt if files else None,
            thumbnail=files.thumbnail if files else None,
            metadata=files.metadata if files else None,
            duration_s=round(job.video.duration_s, 3) if files and job.video else None,
            writer=job.script.writer if job.script else None,
            model=job.script.model if job.script else None,
            writer_fallback_reason=job.script.fallback_reason if job.script else "",
            narrator=job.narration.narrator if job.narration else None,
            voice=job.narration.voice if job.narration else None,
            fallback_reason=job.narration.fallback_reason if job.narration else "",
            incidents=(
                *(job.script.incidents if job.script else ()),
                *(job.pictures.incidents if job.pictures else ()),
                *(job.narration.incidents if job.narration else ()),
                *(f"{receipt.destination}: without {line}" for receipt in job.published for line in receipt.missing),
                *(f"{receipt.destination}: {line}" for receipt in job.published for line in receipt.remarks),
            ),
            music=job.brief.music if job.brief.music != NO_BED else None,
            score=job.verdict.score if job.verdict else None,
            warnings=job.verdict.warnings if job.verdict else (),
            published={receipt.destination: receipt.url for receipt in job.published},
            seconds=job.seconds,
            error=job.error.message if job.error else None,
        )

    @classmethod
    def refused(cls, title: str, error: NightreelError) -> Film:
        """What never became a job: a brief that can't be read, a setting that is wrong, a film that is being made."""
        return cls(
            job="",
            title=title,
            language="",
            series="",
            episode=0,
            status=JobStatus.FAILED.value,
            video=None,
            subtitles=None,
            thumbnail=None,
            metadata=None,
            duration_s=None,
            writer=None,
            model=None,
            writer_fallback_reason="",
            narrator=None,
            voice=None,
            fallback_reason="",
            incidents=(),
            music=None,
            score=None,
            warnings=(),
            published={},
            seconds={},
            error=str(error),
        )


async def make_video(
    topic: str | Path,
    *,
    workspace: Path | str | None = None,
    output: Path | str | None = None,
    settings: Mapping[str, object] | None = None,
    listen: Listener = ignore,
) -> Film:
    """Make one film of a brief (a path) or a topic (a text), or find it already made.

    `settings` overrides nightreel.toml by dotted key: `{"offline": True, "narration.voice": "en-US-AvaNeural"}`.
    `output` is a FILE.mp4 or a folder; default: output/films/<name>/ in the workspace. Raises a `NightreelError`, also
    when the film is wanted in several languages: that is `make_videos`.
    """
    errors: list[Exception] = []

    def hear(event: Told) -> None:
        if isinstance(event, JobEvent) and event.error:
            errors.append(event.error)
        listen(event)

    shop = await _open(workspace, settings, output)
    job = await batches.run_one(await read_brief(topic), shop, listen=hear)
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
    """Make a film of a brief or a topic in each language, from one script; without `languages`, in those of the brief.

    The script is written in the language that the brief names, else in the first one. A film that fails is a `Film`
    with an error. Otherwise like `make_video`; `output` is a folder.
    """
    settings = {**(settings or {}), **({"languages": ",".join(languages)} if languages else {})}
    shop = await _open(workspace, settings, output)
    jobs = await batches.run_family(await read_brief(topic), shop, listen=listen)
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
    """Make a film of every brief of a source: a topic list (.txt), a brief (.md), a folder, each row of a table.

    `rows` are the rows that are wanted of a table, as for `--rows`; settings like "template" and "campaign.key" say
    what is made of them. Run again, it continues. A film that fails is a `Film` with an error, and so is a brief or a
    row that can't be read (at the end, without a job); the others are made all the same. Raises a `NightreelError`
    when the batch can't be started.
    """
    shop = await _open(workspace, settings, output)
    if batch is None:
        batch = await batches.name_for(shop, source)
    wanted = await read_source(source, shop, batch=batch, rows=rows)
    if wanted.stop:
        raise wanted.stop
    name = await to_thread.run_sync(shop.places.source_name, source)
    await batches.run_batch(
        wanted.briefs,
        shop,
        batch=batch,
        source=name,
        unreadable=wanted.unreadable,
        is_partial=wanted.is_partial,
        listen=listen,
    )
    asked = await shop.store.load_batch(batch)
    films = [Film.of(await shop.store.load_job(batch, job_id)) for job_id in (asked.jobs if asked else ())]
    return (*films, *(Film.refused(error.where, error) for error in wanted.unreadable))


async def resume_batch(
    batch: str,
    *,
    workspace: Path | str | None = None,
    settings: Mapping[str, object] | None = None,
    listen: Listener = ignore,
) -> tuple[Film, ...]:
    """Go on with a batch where it stopped, without its source and with the settings that it was asked for with.

    `settings` are those of the work, e.g. `{"work.strategy": "smart"}`; without them it is worked on as it was. Raises
    a `NightreelError` when the batch can't be gone on with.
    """
    shop = await to_thread.run_sync(lambda: control.open_again(batch, workspace=workspace, overrides=settings))
    await control.resume(shop, batch=batch, listen=listen)
    return await _films(shop, batch)


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
    """Try again what failed, is parked or was cancelled: all of it, only what `failed`, or only `jobs` (ids).

    From `stage` on everything is made afresh. The source is read again first, if it is there: what was mended in it is
    made as it is now. Raises a `NightreelError` when the batch can't be gone on with.
    """
    unreadable: list[InputError] = []
    shop = await to_thread.run_sync(lambda: control.open_again(batch, workspace=workspace, overrides=settings))
    shop = await control.as_asked(shop, batch)
    briefs = await read_again(shop, batch, report=unreadable.append)
    await control.retry(shop, batch=batch, failed=failed, jobs=jobs, stage=stage, briefs=briefs, listen=listen)
    return (*await _films(shop, batch), *(Film.refused(error.where, error) for error in unreadable))


async def review_batch(
    batch: str, *, pictures: bool = True, workspace: Path | str | None = None
) -> tuple[Waits, Path | None]:
    """The films of a batch that wait for a person, with what did not pass; and the page with their `pictures`.

    None: nothing waits, or no pictures are wanted. Raises a `NightreelError` for an unknown batch.
    """
    shop = await control.as_asked(await _open(workspace, None, None), batch)
    waits = await reviewing.waiting(shop, batch)
    page = await to_thread.run_sync(reviewing.write_page, shop, waits) if pictures and waits.films else None
    return waits, page


async def approve_films(batch: str, *, jobs: Sequence[str] = (), workspace: Path | str | None = None) -> Said:
    """Let films that wait go on: `jobs` (ids, or their beginnings), or all; what came of it.

    They are published by whoever runs the batch, now or next: `resume_batch`. Raises a `NightreelError` for an unknown
    batch or job.
    """
    shop = await control.as_asked(await _open(workspace, None, None), batch)
    return await reviewing.approve(shop, batch=batch, jobs=jobs)


async def reject_film(batch: str, *, job: str, why: str, workspace: Path | str | None = None) -> Said:
    """Keep a film that waits from leaving; it counts as failed, for the reason `why`, until it is made otherwise.

    Raises a `NightreelError` for an unknown batch or job, and without a reason.
    """
    shop = await control.as_asked(await _open(workspace, None, None), batch)
    return await reviewing.reject(shop, batch=batch, job=job, why=why)


async def read_again(shop: Workshop, batch: str, *, report: Callable[[InputError], None]) -> Collection[Brief]:
    """The briefs of a batch as its source holds them now; none when there is no source, or it is gone."""
    source = (await batches.known_batch(shop, batch)).source
    place = source if is_remote(source) else shop.workspace / source
    if not source or (isinstance(place, Path) and not await to_thread.run_sync(_is_there, place)):
        return ()
    wanted = await read_source(place, shop, batch=batch)
    for error in wanted.unreadable:
        report(error)
    return wanted.briefs


def _is_there(path: Path) -> bool:
    return path.exists() or folder_of_pattern(path) is not None


async def _films(shop: Workshop, batch: str) -> tuple[Film, ...]:
    """The films of a batch, but for those of which nothing can be read."""
    asked = await batches.known_batch(shop, batch)
    films = []
    for job_id in asked.jobs:
        with suppress(CheckpointError):
            films.append(Film.of(await shop.store.load_job(batch, job_id)))
    return tuple(films)


async def _open(
    workspace: Path | str | None, settings: Mapping[str, object] | None, output: Path | str | None
) -> Workshop:
    """The workshop of a call. It reads files: off the event loop, which is the caller's."""
    return await to_thread.run_sync(lambda: open_workshop(workspace=workspace, overrides=settings or {}, output=output))
