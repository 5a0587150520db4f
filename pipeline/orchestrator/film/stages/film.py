"""Segments ─► Video, and the files that go with it."""

from __future__ import annotations

from pathlib import Path

from anyio import create_task_group, to_thread

from pipeline.assembly import read_stills
from pipeline.errors import raise_first_error
from pipeline.files import write_all_atomically
from pipeline.model import Job
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.series import episode_badge, series_metadata
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.pictures import attributions_of
from pipeline.orchestrator.film.scene_renderer import make_renderer
from pipeline.orchestrator.film.segments import join_film
from pipeline.orchestrator.film.stages.results import presentation_of, require
from pipeline.publishing import FileNames, film_metadata
from pipeline.subtitles import to_srt, to_vtt


async def assemble(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """Join the segments to one video; write the subtitle files, the thumbnails and the metadata beside it."""
    script, clips = require(job.script), require(job.narration).clips
    shown = await to_thread.run_sync(presentation_of, job, context)
    folder = context.work_folder(job.batch, job.id)
    await to_thread.run_sync(lambda: folder.mkdir(parents=True, exist_ok=True))
    package = FileNames().in_folder(folder)
    lengths = tuple(clip.samples for clip in clips)
    renderer, episode = await make_renderer(job, context, attempt), episode_badge(job.brief, context.settings)
    rate, title = renderer.look.format.frame_rate, shown.title if job.brief.episode else script.title

    async def write_sidecars() -> None:
        await to_thread.run_sync(write_files, await renderer.stills(episode))

    def write_files(stills: Path) -> None:
        files: dict[Path, str | bytes] = {
            **dict(zip(package.stills, read_stills(stills), strict=True)),
            package.srt: to_srt(require(job.subtitles), lengths, language=script.language),
            package.vtt: to_vtt(require(job.subtitles), lengths, language=script.language),
            package.metadata: film_metadata(
                script,
                clips,
                attributions=attributions_of(script, job.pictures),
                shown=shown,
                wanted_s=job.brief.length_s,
                part_of=series_metadata(job.brief),
            ),
        }
        for error in write_all_atomically(files).values():
            raise error

    with raise_first_error():
        async with create_task_group() as tasks:
            tasks.start_soon(write_sidecars)
            video = await attempt.compute(join_film, job.segments, job.music, title, package.video, rate)
    return job.evolve(video=video, package=package, verdict=None)
