"""The story of a film, as a table: each stage takes a job and gives it back with one thing more.

    Brief ─► script ─► narration ─► subtitles ─► scenes ─► film ─► quality ─► publishing ─► Receipt

A stage may be run again without harm: what is expensive in it is content-addressed in the cache, and what it leaves
behind is written whole or not at all. It never touches the job's status or its checkpoint; `jobs.py` does that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from anyio import create_task_group, to_thread
from pydantic import TypeAdapter

from pipeline.assembly import check_segment, join_segments
from pipeline.errors import QualityError, first_error
from pipeline.files import write_atomically
from pipeline.limits import with_retries
from pipeline.model import Job, Package, Script, Segment
from pipeline.narration import narrate
from pipeline.orchestrator.scenes import SegmentOrder, make_segment, make_thumbnail
from pipeline.orchestrator.workers import in_worker
from pipeline.orchestrator.workshop import Workshop
from pipeline.publishing import film_metadata, publish
from pipeline.quality import Expected, inspect_film
from pipeline.rendering import fonts_for
from pipeline.script import write_script
from pipeline.state import content_key
from pipeline.subtitles import make_subtitles, to_srt, to_vtt

_SCRIPT = TypeAdapter(Script)
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step. `is_done` looks at the job and the files it names, so that a finished step is never paid for twice."""

    name: str
    run: Callable[[Job, Workshop], Awaitable[Job]]
    is_done: Callable[[Job], bool]


async def write(job: Job, shop: Workshop) -> Job:
    """Brief -> Script."""
    template = await to_thread.run_sync(shop.template, job.brief)
    writer = await to_thread.run_sync(lambda: shop.writer)

    async def attempt() -> Script:
        async with shop.writer_gate:
            return await write_script(job.brief, writer=writer, template=template)

    async def make(path: Path) -> None:
        script = await with_retries(shop.retry_policy, attempt)
        await to_thread.run_sync(path.write_bytes, _SCRIPT.dump_json(script))

    # Neither where the brief stands nor who reads it aloud changes what is written.
    said = replace(job.brief, origin="", voice=None)
    key = content_key(writer.name, writer.version, said, template.fingerprint)
    path, _ = await shop.cache.get_or_make("script", key, ".json", make, check=_read_script)
    job = job.evolve(script=await to_thread.run_sync(_read_script, path))
    # What can't be drawn is better known before it is spoken.
    await to_thread.run_sync(lambda: fonts_for(_made(job.script), shop.look(job)))
    return job


async def speak(job: Job, shop: Workshop) -> Job:
    """Script -> Narration."""
    narration = await narrate(
        _made(job.script),
        narrators=await to_thread.run_sync(lambda: shop.narrators),
        voice=job.brief.voice,
        cache=shop.cache,
        retry=shop.retry_policy,
    )
    return job.evolve(narration=narration)


async def subtitle(job: Job, shop: Workshop) -> Job:
    """Script, Narration -> Subtitles."""
    language = _made(job.script).language
    return job.evolve(subtitles=make_subtitles(_made(job.narration), language=language, limits=shop.cue_limits))


async def draw(job: Job, shop: Workshop) -> Job:
    """Script + Narration + Subtitles -> a segment per scene, over all cores."""
    script, clips, cues = _made(job.script), _made(job.narration).clips, _made(job.subtitles).scenes
    look = await to_thread.run_sync(shop.look, job)
    fonts = await to_thread.run_sync(fonts_for, script, look)
    segments: dict[int, Segment] = {}

    async def make(index: int) -> None:
        order = SegmentOrder(
            scene=script.scenes[index],
            cues=cues[index],
            clip=clips[index],
            look=look,
            fonts=fonts,
            encoder=shop.encoder,
        )

        async def in_a_worker(path: Path) -> None:
            await in_worker(shop.cores, make_segment, order, path)

        whole = partial(check_segment, frames=order.frames)
        path, _ = await shop.cache.get_or_make("segment", order.key, ".mp4", in_a_worker, check=whole)
        segments[index] = Segment(path=path, frames=order.frames)

    with first_error():
        async with create_task_group() as tasks:
            for index in range(len(script.scenes)):
                tasks.start_soon(make, index)
    return job.evolve(segments=tuple(segments[index] for index in sorted(segments)))


async def assemble(job: Job, shop: Workshop) -> Job:
    """Segments -> Video, and beside it the subtitle files, the thumbnail and the metadata."""
    script, clips = _made(job.script), _made(job.narration).clips
    folder = await shop.bench(job)
    package = Package(
        video=folder / "video.mp4",
        srt=folder / "video.srt",
        vtt=folder / "video.vtt",
        thumbnail=folder / "thumbnail.jpg",
        metadata=folder / "metadata.json",
    )
    lengths = tuple(clip.samples for clip in clips)
    video = await to_thread.run_sync(lambda: join_segments(job.segments, path=package.video, title=script.title))
    look = await to_thread.run_sync(shop.look, job)
    await in_worker(shop.cores, make_thumbnail, script, look, package.thumbnail)
    texts = {
        package.srt: to_srt(_made(job.subtitles), lengths),
        package.vtt: to_vtt(_made(job.subtitles), lengths),
        package.metadata: film_metadata(script, clips),
    }
    for path, text in texts.items():
        await to_thread.run_sync(write_atomically, path, text)
    return job.evolve(video=video, package=package, verdict=None)


async def inspect(job: Job, shop: Workshop) -> Job:
    """Video -> Verdict; a film that does not pass goes no further."""
    narration = _made(job.narration)
    expected = Expected(
        video_format=shop.video_format,
        lengths=tuple(clip.samples for clip in narration.clips),
        subtitles=_made(job.subtitles),
        silent=narration.narrator == "silence",
    )
    verdict = await in_worker(shop.cores, inspect_film, _made(job.package), expected)
    if not verdict.passed:
        # Whatever was wrong must not be found in the cache, or on the bench, by the next attempt.
        await shop.clear_bench(job)
        for segment in job.segments:
            await shop.cache.discard(segment.path)
        raise QualityError(
            "the film does not pass: " + "; ".join(verdict.reasons), where=job.name, hint="It was not delivered"
        )
    return job.evolve(verdict=verdict)


async def deliver(job: Job, shop: Workshop) -> Job:
    """Video -> Receipt."""
    receipt = await publish(_made(job.package), destination=shop.destination(job))
    await shop.clear_bench(job)
    return job.evolve(receipt=receipt, package=None)


def film_is_whole(job: Job) -> bool:
    """Whether the job's film has been delivered and still lies where the receipt says, byte for byte. Reads it all."""
    if job.receipt is None or job.video is None or not _is_whole(job.receipt.package):
        return False
    with job.receipt.package.video.open("rb") as film:
        return hashlib.file_digest(film, "sha256").hexdigest() == job.video.sha256


def _is_spoken(job: Job) -> bool:
    return job.narration is not None and all(clip.path.exists() for clip in job.narration.clips)


def _read_script(path: Path) -> Script:
    """A script from the cache; a `ValueError` if it is none."""
    return _SCRIPT.validate_json(path.read_bytes())


def _is_whole(package: Package | None) -> bool:
    return package is not None and all(path.exists() and path.stat().st_size for path in astuple(package))


def _made(value: _T | None) -> _T:
    """What an earlier stage has made. The order of the table guarantees that it is there."""
    assert value is not None
    return value


STAGES: tuple[Stage, ...] = (
    Stage(name="script", run=write, is_done=lambda job: job.script is not None),
    Stage(name="narration", run=speak, is_done=_is_spoken),
    # The scenes need the clips as well: subtitles of a narration that is gone are nothing to go on with.
    Stage(name="subtitles", run=subtitle, is_done=lambda job: job.subtitles is not None and _is_spoken(job)),
    Stage(
        name="scenes",
        run=draw,
        is_done=lambda job: bool(job.segments) and all(segment.path.exists() for segment in job.segments),
    ),
    Stage(
        name="film",
        run=assemble,
        is_done=lambda job: _is_whole(job.package),
    ),
    Stage(name="quality", run=inspect, is_done=lambda job: job.verdict is not None and _is_whole(job.package)),
    Stage(name="publishing", run=deliver, is_done=lambda job: job.receipt is not None),
)
