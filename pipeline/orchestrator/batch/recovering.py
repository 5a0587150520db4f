"""What is left of a series whose list of numbers is gone: the jobs that made its films know which episodes they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from pipeline.errors import CheckpointError
from pipeline.model import Job, JobStatus
from pipeline.orchestrator.workshop import Workshop
from pipeline.orchestrator.workshop.serials import episode_key, subject_key, track_of
from pipeline.state.episodes import Episode, EpisodeFilm


def known_episodes(series: str, shop: Workshop) -> list[Episode]:
    """The episodes of a series, by number, as far as batches know films of them. Reads every batch, and blocks.

    Where two jobs say different things, the one whose film more people have seen is right: published, made, planned.
    """
    found: dict[str, Episode] = {}
    taken: set[int] = set()
    for job in sorted(_jobs(series, shop), key=lambda job: (not job.published, job.status is not JobStatus.COMPLETED)):
        brief, key = job.brief, episode_key(job.brief)
        if key not in found and brief.episode not in taken:
            found[key] = Episode(key=key, number=brief.episode, title=brief.title, where=brief.origin)
            taken.add(brief.episode)
        if key in found and found[key].number == brief.episode:
            film = EpisodeFilm(batch=job.batch, job=job.id, subject=subject_key(brief))
            found[key].films.setdefault(track_of(brief), film)
    return sorted(found.values(), key=lambda each: each.number)


def _jobs(series: str, shop: Workshop) -> Iterator[Job]:
    store = shop.store
    for batch in store.batch_names():
        # In memory: whoever only wants to know what would be made changes nothing.
        for row in store.glance(batch).rows_whose("series", series):
            with contextlib.suppress(CheckpointError):  # a damaged one is told where it is made
                if row.episode and (job := store.read_job(batch, row.id)):
                    yield job
