"""Script ─► Narration, and the pictures ahead: whatever can be drawn by now is drawn beside the voices."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from anyio import to_thread

from pipeline.model import Clip, Job, Narration, title_of
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.episodes import episode_badge
from pipeline.orchestrator.film.scene_renderer import make_renderer
from pipeline.orchestrator.film.scripts import speaker
from pipeline.orchestrator.film.stages.results import require
from pipeline.orchestrator.film.target_length import adjust_to_length, length_warning
from pipeline.subtitles import make_subtitles

logger = logging.getLogger("nightreel")


async def speak(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """Script -> Narration. Stills are drawn ahead, and each scene as soon as its clip exists."""
    script = require(job.script)
    studio = await make_renderer(job, context, attempt)
    limits, episode = context.cue_limits(studio.look.format), episode_badge(job.brief, context.settings)

    async def draw_ahead(index: int, clip: Clip) -> None:
        cut = partial(make_subtitles, _only(clip), language=script.language, limits=limits)
        cues = (await to_thread.run_sync(cut)).scenes[0]
        with _met_again(f"scene {index + 1}"):
            await studio.segment(index, clip, cues)

    async def draw_stills() -> None:
        with _met_again("stills"):
            await studio.stills(episode)

    def spoken(index: int, clip: Clip) -> None:
        attempt.background.start_soon(draw_ahead, index, clip)

    attempt.background.start_soon(draw_stills)
    narrated = partial(await speaker(job.brief, context, attempt), script, spoken=spoken)
    narration = await narrated()
    if job.brief.length_s:
        narration = await adjust_to_length(
            narration, job.brief.length_s, prosody=context.providers.prosody, speak=narrated
        )
        if differs := length_warning(narration, job.brief.length_s):
            attempt.notify(f"“{title_of(job)}”: {differs}")
    return job.evolve(narration=narration)


@contextmanager
def _met_again(what: str) -> Iterator[None]:
    """What is drawn ahead may fail: the stage that needs it will meet that again, and say so in its own name."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a defect of ours, too: no voice that is paid for stops for it
        logger.debug("%s could not be drawn ahead: %s", what, error)


def _only(clip: Clip) -> Narration:
    """A narration of one scene."""
    return Narration(narrator="", voice="", clips=(clip,))
