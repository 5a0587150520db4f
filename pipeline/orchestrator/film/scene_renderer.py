"""Schedules the segments and stills of one film on worker processes; each is made at most once and cached."""

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
from pipeline.orchestrator.context.series import episode_badge
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.pictures import restore_pictures
from pipeline.orchestrator.film.segments import SegmentTask, StillsTask, make_segment, make_stills
from pipeline.rendering import Look, font_digest

# The stills take about as long as this many frames of a scene.
_STILLS_FRAMES = 40
_STILLS = "stills"
_Task = TypeVar("_Task", SegmentTask, StillsTask)


@dataclass(frozen=True, kw_only=True)
class SceneRenderer:
    """Makes the segments and stills of one film; holds what all its scenes have in common."""

    script: Script
    look: Look
    encoder: EncoderPlan
    fonts: str
    transition: Transition
    context: RunContext
    attempt: Attempt

    async def segment(self, index: int, clip: Clip, cues: tuple[Cue, ...]) -> Segment:
        """The segment of one scene: from the cache, or drawn and encoded in a worker process."""
        after = self.script.scenes[index - 1] if index and self.transition != "cut" else None
        task = SegmentTask(
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

        make = self._in_worker(make_segment, task, duration_hint=task.frames)
        try:
            path, _ = await self.context.cache.get_or_make("segment", task.key, ".mp4", make)
        except QualityError as error:
            raise QualityError(error.message, where=f"scene {index + 1}", hint="The film was not made") from error
        return Segment(path=path, frames=task.frames)

    async def stills(self, episode: int) -> Path:
        """The thumbnails, in one file: from the cache, or drawn in a worker process."""
        task = StillsTask(script=self.script, look=self.look, fonts=self.fonts, episode=episode)
        make = self._in_worker(make_stills, task, duration_hint=_STILLS_FRAMES)
        path, _ = await self.context.cache.get_or_make(_STILLS, task.key, ".zip", make)
        return path

    def _in_worker(
        self, work: Callable[[_Task, Path], None], task: _Task, *, duration_hint: int
    ) -> Callable[[Path], Awaitable[None]]:
        """A function that runs `work` in a worker. A task that crashed or failed inspection is not run again."""

        async def make(path: Path) -> None:
            if task.key in self.attempt.failed_tasks:
                raise self.attempt.failed_tasks[task.key]
            try:
                await self.attempt.compute(work, task, path, duration_hint=duration_hint)
            except (CrashError, QualityError) as error:
                self.attempt.failed_tasks[task.key] = error
                raise

        return make


async def make_renderer(job: Job, context: RunContext, attempt: Attempt) -> SceneRenderer:
    """The renderer of a film that has a script. Pictures that were evicted from the cache are fetched again first."""
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
    """The stills of a film that has a script, if they are cached. Blocks.

    Raises `NightreelError` if something that they depend on is missing, such as a font.
    """
    script = job.script
    assert script is not None
    look = context.look(job.brief, script, job.pictures)
    fonts, episode = font_digest(script, look), episode_badge(job.brief, context.settings)
    task = StillsTask(script=script, look=look, fonts=fonts, episode=episode)
    return context.cache.find(_STILLS, task.key, ".zip")
