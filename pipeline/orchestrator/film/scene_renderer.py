"""Where the scenes of one film are drawn and encoded, and its stills drawn, by worker processes, each at most once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from anyio import to_thread

from pipeline.assembly import EncoderPlan
from pipeline.errors import CrashError, QualityError
from pipeline.model import Clip, Cue, Job, Script, Segment, TitleScene, Transition
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.pictures import restore_pictures
from pipeline.orchestrator.film.segments import SegmentTask, StillsTask, make_segment, make_stills
from pipeline.orchestrator.film.series import episode_badge
from pipeline.rendering import Look, font_digest

# The stills take about as long as so many frames of a scene.
_STILLS_FRAMES = 40
_STILLS = "stills"
_Order = TypeVar("_Order", SegmentTask, StillsTask)


@dataclass(frozen=True, kw_only=True)
class SceneRenderer:
    """What all scenes of a film have in common."""

    script: Script
    look: Look
    encoder: EncoderPlan
    fonts: str
    transition: Transition
    context: RunContext
    attempt: Attempt

    async def segment(self, index: int, clip: Clip, cues: tuple[Cue, ...]) -> Segment:
        """One scene, drawn and encoded in a worker process, if the cache does not have it."""
        after = self.script.scenes[index - 1] if index and self.transition != "cut" else None
        order = SegmentTask(
            scene=self.script.scenes[index],
            cues=cues,
            clip=clip,
            look=self.look.showing(self.script.scenes[index], after),
            fonts=self.fonts,
            encoder=self.encoder,
            after=after,
            transition=self.transition if index else "cut",
            opens=not index and not isinstance(self.script.scenes[0], TitleScene),
        )

        make = self._made(make_segment, order, takes=order.frames)
        try:
            path, _ = await self.context.cache.get_or_make("segment", order.key, ".mp4", make)
        except QualityError as error:
            raise QualityError(error.message, where=f"scene {index + 1}", hint="The film was not made") from error
        return Segment(path=path, frames=order.frames)

    async def stills(self, episode: int) -> Path:
        """The stills that sell the film, in one file, drawn in a worker process, if the cache has them not."""
        order = StillsTask(script=self.script, look=self.look, fonts=self.fonts, episode=episode)
        make = self._made(make_stills, order, takes=_STILLS_FRAMES)
        path, _ = await self.context.cache.get_or_make(_STILLS, order.key, ".zip", make)
        return path

    def _made(
        self, work: Callable[[_Order, Path], None], order: _Order, *, takes: int
    ) -> Callable[[Path], Awaitable[None]]:
        """A function that has a worker do `work`. What killed its process or failed the gate is not tried again."""

        async def make(path: Path) -> None:
            if order.key in self.attempt.failed_tasks:
                raise self.attempt.failed_tasks[order.key]
            try:
                await self.attempt.compute(work, order, path, takes=takes)
            except (CrashError, QualityError) as error:
                self.attempt.failed_tasks[order.key] = error
                raise

        return make


async def make_renderer(job: Job, context: RunContext, attempt: Attempt) -> SceneRenderer:
    """The studio of a film, which must have its script. Pictures that the cache has lost are got again first."""
    job = await restore_pictures(job, context, attempt)
    script = job.script
    assert script is not None
    look = await to_thread.run_sync(context.look, job.brief, script, job.pictures)
    return SceneRenderer(
        script=script,
        look=look,
        encoder=context.encoding(job.brief).encoder,
        fonts=await attempt.font_digest(script, look),
        transition=await to_thread.run_sync(context.appearance.transition, job.brief),
        context=context,
        attempt=attempt,
    )


def cached_stills(job: Job, context: RunContext) -> Path | None:
    """The stills of a film, if the cache has them. The film must have its script.

    Blocks. Raises `NightreelError` where nobody can know what they would look like.
    """
    script = job.script
    assert script is not None
    look = context.look(job.brief, script, job.pictures)
    fonts, episode = font_digest(script, look), episode_badge(job.brief, context.settings)
    order = StillsTask(script=script, look=look, fonts=fonts, episode=episode)
    return context.cache.find(_STILLS, order.key, ".zip")
