"""The story of a film, as a table: each stage takes a job and gives it back with one thing more.

    Brief ─► script ─► narration ─► subtitles ─► scenes ─► film ─► quality ─► publishing ─► Receipt

A stage may be run again without harm: what is expensive in it is content-addressed in the cache, and what it leaves
behind is written whole or not at all. It never touches the job's status or its checkpoint; `jobs.py` does that.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from anyio import create_task_group, to_thread

from pipeline.assembly.plan import ENCODERS
from pipeline.errors import NightreelError, PermanentError, QualityError, first_error
from pipeline.files import write_atomically
from pipeline.media.versions import require_encoder
from pipeline.model import Clip, FailedVerdict, Job, Narration, Package, Segment
from pipeline.model.metadata import fit_title
from pipeline.narration.narrate import check_voice
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.delivered import is_complete
from pipeline.orchestrator.film.episodes import badge_of, let_next, part_of, waits_for, with_earlier
from pipeline.orchestrator.film.kept import Kept, Voices
from pipeline.orchestrator.film.leaving import has_left, held_because, is_judged, without_film
from pipeline.orchestrator.film.lengths import hold_to_length
from pipeline.orchestrator.film.likeness import is_compared, sketch_for, twin_of
from pipeline.orchestrator.film.outgoing import send_out
from pipeline.orchestrator.film.pictures import attributions_of, gather, gather_for, with_what_is_there
from pipeline.orchestrator.film.room import with_room
from pipeline.orchestrator.film.scenes import join_film
from pipeline.orchestrator.film.scripts import Commission, speaker
from pipeline.orchestrator.film.soundtrack import bed_of, loop_of, sound_of
from pipeline.orchestrator.film.studio import studio_for
from pipeline.orchestrator.workshop import Workshop
from pipeline.orchestrator.workshop.strictness import profile_for
from pipeline.publishing import FileNames, Shown, film_metadata, publish
from pipeline.quality import Expected, Parts, inspect_film
from pipeline.rendering import undrawable
from pipeline.script import only_showing, with_number
from pipeline.subtitles import make_subtitles, to_srt, to_vtt

# Checks of what a film has from its scenes, and may have in common with others: what else is wrong is its own.
OF_SCENES = {
    "pictures",
    "decoded",
    "loudness",
    "silence",
    "true_peak",
    "picture_codec",
    "sound_codec",
    "size",
    "frame_rate",
    "colours",
}

logger = logging.getLogger("nightreel")
_NOT_DELIVERED = "It was not delivered"
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step. `is_done` looks at the job and the files it names, so that a finished step is never paid for twice.

    It reads files: call it in a thread.
    """

    name: str
    run: Callable[[Job, Workshop, Attempt], Awaitable[Job]]
    is_done: Callable[[Job, Workshop], bool]
    # The fields of the job that it fills: `retry --from` empties them.
    fills: tuple[str, ...]


async def write(job: Job, shop: Workshop, attempt: Attempt) -> Job:
    """Brief -> Script, and its pictures. A film that is translated begins with the script of its whole family."""
    # Music that is missing or broken, a voice or a preset that nobody has, a film too long for every writer, a
    # time to publish it that is past: all of that is better known before anything is paid for.
    await to_thread.run_sync(shop.hosts.check, job.brief)
    if bed := await bed_of(job.brief, shop):
        await loop_of(bed, shop, attempt)
    await _require_encoder(ENCODERS[shop.encoding(job.brief).encoder.codec], shop, attempt)
    narrators = await to_thread.run_sync(lambda: shop.crew.narrators)
    await check_voice(narrators, job.brief.language, job.brief.voice)
    template = await to_thread.run_sync(shop.template, job.brief)
    if waits := await to_thread.run_sync(waits_for, job, shop, "script"):
        raise waits
    kept = Kept(template=template, shop=shop, voices=Voices(narrators=narrators))
    await kept.check_size(job.brief)
    pictures = await gather(job.brief, shop, attempt) if job.brief.pictures else None
    # Nobody writes about a picture that can't be had.
    brief = await to_thread.run_sync(with_earlier, job.brief, shop)
    offered = job.evolve(brief=with_what_is_there(brief, pictures))
    try:
        script, pace = await Commission(job=offered, template=template, shop=shop, attempt=attempt).script()
    except PermanentError as error:
        # How much an account has, its service may have told only now.
        if too_long := await kept.size_error(job.brief):
            raise too_long from error
        raise
    script = with_number(script, job.brief, template)
    pictures = await gather_for(script, job.brief, shop, attempt, pictures)
    names = [still.name for still in pictures.stills] if pictures else []
    job = job.evolve(script=only_showing(script, names), pace=pace, pictures=pictures)
    # What can't be drawn is better known before it is spoken, and so is what has no room.
    look = await to_thread.run_sync(shop.look, job)
    await attempt.fonts_of(_made(job.script), look)
    job = job.evolve(script=await with_room(_made(job.script), look, attempt.compute))
    await let_next(job, shop, stage="script")
    return job.evolve(sketch=await to_thread.run_sync(sketch_for, job, shop))


async def _require_encoder(name: str, shop: Workshop, attempt: Attempt) -> None:
    """See `require_encoder`, asked once, and of a worker: these have loaded FFmpeg, and the command does without."""
    if name not in shop.machine.encoders:
        await attempt.compute(require_encoder, name)
        shop.machine.encoders.add(name)


async def speak(job: Job, shop: Workshop, attempt: Attempt) -> Job:
    """Script -> Narration. Stills are drawn ahead, and each scene as soon as its clip exists."""
    script = _made(job.script)
    studio = await studio_for(job, shop, attempt)
    limits, episode = shop.cue_limits(studio.look.format), badge_of(job.brief, shop)

    async def draw_ahead(index: int, clip: Clip) -> None:
        cut = partial(make_subtitles, _only(clip), language=script.language, limits=limits)
        cues = (await to_thread.run_sync(cut)).scenes[0]
        with _met_again(f"scene {index + 1}"):
            await studio.segment(index, clip, cues)

    async def draw_still(number: int) -> None:
        with _met_again(f"still {number}"):
            await studio.still(number, episode)

    def spoken(index: int, clip: Clip) -> None:
        attempt.ahead.start_soon(draw_ahead, index, clip)

    for number, _ in enumerate(_package(job, shop).stills, start=1):
        attempt.ahead.start_soon(draw_still, number)
    narrated = partial(await speaker(job.brief, shop, attempt), script, spoken=spoken)
    narration = await narrated()
    if job.brief.length_s:
        narration = await hold_to_length(narration, job.brief.length_s, prosody=shop.crew.prosody, speak=narrated)
    return job.evolve(narration=narration)


async def subtitle(job: Job, shop: Workshop, _attempt: Attempt) -> Job:
    """Script, Narration -> Subtitles."""
    language, limits = _made(job.script).language, shop.cue_limits(shop.encoding(job.brief).video_format)
    cut = partial(make_subtitles, _made(job.narration), language=language, limits=limits)
    return job.evolve(subtitles=await to_thread.run_sync(cut))


async def draw(job: Job, shop: Workshop, attempt: Attempt) -> Job:
    """Script + Narration + Subtitles -> a segment per scene, over all cores; most may have been drawn ahead.

    Each is inspected by the process that made it: one that does not pass is not kept, and stops the film.

    Beside them, if there is music: Narration -> the sound of the whole film.
    """
    clips, cues = _made(job.narration).clips, _made(job.subtitles).scenes
    studio = await studio_for(job, shop, attempt)
    segments: dict[int, Segment] = {}
    music: Path | None = None

    async def make(index: int) -> None:
        segments[index] = await studio.segment(index, clips[index], cues[index])

    async def mix() -> None:
        nonlocal music
        music = await sound_of(job.brief, clips, shop, attempt)

    with first_error():
        async with create_task_group() as tasks:
            tasks.start_soon(mix)
            for index in range(len(clips)):
                tasks.start_soon(make, index)
    return job.evolve(segments=tuple(segments[index] for index in sorted(segments)), music=music)


async def assemble(job: Job, shop: Workshop, attempt: Attempt) -> Job:
    """Segments -> Video, and beside it the subtitle files, the thumbnails and the metadata."""
    script, clips = _made(job.script), _made(job.narration).clips
    shown = await to_thread.run_sync(_shown, job, shop)
    package = _package(job, shop)
    await to_thread.run_sync(lambda: package.video.parent.mkdir(parents=True, exist_ok=True))
    lengths = tuple(clip.samples for clip in clips)
    studio, episode = await studio_for(job, shop, attempt), badge_of(job.brief, shop)
    rate, called = studio.look.format.frame_rate, shown.title if job.brief.episode else script.title

    async def put_still(number: int, path: Path) -> None:
        still = await studio.still(number, episode)
        await to_thread.run_sync(lambda: write_atomically(path, still.read_bytes()))

    with first_error():
        async with create_task_group() as tasks:
            for number, path in enumerate(package.stills, start=1):
                tasks.start_soon(put_still, number, path)
            video = await attempt.compute(join_film, job.segments, job.music, called, package.video, rate)

    def write_texts() -> None:
        texts = {
            package.srt: to_srt(_made(job.subtitles), lengths, language=script.language),
            package.vtt: to_vtt(_made(job.subtitles), lengths, language=script.language),
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


async def inspect(job: Job, shop: Workshop, attempt: Attempt) -> Job:
    """Video -> Verdict; a film that does not pass goes no further.

    Its scenes were decoded and inspected when they were made: the film is checked to be exactly these.
    """
    narration, encoding = _made(job.narration), shop.encoding(job.brief)
    expected = Expected(
        video_format=encoding.video_format,
        lengths=tuple(clip.samples for clip in narration.clips),
        subtitles=_made(job.subtitles),
        codec=encoding.encoder.codec,
        silent=narration.narrator == "silence" and job.music is None,
        variable_rate=encoding.encoder.holds_of_codec == "variable",
        script=_made(job.script),
        cells=tuple(text for _, text in job.brief.row.fields) if job.brief.row else (),
        title=fit_title((await to_thread.run_sync(_shown, job, shop)).title),
        words=tuple(clip.words for clip in narration.clips),
        undrawable=await attempt.compute(undrawable, _made(job.script), await to_thread.run_sync(shop.look, job)),
        compared=is_compared(job),
        twin=await to_thread.run_sync(twin_of, job, shop),
    )
    profile = await to_thread.run_sync(lambda: profile_for(shop.settings, shop.template(job.brief)))
    parts = Parts(segments=tuple(segment.path for segment in job.segments), sound=job.music) if job.segments else None
    depth = shop.settings.quality.inspect
    verdict = await attempt.compute(inspect_film, _made(job.package), expected, parts, depth, profile)
    if not verdict.passed:
        # Whatever was wrong must not be found in the cache, or on the bench, by the next attempt.
        await shop.clear_bench(job.batch, job.id)
        if any(check.name in OF_SCENES for check in verdict.checks if not check.passed):
            for path in _drawn(job):
                await shop.cache.discard(path)
        await attempt.keep(without_film(job, FailedVerdict(at=shop.clock(), verdict=verdict)))
        raise QualityError(
            "the film does not pass: " + "; ".join(verdict.reasons), where=job.folder, hint=_NOT_DELIVERED
        )
    if not verdict.lets_pass(_made(job.video).sha256):
        raise QualityError("the film has changed since it was joined", where=job.folder, hint=_NOT_DELIVERED)
    return job.evolve(verdict=verdict)


async def deliver(job: Job, shop: Workshop, attempt: Attempt) -> Job:
    """Video -> Receipt: into its folder, and from there to the video hosts. Each receipt is saved at once.

    In its folder a person may look at it first; to the hosts goes only what was judged (`leaving.py`).
    """
    if job.receipt is None:
        receipt = await publish(_made(job.package), destination=shop.places.destination(job))
        await shop.clear_bench(job.batch, job.id)
        job = job.evolve(receipt=receipt, package=None)
    if held := await to_thread.run_sync(held_because, job, shop):
        await attempt.keep(job)
        raise held
    if shop.hosts.wanted:
        job = await send_out(job, _made(job.receipt).package, shop, attempt)
    return job.evolve(package=None)


def _shown(job: Job, shop: Workshop) -> Shown:
    """How the template wants the film shown by a host."""
    brief, script, template = job.brief, _made(job.script), shop.template(job.brief)
    title = template.title_of(brief, script)
    return Shown(
        title=brief.serial.numbered(title, brief.episode, script.language) if brief.serial else title,
        page=partial(template.page_of, brief, script),
        hashtags=template.hashtags,
        publicity=dict(template.publicity),
    )


def _package(job: Job, shop: Workshop) -> Package:
    """The files of a film before it is delivered, there or not."""
    return FileNames().within(shop.bench(job))


@contextmanager
def _met_again(what: str) -> Iterator[None]:
    """What is drawn ahead may fail: the stage that needs it will meet that again, and say so in its own name."""
    try:
        yield
    except NightreelError as error:
        logger.debug("%s could not be drawn ahead: %s", what, error)


def _only(clip: Clip) -> Narration:
    """A narration of one scene."""
    return Narration(narrator="", voice="", clips=(clip,))


def _is_spoken(job: Job, shop: Workshop) -> bool:
    return job.narration is not None and all(shop.cache.intact(clip.path) for clip in job.narration.clips)


def _is_drawn(job: Job, shop: Workshop) -> bool:
    return bool(job.segments) and all(shop.cache.intact(path) for path in _drawn(job))


def _drawn(job: Job) -> tuple[Path, ...]:
    return (*(segment.path for segment in job.segments), *((job.music,) if job.music else ()))


def _made(value: _T | None) -> _T:
    """What an earlier stage has made. The order of the table guarantees that it is there."""
    assert value is not None
    return value


STAGES: tuple[Stage, ...] = (
    Stage(
        name="script", run=write, fills=("script", "sketch", "pictures"), is_done=lambda job, _: job.script is not None
    ),
    Stage(name="narration", run=speak, fills=("narration",), is_done=_is_spoken),
    Stage(
        name="subtitles",
        run=subtitle,
        fills=("subtitles",),
        # The scenes need the clips as well: subtitles of a narration that is gone are nothing to go on with.
        is_done=lambda job, shop: job.subtitles is not None and _is_spoken(job, shop),
    ),
    Stage(name="scenes", run=draw, fills=("segments", "music"), is_done=_is_drawn),
    Stage(name="film", run=assemble, fills=("video", "package"), is_done=lambda job, _: is_complete(job.package)),
    Stage(
        name="quality",
        run=inspect,
        fills=("verdict",),
        is_done=lambda job, _: is_judged(job) and is_complete(job.package),
    ),
    Stage(
        name="publishing",
        run=deliver,
        fills=("receipt",),
        is_done=has_left,
    ),
)
