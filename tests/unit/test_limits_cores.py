"""Scheduling on cores: bounded concurrency, priorities, no starvation."""

import asyncio
import random

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.limits import Cores


class Work:
    """Pieces of work that take a core until they are told to end."""

    def __init__(self, cores: Cores, tasks: anyio.abc.TaskGroup) -> None:
        self.cores = cores
        self.tasks = tasks
        self.begun: list[str] = []
        self.scopes: dict[str, anyio.CancelScope] = {}
        self._ends: dict[str, anyio.Event] = {}

    async def add(self, name: str, rank: tuple[float, ...] | None) -> None:
        """Rank None: alone."""
        self._ends[name] = anyio.Event()
        self.tasks.start_soon(self._run, name, rank)
        await anyio.wait_all_tasks_blocked()

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await anyio.wait_all_tasks_blocked()

    async def cancel(self, name: str) -> None:
        self.scopes[name].cancel()
        await anyio.wait_all_tasks_blocked()

    async def _run(self, name: str, rank: tuple[float, ...] | None) -> None:
        with anyio.CancelScope() as self.scopes[name]:
            async with self.cores.exclusive() if rank is None else self.cores.slot(rank):
                self.begun.append(name)
                await self._ends[name].wait()


def at_work(test):
    """Two cores for a test, and an end to all work when it is over."""

    async def run() -> None:
        async with anyio.create_task_group() as tasks:
            await test(Work(Cores(2), tasks))
            tasks.cancel_scope.cancel()

    run.__name__ = test.__name__
    return run


@at_work
async def test_no_more_slots_are_held_than_there_are_cores(work):
    for name in "abcd":
        await work.add(name, (1,))

    assert work.begun == ["a", "b"]
    assert (work.cores.count, work.cores.busy, work.cores.waiting) == (2, 2, 2)


@at_work
async def test_slots_are_granted_by_rank_and_then_in_order_of_arrival(work):
    for name, rank in {"a": (1, 0), "b": (1, 0), "later": (2, 0), "c": (1, 5), "d": (1, 5), "urgent": (0, 9)}.items():
        await work.add(name, rank)
    for name in ["a", "b", "urgent", "c", "d"]:
        await work.end(name)

    assert work.begun == ["a", "b", "urgent", "c", "d", "later"]
    assert (work.cores.busy, work.cores.waiting) == (1, 0)


async def test_an_error_releases_the_slot():
    cores = Cores(1)
    with pytest.raises(ZeroDivisionError):
        async with cores.slot((1,)):
            raise ZeroDivisionError

    assert (cores.busy, cores.waiting) == (0, 0)


@at_work
async def test_a_cancelled_waiter_is_removed_from_the_queue(work):
    for name in "abcd":
        await work.add(name, (1,))
    await work.cancel("c")
    assert work.cores.waiting == 1

    await work.end("a")
    assert work.begun == ["a", "b", "d"]


@at_work
async def test_cancelled_waiters_do_not_change_the_order(work):
    await work.add("alone", None)
    ranks = random.Random(1).sample(range(100), 24)
    for rank in ranks:
        await work.add(str(rank), (rank,))
    for rank in ranks[::3]:
        await work.cancel(str(rank))

    left = [str(rank) for rank in sorted(set(ranks) - set(ranks[::3]))]
    for name in ["alone", *left]:
        await work.end(name)
    assert work.begun == ["alone", *left]


async def test_a_waiter_cancelled_while_being_admitted_releases_its_slot():
    cores, begun = Cores(1), []

    async def visit(name: str) -> None:
        async with cores.slot((1,)):
            begun.append(name)

    async with cores.slot((0,)):
        tasks = [asyncio.create_task(visit(name)) for name in "ab"]
        await anyio.wait_all_tasks_blocked()
    assert (cores.busy, cores.waiting) == (1, 1)  # the first has the core, and does not know it yet
    tasks[0].cancel()
    await asyncio.wait(tasks)

    assert begun == ["b"]
    assert (cores.busy, cores.waiting) == (0, 0)


async def test_a_cancelled_task_takes_no_slot():
    cores = Cores(1)
    with anyio.CancelScope() as scope:
        scope.cancel()
        async with cores.slot((1,)):
            raise AssertionError

    assert (cores.busy, cores.waiting) == (0, 0)


@at_work
async def test_exclusive_waits_for_current_holders_and_precedes_all_waiters(work):
    await work.add("a", (1,))
    await work.add("b", (1,))
    await work.add("alone", None)
    await work.add("urgent", (-1,))
    await work.end("a")
    assert work.begun == ["a", "b"]  # a core is free, and kept for it

    await work.end("b")
    assert work.begun == ["a", "b", "alone"]
    assert work.cores.busy == 2

    await work.end("alone")
    assert work.begun == ["a", "b", "alone", "urgent"]


@at_work
async def test_exclusive_blocks_run_one_after_the_other(work):
    await work.add("a", (1,))
    await work.add("one", None)
    await work.add("two", None)
    await work.end("a")
    assert work.begun == ["a", "one"]

    await work.end("one")
    assert work.begun == ["a", "one", "two"]


@at_work
async def test_cancelling_an_exclusive_waiter_admits_those_behind_it(work):
    await work.add("a", (1,))
    await work.add("alone", None)
    await work.add("b", (1,))
    await work.cancel("alone")

    assert work.begun == ["a", "b"]


@at_work
async def test_a_lower_limit_takes_effect_as_slots_are_released(work):
    for name in "abcd":
        await work.add(name, (1,))
    work.cores.limit_to(1)
    assert (work.cores.count, work.cores.busy) == (1, 2)

    await work.end("a")
    assert work.begun == ["a", "b"]
    await work.end("b")
    assert work.begun == ["a", "b", "c"]

    work.cores.limit_to(2)
    await anyio.wait_all_tasks_blocked()
    assert work.begun == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("wanted", "got"), [(-3, 1), (0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (99, 3)])
def test_the_limit_is_at_least_one_and_at_most_the_initial_number(wanted, got):
    cores = Cores(3)
    cores.limit_to(wanted)

    assert cores.count == got


@at_work
async def test_exclusive_takes_the_current_number_of_slots_when_it_is_admitted(work):
    await work.add("a", (1,))
    await work.add("alone", None)
    work.cores.limit_to(1)
    await work.add("b", (1,))
    await work.end("a")
    assert work.begun == ["a", "alone"]

    await work.end("alone")
    assert work.begun == ["a", "alone", "b"]
    assert work.cores.busy == 1


@at_work
async def test_exclusive_stays_exclusive_when_the_limit_is_raised(work):
    work.cores.limit_to(1)
    await work.add("alone", None)
    await work.add("a", (1,))
    await work.add("b", (1,))
    work.cores.limit_to(2)
    await anyio.wait_all_tasks_blocked()
    assert work.begun == ["alone"]

    await work.end("alone")
    assert work.begun == ["alone", "a", "b"]
    assert work.cores.busy == 2


@at_work
async def test_after_exclusive_the_limit_is_the_current_one(work):
    await work.add("alone", None)
    work.cores.limit_to(1)
    for name in "ab":
        await work.add(name, (1,))
    await work.end("alone")

    assert work.begun == ["alone", "a"]
    assert work.cores.busy == 1


def test_cores_created_outside_of_a_loop_work_in_several_loops():
    cores = Cores(1)

    async def visit() -> int:
        async with cores.slot((1,)):
            return cores.busy

    assert [asyncio.run(visit()) for _ in range(2)] == [1, 1]


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32), st.booleans())
def test_no_slot_is_lost_or_granted_twice_under_random_cancellation(count, seed, changing):
    chance = random.Random(seed)
    cores = Cores(count)
    inside: list[str] = []

    async def one(slots: int) -> None:
        for _ in range(chance.randrange(4)):
            await anyio.lowlevel.checkpoint()
        with anyio.CancelScope() as scope:
            if chance.random() < 0.3:
                asyncio.get_running_loop().call_soon(scope.cancel)
            async with cores.exclusive() if slots > 1 else cores.slot((chance.randrange(3),)):
                inside.append("alone" if slots > 1 else "one")
                assert len(inside) <= (1 if "alone" in inside else count)
                if changing:
                    cores.limit_to(chance.randint(1, count))
                for _ in range(chance.randrange(3)):
                    try:
                        await anyio.lowlevel.checkpoint()
                    except BaseException:
                        inside.remove("alone" if slots > 1 else "one")
                        raise
                inside.remove("alone" if slots > 1 else "one")

    async def all_of_them() -> None:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                for _ in range(20):
                    tasks.start_soon(one, 2 if chance.random() < 0.2 else 1)

    asyncio.run(all_of_them())
    assert (cores.busy, cores.waiting) == (0, 0)
