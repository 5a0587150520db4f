"""Scenes ─► Segments, on all cores."""

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
    """Draw and encode a segment per scene, on all cores; most may have been drawn during the narration.

    The worker process that makes a segment inspects it. One that does not pass is not cached, and stops the film.
    If the film has music, its soundtrack is mixed at the same time.
    """
    clips, cues = require(job.narration).clips, require(job.subtitles).scenes
    renderer = await make_renderer(job, context, attempt)
    segments: dict[int, Segment] = {}
    music: Path | None = None

    async def make(index: int) -> None:
        segments[index] = await renderer.segment(index, clips[index], cues[index])

    async def mix() -> None:
        nonlocal music
        music = await mix_soundtrack(job.brief, clips, context, attempt)

    with raise_first_error():
        async with create_task_group() as tasks:
            tasks.start_soon(mix)
            for index in range(len(clips)):
                tasks.start_soon(make, index)
    return job.evolve(segments=tuple(segments[index] for index in sorted(segments)), music=music)
