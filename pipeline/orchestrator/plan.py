"""From briefs to jobs: ids, folder names, and what an earlier run of the same batch has already done."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pipeline.model import Brief, Job
from pipeline.orchestrator.workshop import Workshop

# Reserved on Windows, with and without an extension.
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_NAME_MAX_CHARS = 60


def plan_jobs(briefs: Sequence[Brief], workshop: Workshop, known: Sequence[Job], *, batch: str) -> tuple[Job, ...]:
    """A job per different brief, in order: the one `known` from an earlier run, or a new one.

    Two briefs that would give the same film are one job. A brief that has changed is a new job, which takes over the
    folder of the film it replaces.
    """
    by_id = {job.id: job for job in known}
    planned: dict[str, Job] = {}
    for brief in map(workshop.complete, briefs):
        job_id = workshop.job_id(brief)
        if job_id not in planned:
            taken = {job.name: job for job in (*known, *planned.values())}
            planned[job_id] = by_id.get(job_id) or Job(
                id=job_id, batch=batch, name=_free_name(brief, job_id, taken), brief=brief
            )
    return tuple(planned.values())


def superseded(known: Sequence[Job], planned: Sequence[Job]) -> tuple[Job, ...]:
    """The known jobs whose folder now belongs to another job of the plan."""
    owners = {job.name: job.id for job in planned}
    return tuple(job for job in known if owners.get(job.name, job.id) != job.id)


def _free_name(brief: Brief, job_id: str, taken: dict[str, Job]) -> str:
    name = film_name(brief.title)
    holder = taken.get(name)
    # The same line of the same source with other content: the film is replaced, not doubled.
    if holder is None or holder.brief.origin == brief.origin:
        return name
    return f"{name}-{job_id[:6]}"


def film_name(title: str) -> str:
    """A folder name that is safe on every system and still readable: "Why is the sky blue?" -> why-is-the-sky-blue.

    Letters of every script are kept; an empty result becomes "film".
    """
    text = unicodedata.normalize("NFKC", title).casefold()
    name = re.sub(r"[^\w]+", "-", re.sub(r"[’']", "", text)).strip("-_")[:_NAME_MAX_CHARS].rstrip("-_")
    return f"{name}-film" if name in _RESERVED else name or "film"
