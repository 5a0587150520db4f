"""How many films are under way at once. More than needed costs memory, fewer let cores stand idle."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from pipeline.limits.resources import Load

# A film more takes a while to bring work to the cores: the next one is not let in before that could show.
_UP_AFTER_S = 5.0
# Of that time, how much of it a core has to stand idle to count.
_IDLE_SHARE = 0.05
# One film less shows only when another has ended: there must have been too much work for as long as this.
_DOWN_AFTER_S = 30.0
# So many pieces of work waiting per core are plenty.
_PLENTY_PER_CORE = 2
# The memory that films took is believed to be half of it, after so long without having seen it again.
_MEMORY_HALVES_AFTER_S = 1800.0
# What is measured in the first moments after a film began or ended is still that of the number before.
_MEMORY_SETTLES_AFTER_S = 3.0
# Films grow while they are under way: this much of the limit is planned with.
_MEMORY_PLANNED = 0.9


@dataclass(frozen=True, kw_only=True)
class Situation:
    """How the work stands at one moment."""

    # A clock that never runs backwards, in seconds.
    now_s: float
    # Films that were begun and have not ended.
    under_way: int
    # Pieces of their work that wait for a core; cores there are; cores that are at work.
    waiting_for_core: int
    cores: int
    cores_busy: int
    load: Load

    @property
    def has_idle_core(self) -> bool:
        """Whether a core has nothing to do: everything under way waits for something else."""
        return self.cores_busy < self.cores and not self.waiting_for_core


class Strategy(Protocol):
    """Decides how many films may be under way. Asked all the time, so it answers at once and touches nothing."""

    def at_once(self, now: Situation) -> int:
        """Films that may be under way from now on, at least 1. Those that are beyond it are not stopped."""


@dataclass(frozen=True)
class Fixed:
    """Always as many."""

    films: int

    def at_once(self, now: Situation) -> int:  # noqa: ARG002
        """The number."""
        return self.films


class Adaptive:
    """As many as keep the cores busy, and fit into memory.

    One more when a core stood idle, because all films under way waited for the network. One less when more work
    waited for the cores, all the time, than they could begin soon. A step down after which a core stood idle is not
    taken again, so that the number settles.
    """

    def __init__(self, *, max_concurrent: int, cores: int, memory_limit_bytes: int) -> None:
        self._most = max_concurrent
        self._least = 1
        self._films = min(max_concurrent, cores + 1)
        self._memory = _MemoryByFilms(int(memory_limit_bytes * _MEMORY_PLANNED))
        self._last: Situation | None = None
        # Since the last look at each: how long a core stood idle, and since when there has been too much work.
        self._looked_s = 0.0
        self._idle_s = 0.0
        self._too_much_since_s: float | None = None
        self._went_down = False

    def at_once(self, now: Situation) -> int:
        """Films that may be under way: at least 1, at most `max_concurrent`."""
        last, self._last = self._last, now
        if last is None:
            self._looked_s = now.now_s
        elif last.has_idle_core and last.under_way >= self._films:
            self._idle_s += now.now_s - last.now_s
        self._memory.note(now)
        self._look_at_queue(now)
        self._look_at_cores(now)
        return self._memory.most_films(self._films)

    def _look_at_cores(self, now: Situation) -> None:
        """One more, if cores stood idle since the last look and a film more could have helped."""
        if now.now_s - self._looked_s < _UP_AFTER_S:
            return
        if self._idle_s > _IDLE_SHARE * (now.now_s - self._looked_s) and self._films < self._most:
            self._films += 1
            if self._went_down:
                self._least = self._films
            self._went_down = False
        self._looked_s, self._idle_s = now.now_s, 0.0

    def _look_at_queue(self, now: Situation) -> None:
        """One less, if there was too much work all the time, and a step down before this one has taken effect."""
        if now.waiting_for_core <= _PLENTY_PER_CORE * now.cores or now.under_way != self._films:
            self._too_much_since_s = None
        elif self._too_much_since_s is None:
            self._too_much_since_s = now.now_s
        elif now.now_s - self._too_much_since_s >= _DOWN_AFTER_S:
            self._too_much_since_s = now.now_s
            if self._films > self._least:
                self._films -= 1
                self._went_down = True


class _MemoryByFilms:
    """What memory was seen in use with how many films under way, and so how many will fit."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._least_bytes: int | None = None
        # By the number of films: the most that was seen, and when.
        self._seen: dict[int, tuple[float, int]] = {}
        self._films = 0
        self._since_s = 0.0
        self._now_s = 0.0

    def note(self, now: Situation) -> None:
        """Learns from a moment."""
        self._now_s = now.now_s
        used = now.load.memory_bytes
        self._least_bytes = used if self._least_bytes is None else min(self._least_bytes, used)
        if now.under_way != self._films:
            self._films, self._since_s = now.under_way, now.now_s
        if now.now_s - self._since_s >= _MEMORY_SETTLES_AFTER_S and used >= self._expected(now.under_way):
            self._seen[now.under_way] = (now.now_s, used)

    def most_films(self, wanted: int) -> int:
        """As many of the `wanted` films as will fit; one always does."""
        return next((films for films in range(wanted, 1, -1) if self._expected(films) <= self._limit_bytes), 1)

    def _expected(self, films: int) -> float:
        """Bytes in use with so many films: as it was seen, or by what fewer films took, each."""
        base = self._least_bytes or 0
        known = max((number for number in self._seen if number <= films), default=0)
        if not known:
            return base
        seen_s, used = self._seen[known]
        believed = math.exp2((seen_s - self._now_s) / _MEMORY_HALVES_AFTER_S)
        return base + (used - base) / known * films * believed


@dataclass(frozen=True, kw_only=True)
class _Bounds:
    max_concurrent: int
    cores: int
    memory_limit_bytes: int


def _adaptive(bounds: _Bounds) -> Strategy:
    return Adaptive(
        max_concurrent=bounds.max_concurrent, cores=bounds.cores, memory_limit_bytes=bounds.memory_limit_bytes
    )


# By the name that settings use. What makes `smart` smart is the order of the films, which is not made here.
STRATEGIES: Mapping[str, Callable[[_Bounds], Strategy]] = MappingProxyType(
    {
        "sequential": lambda _bounds: Fixed(1),
        "fixed": lambda bounds: Fixed(bounds.max_concurrent),
        "adaptive": _adaptive,
        "smart": _adaptive,
    }
)


def make_strategy(name: str, *, max_concurrent: int, cores: int, memory_limit_bytes: int) -> Strategy:
    """The strategy of this name: one of `STRATEGIES`."""
    return STRATEGIES[name](_Bounds(max_concurrent=max_concurrent, cores=cores, memory_limit_bytes=memory_limit_bytes))
