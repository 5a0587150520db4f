"""The retry policy: attempts, delays, and how long a service may make us wait."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from math import inf

import anyio
import pytest
import stamina

from pipeline.errors import ClosedError, PermanentError, TransientError
from pipeline.limits import Bandwidth, ReportedLimits, RetryPolicy, with_retries
from pipeline.limits.breaker import Breaker
from pipeline.limits.times import retry_after_s
from pipeline.limits.token_budget import TokenBudget
from tests.virtual_time import run_in_virtual_time

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

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


async def test_a_transient_error_is_retried_until_success(waits):
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


async def test_a_retry_after_is_respected_even_beyond_the_maximum_backoff(waits):
    await with_retries(POLICY, Service(TransientError("busy", retry_after_s=42.5)).call)

    assert waits == [42.5]


async def test_a_retry_after_equal_to_the_maximum_is_waited_for_and_the_last_error_is_raised_unchanged(waits):
    await with_retries(POLICY, Service(TransientError("busy", retry_after_s=60)).call)
    assert waits == [60]

    with pytest.raises(TransientError, match="busy"):
        await with_retries(POLICY, Service(*[TransientError("busy", retry_after_s=60)] * 4).call)


async def test_however_long_it_takes_all_attempts_are_made(waits, monkeypatch):
    late_s, clock = 0.0, time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + late_s)
    service = Service(*[TransientError("timed out")] * 3)

    async def slow():
        nonlocal late_s
        late_s += 3600
        return await service.call()

    assert await with_retries(POLICY, slow) == "answer"


async def test_a_retry_after_beyond_the_maximum_is_a_closed_error_until_then(waits):
    service = Service(TransientError("busy", retry_after_s=60.5, where="there", hint="Wait"))

    with pytest.raises(ClosedError, match=r"there: busy: not before .*\. Wait") as caught:
        await with_retries(POLICY, service.call, clock=lambda: NOON)

    assert caught.value.until == NOON + timedelta(seconds=60.5)
    assert (service.calls, waits) == (1, [])


async def test_a_closed_error_is_not_retried(waits):
    service = Service(ClosedError("closed", until=NOON))

    with pytest.raises(ClosedError):
        await with_retries(POLICY, service.call)

    assert (service.calls, waits) == (1, [])


async def test_the_last_attempt_raises_despite_a_retry_after(waits):
    with pytest.raises(TransientError):
        await with_retries(POLICY, Service(*[TransientError("busy", retry_after_s=1)] * 4).call)


@pytest.mark.parametrize("retry_after_s", [0.0, -3.0])
async def test_a_retry_after_of_nothing_is_not_waited_for(waits, retry_after_s):
    await with_retries(POLICY, Service(TransientError("busy", retry_after_s=retry_after_s)).call)

    assert waits == [0.0]


async def test_backoff_doubles_up_to_its_maximum_with_jitter(waits):
    await with_retries(POLICY, Service(*[TransientError("busy")] * 3).call)

    assert 1 <= waits[0] <= 2
    assert 2 <= waits[1] <= 3
    assert waits[2] == 3


async def test_jitter_is_at_most_the_initial_wait(waits):
    policy = RetryPolicy(attempts=9, wait_initial_s=0.001, wait_max_s=10, retry_after_max_s=60)

    await with_retries(policy, Service(*[TransientError("busy")] * 8).call)

    assert all(2**n <= wait * 1000 <= 2**n + 1 for n, wait in enumerate(waits))


async def test_waits_are_logged_at_info_only(waits, caplog):
    with caplog.at_level(logging.DEBUG):
        await with_retries(POLICY, Service(TransientError("too busy", retry_after_s=7)).call)

    assert [(record.name, record.levelname, record.getMessage()) for record in caplog.records] == [
        ("nightreel.retry", "INFO", "attempt 1: too busy; next in 7.0 s")
    ]


async def test_stamina_test_mode_disables_all_waits():
    with stamina.set_testing(testing=True, attempts=3):
        assert await with_retries(POLICY, Service(TransientError("busy", retry_after_s=50)).call) == "answer"


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({}, None),
        ({"retry-after": "90"}, 90.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "5.289"}, 5.289),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e300"}, 30 * 86_400.0),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 30 * 86_400.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "Sat, 21 Nov 2026 00:01:30 GMT", "date": "Sat, 21 Nov 2026 00:00:00 GMT"}, 90.0),
        ({"retry-after": "Sat, 21 Nov 2026 02:01:30 +0200", "date": "Sat, 21 Nov 2026 00:00:00 -0000"}, 90.0),
        ({"retry-after": "Sat, 21 Nov 2020 00:00:00 GMT"}, 0.0),
        ({"retry-after": "2", "retry-after-ms": "1250"}, 1.25),
        ({"retry-after": "2", "retry-after-ms": "soon"}, 2.0),
        ({"retry-after-ms": "9" * 400}, None),
        ({"retry-after-ms": "9" * 12}, 30 * 86_400.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers, waited):
    assert retry_after_s(headers) == waited


def test_an_abandoned_call_does_not_end_the_trial_of_another():
    breaker = Breaker(failures=1, cooldown_s=60, cooldown_max_s=60)
    early, trial = object(), object()
    breaker.begin(early)
    breaker.fail(object(), now=0)
    breaker.begin(trial)

    breaker.abandon(early)
    assert breaker.wait_s(now=100) == inf

    breaker.abandon(trial)
    assert breaker.wait_s(now=100) == 0


def test_usage_by_others_delays_calls_exactly_as_long_as_the_service_reports():
    budget = TokenBudget(None)
    budget.apply_report(ReportedLimits(tokens_per_min=100, tokens_left=20, tokens_reset_s=30), now=0)
    assert budget.wait_s(50, now=0) == pytest.approx(30)

    # All of it is there again, sooner than was said.
    budget.apply_report(ReportedLimits(tokens_per_min=100, tokens_left=100), now=1)
    assert budget.wait_s(100, now=1) == 0


def test_usage_older_than_a_minute_expires():
    budget = TokenBudget(100)
    for at_s in range(0, 300, 3):
        budget.spend(1, now=at_s)

    assert budget.wait_s(100, now=297) == pytest.approx(61)
    assert budget.wait_s(100, now=1000) == 0


def test_bandwidth_is_shared_in_order_without_bursts():
    async def take():
        line = Bandwidth(1000)
        waited_s = [await line.take(500), await line.take(2000), await line.take(1)]
        await anyio.sleep(60)
        return [*waited_s, await line.take(1)]

    assert run_in_virtual_time(take) == pytest.approx([0, 0.5, 2, 0], abs=0.01)
