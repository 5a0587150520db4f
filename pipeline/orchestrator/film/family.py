"""The films of one brief in other languages, as far as their words are known."""

from __future__ import annotations

from pipeline.model import Job, JobStatus, Script
from pipeline.orchestrator.workshop.hosts import Family
from pipeline.state import CheckpointStore

# Of such a film nobody waits for words; of one that waits for a person, nobody knows when.
_GIVEN_UP = (JobStatus.FAILED, JobStatus.CANCELLED)
_UNDER_WAY = (JobStatus.PENDING, JobStatus.IN_PROGRESS)


def family_of(job: Job, store: CheckpointStore) -> Family:
    """The siblings of a job in its batch: the same brief, variant and format, another language. Blocks."""
    brief = job.brief
    words: dict[str, Script] = {}
    untold: list[str] = []
    follows = True
    for row in store.refreshed(job.batch).rows_whose("origin", brief.origin):
        if (row.topic, row.variant, row.format) != (brief.title, brief.variant, brief.format or ""):
            continue
        if row.language == brief.language:
            continue
        sibling = store.read_job(row.batch, row.id) if row.writer else None
        if sibling and sibling.script:
            words[row.language] = sibling.script
        elif row.status not in _GIVEN_UP:
            untold.append(row.language)
            follows &= row.status in _UNDER_WAY or row.parked_until is not None
    return Family(words=words, untold=tuple(sorted(untold)), untold_follow=bool(untold) and follows)
