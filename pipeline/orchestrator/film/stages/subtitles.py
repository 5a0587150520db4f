"""Narration ─► Subtitles."""

from __future__ import annotations

from functools import partial

from anyio import to_thread

from pipeline.model import Job
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.stages.results import require
from pipeline.subtitles import make_subtitles


async def subtitle(job: Job, context: RunContext, _attempt: Attempt) -> Job:
    """Cut the narration into subtitle cues."""
    language, limits = require(job.script).language, context.cue_limits(context.encoding(job.brief).video_format)
    cut = partial(make_subtitles, require(job.narration), language=language, limits=limits)
    return job.evolve(subtitles=await to_thread.run_sync(cut))
