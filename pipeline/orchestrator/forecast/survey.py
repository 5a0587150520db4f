"""Survey all films of a run before it starts: what exists, what the cache has, and what would fail. Blocks."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress

from pipeline.errors import InputError, NightreelError, StorageError
from pipeline.language.text import counted
from pipeline.model import Brief, JobStatus, JobSummary, Priority
from pipeline.orchestrator.batch.batches import refuse_shared_output_file
from pipeline.orchestrator.batch.plan import DraftPlan
from pipeline.orchestrator.batch.planning import draft_plan
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.brief_resolver import BriefResolver
from pipeline.orchestrator.forecast.findings import Films, RunSurvey
from pipeline.orchestrator.forecast.surveyor import Surveyor
from pipeline.state import CheckpointStore

_MAX_EPISODES = 20


def survey(briefs: Collection[Brief], context: RunContext, *, batch: str, priority: Priority) -> RunSurvey:
    """Survey all films of a run. Calls no service and changes nothing. For a thread of `anyio.to_thread`."""
    surveyor = Surveyor(context, batch)
    try:
        _check_run(briefs, context, batch)
        draft = draft_plan(briefs, context, batch=batch, priority=priority)
    except NightreelError as error:
        surveyor.add_fatal(error)
        for brief in briefs:
            with suppress(InputError):  # an unknown series, which has been reported
                for film in context.briefs.films_of(brief):
                    surveyor.survey(film)
        return surveyor.result(Films(asked=context.briefs.count_films(briefs)))
    films = _count(briefs, draft, context.briefs, surveyor)
    surveyor.notes += (*context.briefs.idle_voices(briefs), *_notes(draft, context.store, batch))
    draft.index.close()
    return surveyor.result(films)


def _check_run(briefs: Collection[Brief], context: RunContext, batch: str) -> None:
    context.store.folder(batch)
    refuse_shared_output_file(briefs, context)
    context.hosts.refuse_offline()
    for folder in (context.paths.films_root, context.workspace / "state"):
        existing = next(place for place in (folder, *folder.parents) if place.exists())
        if folder.suffix.lower() != ".mp4" and not existing.is_dir():
            raise StorageError("is in the way: not a folder", where=str(existing), hint="Move it, or choose --output")
        if not os.access(existing, os.W_OK):
            hint = "Check the permissions of the folder, or choose another with --workspace or --output"
            raise StorageError("can't be written", where=str(existing), hint=hint)


def _count(briefs: Collection[Brief], draft: DraftPlan, resolver: BriefResolver, surveyor: Surveyor) -> Films:
    """Count the films by what would happen to them, and survey those to make."""
    changed = {change.job for change in draft.plan.changed}
    counts: dict[str, int] = {}
    for job_id, brief in draft.briefs.items():
        row = draft.index.find(job_id)
        kind = _kind(row, is_changed=job_id in changed)
        counts[kind] = counts.get(kind, 0) + 1
        if kind not in {"there", "review", "cancelled"}:
            surveyor.survey(brief, begun=job_id if row and row.attempts else "")
    return Films(
        asked=resolver.count_films(briefs),
        twice=resolver.count_films(briefs) - len(draft.briefs),
        replacing=len(draft.plan.replaced),
        impossible=surveyor.impossible,
        **counts,
    )


def _kind(row: JobSummary | None, *, is_changed: bool) -> str:
    """The field of `Films` that counts a job."""
    if row is None:
        return "new"
    if row.status is JobStatus.COMPLETED:
        return "gone" if is_changed else "there"
    if row.status is JobStatus.PARKED:
        return "parked" if row.parked_until else "again"
    if row.status is JobStatus.FAILED:
        return "again"
    if row.status in {JobStatus.REVIEW, JobStatus.CANCELLED}:
        return row.status.value
    return "begun" if row.attempts else "new"


def _notes(draft: DraftPlan, store: CheckpointStore, batch: str) -> list[str]:
    notes = [*_episodes(draft), *([draft.plan.conflict_notice] if draft.plan.folder_conflicts else [])]
    for damage in draft.index.damages():
        is_damaged = store.is_damaged(batch, damage.job)
        notes.append(f"{damage.message}; it would be moved aside and made again" if is_damaged else damage.message)
    if workers := store.claims.workers(batch):
        processes = ", ".join(map(str, workers))
        notes.append(f"this batch is being made by process {processes}: a second one would share the work")
    return notes


def _episodes(draft: DraftPlan) -> Iterator[str]:
    """Notes about the numbers that episodes would get."""
    numbers = {(film.series, film.episode): film.title for film in draft.briefs.values() if film.episode}
    for (series, number), title in list(numbers.items())[:_MAX_EPISODES]:
        yield f"series “{series}”: “{title}” is episode {number}"
    if len(numbers) > _MAX_EPISODES:
        yield f"and {counted(len(numbers) - _MAX_EPISODES, 'more episode')}"
