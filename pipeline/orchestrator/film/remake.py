"""Make a film anew from one stage on: what was made of it since is forgotten, also by the cache.

`remake_stage` says from which one, when a film did not pass the gate: once, and only where the cause can differ.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from anyio import from_thread

from pipeline.errors import NightreelError
from pipeline.model import Job, Narration
from pipeline.narration.narrate import cached_speeches
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.cached_author import CachedAuthor, Voices
from pipeline.orchestrator.film.delivery import film_is_intact
from pipeline.orchestrator.film.scene_renderer import cached_stills
from pipeline.orchestrator.film.series import with_earlier_episodes
from pipeline.orchestrator.film.stages import SCENE_CHECKS, STAGES
from pipeline.orchestrator.film.stages.results import segment_files
from pipeline.script import cached_script_paths, offline_script
from pipeline.state import Cache

# Who says the same thing in the same way each time.
_STEADY_VOICES = frozenset({"espeak", "piper", "silence"})
# The stage that causes a check to fail. The others are caused by `scenes` (see `SCENE_CHECKS`) or by `film`.
_CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "text": "script",
        "language": "script",
        "glyphs": "script",
        "loudness": "narration",
        "loudness_range": "narration",
        "silence": "narration",
        "true_peak": "narration",
        "caption_speed": "narration",
        # How a script is cut into lines is always the same.
        "words": "subtitles",
        "caption_lines": "subtitles",
    }
)


def remake_stage(job: Job) -> str:
    """From which stage a film that has failed is made afresh, so that it may pass; empty: it would not.

    Words that a model wrote, and a voice that is a service, come out otherwise the next time; notes that are taken as
    they are, and a voice on this machine, do not. What is wrong with pictures and files may be a slip in the making.
    """
    # Out of the house, a second one would be another film.
    if job.remakes or job.published:
        return ""
    if job.stage == "scenes":
        return job.stage
    if job.stage != "quality" or not job.failed_verdicts:
        return ""
    failed = [check.name for check in job.failed_verdicts[-1].verdict.checks if not check.passed]
    causes = {_CAUSES.get(name, "scenes" if name in SCENE_CHECKS else "film") for name in failed}
    if not all(_may_differ(cause, job) for cause in causes):
        return ""
    return next((known.name for known in STAGES if known.name in causes), "")


def _may_differ(cause: str, job: Job) -> bool:
    if cause == "script":
        return bool(job.script and job.script.model)
    if cause == "narration":
        return bool(job.narration and job.narration.narrator not in _STEADY_VOICES)
    return cause != "subtitles"


def discard_from(stage: str, job: Job, context: RunContext) -> Job:
    """The job without the results of this stage and all after it, which are removed from the cache as well.

    So the stages really run again; what several films share is made anew for all of them. A receipt of a publishing
    is kept, but for the stage that makes it. For who has claimed the job, in a thread of `anyio.to_thread`.
    """
    again = STAGES[[known.name for known in STAGES].index(stage) :]
    names = {known.name for known in again}
    for path in _made_by(names, job, context):
        from_thread.run(context.cache.discard, path)
    fields = {name for known in again for name in known.fills}
    if job.published and stage != "publishing":
        fields.discard("receipt")
    package = job.package
    if "film" in names:
        from_thread.run(context.clear_work_folder, job.batch, job.id)
    elif job.receipt and film_is_intact(job):
        # The film itself is to stay: it is looked at, and delivered, from where it lies.
        package = job.receipt.package
    defaults = {field.name: field.default for field in dataclasses.fields(Job) if field.name in fields}
    return job.evolve(package=package).evolve(**defaults)


def _made_by(stages: Iterable[str], job: Job, context: RunContext) -> Iterable[Path]:
    """What is in the cache of the work of these stages, as far as the job knows."""
    if "script" in stages:
        yield from _scripts(job, context.for_job(job))
    if "narration" in stages and job.narration:
        yield from _sounds(job.narration, context.cache)
    if "scenes" in stages:
        yield from segment_files(job)
    if "film" in stages and job.script:
        with contextlib.suppress(NightreelError):  # a font or the template is gone: the stage will say so
            stills = cached_stills(job, context.for_job(job))
            yield from [stills] if stills else []


def _sounds(narration: Narration, cache: Cache) -> Iterable[Path]:
    """The clips, and what the voice said for them: joined anew, it would be the same clips."""
    for clip in narration.clips:
        with contextlib.suppress(NightreelError):  # it is gone or damaged: nobody knows what it was made of
            yield from cached_speeches(clip, cache)
        yield clip.path


def _scripts(job: Job, context: RunContext) -> Iterable[Path]:
    # Without a writer or the template nothing can have been written; the stage will say what is wrong.
    with contextlib.suppress(NightreelError):
        brief = with_earlier_episodes(job.brief, context)
        template, original = context.template(brief), context.briefs.original_of(brief)
        writers = context.providers.writers_of(original, template)
        if original == brief:
            yield from cached_script_paths(original, writers=writers, template=template, pace=job.pace)
        elif script := offline_script(original, writers=writers, template=template, pace=job.pace):
            # The script itself is that of other films, too.
            kept = CachedAuthor(
                template=template, context=context, voices=Voices(narrators=context.providers.narrators), brief=brief
            )
            yield from from_thread.run(kept.translations, script, job.pace, brief)
