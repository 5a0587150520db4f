"""Strategies on a simulated machine, in ticks of a tenth of a second."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.limits import Load, Situation, Strategy, make_strategy

TICK_S = 0.1
MB = 1_000_000
GB = 1000 * MB


@dataclass(eq=False)
class Film:
    """Speaks with the network, then has its scenes drawn."""

    network_s: float
    tasks: list[float]
    bytes: int = 0
    # Since it was begun: when the network has answered, and how many of its scenes are being drawn.
    ready_s: float = 0.0
    running: int = 0


@dataclass
class Machine:
    """Makes films as a strategy says, and writes down what happened."""

    strategy: Strategy
    films: list[Film]
    cores: int = 2
    # From the beginning, and as soon as the workers have drawn something.
    base_bytes: int = 100 * MB
    workers_bytes: int = 0
    now_s: float = 0.0
    drawn: bool = False
    under_way: list[Film] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    situations: list[Situation] = field(default_factory=list)
    waiting_films: list[int] = field(default_factory=list)
    # What happens next, by its time: the network answers a film, or a scene of it is drawn.
    events: list[tuple[float, int, Film, bool]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    busy: int = 0
    waiting: int = 0

    def run(self) -> None:
        while self.films or self.under_way:
            # Between two events nothing changes but the time.
            if self.events and self.events[0][0] <= self.now_s:
                self._work()
            now = self._situation()
            at_once = self.strategy.concurrency(now)
            self.asked.append(at_once)
            self.situations.append(now)
            self.waiting_films.append(len(self.films))
            while self.films and len(self.under_way) < at_once:
                film = self.films.pop(0)
                film.ready_s = self.now_s + film.network_s
                self.under_way.append(film)
                self._expect(film.ready_s, film, drawn=False)
            self.now_s += TICK_S

    def _expect(self, at_s: float, film: Film, *, drawn: bool) -> None:
        heappush(self.events, (at_s, next(self.numbers), film, drawn))

    def _work(self) -> None:
        while self.events and self.events[0][0] <= self.now_s:
            *_, film, drawn = heappop(self.events)
            film.running -= drawn
            self.busy -= drawn
        self.under_way = [film for film in self.under_way if film.ready_s > self.now_s or film.running or film.tasks]
        ready = [film for film in self.under_way if film.ready_s <= self.now_s]
        for film in ready:  # those begun first go first
            while film.tasks and self.busy < self.cores:
                self._expect(self.now_s + film.tasks.pop(0), film, drawn=True)
                film.running += 1
                self.busy += 1
        self.waiting = sum(len(film.tasks) for film in ready)

    def _situation(self) -> Situation:
        self.drawn = self.drawn or self.busy > 0
        workers = self.workers_bytes if self.drawn else 0
        return situation(
            now_s=self.now_s,
            under_way=len(self.under_way),
            waiting=self.waiting,
            cores=self.cores,
            busy=self.busy,
            memory_bytes=self.base_bytes + workers + sum(film.bytes for film in self.under_way),
        )

    def busy_share(self, *, after_s: float) -> float:
        """How busy the cores were, from then until there was nothing left to begin."""
        seen = [now for now, left in zip(self.situations, self.waiting_films, strict=True) if left]
        counted = [now.cores_busy for now in seen if now.now_s >= after_s]
        return sum(counted) / (self.cores * len(counted))

    def most_under_way(self, *, after_s: float = 0.0) -> int:
        return max(now.under_way for now in self.situations if now.now_s >= after_s)


def situation(
    *, now_s: float, under_way: int, waiting: int, cores: int = 2, busy: int = 0, memory_bytes: int = 0
) -> Situation:
    load = Load(memory_bytes=memory_bytes, memory_free_bytes=GB, cpu_percent=0, disk_free_bytes=GB)
    return Situation(
        now_s=now_s, under_way=under_way, waiting_for_core=waiting, cores=cores, cores_busy=busy, load=load
    )


def adaptive(*, max_concurrent: int = 32, cores: int = 2, memory_limit_bytes: int = 100 * GB) -> Strategy:
    return make_strategy("adaptive", max_concurrent=max_concurrent, cores=cores, memory_limit_bytes=memory_limit_bytes)


def films(
    number: int, *, seed: int, network_s: tuple[float, float], tasks: int, task_s: tuple[float, float], size: int = 0
) -> list[Film]:
    chance = random.Random(seed)
    return [
        Film(
            network_s=chance.uniform(*network_s),
            tasks=[chance.uniform(*task_s) for _ in range(tasks)],
            bytes=size,
        )
        for _ in range(number)
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cores", [1, 2, 4, 8])
@pytest.mark.parametrize(("tasks", "task_s"), [(8, (1.0, 5.0)), (40, (0.5, 4.0))])
def test_if_cores_are_the_bottleneck_few_films_keep_them_busy(seed, cores, tasks, task_s):
    work = films(20 * cores, seed=seed, network_s=(2, 8), tasks=tasks, task_s=task_s)
    machine = Machine(adaptive(cores=cores), work, cores=cores)

    machine.run()

    assert machine.busy_share(after_s=30) >= 0.95
    assert machine.most_under_way() <= cores + 4


@pytest.mark.parametrize("seed", range(4))
def test_with_a_slow_network_concurrency_rises_until_the_cores_are_busy(seed):
    work = films(120, seed=seed, network_s=(60, 120), tasks=10, task_s=(1, 3))
    machine = Machine(adaptive(), work)

    machine.run()

    assert machine.asked[0] == 3
    assert machine.most_under_way() >= 10
    assert machine.busy_share(after_s=200) >= 0.95


def test_with_a_slow_network_concurrency_stays_within_its_maximum():
    work = films(60, seed=1, network_s=(200, 300), tasks=2, task_s=(1, 3))
    machine = Machine(adaptive(max_concurrent=6), work)

    machine.run()

    assert machine.most_under_way() == 6


@pytest.mark.parametrize("seed", range(4))
def test_with_little_memory_concurrency_falls_to_what_fits_and_stays_there(seed):
    # 100 MB without films and 300 MB for each: of 800 MB, of which 720 are planned with, two.
    work = films(60, seed=seed, network_s=(5, 20), tasks=10, task_s=(1, 3), size=300 * MB)
    machine = Machine(adaptive(memory_limit_bytes=800 * MB), work)

    machine.run()

    assert machine.most_under_way() == 3
    settled = [now for now, left in zip(machine.situations, machine.waiting_films, strict=True) if left][600:]
    over = [now for now in settled if now.load.memory_bytes > 800 * MB]
    assert len(over) < 0.1 * len(settled)
    assert machine.most_under_way(after_s=60) >= 2


def test_at_least_one_film_is_made_even_if_none_fits_into_memory():
    work = films(5, seed=1, network_s=(5, 20), tasks=10, task_s=(1, 3), size=3 * GB)
    machine = Machine(adaptive(memory_limit_bytes=GB), work)

    machine.run()

    assert machine.asked[-1] == 1
    assert min(machine.asked) == 1


def test_memory_kept_by_workers_is_not_counted_per_film():
    # Two workers of 300 MB: as much with one film as with three.
    work = films(40, seed=3, network_s=(5, 10), tasks=10, task_s=(1, 3))
    machine = Machine(adaptive(memory_limit_bytes=800 * MB), work, workers_bytes=600 * MB)

    machine.run()

    assert machine.busy_share(after_s=30) >= 0.95


@pytest.mark.parametrize("seed", range(4))
def test_concurrency_converges(seed):
    work = films(200, seed=seed, network_s=(5, 30), tasks=30, task_s=(1, 3))
    machine = Machine(adaptive(), work)

    machine.run()

    half = len(machine.asked) // 2
    steps = [(a, b) for a, b in pairwise(machine.asked[half:]) if a != b]
    assert len(steps) <= 2


def test_a_long_queue_lowers_concurrency():
    strategy = adaptive(cores=2)
    asked = [3]
    for tick in range(4000):  # 400 seconds in which the queue is never short
        asked.append(strategy.concurrency(situation(now_s=tick * TICK_S, under_way=asked[-1], waiting=9, busy=2)))

    assert asked[-1] == 1
    assert all(abs(a - b) <= 1 for a, b in pairwise(asked))


def test_a_step_down_waits_for_the_previous_one_to_take_effect():
    strategy = adaptive(cores=2)
    asked = [strategy.concurrency(situation(now_s=second, under_way=3, waiting=9, busy=2)) for second in range(600)]

    assert asked[-1] == 2


def test_a_step_down_that_left_a_core_idle_is_not_repeated():
    strategy = adaptive(cores=2)
    for second in range(40):
        strategy.concurrency(situation(now_s=second, under_way=3, waiting=9, busy=2))
    assert strategy.concurrency(situation(now_s=40, under_way=2, waiting=0, busy=1)) == 2
    assert strategy.concurrency(situation(now_s=50, under_way=2, waiting=0, busy=1)) == 3

    for second in range(51, 600):
        assert strategy.concurrency(situation(now_s=second, under_way=3, waiting=9, busy=2)) == 3


def test_idle_cores_at_the_end_of_a_batch_do_not_raise_concurrency():
    strategy = adaptive(cores=2)

    asked = [strategy.concurrency(situation(now_s=second, under_way=1, waiting=0, busy=1)) for second in range(100)]

    assert set(asked) == {3}


@given(
    st.integers(1, 40),
    st.integers(1, 8),
    st.integers(0, 10 * GB),
    st.lists(
        st.tuples(st.floats(0, 100), st.integers(0, 50), st.integers(0, 50), st.integers(0, 8), st.integers(0, 9 * GB))
    ),
)
def test_concurrency_always_stays_within_its_bounds(most, cores, limit_bytes, moments):
    strategy = adaptive(max_concurrent=most, cores=cores, memory_limit_bytes=limit_bytes)
    now_s = 1000.0
    for passed_s, under_way, waiting, busy, memory_bytes in moments:
        now_s += passed_s
        now = situation(
            now_s=now_s,
            under_way=under_way,
            waiting=waiting,
            cores=cores,
            busy=min(busy, cores),
            memory_bytes=memory_bytes,
        )
        assert 1 <= strategy.concurrency(now) <= most


def test_the_other_strategies_ignore_the_load():
    now = situation(now_s=0, under_way=9, waiting=99, memory_bytes=99 * GB)

    assert make_strategy("sequential", max_concurrent=8, cores=2, memory_limit_bytes=GB).concurrency(now) == 1
    assert make_strategy("fixed", max_concurrent=8, cores=2, memory_limit_bytes=GB).concurrency(now) == 8


@pytest.mark.parametrize("name", ["adaptive", "smart"])
def test_adaptive_starts_with_one_film_more_than_cores(name):
    now = situation(now_s=0, under_way=0, waiting=0)

    assert make_strategy(name, max_concurrent=8, cores=4, memory_limit_bytes=GB).concurrency(now) == 5
    assert make_strategy(name, max_concurrent=2, cores=4, memory_limit_bytes=GB).concurrency(now) == 2


def test_a_decision_is_fast():
    strategy = adaptive(max_concurrent=1000, memory_limit_bytes=GB)
    moments = [
        situation(now_s=tick * 5.0, under_way=tick, waiting=0, busy=0, memory_bytes=tick * 10 * MB)
        for tick in range(100)
    ]

    begun = time.process_time()
    for moment in moments:
        strategy.concurrency(moment)

    assert (time.process_time() - begun) / len(moments) < 0.002
