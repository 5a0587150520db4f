"""The estimated time remaining of a batch, learned from the films that are made.

The measure is the time that a film takes per weight (`model.estimated_chars`), stage by stage, while others are in
progress. There are two estimates, for the two things that limit a batch:

- The cores are busy. Then work is done at a constant rate, however many films share them: the seconds of all films that
  are left, divided by the number of films that are usually in progress.
- Films wait for services. Then each film takes its time: the makespan of the waiting films.

The load of the cores weights the two. Films from the cache are no work: their share is learned separately.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pipeline.model import JobStatus
from pipeline.orchestrator.events import RunMetrics

# Averaging window in films: long enough to be stable, short enough to follow changes.
_WINDOW_FILMS = 60
# Decay of the cache hit share, which is noisier and needs more films.
_CACHE_DECAY = 1 - 1 / 200
# CPU load in percent of all cores: below the first, films wait for services; above the second, for cores.
_WAITING_PERCENT, _FULL_PERCENT = 50.0, 90.0
# Averaging window of the CPU load, in metrics.
_WINDOW_METRICS = 30
# The weight of the first wave of films when the second wave arrives.
_FIRST_WAVE = 0.4
# A stage that takes longer than expected stays at this share.
_NEARLY_DONE = 0.95
# Waiting films that are simulated, the rest being spread evenly; and the number of simulations.
_SIMULATED, _RUNS = 64, 9


@dataclass(kw_only=True)
class _Film:
    # Its present stage and since when, its first stage, and seconds by stage.
    weight: int
    started_s: float
    since_s: float
    stage: int = -1
    first: int = 0
    spent_s: dict[int, float] = field(default_factory=dict)


@dataclass(kw_only=True)
class _DecayingRatio:
    """The ratio of two sums with exponential decay."""

    numerator: float = 0.0
    denominator: float = 0.0

    def decay(self, keep: float) -> None:
        self.numerator *= keep
        self.denominator *= keep

    def add(self, numerator: float, denominator: float, *, keep: float = 1) -> None:
        self.decay(keep)
        self.numerator += numerator
        self.denominator += denominator

    @property
    def value(self) -> float:
        return self.numerator / self.denominator if self.denominator > 0 else 0.0


class RemainingTime:
    """Estimates the remaining seconds from events, with times of one monotonic clock.

    `stages` are the names of all stages, in order. Memory is bounded by the number of active films.
    """

    def __init__(self, stages: Sequence[str]) -> None:
        self._stages = {name: number for number, name in enumerate(stages)}
        self._at_work: dict[str, _Film] = {}
        # Films made, not taken from the cache.
        self.made = 0
        # When the first of them ended; and the number of the first that started after that (0: none yet).
        self._first_end_s = 0.0
        self._warm_at = 0
        # Seconds per weight by stage.
        self._stage_s = [_DecayingRatio() for _ in stages]
        # Weight and seconds of the last films.
        self._recent: deque[tuple[float, float]] = deque(maxlen=_WINDOW_FILMS)
        # The share of weight from the cache; and start and weight of cached films before any film was made.
        self._found = _DecayingRatio()
        self._early: deque[tuple[float, int]] = deque(maxlen=_WINDOW_FILMS)
        self._metrics: RunMetrics | None = None
        self._core_load = _DecayingRatio()
        # The number of films in progress, here and elsewhere, while others waited.
        self._places = _DecayingRatio()
        # At the last metrics, and since: films in progress here, films started, weight that has left the queue.
        self._at_work_at_metrics = self._started_since_metrics = 0
        self._gone_since_metrics = 0.0
        # When the queue became empty: the number of films active in other processes, and the time.
        self._last_elsewhere: tuple[int, float] | None = None

    def entered(self, job_id: str, *, weight: int, stage: str, now_s: float) -> None:
        """A film was started (`stage` is empty) or entered a stage."""
        film = self._at_work.get(job_id)
        if film is None:
            film = self._at_work[job_id] = _Film(weight=max(weight, 1), started_s=now_s, since_s=now_s)
            self._started_since_metrics += 1
        number = self._stages.get(stage, -1)
        if number < 0 or number == film.stage:
            return
        if film.stage < 0:
            # The time before the first stage counts for that stage.
            film.first = number
        else:
            film.spent_s[film.stage] = now_s - film.since_s
            film.since_s = now_s
        film.stage = number

    def left(self, job_id: str, *, status: JobStatus, found: bool, now_s: float) -> None:
        """A film has ended, or waits. `found`: it came from the cache."""
        film = self._at_work.pop(job_id, None)
        if film is None:
            return
        if status not in {JobStatus.PENDING, JobStatus.PARKED}:
            self._gone_since_metrics += film.weight
        if status not in {JobStatus.COMPLETED, JobStatus.REVIEW}:
            return
        if found or film.stage < 0:
            self._early.append((film.started_s, film.weight))
            if self.made:
                self._found.add(film.weight, film.weight, keep=_CACHE_DECAY)
        else:
            film.spent_s[film.stage] = now_s - film.since_s
            self._learn(film, now_s)

    def update(self, metrics: RunMetrics, *, now_s: float) -> None:
        """Update the state of the whole batch, including the work of other processes."""
        self._metrics = metrics
        self._at_work_at_metrics = len(self._at_work)
        self._started_since_metrics, self._gone_since_metrics = 0, 0.0
        keep = 1 - 1 / _WINDOW_METRICS
        if metrics.counts.get(JobStatus.PENDING, 0):
            self._last_elsewhere = None
            self._places.add(len(self._at_work) + self._elsewhere, 1.0, keep=keep)
        elif self._last_elsewhere is None:
            self._last_elsewhere = (self._elsewhere, now_s)
        if self._at_work:
            full = (metrics.cpu_percent - _WAITING_PERCENT) / (_FULL_PERCENT - _WAITING_PERCENT)
            self._core_load.add(min(max(full, 0.0), 1.0), 1.0, keep=keep)

    def remaining_s(self, now_s: float) -> float | None:
        """Seconds until all work that can be done now is done; None if unknown."""
        metrics, others = self._metrics, self._elsewhere
        if metrics is None or not self.made:
            return None
        at_work = sum(film.weight for film in self._at_work.values())
        waiting = max(0.0, metrics.weight_left - self._gone_since_metrics - at_work)
        queued = sum(metrics.counts.get(status, 0) for status in (JobStatus.PENDING, JobStatus.PARKED))
        queued = max(0, queued - self._started_since_metrics)
        each = waiting / (queued + others) if queued + others else 0.0
        # Some of the waiting films are cached.
        to_make = (1 - self._found.value) * queued
        rest_s = [self._rest_s(film, now_s) for film in self._at_work.values()]
        rest_s += self._rest_elsewhere_s(others, self._film_s(each or self._mean_weight), now_s)
        full = self._core_load.value
        steady = (to_make * self._film_s(each) + sum(rest_s)) / max(1.0, self._places.value)
        if full >= 1:
            return steady
        # Places that were just freed are taken again at once.
        rest_s += [0.0] * min(queued, self._at_work_at_metrics - len(self._at_work))
        return full * steady + (1 - full) * _makespan_s(rest_s, to_make, self._film_s(each), self._recent)

    def work_s(self, weight: float) -> float:
        """Seconds that films of this weight take together, with the usual number of films in progress."""
        return self._film_s(weight) / max(1.0, self._places.value)

    @property
    def _elsewhere(self) -> int:
        """The number of films in progress in other processes."""
        counts = self._metrics.counts if self._metrics else {}
        return max(0, counts.get(JobStatus.IN_PROGRESS, 0) - self._at_work_at_metrics)

    def _learn(self, film: _Film, now_s: float) -> None:
        """A film was made."""
        if self.made == 0:
            # Cached films that started earlier don't count: from here on, cached and made films are mixed.
            for started_s, weight in self._early:
                if started_s >= film.started_s:
                    self._found.add(weight, weight)
            self._first_end_s = now_s
        elif not self._warm_at and film.started_s >= self._first_end_s:
            # The first wave included all start-up costs: reduce its weight.
            self._warm_at = self.made + 1
            self._recent.clear()
            for known in self._stage_s:
                known.decay(_FIRST_WAVE)
        self.made += 1
        self._found.add(0, film.weight, keep=_CACHE_DECAY)
        keep = 1 - 1 / min(max(2, self.made - self._warm_at), _WINDOW_FILMS)
        for stage, seconds in film.spent_s.items():
            self._stage_s[stage].add(seconds, film.weight, keep=keep)
        if film.first == 0:
            self._recent.append((film.weight, now_s - film.started_s))

    def _rest_s(self, film: _Film, now_s: float) -> float:
        """Remaining seconds of an active film."""
        if film.stage < 0:
            return self._film_s(film.weight)
        this_s = self._stage_s[film.stage].value * film.weight
        spent_s = min(now_s - film.since_s, _NEARLY_DONE * this_s)
        return this_s - spent_s + self._film_s(film.weight, first=film.stage + 1)

    def _rest_elsewhere_s(self, others: int, film_s: float, now_s: float) -> list[float]:
        """Remaining seconds of the films that are active in other processes.

        Only their number is known: while others follow, their progress is spread evenly. When none follow, the least
        advanced ones are left, and all advance.
        """
        count, since_s = self._last_elsewhere or (others, now_s)
        first = max(0, count - others)
        return [max(0.0, film_s * (first + number + 0.5) / count - (now_s - since_s)) for number in range(others)]

    @property
    def _mean_weight(self) -> float:
        return sum(weight for weight, _ in self._recent) / len(self._recent) if self._recent else 0.0

    def _film_s(self, weight: float, *, first: int = 0) -> float:
        """Seconds that a film takes from stage `first` on."""
        return weight * sum(stage.value for stage in self._stage_s[first:])


def _makespan_s(rest_s: Sequence[float], waiting: float, film_s: float, made: Collection[tuple[float, float]]) -> float:
    """Seconds until all films have ended: active ones after `rest_s`, and each place then takes the next waiting one.

    A waiting film takes `film_s` on average; `made` are the weights and seconds of the last films.
    """
    if not made:
        return max(rest_s, default=0.0) + waiting * film_s / (len(rest_s) or 1)
    draw = random.Random(0)  # noqa: S311 - a fixed seed, so that the estimate is stable
    weight = sum(one for one, _ in made) / len(made)
    per_weight = sum(seconds for _, seconds in made) / weight / len(made)
    kinds = [(one / weight, seconds / one / per_weight) for one, seconds in made]
    simulated = min(round(waiting), _SIMULATED)
    more_s = (waiting - simulated) * film_s / (len(rest_s) or 1)
    ends = 0.0
    for _ in range(_RUNS):
        heap = [rest * draw.choice(kinds)[1] for rest in rest_s] or [0.0]
        heapq.heapify(heap)
        for _ in range(simulated):
            size, speed = draw.choice(kinds)
            heapq.heapreplace(heap, heap[0] + film_s * size * speed)
        ends += max(heap)
    return max(0.0, ends / _RUNS + more_s)
