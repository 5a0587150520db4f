"""Results of earlier stages, as a later stage finds them in the job."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TypeVar

from pipeline.model import Job
from pipeline.orchestrator.context import RunContext
from pipeline.publishing import Shown

_T = TypeVar("_T")


def require(value: _T | None) -> _T:
    """Return the result of an earlier stage. The order of the table guarantees that it is there."""
    assert value is not None
    return value


def segment_files(job: Job) -> tuple[Path, ...]:
    """The files of the scenes, and of the mixed soundtrack if the film has music."""
    return (*(segment.path for segment in job.segments), *((job.music,) if job.music else ()))


def presentation_of(job: Job, context: RunContext) -> Shown:
    """The title, description page and hashtags that the template gives the film at a video host."""
    brief, script, template = job.brief, require(job.script), context.template(job.brief)
    title = template.title_of(brief, script)
    return Shown(
        title=brief.serial.numbered(title, brief.episode, script.language) if brief.serial else title,
        page=partial(template.page_of, brief, script),
        hashtags=template.hashtags,
        publicity=dict(template.publicity),
    )


def has_narration(job: Job, context: RunContext) -> bool:
    """Whether the job has a narration and the cache still has all its clips. Blocks."""
    return job.narration is not None and all(context.cache.intact(clip.path) for clip in job.narration.clips)


def has_segments(job: Job, context: RunContext) -> bool:
    """Whether the job has its segments and the cache still has all of them. Blocks."""
    return bool(job.segments) and all(context.cache.intact(path) for path in segment_files(job))
