"""When a batch will be over: how fast it goes is learned from the films that are made.

Two answers, since there are two reasons why a batch takes its time:

- The cores are full. Then work leaves at a steady rate, however many films share them:
  work left / work per second.
- Films wait for services. Then each takes the time it takes, and what counts is how many go side by side: the
  `makespan` of those that wait, dealt out to the places at work.

How busy the cores are says how much of each is true. Work is counted in weight (`model.weight_of`); a film on its way
counts for the part that films like it have behind them at its stage. What the cache had is no work: it is counted by
itself, as a share of what is still to come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.model import JobStatus
from pipeline.orchestrator.events import RunMetrics
from pipeline.orchestrator.progress.makespan import makespan_s

# What is learned fades over about so many films: long enough to be calm, short enough to see a night change.
_FILMS_REMEMBERED = 60
# The share that the cache has varies by chance: it is learned over more films.
_LUCK_KEPT = 1 - 1 / 200
# CPU, in percent of all cores: below the first, films wait for services; above the second, for cores.
_WAITING_PERCENT, _FULL_PERCENT = 50.0, 90.0
_PULSES_REMEMBERED = 30
# What remains of the knowledge of the first wave when the second one arrives.
_FIRST_WAVE = 0.4
# A stage that takes longer than expected is always nearly over.
_NEARLY = 0.95


@dataclass(kw_only=True)
class _Film:
    # The stage it is at and since when, the one it came in at, and its seconds by stage.
    weight: int
    begun_s: float
    since_s: float
    stage: int = -1
    first: int = 0
    spent_s: dict[int, float] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Fading:
    """A ratio of two sums of which older parts count less and less."""

    over: float = 0.0
    under: float = 0.0

    def fade(self, keep: float) -> None:
        self.over *= keep
        self.under *= keep

    def add(self, over: float, under: float, *, keep: float = 1) -> None:
        self.fade(keep)
        self.over += over
        self.under += under

    @property
    def ratio(self) -> float:
        return self.over / self.under if self.under > 0 else 0.0


class RemainingTime:
    """Fed with what happens, in seconds of one steady clock; asked for the seconds that are left.

    `stages` are the names of all stages, in order. Its memory is bounded by the films at work.
    """

    def __init__(self, stages: Sequence[str]) -> None:
        self._stages = {name: number for number, name in enumerate(stages)}
        self._at_work: dict[str, _Film] = {}
        # How many films were made, not found; and for each stage, seconds per weight.
        self.made = 0
        # When the first of them was over; and which of them was the first that began later than that (0: none yet).
        self._first_over_s = 0.0
        self._warm_at = 0
        self._stage_s = [_Fading() for _ in stages]
        # Weight and seconds of the last ones: how far films differ.
        self._recent: deque[tuple[float, float]] = deque(maxlen=_FILMS_REMEMBERED)
        # The share of weight that the cache had; and its films before there was any other, with their begin.
        self._found = _Fading()
        self._early: deque[tuple[float, int]] = deque(maxlen=_FILMS_REMEMBERED)
        # Work per second, up to the mark: seconds and work behind at the last finish.
        self._rate = _Fading()
        self._mark = (0.0, 0.0)
        # Weight that was made here, and by other processes; and all that left the queue, by our count and by theirs.
        self._made_here = self._made_elsewhere = 0.0
        self._gone_here = self._gone = self._gone_here_at_pulse = 0.0
        self._at_work_at_pulse = self._begun_since_pulse = 0
        # Seconds in which there was nothing to do but wait.
        self._idle_s = 0.0
        self._idle_since_s: float | None = 0.0
        # How many films others had at work when none waited any more, and when that was.
        self._last_ones: tuple[int, float] | None = None
        self._pulse: RunMetrics | None = None
        self._fullness = _Fading()

    def entered(self, job_id: str, *, weight: int, stage: str, now_s: float) -> None:
        """A film was taken up (`stage` is empty) or entered a stage."""
        if self._idle_since_s is not None:
            self._idle_s += now_s - self._idle_since_s
            self._idle_since_s = None
        film = self._at_work.get(job_id)
        if film is None:
            film = self._at_work[job_id] = _Film(weight=max(weight, 1), begun_s=now_s, since_s=now_s)
            self._begun_since_pulse += 1
        number = self._stages.get(stage, -1)
        if number < 0 or number == film.stage:
            return
        if film.stage < 0:
            # What came before the first stage belongs to it.
            film.first = number
        else:
            film.spent_s[film.stage] = now_s - film.since_s
            film.since_s = now_s
        film.stage = number

    def left(self, job_id: str, *, status: JobStatus, found: bool, now_s: float) -> None:
        """A film is at work no more: it is over, or waits. `found`: the cache had all of it."""
        film = self._at_work.get(job_id)
        if film is None:
            return
        part = self._part(film, now_s)
        del self._at_work[job_id]
        if not self._at_work:
            self._idle_since_s = now_s
        if status not in {JobStatus.PENDING, JobStatus.PARKED}:
            self._gone_here += film.weight
        if status not in {JobStatus.COMPLETED, JobStatus.REVIEW}:
            # The time that it took is gone all the same.
            self._made_here += part * film.weight
        elif found or film.stage < 0:
            self._early.append((film.begun_s, film.weight))
            if self.made:
                self._found.add(film.weight, film.weight, keep=_LUCK_KEPT)
        else:
            film.spent_s[film.stage] = now_s - film.since_s
            self._learn(film, now_s)

    def heard(self, pulse: RunMetrics, *, now_s: float) -> None:
        """How the whole batch stands, with what other processes do."""
        before, self._pulse = self._pulse, pulse
        if before is not None:
            done, left = pulse.weight_done - before.weight_done, before.weight_left - pulse.weight_left
            self._gone += max(done, left, 0)
        self._gone_here_at_pulse = self._gone_here
        self._at_work_at_pulse = len(self._at_work)
        self._begun_since_pulse = 0
        # Ours are told at once, theirs by the pulse: what is more than ours is theirs, some of it from the cache.
        elsewhere = self._gone - self._gone_here
        self._made_elsewhere = max(self._made_elsewhere, elsewhere * (1 - self._found.ratio))
        if pulse.counts.get(JobStatus.PENDING, 0):
            self._last_ones = None
        elif self._last_ones is None:
            self._last_ones = (max(0, pulse.counts.get(JobStatus.IN_PROGRESS, 0) - len(self._at_work)), now_s)
        if self._at_work:
            full = (pulse.cpu_percent - _WAITING_PERCENT) / (_FULL_PERCENT - _WAITING_PERCENT)
            self._fullness.add(min(max(full, 0.0), 1.0), 1.0, keep=1 - 1 / _PULSES_REMEMBERED)

    def remaining_s(self, now_s: float) -> float | None:
        """Seconds until all is done that can be done now; None: not known yet."""
        rate = self.per_second(now_s)
        pulse = self._pulse
        if pulse is None or not self.made or rate <= 0:
            return None
        at_work = sum(film.weight for film in self._at_work.values())
        rest = sum(self._rest(film, now_s) * film.weight for film in self._at_work.values())
        waiting = max(0.0, pulse.weight_left - (self._gone_here - self._gone_here_at_pulse) - at_work)
        others = max(0, pulse.counts.get(JobStatus.IN_PROGRESS, 0) - self._at_work_at_pulse)
        queued = sum(pulse.counts.get(status, 0) for status in (JobStatus.PENDING, JobStatus.PARKED))
        queued = max(0, queued - self._begun_since_pulse)
        each = waiting / (queued + others) if queued + others else 0.0
        # Of those that wait, some are in the cache; those of others are half done on average.
        to_make = (1 - self._found.ratio) * queued
        steady = (each * (to_make + others / 2) + rest) / rate
        full = self._fullness.ratio
        if full >= 1:
            return steady
        rest_s = [self._rest_s(film, now_s) for film in self._at_work.values()]
        rest_s += self._rest_elsewhere_s(others, self._film_s(each or self._mean_weight), now_s)
        # A place that was just left is taken again at once.
        rest_s += [0.0] * min(queued, self._at_work_at_pulse - len(self._at_work))
        return full * steady + (1 - full) * makespan_s(rest_s, to_make, self._film_s(each), self._recent)

    def per_second(self, now_s: float) -> float:
        """Work per second, while there was any."""
        seconds, behind = self._mark
        over, under = self._behind(now_s) - behind, self._busy_s(now_s) - seconds
        return _Fading(over=self._rate.over + over, under=self._rate.under + under).ratio

    @property
    def _keep(self) -> float:
        """The share of what is known that stays when a new film is learned, 0 to 1."""
        return 1 - 1 / min(max(2, self.made - self._warm_at), _FILMS_REMEMBERED)

    def _learn(self, film: _Film, now_s: float) -> None:
        """A film was made."""
        busy_s = self._busy_s(now_s)
        if self.made == 0:
            # Whatever was found before is over; from here on it comes mixed.
            for begun_s, weight in self._early:
                if begun_s >= film.begun_s:
                    self._found.add(weight, weight)
            self._mark = (busy_s - (now_s - film.begun_s), 0.0)
            self._first_over_s = now_s
        elif not self._warm_at and film.begun_s >= self._first_over_s:
            # The first wave paid for every start: what it taught makes way for what films take from now on.
            self._warm_at = self.made + 1
            self._recent.clear()
            for known in (self._rate, *self._stage_s):
                known.fade(_FIRST_WAVE)
        self.made += 1
        self._found.add(0, film.weight, keep=_LUCK_KEPT)
        for stage, seconds in film.spent_s.items():
            self._stage_s[stage].add(seconds, film.weight, keep=self._keep)
        if film.first == 0:
            self._recent.append((film.weight, now_s - film.begun_s))
        self._made_here += self._share(film) * film.weight
        behind = self._behind(now_s)
        self._rate.add(behind - self._mark[1], busy_s - self._mark[0], keep=self._keep)
        self._mark = (busy_s, behind)

    def _behind(self, now_s: float) -> float:
        """All work that is behind us, finished or not."""
        under_way = sum(self._part(film, now_s) * film.weight for film in self._at_work.values())
        return self._made_here + self._made_elsewhere + under_way

    def _busy_s(self, now_s: float) -> float:
        return now_s - self._idle_s - (now_s - self._idle_since_s if self._idle_since_s is not None else 0)

    def _part(self, film: _Film, now_s: float) -> float:
        """How much of a film was made since it was taken up, 0 to 1."""
        return max(0.0, self._share(film) - self._rest(film, now_s))

    def _rest(self, film: _Film, now_s: float) -> float:
        """How much of a film is still to make, 0 to 1."""
        all_s = self._film_s(film.weight)
        return min(1.0, self._rest_s(film, now_s) / all_s) if all_s > 0 else 1.0

    def _share(self, film: _Film) -> float:
        """How much of a film there was to make when it was taken up: an earlier run may have made the rest."""
        all_s = self._film_s(1)
        return self._film_s(1, first=film.first) / all_s if all_s > 0 else 1.0

    def _rest_s(self, film: _Film, now_s: float) -> float:
        """Seconds that a film at work still takes."""
        if film.stage < 0:
            return self._film_s(film.weight)
        this_s = self._stage_s[film.stage].ratio * film.weight
        spent_s = min(now_s - film.since_s, _NEARLY * this_s)
        return this_s - spent_s + self._film_s(film.weight, first=film.stage + 1)

    def _rest_elsewhere_s(self, others: int, film_s: float, now_s: float) -> list[float]:
        """Seconds that the films at work in other processes still take.

        Of those we know no more than how many there are: while others follow, they are anywhere on their way, evenly.
        When none follow, the ones furthest behind are left, and all get on.
        """
        count, since_s = self._last_ones or (others, now_s)
        first = max(0, count - others)
        return [max(0.0, film_s * (first + number + 0.5) / count - (now_s - since_s)) for number in range(others)]

    @property
    def _mean_weight(self) -> float:
        return sum(weight for weight, _ in self._recent) / len(self._recent) if self._recent else 0.0

    def _film_s(self, weight: float, *, first: int = 0) -> float:
        """Seconds that a film takes from a stage on."""
        return weight * sum(stage.ratio for stage in self._stage_s[first:])
