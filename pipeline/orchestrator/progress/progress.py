"""The progress of a run, accumulated from its events.

Memory is bounded by the number of active films: of all others, only sums and the last few are kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.model import Cost, Job, JobStatus, estimated_chars, summary_of, title_of
from pipeline.orchestrator.events import JobEvent, Notice, RunEvent, RunMetrics
from pipeline.orchestrator.film.stages import STAGES
from pipeline.orchestrator.progress.remaining import RemainingTime
from pipeline.orchestrator.progress.snapshot import (
    ENDED,
    MAX_PARKED,
    MAX_RECENT,
    ActiveFilm,
    Finished,
    Parked,
    Snapshot,
    TimedNotice,
    finished,
    resume_time,
)

_NOTICES = 5
# Films made before a rough remaining time is shown, and before it counts as exact.
_ROUGH_FROM, _GOOD_FROM = 3, 10


@dataclass(kw_only=True)
class _Film:
    started_s: float
    title: str = ""
    stage: str = ""
    # Records of earlier attempts: later ones are of this attempt.
    records: int = 0


class Progress:
    """Accumulates events into snapshots. `clock` is monotonic, in seconds, e.g. `time.monotonic`.

    `batch` is the one that is run; empty: that of the first metrics.
    """

    def __init__(self, clock: Callable[[], float], *, total: int = 0, batch: str = "") -> None:
        self._clock = clock
        self._began_s = clock()
        self._batch = batch
        self._metrics = RunMetrics(batch="")
        # The counts of the last metrics, updated by later events.
        self._counts: dict[str, int] = {JobStatus.PENDING: total}
        self._at_work: dict[str, _Film] = {}
        self._recent: deque[Finished] = deque(maxlen=MAX_RECENT)
        # Each with the time it arrived.
        self._notices: deque[tuple[float, str]] = deque(maxlen=_NOTICES)
        self._parked: dict[str, Parked] = {}
        # Weight of parked films by the minute they resume: few distinct minutes, however many films.
        self._resuming: dict[int, int] = {}
        self._remaining = RemainingTime([stage.name for stage in STAGES])
        self._made, self._made_s = 0, 0.0
        self._stage_s: dict[str, float] = {}
        self._found = self._needed = 0
        self._cost = Cost()
        self._peak_bytes = 0

    def handle(self, event: RunEvent) -> None:
        """Update the progress by an event."""
        if isinstance(event, JobEvent):
            self._handle_job(event)
        elif isinstance(event, Notice):
            self._notices.append((self._clock(), event.text))
        else:
            self._metrics = event
            self._batch = event.batch
            self._counts = dict(event.counts) or self._counts
            self._peak_bytes = max(self._peak_bytes, event.memory_bytes)
            self._remaining.update(event, now_s=self._clock())

    @property
    def latest(self) -> Finished | None:
        """The film that ended last."""
        return self._recent[0] if self._recent else None

    def snapshot(self) -> Snapshot:
        """The present state of the run."""
        now_s = self._clock()
        made = self._made
        at_work = sorted(self._at_work.values(), key=lambda film: film.started_s)
        known = self._remaining.made >= _ROUGH_FROM
        return Snapshot(
            batch=self._batch,
            total=sum(self._counts.values()),
            counts=dict(self._counts),
            at_work=tuple(
                ActiveFilm(title=film.title, stage=film.stage, elapsed_s=now_s - film.started_s) for film in at_work
            ),
            recent=tuple(self._recent),
            parked=tuple(sorted(self._parked.values(), key=resume_time)),
            notices=tuple(TimedNotice(text=text, ago_s=now_s - at_s) for at_s, text in self._notices),
            elapsed_s=now_s - self._began_s,
            remaining_s=self._remaining_s(now_s) if known and not self._has_ended else None,
            remaining_is_rough=self._remaining.made < _GOOD_FROM,
            film_s=self._made_s / made if made else None,
            stage_s={stage: seconds / made for stage, seconds in self._stage_s.items()} if made else {},
            cache_share=self._found / self._needed if self._needed else None,
            cost=self._cost,
            at_once=self._metrics.at_once,
            memory_bytes=self._metrics.memory_bytes,
            peak_memory_bytes=self._peak_bytes,
            cpu_percent=self._metrics.cpu_percent,
        )

    def _handle_job(self, event: JobEvent) -> None:
        job, now_s = event.job, self._clock()
        self._parked.pop(job.id, None)
        if event.untouched:
            self._recent.appendleft(
                replace(finished(summary_of(job), untouched=True), took_s=0.0, title=self._title(job))
            )
            # Metrics count it as completed from the start.
            if not self._metrics.batch:
                self._count(job, JobStatus.PENDING, JobStatus.COMPLETED)
        elif job.status is JobStatus.IN_PROGRESS:
            self._advance(job, now_s)
        else:
            self._end(job, now_s)

    def _advance(self, job: Job, now_s: float) -> None:
        """A film was started, or entered a stage."""
        film = self._at_work.get(job.id)
        if film is None:
            self._count(job, JobStatus.PENDING, JobStatus.IN_PROGRESS)
            film = self._at_work[job.id] = _Film(started_s=now_s, records=len(job.records))
        film.title, film.stage = self._title(job), job.stage
        self._remaining.entered(job.id, weight=estimated_chars(job.brief), stage=job.stage, now_s=now_s)

    def _end(self, job: Job, now_s: float) -> None:
        """A film has ended, or waits."""
        film = self._at_work.pop(job.id, None)
        self._count(job, JobStatus.IN_PROGRESS if film else JobStatus.PENDING, job.status)
        if job.status is JobStatus.PARKED:
            self._park(job, now_s)
        records = job.records[film.records :] if film else ()
        found, made = sum(record.found for record in records), sum(record.made for record in records)
        self._found += found
        self._needed += found + made
        self._cost = sum((record.cost for record in records), self._cost)
        all_found = found > 0 and made == 0
        self._remaining.left(job.id, status=job.status, found=all_found, now_s=now_s)
        if job.status not in ENDED:
            return
        took_s = now_s - film.started_s if film else 0.0
        self._recent.appendleft(replace(finished(summary_of(job), took_s=took_s), title=self._title(job)))
        if film and job.status is JobStatus.COMPLETED and not all_found:
            self._made += 1
            self._made_s += took_s
            for record in records:
                self._stage_s[record.stage] = self._stage_s.get(record.stage, 0.0) + record.seconds

    def _park(self, job: Job, now_s: float) -> None:
        step = job.history[-1] if job.history else None
        self._parked[job.id] = Parked(title=self._title(job), until=job.parked_until, why=step.why if step else "")
        if len(self._parked) > MAX_PARKED:
            del self._parked[max(self._parked, key=lambda key: resume_time(self._parked[key]))]
        if step and job.parked_until:
            # A duration, since `clock` is not the wall clock.
            minute = round((now_s + (job.parked_until - step.at).total_seconds()) / 60)
            self._resuming[minute] = self._resuming.get(minute, 0) + estimated_chars(job.brief)

    def _is_ours(self, job: Job) -> bool:
        """Whether a job belongs to the batch that is run, not to the queue."""
        return self._batch in {"", job.batch}

    def _title(self, job: Job) -> str:
        title = title_of(job)
        return title if self._is_ours(job) else f"{job.batch}: {title}"

    def _count(self, job: Job, before: JobStatus, after: JobStatus) -> None:
        """Update the counts for a change of status, until the next metrics have those of the whole batch."""
        if not self._is_ours(job):
            return
        self._counts[before] = max(0, self._counts.get(before, 0) - 1)
        self._counts[after] = self._counts.get(after, 0) + 1

    @property
    def _has_ended(self) -> bool:
        """Whether all films have ended; cleaning up takes a moment longer."""
        return bool(self._counts) and all(status in ENDED for status, count in self._counts.items() if count)

    def _remaining_s(self, now_s: float) -> float | None:
        """The remaining time of all work, but no less than parked films need after they resume."""
        remaining_s = self._remaining.remaining_s(now_s)
        self._resuming = {minute: weight for minute, weight in self._resuming.items() if minute * 60 > now_s}
        if remaining_s is None:
            return None
        weight = 0
        for minute in sorted(self._resuming, reverse=True):
            weight += self._resuming[minute]
            remaining_s = max(remaining_s, minute * 60 - now_s + self._remaining.work_s(weight))
        return remaining_s
