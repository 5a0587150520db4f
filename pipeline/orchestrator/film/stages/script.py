"""Brief ─► Script and pictures. All checks that are possible in advance come first, before anything is paid for."""

from __future__ import annotations

from anyio import to_thread

from pipeline.assembly.plan import ENCODERS
from pipeline.errors import PermanentError
from pipeline.media.versions import require_encoder
from pipeline.model import Job, Pace, Pictures, Script
from pipeline.narration.narrate import check_voice
from pipeline.narration.spoken_text import normaliser_for
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.cached_author import CachedAuthor, Voices
from pipeline.orchestrator.film.duplicates import sketch_for
from pipeline.orchestrator.film.earlier_episodes import with_earlier_episodes
from pipeline.orchestrator.film.episode_order import release_next_episode, turn_error
from pipeline.orchestrator.film.pictures import drop_missing_pictures, gather_pictures, gather_script_pictures
from pipeline.orchestrator.film.scene_fit import split_scenes_to_fit
from pipeline.orchestrator.film.scripts import LiveAuthor
from pipeline.orchestrator.film.soundtrack import prepare_loop
from pipeline.script import with_episode_number, without_missing_pictures
from pipeline.template import Template


async def write(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """Write the script of a film and fetch its pictures. Translated films share one original script."""
    await _preflight(job, context, attempt)
    template = await to_thread.run_sync(context.template, job.brief)
    if error := await to_thread.run_sync(turn_error, job, context, "script"):
        raise error
    pictures, script, pace = await _written(job, template, context, attempt)
    pictures = await gather_script_pictures(script, job.brief, context, attempt, pictures)
    script = without_missing_pictures(script, [still.name for still in pictures.stills] if pictures else [])
    # Missing glyphs and texts that do not fit are found before the script is spoken.
    look = await to_thread.run_sync(context.look, job.brief, script, pictures)
    await attempt.font_digest(script, look)
    script = await split_scenes_to_fit(script, look, attempt.compute)
    job = job.evolve(script=script, pace=pace, pictures=pictures)
    await release_next_episode(job, context, stage="script")
    return job.evolve(sketch=await to_thread.run_sync(sketch_for, job, context))


async def _preflight(job: Job, context: RunContext, attempt: Attempt) -> None:
    """Check the publication time, the background music, the encoder and the voice. Raises what is wrong with them."""
    await to_thread.run_sync(context.hosts.check, job.brief)
    if bed := await to_thread.run_sync(context.bed, job.brief):
        await prepare_loop(bed, context, attempt)
    await _require_encoder(ENCODERS[context.encoding(job.brief).encoder.codec], context, attempt)
    narrators = await to_thread.run_sync(lambda: context.providers.narrators)
    # Compiling the normalisation rules of a language takes 15 ms: do it while waiting for a narrator, not in the next
    # stage.
    pronunciations = context.providers.pronunciations_of(job.brief)
    attempt.background.start_soon(to_thread.run_sync, normaliser_for, job.brief.language, pronunciations)
    await check_voice(narrators, job.brief.language, job.brief.voice)


async def _written(
    job: Job, template: Template, context: RunContext, attempt: Attempt
) -> tuple[Pictures | None, Script, Pace | None]:
    """The pictures of the brief, the script, and the pace that it was written for."""
    voices = Voices(narrators=context.providers.narrators)
    cached = CachedAuthor(brief=job.brief, template=template, context=context, voices=voices)
    await cached.check_size()
    pictures = await gather_pictures(job.brief, context, attempt) if job.brief.pictures else None
    # The writer does not hear of pictures that are missing.
    brief = await to_thread.run_sync(with_earlier_episodes, job.brief, context)
    offered = job.evolve(brief=drop_missing_pictures(brief, pictures))
    try:
        script, pace = await LiveAuthor(job=offered, template=template, context=context, attempt=attempt).script()
    except PermanentError as error:
        # The service may have reported the token limit of the account only now.
        if too_long := await cached.size_error():
            raise too_long from error
        raise
    return pictures, with_episode_number(script, job.brief, template), pace


async def _require_encoder(name: str, context: RunContext, attempt: Attempt) -> None:
    """Call `require_encoder` once per run, in a worker: workers have FFmpeg loaded, the command does without it."""
    if name not in context.runtime.encoders:
        await attempt.compute(require_encoder, name)
        context.runtime.encoders.add(name)
