"""From briefs to jobs: ids, folder names, and what an earlier run of the same batch has already done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.model import Brief, Job
from pipeline.model.names import safe_name
from pipeline.orchestrator.workshop import Workshop

_NAME_MAX_CHARS = 60


def plan_jobs(briefs: Sequence[Brief], workshop: Workshop, known: Sequence[Job], *, batch: str) -> tuple[Job, ...]:
    """A job per different brief, in order: the one `known` from an earlier run, or a new one.

    Two briefs that would give the same film are one job. A brief that has changed is a new job, which takes over the
    folder of the film it replaces. `briefs` are complete (`Workshop.complete`). Reads templates.
    """
    by_id = {job.id: job for job in known}
    taken = {job.name: job for job in known}
    planned: dict[str, Job] = {}
    for brief in briefs:
        job_id = workshop.job_id(brief)
        if job_id in planned:
            continue
        job = by_id.get(job_id) or Job(id=job_id, batch=batch, name="", brief=brief)
        if taken.get(job.name) is not job:
            # New, or back after another film has taken its folder: what lies there is not its film.
            job = job.evolve(name=_free_name(brief, job_id, taken), receipt=None)
        planned[job_id] = taken[job.name] = job
    return tuple(planned.values())


def superseded(known: Sequence[Job], planned: Sequence[Job]) -> tuple[Job, ...]:
    """The known jobs whose folder now belongs to another job of the plan."""
    owners = {job.name: job.id for job in planned}
    return tuple(job for job in known if owners.get(job.name, job.id) != job.id)


def _free_name(brief: Brief, job_id: str, taken: Mapping[str, Job]) -> str:
    name = film_name(brief.title)
    holder = taken.get(name)
    # The same place of the same source with other content, or the same topic under other settings: the film is
    # replaced, not doubled.
    if holder is None or (holder.brief.origin == brief.origin and (brief.origin or holder.brief.title == brief.title)):
        return name
    return f"{name}-{job_id[:6]}"


def film_name(title: str) -> str:
    """The folder name of a film, safe on every system and still readable."""
    return safe_name(title, _NAME_MAX_CHARS, default="film")
