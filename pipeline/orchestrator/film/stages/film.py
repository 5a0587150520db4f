"""Segments ─► Video, and all files beside it."""

from __future__ import annotations

from pathlib import Path

from anyio import create_task_group, to_thread

from pipeline.errors import first_error
from pipeline.files import storage_errors, write_atomically
from pipeline.model import Job
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.episodes import badge_of, part_of
from pipeline.orchestrator.film.pictures import attributions_of
from pipeline.orchestrator.film.scenes import join_film
from pipeline.orchestrator.film.stages.so_far import made, package_of, shown_of
from pipeline.orchestrator.film.studio import studio_for
from pipeline.orchestrator.workshop import Workshop
from pipeline.publishing import film_metadata
from pipeline.subtitles import to_srt, to_vtt


async def assemble(job: Job, shop: Workshop, attempt: Attempt) -> Job:
    """Segments -> Video, and beside it the subtitle files, the thumbnails and the metadata."""
    script, clips = made(job.script), made(job.narration).clips
    shown = await to_thread.run_sync(shown_of, job, shop)
    package = package_of(job, shop)
    await to_thread.run_sync(lambda: package.video.parent.mkdir(parents=True, exist_ok=True))
    lengths = tuple(clip.samples for clip in clips)
    studio, episode = await studio_for(job, shop, attempt), badge_of(job.brief, shop)
    rate, called = studio.look.format.frame_rate, shown.title if job.brief.episode else script.title

    async def put_still(number: int, path: Path) -> None:
        still = await studio.still(number, episode)
        await to_thread.run_sync(_copy, still, path)

    with first_error():
        async with create_task_group() as tasks:
            for number, path in enumerate(package.stills, start=1):
                tasks.start_soon(put_still, number, path)
            video = await attempt.compute(join_film, job.segments, job.music, called, package.video, rate)

    def write_texts() -> None:
        texts = {
            package.srt: to_srt(made(job.subtitles), lengths, language=script.language),
            package.vtt: to_vtt(made(job.subtitles), lengths, language=script.language),
            package.metadata: film_metadata(
                script,
                clips,
                attributions=attributions_of(script, job.pictures),
                shown=shown,
                wanted_s=job.brief.length_s,
                part_of=part_of(job.brief),
            ),
        }
        for path, text in texts.items():
            write_atomically(path, text)

    await to_thread.run_sync(write_texts)
    return job.evolve(video=video, package=package, verdict=None)


def _copy(kept: Path, path: Path) -> None:
    # Another process may have pruned the cache by now.
    with storage_errors(kept):
        data = kept.read_bytes()
    write_atomically(path, data)
