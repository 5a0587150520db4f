"""Budgets: no call is made that could exceed one, whatever calls cost and whoever shares it."""

import contextlib

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import BudgetError, ConfigurationError, PermanentError
from pipeline.limits import Billing, Budget
from pipeline.model import Cost, Price
from tests.standins.memory_ledger import InMemoryLedger
from tests.virtual_time import START_S, run_in_virtual_time

# A dollar for each token that is written.
PRICES = {
    "m": Price(usd_per_million_in=0, usd_per_million_out=1e6),
    "free": Price(usd_per_million_in=0, usd_per_million_out=0),
}


def exceeded(spent, call):
    return BudgetError(f"{spent:g} are spent, and {call:g} are asked for")


def budget(allowed, coins=None):
    return Budget(coins or InMemoryLedger(), allowed, exceeded)


async def buy(billing, *, most, used=None, service="s", model="m", error=None, takes_s=0.0):
    async with billing.purchase(service, model, tokens_in=0, tokens_out=most) as purchase:
        await purchase.reserve()
        await anyio.sleep(takes_s)
        if error:
            raise error
        if used is not None:
            purchase.used(tokens_in=0, tokens_out=used)


async def test_a_call_reserves_its_maximum_and_settles_at_its_actual_cost():
    coins, told = InMemoryLedger(), []
    billing = Billing(prices=PRICES, budgets=[budget(10, coins)], on_cost=told.append)

    await buy(billing, most=8, used=3)

    assert (coins.most, coins.usd) == (8, 3)
    assert told == [Cost.of("m", PRICES["m"], tokens_in=0, tokens_out=3)]


async def test_a_call_that_could_exceed_the_budget_is_refused_and_an_exact_fit_is_made():
    coins = InMemoryLedger(3)
    billing = Billing(prices=PRICES, budgets=[budget(10, coins)])

    with pytest.raises(BudgetError, match="3 are spent"):
        await buy(billing, most=8)
    await buy(billing, most=7, used=7)

    assert coins.usd == 10


async def test_a_voided_call_is_free_and_a_failed_or_interrupted_one_costs_its_maximum():
    coins = InMemoryLedger()
    billing = Billing(prices=PRICES, budgets=[budget(None, coins)])

    async with billing.purchase("s", "m", tokens_in=0, tokens_out=5) as purchase:
        await purchase.reserve()
        purchase.void()
    assert coins.usd == 0
    with pytest.raises(PermanentError):
        await buy(billing, most=5, error=PermanentError("no"))
    assert coins.usd == 5
    coins.usd = 0
    with anyio.move_on_after(0.001):
        await buy(billing, most=5, takes_s=100)
    assert coins.usd == 5


async def test_a_call_over_budget_is_refused_before_it_queues():
    billing = Billing(prices=PRICES, budgets=[budget(100), budget(10, InMemoryLedger(3))])

    with pytest.raises(BudgetError, match="3 are spent, and 8 are asked for"):
        async with billing.purchase("s", "m", tokens_in=0, tokens_out=8):
            pytest.fail("it stands in line for a call that it can't pay for")


async def test_a_queued_call_has_reserved_nothing():
    coins = InMemoryLedger()
    billing = Billing(prices=PRICES, budgets=[budget(10, coins)])

    async with billing.purchase("s", "m", tokens_in=0, tokens_out=8):
        assert coins.usd == 0
    assert coins.usd == 0


def test_reservations_of_other_calls_are_waited_for_and_their_refund_starts_the_next_call():
    async def both():
        shared, over = budget(10), {}

        async def one(name, most, used, takes_s):
            await buy(Billing(prices=PRICES, budgets=[shared]), most=most, used=used, takes_s=takes_s)
            over[name] = round(anyio.current_time() - START_S, 1)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one, "first", 8, 1, 0.7)
            await anyio.sleep(0.1)
            tasks.start_soon(one, "second", 8, 8, 0)
        return over

    # A ledger would be looked into after two seconds.
    assert run_in_virtual_time(both) == {"first": 0.7, "second": 0.7}


def at_the_end_of_a_budget(*, most, used, takes_s, then):
    """One process has a call of at most `most` under way when another wants one; when that began, or its error."""

    async def both():
        coins, came = InMemoryLedger(2), {}

        async def one(name, most, used, takes_s):
            billing = Billing(prices=PRICES, budgets=[budget(10, coins)])
            try:
                await buy(billing, most=most, used=used, takes_s=takes_s)
                came[name] = round(anyio.current_time() - START_S)
            except BudgetError as error:
                came[name] = str(error)

        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(one, "first", most, used, takes_s)
                await anyio.sleep(0.1)
                tasks.start_soon(one, "second", *then, 0)
        assert coins.most <= 10
        return came["second"], coins.usd

    return run_in_virtual_time(both)


def test_reservations_of_another_process_are_polled_every_two_seconds():
    assert at_the_end_of_a_budget(most=8, used=1, takes_s=30, then=(7, 7)) == (30, 10)


def test_the_call_is_refused_once_another_process_has_spent_the_rest():
    assert at_the_end_of_a_budget(most=8, used=8, takes_s=30, then=(7, 7)) == ("10 are spent, and 7 are asked for", 10)


def test_a_call_that_exceeds_the_budget_even_after_all_refunds_is_refused_without_counting_reservations_as_spent():
    assert at_the_end_of_a_budget(most=8, used=0, takes_s=30, then=(9, 9)) == ("2 are spent, and 9 are asked for", 2)


async def test_if_one_of_two_budgets_refuses_the_other_is_refunded():
    batch, day = InMemoryLedger(), InMemoryLedger(9)
    billing = Billing(prices=PRICES, budgets=[budget(100, batch), budget(10, day)])

    async with billing.purchase("s", "m", tokens_in=0, tokens_out=1) as purchase:
        day.usd = 10  # by another process, between the look and the call
        with pytest.raises(BudgetError):
            await purchase.reserve()

    assert (batch.usd, day.usd) == (0, 10)


async def test_a_model_without_a_price_is_refused_only_if_there_is_a_budget():
    told = []
    await buy(Billing(prices=PRICES, budgets=[budget(None)], on_cost=told.append), most=5, used=4, model="unheard of")

    assert (told[0].tokens, told[0].usd, told[0].is_known) == (4, 0, False)
    with pytest.raises(ConfigurationError, match=r'unheard of: has no price.*\[prices\."unheard of"\]'):
        await buy(Billing(prices=PRICES, budgets=[budget(1)]), most=5, model="unheard of")
    await buy(Billing(prices=PRICES, budgets=[budget(1)]), most=5000, used=4000, model="free")


async def test_a_price_per_service_takes_precedence_over_one_per_model():
    prices = PRICES | {"home/m": PRICES["free"], "home/large/m": PRICES["m"]}
    coins, told = InMemoryLedger(), []
    billing = Billing(prices=prices, budgets=[budget(10, coins)], on_cost=told.append)

    await buy(billing, service="home", most=5000, used=4000)
    await buy(billing, service="office", most=5, used=4)
    # As OpenRouter calls its models.
    await buy(billing, service="home", model="large/m", most=5, used=3)

    assert [cost.usd for cost in told] == [0, 4, 3]
    assert coins.usd == 7
    with pytest.raises(BudgetError):
        await buy(billing, service="office", most=5000)


CALLS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.floats(0, 1),
        st.sampled_from(["answered", "silent", "refused", "lost", "cancelled"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=100, deadline=None)
@given(calls=CALLS, allowed=st.integers(0, 120), processes=st.integers(1, 3))
def test_no_budget_is_ever_exceeded_and_nothing_that_fits_is_refused(calls, allowed, processes):
    async def night():
        coins = InMemoryLedger()
        budgets = [Budget(coins, allowed, exceeded, poll_s=0) for _ in range(processes)]
        paid = 0.0

        async def one(number, most, share, outcome, steps):
            nonlocal paid
            billing = Billing(prices=PRICES, budgets=[budgets[number % processes]])
            with anyio.CancelScope() as scope, contextlib.suppress(PermanentError):
                try:
                    async with billing.purchase("s", "m", tokens_in=0, tokens_out=most) as purchase:
                        await purchase.reserve()
                        for _ in range(steps):
                            await anyio.lowlevel.checkpoint()
                        paid += {"answered": round(most * share), "refused": 0}.get(outcome, most)
                        if outcome == "cancelled":
                            scope.cancel()
                            await anyio.lowlevel.checkpoint()
                        if outcome == "answered":
                            purchase.used(tokens_in=0, tokens_out=round(most * share))
                        if outcome == "refused":
                            purchase.void()
                        if outcome in {"refused", "lost"}:
                            raise PermanentError("no")
                except BudgetError:
                    assert await coins.certain() + most > allowed

        async with anyio.create_task_group() as tasks:
            for number, call in enumerate(calls):
                tasks.start_soon(one, number, *call)
        assert coins.most <= allowed
        assert coins.usd == pytest.approx(paid)

    anyio.run(night)


async def test_cached_tokens_are_charged_at_their_own_price():
    coins = InMemoryLedger()
    prices = {"m": Price(usd_per_million_in=10, usd_per_million_cached=1, usd_per_million_out=0)}
    billing = Billing(prices=prices, budgets=[budget(100, coins)])

    async with billing.purchase("s", "m", tokens_in=1_000_000, tokens_out=0) as purchase:
        await purchase.reserve()
        purchase.used(tokens_in=1_000_000, tokens_out=0, tokens_cached=900_000)

    assert coins.usd == pytest.approx(1 + 0.9)
