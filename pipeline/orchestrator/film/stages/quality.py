"""Video ─► Verdict."""

from __future__ import annotations

from anyio import to_thread

from pipeline.errors import QualityError
from pipeline.model import Brief, FailedVerdict, Job, Table
from pipeline.model.metadata import fit_title
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.strictness import profile_for
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.leaving import without_film
from pipeline.orchestrator.film.likeness import is_compared, twin_of
from pipeline.orchestrator.film.stages.so_far import drawn_files, made, shown_of
from pipeline.publishing import files_beside, sums_of
from pipeline.quality import Expected, Parts, inspect_film
from pipeline.rendering import undrawable

# Checks of what a film has from its scenes, and may have in common with others: what else is wrong is its own.
OF_SCENES = {
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
    script, narration, encoding = made(job.script), made(job.narration), context.encoding(job.brief)
    look = await to_thread.run_sync(context.look, job.brief, script, job.pictures)
    expected = Expected(
        video_format=encoding.video_format,
        lengths=tuple(clip.samples for clip in narration.clips),
        subtitles=made(job.subtitles),
        codec=encoding.encoder.codec,
        silent=narration.narrator == "silence" and job.music is None,
        variable_rate=encoding.encoder.holds_of_codec == "variable",
        script=script,
        cells=_own_cells(job.brief),
        title=fit_title((await to_thread.run_sync(shown_of, job, context)).title),
        words=tuple(clip.words for clip in narration.clips),
        undrawable=await attempt.compute(undrawable, script, look),
        compared=is_compared(job),
        near_duplicate=await to_thread.run_sync(twin_of, job, context),
    )
    profile = await to_thread.run_sync(lambda: profile_for(context.settings, context.template(job.brief)))
    parts = Parts(segments=tuple(segment.path for segment in job.segments), sound=job.music) if job.segments else None
    depth = context.settings.quality.inspect
    beside = await to_thread.run_sync(lambda: sums_of(files_beside(made(job.package))))
    verdict = await attempt.compute(inspect_film, made(job.package), expected, parts, depth, profile)
    if not verdict.passed:
        # Whatever was wrong must not be found in the cache, or on the bench, by the next attempt.
        await context.clear_bench(job.batch, job.id)
        if any(check.name in OF_SCENES for check in verdict.checks if not check.passed):
            for path in drawn_files(job):
                await context.cache.discard(path)
        await attempt.keep(without_film(job, FailedVerdict(at=context.clock(), verdict=verdict)))
        raise QualityError(
            "the film does not pass: " + "; ".join(verdict.reasons), where=job.folder, hint=_NOT_DELIVERED
        )
    if not verdict.lets_pass(made(job.video).sha256):
        raise QualityError("the film has changed since it was joined", where=job.folder, hint="Run it again")
    return job.evolve(verdict=verdict.of_film(verdict.film, beside))


def _own_cells(brief: Brief) -> tuple[str, ...]:
    """What stands in cells that somebody wrote: those of a row, and the word None in tables of notes."""
    row = tuple(text for _, text in brief.row.fields) if brief.row else ()
    tables = (block for part in brief.sections for block in part.blocks if isinstance(block, Table))
    return (*row, *(cell for table in tables for each in table.rows for cell in each if cell.strip() == _NONE))
