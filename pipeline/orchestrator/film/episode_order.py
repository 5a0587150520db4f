"""The order of the episodes of a series: each waits for the one before it.

An episode is published once those before it are published or have failed, and its script is written once theirs are
written. A waiting episode is parked without a time, so that no batch blocks on a review. Whoever finishes a step
releases the next episode, and a run with nothing else to do checks once more (`release_waiting_episodes`), so that no
release is missed.

All functions block, except for coroutines.
"""

from __future__ import annotations

import shlex
from bisect import bisect_right
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError, TurnError
from pipeline.model import STANDALONE_BATCHES, UNFINISHED, Brief, Job, JobStatus, JobSummary, advance
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.hosts import Hosts
from pipeline.orchestrator.context.series import ledger_of, seen_at, subject_key, track_of
from pipeline.orchestrator.film.earlier_episodes import episodes_before, knows_earlier_episodes
from pipeline.state import CheckpointStore
from pipeline.state.episodes import Episode, EpisodeFilm

# Why a waiting episode goes on, as its history records it.
ITS_TURN = "its turn has come in the series"
_GIVEN_UP = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})
_OVER = _GIVEN_UP | {JobStatus.COMPLETED}
# How many skipped episodes are reported.
_MOST_SKIPPED = 3


def turn_error(job: Job, context: RunContext, stage: str) -> TurnError | None:
    """The error for an episode that has to wait before this stage; None: it may go on."""
    brief = job.brief
    table = context.settings.series.get(brief.series)
    if table is None or not brief.episode:
        return None
    if stage == "script":
        found = _nearest_unwritten(job, context) if table.remember else None
    else:
        found = _nearest_unpublished(job, context) if table.order == "strict" and context.hosts.requested else None
    if found is None:
        return None
    episode, row = found
    status = row.status.value.replace("_", " ")
    what = "the script of episode" if stage == "script" else "episode"
    # An episode that waits for its turn itself reports that itself: its reason is not repeated here.
    why = (row.error.cause or row.why) if row.error else row.why
    has_own_reason = bool(why) and not (row.error and row.error.kind == TurnError.__name__)
    message = f"waits for {what} {episode.number}, “{episode.title}” ({status}{f': {why}' if has_own_reason else ''})"
    return TurnError(message, where=job.folder, hint=_turn_hint(row))


def _turn_hint(before: JobSummary) -> str:
    """What to do about the episode that another one waits for; empty: nothing, a process is making it."""
    typed = shlex.quote(before.batch)
    if before.status is JobStatus.IN_PROGRESS:
        return ""
    return (
        f"nightreel review {typed} shows it"
        if before.status is JobStatus.REVIEW
        else f"nightreel resume {typed} continues it"
    )


def skipped_episodes(job: Job, context: RunContext) -> tuple[str, ...]:
    """A line for each unpublished episode that this one overtakes, back to the last published one."""
    lines: list[str] = []
    for episode, film in _before(job.brief, context.workspace):
        row = _row(film, context.store)
        if len(lines) == _MOST_SKIPPED or _is_published(film, row, context.hosts):
            break
        if row and row.status is JobStatus.COMPLETED:
            continue  # it was made without publishing
        status = row.status.value if row else "gone"
        lines.append(f"episode {episode.number}, “{episode.title}”, is not out ({status}): this one went out first")
    return tuple(reversed(lines))


def _before(brief: Brief, workspace: Path) -> Iterator[tuple[Episode, EpisodeFilm]]:
    """The earlier films of the same track, the nearest first. Lazy: looking up thousands of episodes is slow."""
    track = track_of(brief)
    for episode in episodes_before(brief.episode, ledger_of(workspace, brief.series).episodes()):
        if film := episode.films.get(track):
            yield episode, film


def _row(film: EpisodeFilm, store: CheckpointStore) -> JobSummary | None:
    """The index row of a film's job; None: its batch no longer lists it."""
    if not store.folder(film.batch).exists():
        return None
    return store.index(film.batch).listed(film.job)


def _is_published(film: EpisodeFilm, row: JobSummary | None, hosts: Hosts) -> bool:
    """Whether a film is published at all requested hosts. If its batch is gone, the journals of the channels count."""
    if row is None:
        return bool(seen_at(film.subject, hosts.journals))
    return set(hosts.requested) <= row.published.keys()


def _nearest_unpublished(job: Job, context: RunContext) -> tuple[Episode, JobSummary] | None:
    """The nearest earlier episode that is still to be published. The search ends at a published one."""
    for episode, film in _before(job.brief, context.workspace):
        row = _row(film, context.store)
        if _is_published(film, row, context.hosts):
            return None
        if row is None or row.status in _GIVEN_UP:
            continue
        # A completed episode that is not published was made without publishing.
        if row.status is not JobStatus.COMPLETED:
            return episode, row
    return None


def _nearest_unwritten(job: Job, context: RunContext) -> tuple[Episode, JobSummary] | None:
    """The nearest earlier episode of the same batch whose script is still to be written."""
    if job.batch in STANDALONE_BATCHES or not knows_earlier_episodes(job.brief, context):
        return None
    ledger = ledger_of(context.workspace, job.brief.series)
    for episode, film in _before(job.brief, context.workspace):
        if film.batch != job.batch:
            continue
        if ledger.is_written(film):
            return None  # it has waited for all earlier ones
        if (row := _row(film, context.store)) and row.status in UNFINISHED:
            return episode, row
    return None


async def release_next_episode(job: Job, context: RunContext, *, stage: str = "") -> None:
    """Release the next episode if it waits for this one before `stage`; empty: before any stage."""
    after = await to_thread.run_sync(_next_waiting, job, context, stage)
    if after:
        await _release(after, context)


def _next_waiting(job: Job, context: RunContext, stage: str) -> EpisodeFilm | None:
    brief = job.brief
    if not (brief.series and brief.episode):
        return None
    track, episodes = track_of(brief), ledger_of(context.workspace, brief.series).episodes()
    for episode in episodes[bisect_right(episodes, brief.episode, key=attrgetter("number")) :]:
        film = episode.films.get(track)
        row = _row(film, context.store) if film else None
        if row and row.status not in _OVER:
            # All later episodes wait for this one, whether it waits itself or not.
            return film if _is_waiting(row) and stage in {"", row.error and row.error.stage} else None
    return None


def _is_waiting(row: JobSummary | Job) -> bool:
    return row.status is JobStatus.PARKED and row.error is not None and row.error.kind == TurnError.__name__


async def _release(film: EpisodeFilm, context: RunContext) -> bool:
    store = context.store
    try:
        async with store.claims.claim(film.batch, film.job, what=film.job, wait_s=0):
            job = await store.load_job(film.batch, film.job)
            if not _is_waiting(job):
                return False
            job = advance(job, JobStatus.PENDING, at=context.clock(), why=ITS_TURN)
            await store.save_job(job.evolve(error=None))
            return True
    except (BusyError, CheckpointError):
        return False


async def release_waiting_episodes(batch: str, context: RunContext) -> int:
    """Release the episodes of a batch whose wait is over; return how many."""
    if not context.settings.series or not await to_thread.run_sync(context.store.folder(batch).exists):
        return 0
    free = await to_thread.run_sync(_no_longer_waiting, batch, context)
    return sum([await _release(film, context) for film in free])


def _no_longer_waiting(batch: str, context: RunContext) -> list[EpisodeFilm]:
    # Only the first waiting episode of a track can have nothing to wait for.
    first: dict[tuple[object, ...], JobSummary] = {}
    for row in filter(_is_waiting, context.store.index(batch).rows(JobStatus.PARKED)):
        track = (row.series, row.language, row.format, row.variant, row.stage)
        if track not in first or row.episode < first[track].episode:
            first[track] = row
    found = []
    for row in first.values():
        job = context.store.read_job(batch, row.id)
        if job and job.error and turn_error(job, context.for_request(job.asked), job.error.stage) is None:
            found.append(EpisodeFilm(batch=batch, job=job.id, subject=subject_key(job.brief)))
    return found
