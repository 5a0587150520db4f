"""Scenes ─► Segments, over all cores."""

from __future__ import annotations

from pathlib import Path

from anyio import create_task_group

from pipeline.errors import raise_first_error
from pipeline.model import Job, Segment
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.scene_renderer import make_renderer
from pipeline.orchestrator.film.soundtrack import mix_soundtrack
from pipeline.orchestrator.film.stages.results import require


async def draw(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """Script + Narration + Subtitles -> a segment per scene, over all cores; most may have been drawn ahead.

    Each is inspected by the process that made it: one that does not pass is not kept, and stops the film.

    Beside them, if there is music: Narration -> the sound of the whole film.
    """
    clips, cues = require(job.narration).clips, require(job.subtitles).scenes
    studio = await make_renderer(job, context, attempt)
    segments: dict[int, Segment] = {}
    music: Path | None = None

    async def make(index: int) -> None:
        segments[index] = await studio.segment(index, clips[index], cues[index])

    async def mix() -> None:
        nonlocal music
        music = await mix_soundtrack(job.brief, clips, context, attempt)

    with raise_first_error():
        async with create_task_group() as tasks:
            tasks.start_soon(mix)
            for index in range(len(clips)):
                tasks.start_soon(make, index)
    return job.evolve(segments=tuple(segments[index] for index in sorted(segments)), music=music)
