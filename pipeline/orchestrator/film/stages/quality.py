"""Video ─► Verdict: the quality gate."""

from __future__ import annotations

from anyio import to_thread

from pipeline.errors import QualityError
from pipeline.model import Brief, FailedVerdict, Job, Table
from pipeline.model.metadata import fit_title
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.approval import with_failed_verdict
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.duplicates import find_duplicate, is_deduplicated
from pipeline.orchestrator.film.stages.results import presentation_of, require, segment_files
from pipeline.publishing import hash_files, sidecar_files
from pipeline.quality import Expected, Parts, inspect_film
from pipeline.rendering import missing_glyphs

# Checks that fail because of a scene, which other films may share through the cache. All others concern the film alone.
SCENE_CHECKS = {
    "pictures",
    "decoded",
    "loudness",
    "silence",
    "balance",
    "phase",
    "true_peak",
    "black",
    "picture_codec",
    "sound_codec",
    "size",
    "frame_rate",
    "colours",
}

_NOT_DELIVERED = "It was not delivered: correct the brief or the settings, or allow it in a profile ([profiles])"
# A word of English, and what Python prints for a missing value.
_NONE = "None"


async def inspect(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """Inspect the film. Raises `QualityError` for a film that does not pass.

    Its segments were decoded and inspected when they were made; here the film is checked to consist of exactly these.
    """
    expected = await _expected(job, context, attempt)
    profile = await to_thread.run_sync(lambda: context.profile(context.template(job.brief)))
    parts = Parts(segments=tuple(segment.path for segment in job.segments), sound=job.music) if job.segments else None
    depth = context.settings.quality.inspect
    sidecars = await to_thread.run_sync(lambda: hash_files(sidecar_files(require(job.package))))
    verdict = await attempt.compute(inspect_film, require(job.package), expected, parts, depth, profile)
    if not verdict.passed:
        # The next attempt must not find the faulty files in the cache or the work folder.
        await context.clear_work_folder(job.batch, job.id)
        if any(check.name in SCENE_CHECKS for check in verdict.checks if not check.passed):
            for path in segment_files(job):
                await context.cache.discard(path)
        await attempt.save(with_failed_verdict(job, FailedVerdict(at=context.clock(), verdict=verdict)))
        raise QualityError(
            "the film does not pass: " + "; ".join(verdict.reasons), where=job.folder, hint=_NOT_DELIVERED
        )
    if not verdict.is_pass_for(require(job.video).sha256):
        raise QualityError("the film has changed since it was joined", where=job.folder, hint="Run it again")
    return job.evolve(verdict=verdict.of_film(verdict.film, sidecars))


async def _expected(job: Job, context: RunContext, attempt: Attempt) -> Expected:
    """What the film has to be, by its job."""
    script, narration, encoding = require(job.script), require(job.narration), context.encoding(job.brief)
    look = await to_thread.run_sync(context.look, job.brief, script, job.pictures)
    return Expected(
        video_format=encoding.video_format,
        lengths=tuple(clip.samples for clip in narration.clips),
        subtitles=require(job.subtitles),
        codec=encoding.encoder.codec,
        silent=narration.narrator == "silence" and job.music is None,
        variable_rate=encoding.encoder.effective_holds == "variable",
        script=script,
        cells=_own_cells(job.brief),
        title=fit_title((await to_thread.run_sync(presentation_of, job, context)).title),
        words=tuple(clip.words for clip in narration.clips),
        undrawable=await attempt.compute(missing_glyphs, script, look),
        compared=is_deduplicated(job),
        near_duplicate=await to_thread.run_sync(find_duplicate, job, context),
    )


def _own_cells(brief: Brief) -> tuple[str, ...]:
    """Cell texts that the author wrote: all cells of the row, and the word None in tables of the notes."""
    row = tuple(text for _, text in brief.row.fields) if brief.row else ()
    tables = (block for part in brief.sections for block in part.blocks if isinstance(block, Table))
    return (*row, *(cell for table in tables for each in table.rows for cell in each if cell.strip() == _NONE))
