"""How a run stands: the events of a night become one small picture that any display can draw.

Memory is bounded by the films at work: of everything else only sums and the last few are kept.
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
# From so many films on there is a remaining time, and from so many on it is a good one.
_ROUGH_FROM, _GOOD_FROM = 3, 10


@dataclass(kw_only=True)
class _Film:
    begun_s: float
    title: str = ""
    stage: str = ""
    # How many records it had when it was taken up: the later ones are of this attempt.
    records: int = 0


class Progress:
    """Hears events and says how the run stands. `clock` is steady, in seconds, e.g. `time.monotonic`.

    `batch` is the one that is run; empty: the one that the first pulse tells of.
    """

    def __init__(self, clock: Callable[[], float], *, total: int = 0, batch: str = "") -> None:
        self._clock = clock
        self._began_s = clock()
        self._batch = batch
        self._pulse = RunMetrics(batch="")
        # As the last pulse said, with what happened since.
        self._counts: dict[str, int] = {JobStatus.PENDING: total}
        self._at_work: dict[str, _Film] = {}
        self._recent: deque[Finished] = deque(maxlen=MAX_RECENT)
        # Each with the moment it came.
        self._notices: deque[tuple[float, str]] = deque(maxlen=_NOTICES)
        self._parked: dict[str, Parked] = {}
        # Weight that goes on at a time, by the minute it comes: there are few different ones, however many films.
        self._released: dict[int, int] = {}
        self._remaining = RemainingTime([stage.name for stage in STAGES])
        self._made, self._made_s = 0, 0.0
        self._stage_s: dict[str, float] = {}
        self._found = self._needed = 0
        self._cost = Cost()
        self._peak_bytes = 0

    def hear(self, event: RunEvent) -> None:
        """Take in what happened."""
        if isinstance(event, JobEvent):
            self._hear_job(event)
        elif isinstance(event, Notice):
            self._notices.append((self._clock(), event.text))
        else:
            self._pulse = event
            self._batch = event.batch
            self._counts = dict(event.counts) or self._counts
            self._peak_bytes = max(self._peak_bytes, event.memory_bytes)
            self._remaining.heard(event, now_s=self._clock())

    @property
    def latest(self) -> Finished | None:
        """The film that was over last."""
        return self._recent[0] if self._recent else None

    def snapshot(self) -> Snapshot:
        """How it stands now."""
        now_s = self._clock()
        made = self._made
        at_work = sorted(self._at_work.values(), key=lambda film: film.begun_s)
        known = self._remaining.made >= _ROUGH_FROM
        return Snapshot(
            batch=self._batch,
            total=sum(self._counts.values()),
            counts=dict(self._counts),
            at_work=tuple(
                ActiveFilm(title=film.title, stage=film.stage, elapsed_s=now_s - film.begun_s) for film in at_work
            ),
            recent=tuple(self._recent),
            parked=tuple(sorted(self._parked.values(), key=resume_time)),
            notices=tuple(TimedNotice(text=text, ago_s=now_s - at_s) for at_s, text in self._notices),
            elapsed_s=now_s - self._began_s,
            remaining_s=self._remaining_s(now_s) if known and not self._is_over else None,
            remaining_is_rough=self._remaining.made < _GOOD_FROM,
            film_s=self._made_s / made if made else None,
            stage_s={stage: seconds / made for stage, seconds in self._stage_s.items()} if made else {},
            cache_share=self._found / self._needed if self._needed else None,
            cost=self._cost,
            at_once=self._pulse.at_once,
            memory_bytes=self._pulse.memory_bytes,
            peak_memory_bytes=self._peak_bytes,
            cpu_percent=self._pulse.cpu_percent,
        )

    def _hear_job(self, event: JobEvent) -> None:
        job, now_s = event.job, self._clock()
        self._parked.pop(job.id, None)
        if event.untouched:
            self._recent.appendleft(
                replace(finished(summary_of(job), untouched=True), took_s=0.0, title=self._title(job))
            )
            # A pulse counts it as completed from the start.
            if not self._pulse.batch:
                self._count(job, JobStatus.PENDING, JobStatus.COMPLETED)
        elif job.status is JobStatus.IN_PROGRESS:
            self._go_on(job, now_s)
        else:
            self._stop(job, now_s)

    def _go_on(self, job: Job, now_s: float) -> None:
        """A film was taken up, or entered a stage."""
        film = self._at_work.get(job.id)
        if film is None:
            self._count(job, JobStatus.PENDING, JobStatus.IN_PROGRESS)
            film = self._at_work[job.id] = _Film(begun_s=now_s, records=len(job.records))
        film.title, film.stage = self._title(job), job.stage
        self._remaining.entered(job.id, weight=estimated_chars(job.brief), stage=job.stage, now_s=now_s)

    def _stop(self, job: Job, now_s: float) -> None:
        """A film is over, or waits."""
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
        took_s = now_s - film.begun_s if film else 0.0
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
            # How long, not until when: our clock is none that a person reads.
            minute = round((now_s + (job.parked_until - step.at).total_seconds()) / 60)
            self._released[minute] = self._released.get(minute, 0) + estimated_chars(job.brief)

    def _is_ours(self, job: Job) -> bool:
        """Whether it is of the batch that is run, and not of the queue."""
        return self._batch in {"", job.batch}

    def _title(self, job: Job) -> str:
        title = title_of(job)
        return title if self._is_ours(job) else f"{job.batch}: {title}"

    def _count(self, job: Job, before: JobStatus, after: JobStatus) -> None:
        """Count a film in its new status here, until the next pulse brings the counts of the whole batch."""
        if not self._is_ours(job):
            return
        self._counts[before] = max(0, self._counts.get(before, 0) - 1)
        self._counts[after] = self._counts.get(after, 0) + 1

    @property
    def _is_over(self) -> bool:
        """Whether all films are; tidying up takes a moment more."""
        return bool(self._counts) and all(status in ENDED for status, count in self._counts.items() if count)

    def _remaining_s(self, now_s: float) -> float | None:
        """All work at our pace, and no sooner than what is parked can be done after its time."""
        remaining_s = self._remaining.remaining_s(now_s)
        self._released = {minute: weight for minute, weight in self._released.items() if minute * 60 > now_s}
        if remaining_s is None:
            return None
        weight = 0
        for minute in sorted(self._released, reverse=True):
            weight += self._released[minute]
            remaining_s = max(remaining_s, minute * 60 - now_s + weight / self._remaining.per_second(now_s))
        return remaining_s
