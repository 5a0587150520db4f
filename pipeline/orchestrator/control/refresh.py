"""Re-read the source of a batch for `retry`, and replace the jobs of briefs that were corrected since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError
from pipeline.model import Brief, JobStatus
from pipeline.orchestrator.batch.batches import require_batch
from pipeline.orchestrator.batch.numbering import number_episodes
from pipeline.orchestrator.batch.plan import CorrectedRow
from pipeline.orchestrator.batch.planning import plan_batch, replace_jobs
from pipeline.orchestrator.batch.source import read_source
from pipeline.orchestrator.context import RunContext
from pipeline.sources import glob_root, is_remote, is_table


async def reread_source(context: RunContext, batch: str, *, report: Callable[[InputError], None]) -> Collection[Brief]:
    """The present briefs of the source of a batch; none if it has no source, or the source no longer exists."""
    source = (await require_batch(context, batch)).source
    place = source if is_remote(source) else context.workspace / source
    if not source:
        return ()
    if isinstance(place, Path) and not await to_thread.run_sync(lambda: place.exists() or glob_root(place)):
        return ()
    content = await read_source(place, context, batch=batch)
    for error in content.unreadable:
        report(error)
    return content.briefs


async def replace_corrected_jobs(
    context: RunContext, batch: str, ids: Sequence[str], briefs: Collection[Brief]
) -> list[str]:
    """Replace jobs whose rows were corrected, and damaged ones that the source still has. Returns the ids to retry."""
    if not len(briefs):
        return list(ids)

    def compare() -> list[CorrectedRow]:
        index = context.store.index(batch)
        numbers = number_episodes(briefs, context, gives=False)
        films_of = context.briefs.films_of
        whole = ((at, film) for at, brief in enumerate(briefs, start=1) for film in films_of(numbers.of(brief)))
        now = {context.job_id(film): (number, film) for number, film in whole}
        listed = set(index.ids(*JobStatus))
        # An origin, or a row with a key, has a film for each of its languages and formats.
        places: dict[tuple[str, str, str], tuple[int, Brief]] = {
            (film.key or film.origin, film.language, film.format or ""): (number, film)
            for job, (number, film) in now.items()
            if job not in listed
        }
        corrected = []
        for job in ids:
            row = index.find(job)
            if row is None:
                found = now.get(job)
            else:
                place = row.key or row.origin
                found = places.get((place, row.language, row.format)) if job not in now and place else None
            if found and not context.store.claims.is_claimed(batch, job):
                corrected.append(CorrectedRow(job=job, number=found[0], brief=found[1]))
        return corrected

    swapped = await replace_jobs(await to_thread.run_sync(compare), context, batch=batch)
    return list(dict.fromkeys(swapped.get(job, job) for job in ids))


async def add_now_readable(context: RunContext, batch: str, briefs: Collection[Brief]) -> list[str]:
    """Create jobs for briefs that could not be read when the batch was planned, but can now. Returns their ids."""
    known = await require_batch(context, batch)

    def file_of(place: str) -> str:
        return _file_of(context.paths.origin(place))

    def look() -> list[Brief]:
        places = {file_of(refused.where) for refused in known.refused}
        return [brief for brief in briefs if file_of(brief.origin) in places]

    readable = await to_thread.run_sync(look)
    if not readable:
        return []
    plan = await plan_batch(readable, context, batch=batch, source="", priority=known.priority, keep=True)
    read = {file_of(brief.origin) for brief in readable}
    async with context.store.claims.planning(batch):
        now = await require_batch(context, batch)
        left = [refused for refused in now.refused if file_of(refused.where) not in read]
        # They are in the source, so they are not saved as added by hand, as others may be meanwhile.
        added = tuple(job for job in now.added if job in known.added or job not in plan.ids)
        await context.store.save_batch(replace(now, refused=tuple(left), added=added))
    return plan.ids


def _file_of(place: str) -> str:
    """An origin without its line: "kitchen/tea.md:4" -> "kitchen/tea.md". Tables keep it: each line is a film."""
    path, _, line = place.rpartition(":")
    return path if line.isdecimal() and not is_table(path) else place
