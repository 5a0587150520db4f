"""The throttle of a service, in the loop's virtual time."""

import asyncio
import contextlib
import re
import sys
import time
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise

import anyio
import anyio.lowlevel
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import BudgetError, ClosedError, NeedsLoginError, PermanentError, QuotaError, TransientError
from pipeline.limits import ReportedLimits, RetryPolicy, times, with_retries
from tests.standins.throttles import throttle

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
BUSY = TransientError("busy", retry_after_s=20)
DOWN = TransientError("down")


@pytest.fixture(autouse=True)
async def quick_clock(monkeypatch):
    """The clock of the loop jumps to what is due next, instead of waiting for it."""
    jumping(asyncio.get_running_loop(), monkeypatch.setattr)


def jumping(loop, setattr_):
    now, select = 1000.0, loop._selector.select

    def jump(timeout):
        nonlocal now
        # Never quite still: what is due within the precision of a float would be waited for without end.
        now += max(timeout or 0.0, 1e-9)
        return select(timeout and 0.0)

    setattr_(loop, "time", lambda: now)
    setattr_(loop._selector, "select", jump)


def seconds():
    """Since the test began."""
    return round(asyncio.get_running_loop().time() - 1000.0, 4)


class Wall:
    """A wall clock that goes with the loop, and can be set wrong."""

    wrong_by_s = 0.0

    def __call__(self):
        return NOON + timedelta(seconds=seconds() + self.wrong_by_s)


@pytest.fixture
def said():
    return []


@pytest.fixture
def make(said):
    def make(**wanted):
        return throttle("groq", **{"on_change": said.append, "clock": Wall(), **wanted})

    return make


async def visit(limiter, outcome=None, *, takes_s=0.0, tokens=0, used=None, begun=None, model=""):
    """One call; when it began."""
    async with limiter.call(tokens=tokens, model=model) as call:
        at = seconds()
        if begun is not None:
            begun.append(at)
        await anyio.sleep(takes_s)
        if used is not None:
            call.used(tokens=used)
        if outcome:
            raise outcome
    return at


async def fail(limiter, outcome, **more):
    with pytest.raises(type(outcome)) as caught:
        await visit(limiter, outcome, **more)
    assert caught.value is outcome


def at_once(limiter, *outcomes, begun, takes_s=0.0):
    """Several calls; what they raise is of no interest."""

    async def one(outcome):
        with contextlib.suppress(TransientError, PermanentError):
            await visit(limiter, outcome, begun=begun, takes_s=takes_s)

    return all_of(*(one(outcome) for outcome in outcomes))


async def _wait(call):
    await call


async def all_of(*calls):
    async with anyio.create_task_group() as tasks:
        for call in calls:
            tasks.start_soon(_wait, call)


# --- places and pace -------------------------------------------------------------------------------------------------


async def test_at_most_the_configured_number_of_calls_is_in_flight(make):
    begun = []

    await at_once(make(concurrency=2), *[None] * 5, begun=begun, takes_s=10)

    assert begun == [0, 0, 10, 10, 20]


async def test_calls_are_evenly_spaced_without_bursts(make):
    begun = []

    await at_once(make(requests_per_min=30), *[None] * 4, begun=begun)

    assert [later - earlier for earlier, later in pairwise(begun)] == pytest.approx([61 / 30] * 3, abs=0.001)


@pytest.mark.parametrize("error", [ZeroDivisionError(), PermanentError("no"), NeedsLoginError("no"), BUSY, DOWN])
async def test_no_error_leaks_a_slot(make, error):
    limiter = make(concurrency=1)
    await fail(limiter, error)

    assert not limiter._in_flight


async def test_a_cancelled_call_leaks_no_slot_and_counts_as_no_outcome(make, said):
    limiter = make(concurrency=1, breaker_failures=1)
    with anyio.move_on_after(1):
        await visit(limiter, takes_s=100)

    assert await visit(limiter) == 1
    assert said == []


async def test_a_caller_that_stops_waiting_does_not_block_others(make):
    limiter = make(concurrency=1, requests_per_min=0.001)
    await visit(limiter)
    with anyio.move_on_after(5):
        await visit(limiter)

    assert await visit(limiter) == pytest.approx(61_000)


def test_a_throttle_serves_one_event_loop_after_another():
    limiter = throttle(concurrency=1, requests_per_min=6000)

    async def enter():
        async with limiter.call():
            return "in"

    assert [asyncio.run(enter()) for _ in range(2)] == ["in", "in"]


# --- asked to wait ---------------------------------------------------------------------------------------------------


async def test_a_429_with_retry_after_closes_the_throttle_for_everybody(make):
    limiter, begun = make(), []
    await fail(limiter, BUSY)

    await at_once(limiter, None, None, None, begun=begun)

    assert begun == pytest.approx([20, 20, 20])


async def test_a_retry_after_of_half_a_second_is_respected(make):
    limiter = make()
    await fail(limiter, TransientError("busy", retry_after_s=0.5))

    assert await visit(limiter) == pytest.approx(0.5)


async def test_throttle_and_retries_wait_for_a_429_only_once(make):
    limiter, begun = make(), []
    outcomes = [BUSY, None]
    policy = RetryPolicy(attempts=3, wait_initial_s=1, wait_max_s=30, retry_after_max_s=60)

    await with_retries(policy, lambda: visit(limiter, outcomes.pop(0), begun=begun))

    assert begun == pytest.approx([0, 20])


async def test_a_second_429_of_a_call_in_flight_extends_the_closure_to_the_later_end_not_the_sum(make):
    limiter, begun = make(), []
    both = [visit(limiter, TransientError("busy", retry_after_s=20), takes_s=1)]
    both += [visit(limiter, TransientError("busy", retry_after_s=5), takes_s=4)]

    async def swallow(call):
        with pytest.raises(TransientError):
            await call

    await all_of(*map(swallow, both), at_once(limiter, None, begun=begun))
    await visit(limiter, begun=begun)

    assert begun == pytest.approx([0, 21])


async def test_a_longer_429_of_a_call_in_flight_extends_the_closure(make):
    limiter = make()
    await at_once(limiter, BUSY, TransientError("busy", retry_after_s=50), begun=[], takes_s=1)

    assert await visit(limiter) == pytest.approx(51)


async def test_a_waiting_caller_keeps_waiting_when_the_throttle_closes_again(make):
    limiter, begun = make(concurrency=1), []

    await at_once(limiter, BUSY, BUSY, None, begun=begun, takes_s=1)

    assert begun == pytest.approx([0, 21, 42])


async def test_a_throttle_that_closes_while_a_caller_waits_for_its_pace_admits_no_call(make):
    limiter, begun = make(requests_per_min=6), []
    await at_once(limiter, BUSY, None, begun=begun, takes_s=9.5)

    assert begun[1] >= 29.5


async def test_a_long_closure_raises_at_once_with_the_time_of_its_end(make):
    limiter = make(patience_s=60)
    await fail(limiter, TransientError("busy", retry_after_s=61))

    with pytest.raises(ClosedError, match=r"groq asks us to wait until \d{4}-\d\d-\d\d \d\d:\d\d$") as caught:
        await visit(limiter)

    assert caught.value.until == NOON + timedelta(seconds=61)
    assert seconds() == 0


async def test_a_closure_as_long_as_the_patience_is_waited_for(make):
    limiter = make(patience_s=20)
    await fail(limiter, BUSY)

    assert await visit(limiter) == pytest.approx(20)


async def test_callers_waiting_for_a_slot_fail_at_once_when_the_throttle_closes_for_long(make):
    limiter, heard = make(concurrency=2), []

    async def wait_for_a_place():
        with pytest.raises(ClosedError):
            await visit(limiter)
        heard.append(seconds())

    async def be_refused():
        await fail(limiter, TransientError("busy", retry_after_s=3600), takes_s=1)

    await all_of(visit(limiter, takes_s=50), be_refused(), wait_for_a_place(), wait_for_a_place())

    assert heard == [1, 1]


@pytest.mark.parametrize("jump_s", [-86_400, 86_400])
async def test_a_jump_of_the_wall_clock_neither_opens_nor_closes_the_throttle(make, jump_s):
    wall = Wall()
    limiter = make(clock=wall)
    await fail(limiter, BUSY)
    wall.wrong_by_s = jump_s

    assert await visit(limiter) == pytest.approx(20)


@pytest.mark.skipif(sys.platform == "win32", reason="its clock goes on while it sleeps")
async def test_time_spent_in_suspend_counts_as_waited(make, monkeypatch):
    asleep_s, gettime = 0.0, time.clock_gettime
    monkeypatch.setattr(times.time, "clock_gettime", lambda clock: gettime(clock) + asleep_s)
    limiter = make(patience_s=60)
    await fail(limiter, TransientError("busy", retry_after_s=3600))
    with pytest.raises(ClosedError):
        await visit(limiter)

    asleep_s = 3590.0  # the loop's clock stood still meanwhile

    assert await visit(limiter) == pytest.approx(10, abs=1)


MONTH = timedelta(days=30)


@pytest.mark.parametrize("asked_s", [1e9, 1e18, 1e308, float("inf")])
async def test_a_retry_after_beyond_the_calendar_is_clamped_to_a_month_and_leaks_no_slot(make, ledger, asked_s):
    limiter = make(concurrency=1, ledger=ledger)
    await fail(limiter, TransientError("busy", retry_after_s=asked_s))

    assert not limiter._in_flight
    assert ledger.until == NOON + MONTH
    for each in (limiter, make(ledger=ledger)):
        with pytest.raises(ClosedError) as caught:
            await visit(each)
        assert caught.value.until == NOON + MONTH


@pytest.mark.parametrize("asked_s", [-5.0, float("nan"), float("-inf")])
async def test_an_invalid_retry_after_closes_nothing(make, asked_s):
    limiter = make(concurrency=1)
    await fail(limiter, TransientError("busy", retry_after_s=asked_s))

    assert await visit(limiter) == 0


async def test_a_closure_in_the_ledger_until_the_end_of_the_calendar_is_clamped_to_a_month(make, ledger):
    ledger.until = datetime.max.replace(tzinfo=UTC)

    with pytest.raises(ClosedError) as caught:
        await visit(make(ledger=ledger))
    assert caught.value.until == NOON + MONTH


async def test_a_failing_callback_leaks_neither_slot_nor_trial(make):
    def fails(_line):
        raise ZeroDivisionError

    limiter = make(concurrency=1, breaker_failures=1, on_change=fails)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await visit(limiter, DOWN)

    assert not limiter._in_flight
    assert limiter._availability._breakers[""].trial is None


async def test_closing_and_reopening_are_each_reported_once(make, said):
    limiter = make()
    await at_once(limiter, BUSY, BUSY, BUSY, begun=[], takes_s=1)
    await at_once(limiter, None, None, begun=[])

    local = (NOON + timedelta(seconds=21)).astimezone()
    assert said == [f"groq asks us to wait until {local:%H:%M:%S}", "groq answers again"]


# --- quota and key ---------------------------------------------------------------------------------------------------


async def test_a_spent_quota_is_reported_once_and_closes_nothing(make, ledger, said):
    limiter = make(ledger=ledger)
    for hours in (9, 9, 33):
        await fail(limiter, QuotaError("spent", where="youtube", resets_at=NOON + timedelta(hours=hours)))

    assert await visit(limiter) == 0
    assert ledger.until is None
    assert said == ["youtube: spent"] * 2


async def test_a_rejected_key_closes_the_throttle_for_good(make, said):
    limiter = make(breaker_failures=1)
    await fail(limiter, NeedsLoginError("refuses the key", where="groq", hint="Set GROQ_API_KEY"))
    await anyio.sleep(10_000)

    for _ in range(2):
        with pytest.raises(NeedsLoginError, match=r"groq: refuses the key\. Set GROQ_API_KEY"):
            await visit(limiter)

    assert seconds() == 10_000
    assert said == ["groq: refuses the key. Set GROQ_API_KEY"]


# --- the circuit breaker ---------------------------------------------------------------------------------------------


@pytest.fixture
def fragile(make):
    """Three failures in a row, a minute of rest."""
    return make(breaker_failures=3, breaker_cooldown_s=60, breaker_cooldown_max_s=200)


async def test_failures_in_a_row_open_the_breaker(fragile, said):
    for _ in range(3):
        await fail(fragile, DOWN)

    assert await visit(fragile) == pytest.approx(60)
    assert [line[:36] for line in said] == [
        "groq keeps failing: paused until " + said[0][33:36],
        "groq answers again",
    ]


async def test_a_success_resets_the_count_of_failures(fragile):
    for outcome in [DOWN, DOWN, None, DOWN, DOWN]:
        await at_once(fragile, outcome, begun=[])

    assert await visit(fragile) == 0


async def test_a_failing_model_does_not_close_the_other_models_of_its_service(make, said):
    limiter = make(breaker_failures=1, breaker_cooldown_s=60, patience_s=30)

    await fail(limiter, DOWN, model="large")

    assert await visit(limiter, model="small") == 0
    with pytest.raises(ClosedError, match=r"^groq keeps failing with large and is paused until "):
        await visit(limiter, model="large")
    assert [line.partition(" until ")[0] for line in said] == ["groq keeps failing with large: paused"]
    await anyio.sleep(60)
    await visit(limiter, model="large")
    assert said[-1] == "groq answers again"


async def test_a_429_closes_only_its_model_if_each_model_has_its_own_limits(make, said):
    limiter = make(by_model=True, patience_s=30)

    await fail(limiter, TransientError("the day is spent", retry_after_s=900), model="large")

    assert await visit(limiter, model="small") == 0
    with pytest.raises(ClosedError, match=r"^groq asks us to wait with large until ") as caught:
        await visit(limiter, model="large")
    assert caught.value.until == NOON + timedelta(seconds=900)
    # Nobody is told that it answers again, as long as one of them does not.
    assert [line.partition(" until ")[0] for line in said] == ["groq asks us to wait with large"]
    await fail(limiter, TransientError("slowly", retry_after_s=10), model="small")
    assert await visit(limiter, model="small") == 10
    await anyio.sleep(900)
    await visit(limiter, model="small")
    assert [line.partition(" until ")[0] for line in said] == [
        "groq asks us to wait with large",
        "groq asks us to wait with small",
        "groq answers again",
    ]


async def test_a_model_with_a_spent_daily_limit_does_not_delay_calls_of_another_model(make):
    limiter = make(by_model=True)
    async with limiter.call(model="large") as call:
        call.report_limits(ReportedLimits(requests_per_day=86_400 // 90, requests_left=0))

    assert await visit(limiter, model="small") == 0
    assert await visit(limiter, model="large") == pytest.approx(90)


@pytest.mark.parametrize(
    ("options", "outcome", "again_at"),
    [({"by_model": True}, BUSY, 20), ({"breaker_failures": 1, "breaker_cooldown_s": 60}, DOWN, 60)],
    ids=["retry-after", "breaker"],
)
async def test_waiting_for_one_model_does_not_delay_calls_of_another(make, options, outcome, again_at):
    limiter = make(concurrency=1, **options)
    await fail(limiter, outcome, model="large")
    begun = []

    async with anyio.create_task_group() as tasks:
        for model in ("large", "large", "small", "small"):
            tasks.start_soon(partial(visit, limiter, begun=begun, takes_s=5, model=model))

    assert begun == pytest.approx([0, 5, again_at, again_at + 5])


@pytest.mark.parametrize("outcome", [BUSY, PermanentError("no"), ValueError()])
async def test_errors_that_are_not_the_services_do_not_count_as_failures(make, outcome):
    limiter = make(breaker_failures=1)
    await fail(limiter, outcome)

    assert await visit(limiter) == pytest.approx(20 if outcome is BUSY else 0)


async def test_a_half_open_breaker_admits_one_trial_and_others_wait_for_its_outcome(fragile):
    await at_once(fragile, DOWN, DOWN, DOWN, begun=[])
    begun = []

    await at_once(fragile, *[None] * 4, begun=begun, takes_s=7)

    assert begun == pytest.approx([60, 67, 67, 67])


async def test_each_failed_trial_doubles_the_cooldown_up_to_its_maximum(fragile):
    begun = []
    await at_once(fragile, DOWN, DOWN, DOWN, begun=[])
    for outcome in [DOWN, DOWN, DOWN, None]:
        await at_once(fragile, outcome, begun=begun)

    assert begun == pytest.approx([60, 180, 380, 580])

    await at_once(fragile, DOWN, DOWN, DOWN, begun=[])
    assert await visit(fragile) == pytest.approx(640)


@pytest.mark.parametrize("outcome", [BUSY, PermanentError("no"), ValueError()])
async def test_after_a_trial_without_an_outcome_the_next_call_is_the_trial(fragile, outcome):
    await at_once(fragile, DOWN, DOWN, DOWN, begun=[])
    await fail(fragile, outcome)
    begun = []

    await at_once(fragile, None, None, begun=begun, takes_s=5)

    assert begun == pytest.approx([80, 85] if outcome is BUSY else [60, 65])


async def test_after_a_cancelled_trial_the_next_call_is_the_trial(fragile):
    await at_once(fragile, DOWN, DOWN, DOWN, begun=[])
    with anyio.move_on_after(70):
        await visit(fragile, takes_s=100)
    begun = []

    await at_once(fragile, None, None, begun=begun, takes_s=5)

    assert begun == pytest.approx([70, 75])


async def test_calls_in_flight_when_the_breaker_opened_neither_extend_it_nor_are_reported(fragile, said):
    await at_once(fragile, *[DOWN] * 8, begun=[], takes_s=1)

    assert len(said) == 1
    assert await visit(fragile) == pytest.approx(61)


async def test_a_cooldown_beyond_the_patience_raises_at_once(make):
    limiter = make(breaker_failures=1, breaker_cooldown_s=400, patience_s=300)
    await fail(limiter, DOWN)

    with pytest.raises(
        ClosedError, match=r"groq keeps failing and is paused until \d{4}-\d\d-\d\d \d\d:\d\d$"
    ) as caught:
        await visit(limiter)

    assert caught.value.until == NOON + timedelta(seconds=400)


async def test_a_trial_that_takes_longer_than_the_patience_is_not_waited_for(make):
    limiter, heard = make(breaker_failures=1, breaker_cooldown_s=10, patience_s=30), []
    await fail(limiter, DOWN)

    async def wait():
        await anyio.sleep(15)
        with pytest.raises(ClosedError) as caught:
            await visit(limiter)
        heard.append((seconds(), caught.value.until))

    await all_of(visit(limiter, takes_s=100), wait())

    assert heard == [(45, NOON + timedelta(seconds=55))]


# --- tokens by the minute --------------------------------------------------------------------------------------------


async def test_no_minute_exceeds_its_limit_of_tokens(make):
    limiter, begun = make(tokens_per_min=8000), []

    for _ in range(5):
        await visit(limiter, tokens=3000, begun=begun)
        await anyio.sleep(10)

    assert begun == pytest.approx([0, 10, 61, 71, 122])


async def test_an_estimate_is_corrected_to_the_actual_usage(make):
    limiter = make(tokens_per_min=8000)
    async with limiter.call(tokens=7000) as call:
        call.used(tokens=1000)

    assert await visit(limiter, tokens=7000) == 0
    async with limiter.call(tokens=0) as call:
        call.used(tokens=4000)
    assert await visit(limiter, tokens=1) == pytest.approx(61)


async def test_a_call_above_the_limit_gets_a_whole_minute(make):
    limiter = make(tokens_per_min=8000)
    await visit(limiter, tokens=1)

    assert await visit(limiter, tokens=20_000) == pytest.approx(61)


async def test_a_call_without_a_response_counts_as_charged(make):
    limiter = make(tokens_per_min=8000)
    await fail(limiter, DOWN, tokens=8000)

    assert await visit(limiter, tokens=8000) == pytest.approx(61)


async def test_rejected_calls_and_those_over_budget_are_not_charged_but_cancelled_ones_may_be(make):
    limiter = make(tokens_per_min=8000)
    await fail(limiter, BudgetError("10 are spent"), tokens=8000)
    await fail(limiter, DOWN, tokens=8000, used=0)
    assert seconds() == 0
    with anyio.move_on_after(1):
        await visit(limiter, tokens=8000, takes_s=100)

    assert await visit(limiter, tokens=8000) == pytest.approx(61)


class Minute:
    """A service that counts the tokens of a window that slides, and tells how many are left with each answer."""

    def __init__(self, limit=8000, *, refunds=True):
        self.limit, self.refunds, self.spent, self.admitted = limit, refunds, [], 0

    def left(self):
        self.spent = [entry for entry in self.spent if entry[0] > seconds() - 60]
        return self.limit - sum(tokens for _, tokens in self.spent)

    def told(self):
        return ReportedLimits(tokens_per_min=self.limit, tokens_left=max(0, self.left()), tokens_reset_s=60)

    def admit(self, tokens):
        assert tokens <= self.left(), f"a 429 at {seconds()}: {tokens} asked, {self.left()} left"
        self.spent.append([seconds(), tokens])
        self.admitted += 1
        return self.spent[-1]

    async def ask(self, limiter, *, most, used, begun=None):
        async with limiter.call(tokens=most) as call:
            if begun is not None:
                begun.append(seconds())
            entry = self.admit(most)
            await anyio.sleep(2)
            if self.refunds:
                entry[1] = used
            call.used(tokens=used)
            call.report_limits(self.told())


async def test_until_the_service_reports_its_limit_calls_are_made_one_at_a_time(make):
    limiter, service, begun = make(concurrency=2), Minute(), []

    await all_of(*(service.ask(limiter, most=5000, used=2000, begun=begun) for _ in range(4)))

    # The second one fits beside what the first has used; the third and fourth have to wait for a minute.
    assert begun == pytest.approx([0, 2, 61, 63])


async def test_if_the_service_reports_no_limit_calls_are_concurrent_after_the_first_response(make):
    limiter, begun = make(concurrency=3), []

    async def ask():
        await visit(limiter, tokens=5000, begun=begun, takes_s=2)

    await all_of(*(ask() for _ in range(4)))

    assert begun == [0, 2, 2, 2]


async def test_tokens_that_only_the_service_counts_are_respected(make):
    limiter, service, begun = make(concurrency=2), Minute(refunds=False), []

    for _ in range(4):
        await service.ask(limiter, most=5000, used=100, begun=begun)

    assert begun == pytest.approx([0, 62, 124, 186], abs=1.1)


async def test_the_lower_of_the_configured_and_the_reported_limit_applies(make):
    for own, most, wait_s in ((3000, 2000, 61), (20_000, 5000, 61), (None, 3000, 0)):
        limiter, start = make(tokens_per_min=own), seconds()
        async with limiter.call(tokens=most) as call:
            call.report_limits(ReportedLimits(tokens_per_min=8000, tokens_left=8000 - most))

        assert await visit(limiter, tokens=most) - start == pytest.approx(wait_s)


async def test_usage_by_others_expires_when_the_service_says_so(make):
    limiter = make()
    async with limiter.call(tokens=1000) as call:
        call.used(tokens=1000)
        call.report_limits(ReportedLimits(tokens_per_min=8000, tokens_left=500, tokens_reset_s=20))

    assert await visit(limiter, tokens=2000) == pytest.approx(20)


async def test_with_no_requests_left_calls_wait_until_one_is_refilled(make):
    limiter = make()
    async with limiter.call() as call:
        call.report_limits(ReportedLimits(requests_per_day=1000, requests_left=0))

    assert await visit(limiter) == pytest.approx(86.4)


@pytest.mark.parametrize(
    "told",
    [
        ReportedLimits(requests_per_day=1000, requests_left=1),
        ReportedLimits(requests_per_day=1000),
        ReportedLimits(requests_left=0),
        ReportedLimits(tokens_left=0),
        ReportedLimits(tokens_per_min=8000),
    ],
)
async def test_reports_with_requests_left_or_incomplete_ones_delay_no_call(make, told):
    limiter = make()
    async with limiter.call(tokens=10) as call:
        call.report_limits(told)

    assert await visit(limiter, tokens=10) == 0


async def test_a_call_outside_the_services_window_does_not_hide_usage_by_others(make):
    limiter, service, begun = make(concurrency=1), Minute(refunds=False), []

    await service.ask(limiter, most=1000, used=1000, begun=begun)
    await anyio.sleep(56)
    # Told when the first one is gone there, and not yet here.
    await service.ask(limiter, most=3500, used=0, begun=begun)
    await anyio.sleep(1.5)
    await service.ask(limiter, most=5000, used=0, begun=begun)

    # The second one is gone at 118.
    assert begun == pytest.approx([0, 58, 119], abs=1.1)


@settings(max_examples=100, deadline=None)
@given(
    calls=st.lists(st.tuples(st.integers(1, 8000), st.floats(0, 1), st.integers(0, 90)), min_size=1, max_size=20),
    refunds=st.booleans(),
    limit=st.sampled_from([None, 8000]),
)
# What it told a minute after a call, to the moment, may be without that call.
@example(
    calls=[*[(1, 0, 0)] * 3, (1, 1, 0), (5, 0, 60), *[(1, 0, 0)] * 2, (1, 0, 1), (1, 0, 60), (7992, 0, 0)],
    refunds=False,
    limit=None,
)
def test_a_strict_service_never_rejects_a_call(calls, refunds, limit):
    async def night():
        jumping(asyncio.get_running_loop(), setattr)
        limiter, service = throttle(concurrency=3, tokens_per_min=limit, clock=Wall()), Minute(refunds=refunds)

        async def one(most, share, arrives_s):
            await anyio.sleep(arrives_s)
            await service.ask(limiter, most=most, used=round(most * share))

        await all_of(*(one(*each) for each in calls))
        return service.admitted

    assert asyncio.run(night()) == len(calls)


# --- the day, and other processes ------------------------------------------------------------------------------------


class InMemoryDay:
    """A ledger in memory, for several throttles."""

    def __init__(self, clock, takes_s=0.0):
        self.clock, self.requests, self.tokens, self.until = clock, 0, 0, None
        self.until_of = {}
        self.takes_s = takes_s
        self.minute_is_spent_for_s, self.asked, self.told = 0.0, [], []

    async def reserve(self, tokens, *, call, model, requests_per_min, tokens_per_min, requests_per_day, tokens_per_day):
        self.asked.append((requests_per_min, tokens_per_min))
        if self.minute_is_spent_for_s:
            raise TransientError("the limit per minute is reached", retry_after_s=self.minute_is_spent_for_s)
        for until in (self.until, self.until_of.get(model)):
            if until and until > self.clock():
                raise ClosedError("closed", until=until)
        if tokens_per_day is not None and self.tokens + tokens > tokens_per_day:
            raise QuotaError("spent: groq.tokens_per_day", resets_at=NOON + timedelta(hours=12))
        self.requests += 1
        self.tokens += tokens
        await anyio.sleep(self.takes_s)
        return date(2026, 11, 21)

    async def correct(self, day, *, call, tokens, requests=0, told_tokens_per_min=None):
        self.told.append(told_tokens_per_min)
        await anyio.sleep(self.takes_s)
        self.tokens += tokens
        self.requests += requests

    async def close(self, until, *, model):
        if model:
            self.until_of[model] = until
        else:
            self.until = until


@pytest.fixture
def ledger():
    return InMemoryDay(Wall())


async def test_a_429_in_another_process_is_respected(make, ledger, said):
    ours, theirs = make(ledger=ledger), make(ledger=ledger, on_change=lambda _line: None)
    await fail(theirs, BUSY)

    assert await visit(ours) == pytest.approx(20)
    assert [line[:23] for line in said] == ["groq asks us to wait un", "groq answers again"]


async def test_a_long_429_in_another_process_raises_at_once(make, ledger):
    ledger.until = NOON + timedelta(hours=2)

    with pytest.raises(ClosedError) as caught:
        await visit(make(ledger=ledger))

    assert caught.value.until == ledger.until


async def test_a_429_of_a_model_in_another_process_is_respected_for_that_model(make, ledger, said):
    ours, theirs = (make(ledger=ledger, by_model=True, on_change=line) for line in (said.append, lambda _line: None))
    await fail(theirs, BUSY, model="large")

    assert await visit(ours, model="small") == 0
    assert await visit(ours, model="large") == pytest.approx(20)
    assert [line.partition(" until ")[0] for line in said] == ["groq asks us to wait with large", "groq answers again"]


async def test_a_spent_daily_limit_raises_and_is_reported_once(make, ledger, said):
    limiter = make(ledger=ledger, tokens_per_day=100)
    await visit(limiter, tokens=90)

    for _ in range(2):
        with pytest.raises(QuotaError, match=r"groq\.tokens_per_day") as caught:
            await visit(limiter, tokens=20)

    assert caught.value.resets_at == NOON + timedelta(hours=12)
    assert said == ["spent: groq.tokens_per_day"]
    assert await visit(limiter, tokens=10) == 0


async def test_reservations_of_a_daily_limit_are_waited_for(make, ledger):
    limiter = make(ledger=ledger, tokens_per_day=100)

    async def modest():
        async with limiter.call(tokens=90) as call:
            await anyio.sleep(5)
            call.used(tokens=10)

    begun = []
    await all_of(modest(), visit(limiter, tokens=50, begun=begun))

    assert begun == [5]
    assert (ledger.requests, ledger.tokens) == (2, 60)


async def test_a_minute_used_up_by_other_processes_is_polled_silently(make, ledger, said):
    limiter = make(ledger=ledger, requests_per_min=30, tokens_per_min=8000, patience_s=1)
    ledger.minute_is_spent_for_s, begun = 40.0, []

    async def push_back():
        await anyio.sleep(9)
        ledger.minute_is_spent_for_s = 0.0

    await all_of(visit(limiter, tokens=10, begun=begun), push_back())

    assert begun == pytest.approx([9], abs=2.1)
    assert (said, set(ledger.asked)) == ([], {(30, 8000)})


async def test_the_reported_limit_per_minute_is_shared_with_other_processes(make, ledger):
    limiter = make(ledger=ledger)
    async with limiter.call(tokens=10) as call:
        call.used(tokens=10)
        call.report_limits(ReportedLimits(tokens_per_min=6000, tokens_left=5990))
    await visit(limiter, tokens=10)

    assert (ledger.told, ledger.asked) == ([6000], [(None, None), (None, 6000)])


async def test_a_call_that_does_not_begin_refunds_its_reservation(make, ledger):
    limiter, begun = make(ledger=ledger, tokens_per_min=8000), []
    ledger.takes_s = 3

    async def arrive_while_the_ledger_is_asked():
        await anyio.sleep(1)
        await visit(limiter, tokens=10, begun=begun)

    await all_of(at_once(limiter, BUSY, begun=begun, takes_s=2), arrive_while_the_ledger_is_asked())

    # The second was in the ledger from 3 to 6, and the limiter closed at 5.
    assert begun == pytest.approx([3, 28])
    assert (ledger.requests, ledger.tokens) == (2, 10)


async def test_a_refund_completes_even_if_its_caller_is_cancelled(make, ledger):
    limiter = make(ledger=ledger, tokens_per_min=8000)
    ledger.takes_s = 3

    async def arrive_and_be_cancelled_while_it_is_given_back():
        await anyio.sleep(1)
        with anyio.move_on_after(6):
            await visit(limiter, tokens=10)

    await all_of(at_once(limiter, BUSY, begun=[], takes_s=2), arrive_and_be_cancelled_while_it_is_given_back())

    assert (ledger.requests, ledger.tokens) == (1, 0)


async def test_a_rejected_request_counts_for_the_day_but_its_tokens_do_not(make, ledger):
    await fail(make(ledger=ledger), DOWN, tokens=50, used=0)

    assert (ledger.requests, ledger.tokens) == (1, 0)


async def test_a_request_without_a_response_counts_with_its_maximum_of_tokens(make, ledger):
    await fail(make(ledger=ledger), DOWN, tokens=50)

    assert (ledger.requests, ledger.tokens) == (1, 50)


# --- looking whether it is there -------------------------------------------------------------------------------------


async def probe(limiter, outcome=None):
    async with limiter.probe():
        if outcome:
            raise outcome
        return seconds()


async def test_a_probe_waits_for_an_open_throttle_but_not_for_a_slot(make, ledger):
    limiter, looked = make(concurrency=1, ledger=ledger), []

    async def look():
        await anyio.sleep(1)
        looked.append(await probe(limiter))

    await all_of(visit(limiter, takes_s=10), look())
    assert looked == [1]
    assert ledger.requests == 1

    with pytest.raises(TransientError):
        await probe(limiter, BUSY)
    assert await probe(limiter) == pytest.approx(30)


async def test_probes_count_for_the_breaker_and_may_be_its_trial(fragile):
    for _ in range(3):
        with pytest.raises(TransientError):
            await probe(fragile, DOWN)

    with pytest.raises(TransientError):
        await probe(fragile, DOWN)
    assert seconds() == pytest.approx(60)
    assert await probe(fragile) == pytest.approx(60 + 120)
    assert await visit(fragile) == pytest.approx(60 + 120)


async def test_wait_until_open_waits_for_a_short_retry_after(make):
    limiter = make()
    await limiter.wait_until_open()
    await fail(limiter, BUSY)

    await limiter.wait_until_open()
    assert seconds() == pytest.approx(20)


async def test_wait_until_open_raises_for_a_long_retry_after_and_for_an_open_breaker(make, fragile):
    limiter = make(patience_s=10)
    await fail(limiter, BUSY)
    await at_once(fragile, DOWN, DOWN, DOWN, begun=[])

    for closed in (limiter, fragile):
        with pytest.raises(ClosedError):
            await closed.wait_until_open()
    assert seconds() == 0

    await anyio.sleep(60)
    await fragile.wait_until_open()
    assert seconds() == 60


# --- whatever happens ------------------------------------------------------------------------------------------------

OUTCOMES = st.one_of(
    st.none(),
    st.just("transient"),
    st.just("permanent"),
    st.just("cancelled"),
    st.integers(1, 40).map(lambda retry_after_s: f"busy {retry_after_s}"),
)
CALLS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 15), OUTCOMES), min_size=1, max_size=25)


@settings(max_examples=150, deadline=None)
@given(
    calls=CALLS,
    concurrency=st.integers(1, 3),
    rate=st.sampled_from([None, 20.0]),
    failures=st.integers(1, 3),
    asking_s=st.sampled_from([0.0, 2.0]),
)
def test_no_call_begins_while_the_throttle_is_closed_and_concurrency_is_never_exceeded(
    calls, concurrency, rate, failures, asking_s
):
    async def night():
        jumping(asyncio.get_running_loop(), setattr)
        limiter = throttle(
            concurrency=concurrency,
            requests_per_min=rate,
            breaker_failures=failures,
            breaker_cooldown_s=10,
            breaker_cooldown_max_s=40,
            patience_s=100,
            ledger=InMemoryDay(Wall(), takes_s=asking_s),
            clock=Wall(),
        )
        closed_until, inside, begun = 0.0, 0, 0

        async def call(arrives_s, takes_s, outcome):
            nonlocal closed_until, inside, begun
            await anyio.sleep(arrives_s)
            refusals = contextlib.suppress(TransientError, PermanentError, ClosedError)
            with anyio.CancelScope() as scope, refusals:
                async with limiter.call():
                    begun += 1
                    inside += 1
                    try:
                        assert inside <= concurrency
                        assert seconds() >= closed_until - 0.001, "a call began while the throttle was closed"
                        await anyio.sleep(takes_s)
                        if outcome == "cancelled":
                            scope.cancel()
                            await anyio.lowlevel.checkpoint()
                        if busy := re.match(r"busy (\d+)", outcome or ""):
                            closed_until = max(closed_until, seconds() + float(busy[1]))
                            raise TransientError("busy", retry_after_s=float(busy[1]))
                        if outcome:
                            raise {"transient": DOWN, "permanent": PermanentError("no")}[outcome]
                    finally:
                        inside -= 1

        async with anyio.create_task_group() as tasks:
            for each in calls:
                tasks.start_soon(call, *each)
        assert inside == 0
        assert not limiter._in_flight
        assert begun >= 1

    asyncio.run(night())
