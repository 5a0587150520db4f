"""The state of a run at one moment, for displays; also computed from the rows of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.model import Cost, JobStatus, JobSummary, Priority, failure_reason

# Statuses in which a run has nothing more to do.
ENDED = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.REVIEW, JobStatus.CANCELLED})
# How many films are kept and shown at most.
MAX_RECENT, MAX_PARKED = 10, 20

# The number of last films that the remaining time is estimated from.
_FEWEST, _MOST = 3, 40
_NEVER, _FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ActiveFilm:
    """A film in progress, since `elapsed_s` seconds; `stage` is empty before the first one."""

    title: str
    stage: str
    elapsed_s: float


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A film that has ended: its length, the time it took, and why it is not completed."""

    title: str
    status: JobStatus
    film_s: float | None = None
    took_s: float = 0.0
    # It existed already.
    untouched: bool = False
    why: str = ""
    # Its addresses on video hosts.
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A parked film; `until` is None if it waits for a person."""

    title: str
    until: datetime | None
    why: str


@dataclass(frozen=True, kw_only=True)
class TimedNotice:
    """A notice, and its age in seconds."""

    text: str
    ago_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The state of a run at one moment."""

    batch: str = ""
    total: int = 0
    # Jobs of the batch by status; statuses without jobs may be missing.
    counts: Mapping[str, int] = field(default_factory=dict)
    # Waiting jobs by priority; empty if unknown.
    waiting_by: Mapping[Priority, int] = field(default_factory=dict)
    # Active films, the longest first; ended ones, the latest first; parked ones, the next to resume first; notices, in
    # the order they arrived.
    at_work: tuple[ActiveFilm, ...] = ()
    recent: tuple[Finished, ...] = ()
    parked: tuple[Parked, ...] = ()
    notices: tuple[TimedNotice, ...] = ()
    # None if no process is running, or unknown.
    elapsed_s: float | None = 0.0
    # None if unknown. Rough: estimated from few films.
    remaining_s: float | None = None
    remaining_is_rough: bool = False
    # Average seconds per film, and per stage. None before the first film.
    film_s: float | None = None
    stage_s: Mapping[str, float] = field(default_factory=dict)
    # The cache hit ratio, 0 to 1. None before the first lookup.
    cache_share: float | None = None
    cost: Cost = field(default_factory=Cost)
    # 0 if unknown.
    at_once: int = 0
    memory_bytes: int = 0
    peak_memory_bytes: int = 0
    cpu_percent: float = 0.0

    @property
    def done(self) -> int:
        """The number of jobs that have ended."""
        return sum(self.counts.get(status, 0) for status in ENDED)

    @property
    def completed(self) -> int:
        """The number of completed jobs."""
        return self.counts.get(JobStatus.COMPLETED, 0)

    @property
    def waiting(self) -> int:
        """The number of pending jobs."""
        return self.counts.get(JobStatus.PENDING, 0)


def snapshot_of_rows(
    rows: Iterable[JobSummary],
    counts: Mapping[JobStatus, int],
    *,
    now: datetime,
    notices: Sequence[str] = (),
    weight_waiting: int = 0,
) -> Snapshot:
    """A snapshot of a batch that other processes run, from its rows and counts by status.

    Rows of pending jobs may be left out if `weight_waiting` is their weight. Memory and CPU are unknown, and the
    remaining time is always rough.
    """
    rows = list(rows)
    at_work = [row for row in rows if row.status is JobStatus.IN_PROGRESS]
    over = sorted((row for row in rows if row.status in ENDED and row.ended_at), key=_ended, reverse=True)
    parked = [
        Parked(title=row.title, until=row.parked_until, why=failure_reason(row))
        for row in rows
        if row.status is JobStatus.PARKED
    ]
    made = [row for row in over if row.status is JobStatus.COMPLETED and row.made and row.started_at]
    found, needed = sum(row.found for row in rows), sum(row.found + row.made for row in rows)
    stages = {stage for row in made for stage in row.seconds}
    began = min((row.started_at for row in rows if row.started_at), default=now)
    return Snapshot(
        batch=rows[0].batch if rows else "",
        total=sum(counts.values()),
        counts={str(status): count for status, count in counts.items()},
        waiting_by=Counter(row.priority for row in rows if row.status is JobStatus.PENDING),
        at_work=tuple(
            ActiveFilm(title=row.title, stage=row.stage, elapsed_s=_seconds(row.started_at, now))
            for row in sorted(at_work, key=lambda row: row.started_at or now)
        ),
        recent=tuple(finished(row) for row in over[:MAX_RECENT]),
        parked=tuple(sorted(parked, key=resume_time)[:MAX_PARKED]),
        notices=tuple(TimedNotice(text=text) for text in notices),
        elapsed_s=_seconds(began, now),
        remaining_s=_rough_s(rows, made, now, weight_waiting) if at_work else None,
        remaining_is_rough=True,
        film_s=sum(_seconds(row.started_at, _ended(row)) for row in made) / len(made) if made else None,
        stage_s={stage: sum(row.seconds.get(stage, 0.0) for row in made) / len(made) for stage in stages},
        cache_share=found / needed if needed else None,
        cost=sum((row.cost for row in rows), Cost()),
    )


def _rough_s(
    rows: Sequence[JobSummary], made: Sequence[JobSummary], now: datetime, weight_waiting: int
) -> float | None:
    """The remaining time at the speed of the last films (`made`: the latest first); None if there are too few."""
    last = made[:_MOST]
    if len(last) < _FEWEST:
        return None
    took_s = _seconds(min(row.started_at or now for row in last), now)
    left = weight_waiting or sum(row.weight for row in rows if row.status is JobStatus.PENDING)
    under_way = [row for row in rows if row.status is JobStatus.IN_PROGRESS]
    # A film in progress is half done on average.
    half = sum(row.weight for row in under_way) / 2
    behind = sum(row.weight for row in last) + half
    return (left + half) * took_s / behind if behind else None


def finished(row: JobSummary, *, took_s: float | None = None, untouched: bool = False) -> Finished:
    """A film that has ended. `took_s` overrides the time from start to end."""
    seconds = _seconds(row.started_at, _ended(row)) if took_s is None else took_s
    return Finished(
        title=row.title,
        status=row.status,
        film_s=row.duration_s,
        took_s=seconds,
        untouched=untouched,
        why=failure_reason(row),
        urls=tuple(row.published.values()),
    )


def resume_time(parked: Parked) -> datetime:
    """Sort key of parked films: those that wait for a person come last."""
    return parked.until or _FOREVER


def _ended(row: JobSummary) -> datetime:
    return row.ended_at or _NEVER


def _seconds(since: datetime | None, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds()) if since else 0.0
