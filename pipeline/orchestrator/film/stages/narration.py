"""Script ─► Narration ─► Subtitles. Meanwhile, scenes and stills are drawn in the background as soon as they can be."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from anyio import to_thread

from pipeline.model import Clip, Job, Narration, title_of
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.series import episode_badge
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.scene_renderer import make_renderer
from pipeline.orchestrator.film.scripts import speaker
from pipeline.orchestrator.film.stages.results import require
from pipeline.orchestrator.film.target_length import adjust_to_length, length_warning
from pipeline.subtitles import make_subtitles

logger = logging.getLogger("nightreel")


async def speak(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """Speak the script. In the background, draw the stills, and each scene once its clip exists."""
    script = require(job.script)
    renderer = await make_renderer(job, context, attempt)
    limits, episode = context.cue_limits(renderer.look.format), episode_badge(job.brief, context.settings)

    async def draw_scene(index: int, clip: Clip) -> None:
        scene = Narration(narrator="", voice="", clips=(clip,))
        cut = partial(make_subtitles, scene, language=script.language, limits=limits)
        cues = (await to_thread.run_sync(cut)).scenes[0]
        with _deferred_errors(f"scene {index + 1}"):
            await renderer.segment(index, clip, cues)

    async def draw_stills() -> None:
        with _deferred_errors("stills"):
            await renderer.stills(episode)

    def spoken(index: int, clip: Clip) -> None:
        attempt.background.start_soon(draw_scene, index, clip)

    attempt.background.start_soon(draw_stills)
    narrated = partial(await speaker(job.brief, context, attempt), script, on_clip=spoken)
    narration = await narrated()
    if job.brief.length_s:
        narration = await adjust_to_length(
            narration, job.brief.length_s, prosody=context.providers.prosody, speak=narrated
        )
        if differs := length_warning(narration, job.brief.length_s):
            attempt.notify(f"“{title_of(job)}”: {differs}")
    return job.evolve(narration=narration)


@contextmanager
def _deferred_errors(what: str) -> Iterator[None]:
    """Ignore errors of background drawing: the stage that needs the result meets them again and reports them."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - even a bug must not stop a narration that is being paid for
        logger.debug("%s could not be drawn in the background: %s", what, error)


async def subtitle(job: Job, context: RunContext, _attempt: Attempt) -> Job:
    """Cut the narration into subtitle cues."""
    language, limits = require(job.script).language, context.cue_limits(context.encoding(job.brief).video_format)
    cut = partial(make_subtitles, require(job.narration), language=language, limits=limits)
    return job.evolve(subtitles=await to_thread.run_sync(cut))
