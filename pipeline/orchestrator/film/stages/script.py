"""Brief ─► Script, and what is shown in it: all that can be known to go wrong later is found out here."""

from __future__ import annotations

from anyio import to_thread

from pipeline.assembly.plan import ENCODERS
from pipeline.errors import PermanentError
from pipeline.media.versions import require_encoder
from pipeline.model import Job
from pipeline.narration.narrate import check_voice
from pipeline.narration.spoken_text import normaliser_for
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.cached_author import CachedAuthor, Voices
from pipeline.orchestrator.film.duplicates import sketch_for
from pipeline.orchestrator.film.episodes import release_next_episode, turn_error, with_earlier_episodes
from pipeline.orchestrator.film.pictures import drop_missing_pictures, gather_pictures, gather_script_pictures
from pipeline.orchestrator.film.scene_fit import split_scenes_to_fit
from pipeline.orchestrator.film.scripts import LiveAuthor
from pipeline.orchestrator.film.soundtrack import bed_of, prepare_loop
from pipeline.script import with_episode_number, without_missing_pictures


async def write(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """Brief -> Script, and its pictures. A film that is translated begins with the script of its whole family."""
    # Music that is missing or broken, a voice or a preset that nobody has, a film too long for every writer, a
    # time to publish it that is past: all of that is better known before anything is paid for.
    await to_thread.run_sync(context.hosts.check, job.brief)
    if bed := await bed_of(job.brief, context):
        await prepare_loop(bed, context, attempt)
    await _require_encoder(ENCODERS[context.encoding(job.brief).encoder.codec], context, attempt)
    narrators = await to_thread.run_sync(lambda: context.providers.narrators)
    # The rules of how a language is said take 15 ms to compile: while a narrator is waited for, not in the next stage.
    pronunciations = context.providers.pronunciations_of(job.brief)
    attempt.background.start_soon(to_thread.run_sync, normaliser_for, job.brief.language, pronunciations)
    await check_voice(narrators, job.brief.language, job.brief.voice)
    template = await to_thread.run_sync(context.template, job.brief)
    if waits := await to_thread.run_sync(turn_error, job, context, "script"):
        raise waits
    kept = CachedAuthor(template=template, context=context, voices=Voices(narrators=narrators))
    await kept.check_size(job.brief)
    pictures = await gather_pictures(job.brief, context, attempt) if job.brief.pictures else None
    # Nobody writes about a picture that can't be had.
    brief = await to_thread.run_sync(with_earlier_episodes, job.brief, context)
    offered = job.evolve(brief=drop_missing_pictures(brief, pictures))
    try:
        script, pace = await LiveAuthor(job=offered, template=template, context=context, attempt=attempt).script()
    except PermanentError as error:
        # How much an account has, its service may have told only now.
        if too_long := await kept.size_error(job.brief):
            raise too_long from error
        raise
    script = with_episode_number(script, job.brief, template)
    pictures = await gather_script_pictures(script, job.brief, context, attempt, pictures)
    names = [still.name for still in pictures.stills] if pictures else []
    script = without_missing_pictures(script, names)
    # What can't be drawn is better known before it is spoken, and so is what has no room.
    look = await to_thread.run_sync(context.look, job.brief, script, pictures)
    await attempt.font_digest(script, look)
    script = await split_scenes_to_fit(script, look, attempt.compute)
    job = job.evolve(script=script, pace=pace, pictures=pictures)
    await release_next_episode(job, context, stage="script")
    return job.evolve(sketch=await to_thread.run_sync(sketch_for, job, context))


async def _require_encoder(name: str, context: RunContext, attempt: Attempt) -> None:
    """See `require_encoder`, asked once, and of a worker: these have loaded FFmpeg, and the command does without."""
    if name not in context.runtime.encoders:
        await attempt.compute(require_encoder, name)
        context.runtime.encoders.add(name)
