"""Makes a film again from some stage on: discards the results of that stage and all later ones, also from the cache.

`remake_stage` names the stage for a film that failed the quality gate: once, and only if the result can differ.
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
from pipeline.orchestrator.film.earlier_episodes import with_earlier_episodes
from pipeline.orchestrator.film.scene_renderer import cached_stills
from pipeline.orchestrator.film.stages import SCENE_CHECKS, STAGES
from pipeline.orchestrator.film.stages.results import segment_files
from pipeline.script import cached_script_paths, offline_script
from pipeline.state import Cache

# Deterministic narrators: the same text gives the same audio.
_DETERMINISTIC_NARRATORS = frozenset({"espeak", "piper", "silence"})
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
        # Cutting a script into cues is deterministic.
        "words": "subtitles",
        "caption_lines": "subtitles",
    }
)


def remake_stage(job: Job) -> str:
    """The stage from which a failed film is made again, so that it may pass; empty: it would fail again.

    A script by a language model and the voice of a service differ each time; verbatim notes and a local voice do not.
    Faults of images and files may be due to a glitch, and are worth a second attempt.
    """
    # A published film must not be replaced by another one.
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
    return next((each.name for each in STAGES if each.name in causes), "")


def _may_differ(cause: str, job: Job) -> bool:
    if cause == "script":
        return bool(job.script and job.script.model)
    if cause == "narration":
        return bool(job.narration and job.narration.narrator not in _DETERMINISTIC_NARRATORS)
    return cause != "subtitles"


def discard_from(stage: str, job: Job, context: RunContext) -> Job:
    """The job without the results of this stage and all later ones, which are discarded from the cache as well.

    So the stages really run again, and results shared by several films are made again for all of them. The receipt of a
    published film is kept, unless publishing itself runs again. The caller must have claimed the job, and runs this in
    a thread of `anyio.to_thread`.
    """
    again = STAGES[[each.name for each in STAGES].index(stage) :]
    names = {each.name for each in again}
    for path in _cached_results(names, job, context):
        from_thread.run(context.cache.discard, path)
    fields = {name for each in again for name in each.fills}
    if job.published and stage != "publishing":
        fields.discard("receipt")
    package = job.package
    if "film" in names:
        from_thread.run(context.clear_work_folder, job.batch, job.id)
    elif job.receipt and film_is_intact(job):
        # The film itself stays: it is inspected and delivered from where it is.
        package = job.receipt.package
    defaults = {field.name: field.default for field in dataclasses.fields(Job) if field.name in fields}
    return job.evolve(package=package).evolve(**defaults)


def _cached_results(stages: Iterable[str], job: Job, context: RunContext) -> Iterable[Path]:
    """The cache files that these stages made for the job."""
    if "script" in stages:
        yield from _script_files(job, context.for_request(job.asked))
    if "narration" in stages and job.narration:
        yield from _audio_files(job.narration, context.cache)
    if "scenes" in stages:
        yield from segment_files(job)
    if "film" in stages and job.script:
        with contextlib.suppress(NightreelError):  # a font or the template is missing: the stage reports it
            stills = cached_stills(job, context.for_request(job.asked))
            yield from [stills] if stills else []


def _audio_files(narration: Narration, cache: Cache) -> Iterable[Path]:
    """The clips, and the utterances they were joined from: these alone would give the same clips again."""
    for clip in narration.clips:
        with contextlib.suppress(NightreelError):  # a missing or damaged clip does not name its utterances
            yield from cached_speeches(clip, cache)
        yield clip.path


def _script_files(job: Job, context: RunContext) -> Iterable[Path]:
    # Without a writer or a template there is no script; the stage reports what is wrong.
    with contextlib.suppress(NightreelError):
        brief = with_earlier_episodes(job.brief, context)
        template, original = context.template(brief), context.briefs.original_of(brief)
        writers = context.providers.writers_of(original, template)
        if original == brief:
            yield from cached_script_paths(original, writers=writers, template=template, pace=job.pace)
        elif script := offline_script(original, writers=writers, template=template, pace=job.pace):
            # Only the translations: the original script belongs to other films, too.
            voices = Voices(narrators=context.providers.narrators)
            kept = CachedAuthor(brief=brief, template=template, context=context, voices=voices)
            yield from from_thread.run(kept.translations, script, job.pace)
