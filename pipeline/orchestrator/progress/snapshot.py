"""A run at one moment, as any display can draw it, and how it is read off the rows of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.model import Cost, JobStatus, JobSummary, Priority, failure_reason

# Statuses that need nothing more from a run.
ENDED = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.REVIEW, JobStatus.CANCELLED})
# How many of a kind are kept and shown, at most.
MAX_RECENT, MAX_PARKED = 10, 20

# A remaining time is learned from so many of the last films.
_FEWEST, _MOST = 3, 40
_NEVER, _FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ActiveFilm:
    """A film on its way for so many seconds; `stage` is empty before the first one."""

    title: str
    stage: str
    elapsed_s: float


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A film that is over: its length, how long it took, and why it is not completed."""

    title: str
    status: JobStatus
    film_s: float | None = None
    took_s: float = 0.0
    # It was there already.
    untouched: bool = False
    why: str = ""
    # Where it is seen, on video hosts.
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A film that waits: until a time, or (None) for a person."""

    title: str
    until: datetime | None
    why: str


@dataclass(frozen=True, kw_only=True)
class TimedNotice:
    """Something that was said about the run as a whole, so many seconds ago."""

    text: str
    ago_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A run at one moment."""

    batch: str = ""
    total: int = 0
    # Jobs of the batch by status; one that no job has may be missing.
    counts: Mapping[str, int] = field(default_factory=dict)
    # Those waiting, by how urgent they are; empty: not known.
    waiting_by: Mapping[Priority, int] = field(default_factory=dict)
    # At work, the longest first; over, the last first; parked, those that go on soonest first; notices, as they came.
    at_work: tuple[ActiveFilm, ...] = ()
    recent: tuple[Finished, ...] = ()
    parked: tuple[Parked, ...] = ()
    notices: tuple[TimedNotice, ...] = ()
    # None: nobody is at work, or it is not known.
    elapsed_s: float | None = 0.0
    # None: not known yet. Rough: learned from few films.
    remaining_s: float | None = None
    remaining_is_rough: bool = False
    # Averages of films that were made: seconds from beginning to end, and by stage. None: no film yet.
    film_s: float | None = None
    stage_s: Mapping[str, float] = field(default_factory=dict)
    # Of the files that were needed, the part that the cache had, 0 to 1. None: none was needed yet.
    cache_share: float | None = None
    cost: Cost = field(default_factory=Cost)
    # 0: not known.
    at_once: int = 0
    memory_bytes: int = 0
    peak_memory_bytes: int = 0
    cpu_percent: float = 0.0

    @property
    def done(self) -> int:
        """Jobs that need nothing more, whatever became of them."""
        return sum(self.counts.get(status, 0) for status in ENDED)

    @property
    def completed(self) -> int:
        """Jobs whose films are there."""
        return self.counts.get(JobStatus.COMPLETED, 0)

    @property
    def waiting(self) -> int:
        """Jobs that wait for their turn."""
        return self.counts.get(JobStatus.PENDING, 0)


def snapshot_of_rows(
    rows: Iterable[JobSummary],
    counts: Mapping[str, int],
    *,
    now: datetime,
    notices: Sequence[str] = (),
    weight_waiting: int = 0,
) -> Snapshot:
    """The same picture of a batch that another process makes, from its rows and its counts by status.

    Rows of pending jobs may be left out, if `weight_waiting` says how much work they are.

    What only that process knows (memory, CPU) is missing, and the remaining time is always a rough one.
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
        counts=dict(counts),
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
    """What is left, at the pace of the last films made (`made`: the last one first). None: of too few."""
    last = made[:_MOST]
    if len(last) < _FEWEST:
        return None
    took_s = _seconds(min(row.started_at or now for row in last), now)
    left = weight_waiting or sum(row.weight for row in rows if row.status is JobStatus.PENDING)
    under_way = [row for row in rows if row.status is JobStatus.IN_PROGRESS]
    # On average a film under way is half done.
    half = sum(row.weight for row in under_way) / 2
    behind = sum(row.weight for row in last) + half
    return (left + half) * took_s / behind if behind else None


def finished(row: JobSummary, *, took_s: float | None = None, untouched: bool = False) -> Finished:
    """A row that is over; how long it took, unless somebody has timed it."""
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
    """For sorting parked films: by their time, those that wait for a person last."""
    return parked.until or _FOREVER


def _ended(row: JobSummary) -> datetime:
    return row.ended_at or _NEVER


def _seconds(since: datetime | None, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds()) if since else 0.0
