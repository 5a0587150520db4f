"""How many films are made concurrently: too many cost memory, too few leave cores idle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from pipeline import choices
from pipeline.limits.resources import Load

# An added film takes a while to load the cores: no other is added before its effect could show.
_UP_AFTER_S = 5.0
# The share of that time for which a core must be idle to count.
_IDLE_SHARE = 0.05
# Removing a film takes effect only when another ends: there must be too much work for this long first.
_DOWN_AFTER_S = 30.0
# More queued tasks per core than this are too much work.
_MOST_QUEUED_PER_CORE = 2
# The half-life of memory measurements that were not repeated.
_MEMORY_HALVES_AFTER_S = 1800.0
# Just after a film began or ended, memory use is still that of the previous number of films.
_MEMORY_SETTLES_AFTER_S = 3.0
# Films grow while they are made: only this share of the limit is planned for.
_MEMORY_PLANNED = 0.9


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The state of the work at one moment."""

    # Monotonic clock, in seconds.
    now_s: float
    # Films in progress.
    under_way: int
    # Tasks that wait for a core; number of cores; cores in use.
    waiting_for_core: int
    cores: int
    cores_busy: int
    load: Load

    @property
    def has_idle_core(self) -> bool:
        """Whether a core is idle because all films in progress wait for something else."""
        return self.cores_busy < self.cores and not self.waiting_for_core


class Strategy(Protocol):
    """Decides how many films may be in progress. Called very often, so it must be fast and free of I/O."""

    def concurrency(self, now: Situation) -> int:
        """Films that may be in progress from now on, at least 1. Excess ones are not stopped."""


@dataclass(frozen=True)
class Fixed:
    """A constant number of films."""

    films: int

    def concurrency(self, now: Situation) -> int:  # noqa: ARG002
        """The constant."""
        return self.films


class Adaptive:
    """As many films as keep the cores busy and fit into memory.

    One more when a core was idle because all films in progress waited for the network. One less when the cores' queue
    was too long all the time. A step down after which a core was idle is not repeated, so that the number converges.
    """

    def __init__(self, *, max_concurrent: int, cores: int, memory_limit_bytes: int) -> None:
        self._most = max_concurrent
        self._least = 1
        self._films = min(max_concurrent, cores + 1)
        self._memory = _MemoryByFilms(int(memory_limit_bytes * _MEMORY_PLANNED))
        self._last: Situation | None = None
        # Since the last check: how long a core was idle; and since when there has been too much work.
        self._checked_s = 0.0
        self._idle_s = 0.0
        self._too_much_since_s: float | None = None
        self._went_down = False

    def concurrency(self, now: Situation) -> int:
        """Films that may be in progress: at least 1, at most `max_concurrent`."""
        last, self._last = self._last, now
        if last is None:
            self._checked_s = now.now_s
        elif last.has_idle_core and last.under_way >= self._films:
            self._idle_s += now.now_s - last.now_s
        self._memory.note(now)
        self._check_queue(now)
        self._check_cores(now)
        return self._memory.most_films(self._films)

    def _check_cores(self, now: Situation) -> None:
        """Add a film if cores were idle since the last check and another film could have used them."""
        if now.now_s - self._checked_s < _UP_AFTER_S:
            return
        if self._idle_s > _IDLE_SHARE * (now.now_s - self._checked_s) and self._films < self._most:
            self._films += 1
            if self._went_down:
                self._least = self._films
            self._went_down = False
        self._checked_s, self._idle_s = now.now_s, 0.0

    def _check_queue(self, now: Situation) -> None:
        """Remove a film if there was too much work all the time, and the previous step down has taken effect."""
        if now.waiting_for_core <= _MOST_QUEUED_PER_CORE * now.cores or now.under_way != self._films:
            self._too_much_since_s = None
        elif self._too_much_since_s is None:
            self._too_much_since_s = now.now_s
        elif now.now_s - self._too_much_since_s >= _DOWN_AFTER_S:
            self._too_much_since_s = now.now_s
            if self._films > self._least:
                self._films -= 1
                self._went_down = True


class _MemoryByFilms:
    """Predicts how many films fit into memory, from measured use by number of films in progress."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._least_bytes: int | None = None
        # By number of films: when the highest use was measured, and how much.
        self._seen: dict[int, tuple[float, int]] = {}
        self._films = 0
        self._since_s = 0.0
        self._now_s = 0.0

    def note(self, now: Situation) -> None:
        """Learn from one measurement."""
        self._now_s = now.now_s
        used = now.load.memory_bytes
        self._least_bytes = used if self._least_bytes is None else min(self._least_bytes, used)
        if now.under_way != self._films:
            self._films, self._since_s = now.under_way, now.now_s
        if now.now_s - self._since_s >= _MEMORY_SETTLES_AFTER_S and used >= self._expected(now.under_way):
            self._seen[now.under_way] = (now.now_s, used)

    def most_films(self, wanted: int) -> int:
        """The largest number of films up to `wanted` that fits; at least one."""
        return next((films for films in range(wanted, 1, -1) if self._expected(films) <= self._limit_bytes), 1)

    def _expected(self, films: int) -> float:
        """Expected bytes in use with so many films: as measured, or extrapolated from fewer films."""
        base = self._least_bytes or 0
        known = max((number for number in self._seen if number <= films), default=0)
        if not known:
            return base
        seen_s, used = self._seen[known]
        decay = math.exp2((seen_s - self._now_s) / _MEMORY_HALVES_AFTER_S)
        return base + (used - base) / known * films * decay


def make_strategy(name: choices.Strategy, *, max_concurrent: int, cores: int, memory_limit_bytes: int) -> Strategy:
    """The strategy of this name. `smart` is `adaptive` with another order of the films, which is not decided here."""
    if name == "sequential":
        return Fixed(1)
    if name == "fixed":
        return Fixed(max_concurrent)
    return Adaptive(max_concurrent=max_concurrent, cores=cores, memory_limit_bytes=memory_limit_bytes)
