"""Video ─► Verdict."""

from __future__ import annotations

from anyio import to_thread

from pipeline.errors import QualityError
from pipeline.model import Brief, FailedVerdict, Job, Table
from pipeline.model.metadata import fit_title
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.quality_profiles import profile_for
from pipeline.orchestrator.film.approval import with_failed_verdict
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.duplicates import find_duplicate, is_deduplicated
from pipeline.orchestrator.film.stages.results import presentation_of, require, segment_files
from pipeline.publishing import files_beside, sums_of
from pipeline.quality import Expected, Parts, inspect_film
from pipeline.rendering import missing_glyphs

# Checks of what a film has from its scenes, and may have in common with others: what else is wrong is its own.
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

_NOT_DELIVERED = "It was not delivered: mend the brief or the settings, or let a profile allow it ([profiles])"
# A word, and what Python writes for no value.
_NONE = "None"


async def inspect(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """Video -> Verdict; a film that does not pass goes no further.

    Its scenes were decoded and inspected when they were made: the film is checked to be exactly these.
    """
    script, narration, encoding = require(job.script), require(job.narration), context.encoding(job.brief)
    look = await to_thread.run_sync(context.look, job.brief, script, job.pictures)
    expected = Expected(
        video_format=encoding.video_format,
        lengths=tuple(clip.samples for clip in narration.clips),
        subtitles=require(job.subtitles),
        codec=encoding.encoder.codec,
        silent=narration.narrator == "silence" and job.music is None,
        variable_rate=encoding.encoder.holds_of_codec == "variable",
        script=script,
        cells=_own_cells(job.brief),
        title=fit_title((await to_thread.run_sync(presentation_of, job, context)).title),
        words=tuple(clip.words for clip in narration.clips),
        undrawable=await attempt.compute(missing_glyphs, script, look),
        compared=is_deduplicated(job),
        twin=await to_thread.run_sync(find_duplicate, job, context),
    )
    profile = await to_thread.run_sync(lambda: profile_for(context.settings, context.template(job.brief)))
    parts = Parts(segments=tuple(segment.path for segment in job.segments), sound=job.music) if job.segments else None
    depth = context.settings.quality.inspect
    beside = await to_thread.run_sync(lambda: sums_of(files_beside(require(job.package))))
    verdict = await attempt.compute(inspect_film, require(job.package), expected, parts, depth, profile)
    if not verdict.passed:
        # Whatever was wrong must not be found in the cache, or on the bench, by the next attempt.
        await context.clear_work_folder(job.batch, job.id)
        if any(check.name in SCENE_CHECKS for check in verdict.checks if not check.passed):
            for path in segment_files(job):
                await context.cache.discard(path)
        await attempt.save(with_failed_verdict(job, FailedVerdict(at=context.clock(), verdict=verdict)))
        raise QualityError(
            "the film does not pass: " + "; ".join(verdict.reasons), where=job.folder, hint=_NOT_DELIVERED
        )
    if not verdict.lets_pass(require(job.video).sha256):
        raise QualityError("the film has changed since it was joined", where=job.folder, hint="Run it again")
    return job.evolve(verdict=verdict.of_film(verdict.film, beside))


def _own_cells(brief: Brief) -> tuple[str, ...]:
    """What stands in cells that somebody wrote: those of a row, and the word None in tables of notes."""
    row = tuple(text for _, text in brief.row.fields) if brief.row else ()
    tables = (block for part in brief.sections for block in part.blocks if isinstance(block, Table))
    return (*row, *(cell for table in tables for each in table.rows for cell in each if cell.strip() == _NONE))
