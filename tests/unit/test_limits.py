import asyncio
import logging
from itertools import pairwise

import anyio
import pytest
import stamina

from pipeline.errors import PermanentError, TransientError
from pipeline.limits import Gate, RetryPolicy, with_retries

POLICY = RetryPolicy(attempts=4, wait_initial_s=1, wait_max_s=3, retry_after_max_s=60)


class Service:
    """Raises its faults one after another, then answers."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.calls = 0

    async def call(self) -> str:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return "answer"


@pytest.fixture
def waits(monkeypatch):
    """The seconds that would have been waited; time stands still."""
    seconds: list[float] = []

    async def sleep(delay):
        seconds.append(delay)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return seconds


async def test_a_transient_error_is_tried_again_until_it_passes(waits):
    service = Service(TransientError("busy"), TransientError("busy"))

    assert await with_retries(POLICY, service.call) == "answer"
    assert service.calls == 3


async def test_the_last_error_is_raised_as_it_is_when_the_attempts_are_used_up(waits):
    faults = [TransientError(f"busy {n}") for n in range(9)]
    service = Service(*faults)

    with pytest.raises(TransientError) as caught:
        await with_retries(POLICY, service.call)

    assert caught.value is faults[3]
    assert service.calls == 4


@pytest.mark.parametrize("fault", [PermanentError("no"), ValueError("defect")])
async def test_other_errors_are_raised_at_once(waits, fault):
    service = Service(fault)

    with pytest.raises(type(fault)):
        await with_retries(POLICY, service.call)

    assert service.calls == 1
    assert waits == []


async def test_a_retry_after_is_waited_for_even_beyond_the_longest_wait_of_ours(waits):
    await with_retries(POLICY, Service(TransientError("busy", retry_after_s=42.5)).call)

    assert waits == [42.5]


async def test_a_retry_after_beyond_the_bound_is_raised_at_once(waits):
    service = Service(TransientError("busy", retry_after_s=60.5))

    with pytest.raises(TransientError):
        await with_retries(POLICY, service.call)

    assert (service.calls, waits) == (1, [])


@pytest.mark.parametrize("retry_after_s", [0.0, -3.0])
async def test_a_retry_after_of_nothing_is_not_waited_for(waits, retry_after_s):
    await with_retries(POLICY, Service(TransientError("busy", retry_after_s=retry_after_s)).call)

    assert waits == [0.0]


async def test_waits_double_up_to_the_longest_one_with_some_chance_in_them(waits):
    await with_retries(POLICY, Service(*[TransientError("busy")] * 3).call)

    assert 1 <= waits[0] <= 2
    assert 2 <= waits[1] <= 3
    assert waits[2] == 3


async def test_waits_are_told_at_info_and_nowhere_else(waits, caplog):
    with caplog.at_level(logging.DEBUG):
        await with_retries(POLICY, Service(TransientError("too busy", retry_after_s=7)).call)

    assert [(record.name, record.levelname, record.getMessage()) for record in caplog.records] == [
        ("nightreel.retry", "INFO", "attempt 1: too busy; next in 7.0 s")
    ]


async def test_the_test_mode_of_stamina_takes_all_waits_away():
    with stamina.set_testing(testing=True, attempts=3):
        assert await with_retries(POLICY, Service(TransientError("busy", retry_after_s=50)).call) == "answer"


async def test_no_more_than_the_concurrency_are_inside_a_gate():
    gate, inside, most = Gate(2), 0, 0

    async def visit() -> None:
        nonlocal inside, most
        async with gate:
            inside += 1
            most = max(most, inside)
            await anyio.lowlevel.checkpoint()
            inside -= 1

    async with anyio.create_task_group() as tasks:
        for _ in range(7):
            tasks.start_soon(visit)

    assert most == 2


@pytest.fixture
async def quick_clock(monkeypatch):
    """The clock of the loop jumps to what is due next, instead of waiting for it."""
    loop = asyncio.get_running_loop()
    now, select = loop.time(), loop._selector.select

    def jump(timeout: float | None) -> object:
        nonlocal now
        now += timeout or 0.0
        return select(timeout and 0.0)

    monkeypatch.setattr(loop, "time", lambda: now)
    monkeypatch.setattr(loop._selector, "select", jump)


@pytest.mark.usefixtures("quick_clock")
async def test_a_gate_with_a_rate_lets_callers_in_evenly_spaced():
    gate, entered = Gate(5, rate_per_min=30), []

    async def visit() -> None:
        async with gate:
            entered.append(asyncio.get_running_loop().time())

    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(visit)

    assert [later - earlier for earlier, later in pairwise(entered)] == pytest.approx([2.0, 2.0, 2.0])


async def test_a_caller_that_gives_up_at_the_gate_leaves_no_place_taken():
    gate = Gate(1, rate_per_min=0.001)
    async with gate:
        pass

    with anyio.move_on_after(0):
        async with gate:
            raise AssertionError("the next one is due in hours")

    assert gate._slots.borrowed_tokens == 0


async def test_an_error_inside_leaves_no_place_taken():
    gate = Gate(1)

    with pytest.raises(ZeroDivisionError):
        async with gate:
            raise ZeroDivisionError

    async with gate:
        pass


def test_a_gate_serves_one_event_loop_after_another():
    gate = Gate(1, rate_per_min=6000)

    async def visit() -> str:
        async with gate:
            return "in"

    assert [asyncio.run(visit()) for _ in range(2)] == ["in", "in"]
