"""Spending on disk: per batch and per day, shared by processes, however they end."""

import json
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta

import anyio
import pytest
from anyio import to_thread

from pipeline.errors import BudgetError, DamagedError, StorageError
from pipeline.limits import Billing, Budget
from pipeline.model import Price
from pipeline.orchestrator.context.budgets import budget_of_batch, budget_of_day
from pipeline.settings import load_settings
from pipeline.state import CheckpointStore, MoneyLedger

DAY = date(2026, 11, 21)

SPEND = """
import sys, anyio
from pathlib import Path
from pipeline.errors import BudgetError
from pipeline.limits import Budget, Billing
from pipeline.model import Price
from pipeline.state import MoneyLedger

async def main():
    ledger = MoneyLedger(Path(sys.argv[1]))
    budget = Budget(ledger, 3.0, lambda spent, call: BudgetError("spent"), poll_s=0.01)
    billing = Billing(prices={"m": Price(usd_per_million_in=0, usd_per_million_out=5e5)}, budgets=[budget])
    bought = 0.0
    async def buy():
        nonlocal bought
        try:
            async with billing.purchase("s", "m", tokens_in=0, tokens_out=2) as purchase:
                await purchase.reserve()
                await anyio.sleep(0.001)
                bought += 0.5
                purchase.used(tokens_in=0, tokens_out=1)
        except BudgetError:
            pass
    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(buy)
    print(bought)

anyio.run(main)
"""


def on_disk(path):
    return json.loads(path.read_text())


async def test_the_file_is_readable_for_people(tmp_path):
    ledger = MoneyLedger(tmp_path / "spent.json", today=lambda: DAY)

    reservation = await ledger.reserve(0.3, allowed=1)
    reserved = on_disk(tmp_path / "spent.json")
    await ledger.settle(reservation, 0.2)

    assert reserved == {"schema": 1, "day": "2026-11-21", "usd": 0.3, "reserved": {reservation: 0.3}}
    assert on_disk(tmp_path / "spent.json") == {"schema": 1, "day": "2026-11-21", "usd": 0.2}
    assert await ledger.spent() == 0.2


async def test_reservations_count_as_spent_but_not_for_certain_until_they_are_settled(tmp_path):
    ours, theirs = MoneyLedger(tmp_path / "spent.json"), MoneyLedger(tmp_path / "spent.json")
    await ours.settle(await ours.reserve(0.25, allowed=1), 0.25)
    reservation = await ours.reserve(0.5, allowed=1)

    assert (await theirs.spent(), await theirs.certain()) == (0.75, 0.25)
    assert await theirs.reserve(0.5, allowed=1) is None
    await ours.settle(reservation, 0.125)
    assert (await theirs.spent(), await theirs.certain()) == (0.375, 0.375)
    assert [path.name for path in tmp_path.glob("spent.*.lock")] == []


async def test_a_new_day_starts_at_zero_and_the_previous_one_is_not_corrected(tmp_path):
    today = [DAY]
    ledger = MoneyLedger(tmp_path / "day.json", today=lambda: today[0])
    yesterday = await ledger.reserve(5, allowed=5)
    today[0] += timedelta(days=1)

    assert await ledger.spent() == 0
    await ledger.settle(await ledger.reserve(2, allowed=5), 2)
    await ledger.settle(yesterday, 1)
    assert await ledger.spent() == 2
    assert [path.name for path in tmp_path.glob(f"day.{yesterday}.lock")] == []


@pytest.mark.parametrize("days", [1, -1, 400])
async def test_a_clock_that_was_wrong_for_a_while_loses_no_spending(tmp_path, days):
    today = [DAY]
    ledger = MoneyLedger(tmp_path / "day.json", today=lambda: today[0])
    await ledger.settle(await ledger.reserve(3, allowed=5), 3)
    under_way = await ledger.reserve(1, allowed=5)
    today[0] += timedelta(days=days)
    await ledger.settle(await ledger.reserve(2, allowed=5), 2)
    await ledger.settle(under_way, 0.5)
    assert await ledger.spent() == 2

    today[0] -= timedelta(days=days)
    assert (await ledger.spent(), await ledger.certain()) == (3.5, 3.5)
    assert await ledger.reserve(2, allowed=5) is None
    today[0] += timedelta(days=days)
    assert await MoneyLedger(tmp_path / "day.json", today=lambda: today[0]).spent() == 2
    assert [path.name for path in tmp_path.glob("day.*.lock")] == []


async def test_rounding_errors_do_not_refuse_an_exact_fit(tmp_path):
    ledger = MoneyLedger(tmp_path / "spent.json")

    taken = [await ledger.reserve(0.1, allowed=0.3) for _ in range(4)]

    assert [each is not None for each in taken] == [True, True, True, False]
    for each in filter(None, taken):
        await ledger.settle(each, 0.1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"schema": 2}',
        '{"schema": 1, "usd": -1}',
        '{"schema": 1, "usd": NaN}',
        '{"schema": 1, "usd": 1, "reserved": {"/../../jobs/0": 1}}',
        '{"schema": 1, "usd": 1, "reserved": {"0123456789ab": NaN}}',
    ],
)
async def test_an_unreadable_ledger_stops_calls_if_there_is_a_budget(tmp_path, caplog, text):
    path = tmp_path / "spent.json"
    await anyio.Path(path).write_text(text)
    ledger = MoneyLedger(path)

    with pytest.raises(DamagedError, match=r"Remove .*spent\.json; nothing counts as spent then"):
        await ledger.reserve(1, allowed=5)
    reservation = await ledger.reserve(1, allowed=None)
    assert reservation is not None
    await ledger.settle(reservation, 1)

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert await anyio.Path(path).read_text() == text


async def test_an_unwritable_ledger_stops_calls_if_there_is_a_budget(tmp_path):
    await anyio.Path(tmp_path / "file").write_text("")
    ledger = MoneyLedger(tmp_path / "file" / "spent.json")

    with pytest.raises(StorageError):
        await ledger.reserve(1, allowed=5)


def test_two_concurrent_processes_never_exceed_a_budget_and_use_all_of_it(tmp_path):
    path = tmp_path / "spent.json"
    command = [sys.executable, "-c", SPEND, str(path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    bought = sum(float(process.communicate(timeout=60)[0]) for process in both)

    # The last half could cost a whole one, and is not begun. Whatever was reserved meanwhile came back and was used.
    assert bought == on_disk(path)["usd"] == 2.5


RESERVE = """
import sys, anyio
from pathlib import Path
from pipeline.state import MoneyLedger

async def main():
    ledger = MoneyLedger(Path(sys.argv[1]))
    print(await ledger.reserve(2.0, allowed=3.0), flush=True)
    sys.stdin.read()

anyio.run(main)
"""


class Watched(MoneyLedger):
    """One that tells when it is looked at."""

    def __init__(self, path):
        super().__init__(path)
        self.looked = [anyio.Event() for _ in range(3)]

    async def certain(self):
        for event in self.looked:
            if not event.is_set():
                event.set()
                break
        return await super().certain()


async def test_another_process_reservation_is_waited_for_while_it_lives_and_counts_as_spent_once_it_is_killed(
    tmp_path,
):
    path = tmp_path / "spent.json"
    ledger, came = Watched(path), []
    budget = Budget(ledger, 3.0, lambda spent, call: BudgetError(f"{spent}"), poll_s=0.01)
    command = [sys.executable, "-c", RESERVE, str(path)]
    async with await anyio.open_process(command, stderr=None) as other:
        reservation = (await other.stdout.receive()).decode().strip()

        async def want():
            with pytest.raises(BudgetError) as caught:
                await budget.reserve("a purchase", 1.5)
            came.append(caught.value.message)

        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(want)
                for event in ledger.looked:
                    await event.wait()
                waited = came == []
                locked = [each.name for each in tmp_path.glob("spent.*.lock")]
                other.kill()

    assert waited
    assert came == ["2.0"]
    assert locked == [f"spent.{reservation}.lock"]
    # What is left fits, and the next who writes forgets the dead one.
    await budget.reserve("a purchase", 1.0)
    await budget.settle("a purchase", 0.5)
    assert on_disk(path) == {"schema": 1, "day": None, "usd": 2.5}
    assert [each.name for each in tmp_path.glob("spent.*.lock")] == []


PRICES = {"m": Price(usd_per_million_in=0, usd_per_million_out=1e6)}


async def buy(budget, most=1):
    async with Billing(prices=PRICES, budgets=[budget]).purchase("s", "m", tokens_in=0, tokens_out=most) as purchase:
        await purchase.reserve()


async def test_a_batch_that_has_spent_its_budget_parks_its_films_with_a_hint(tmp_path):
    settings = load_settings(tmp_path, {"budget.usd_per_batch": 2.5}, {})
    budget = budget_of_batch("outer space", tmp_path, settings)
    await buy(budget, 2)

    with pytest.raises(BudgetError) as caught:
        await buy(budget)

    assert caught.value.resets_at is None
    assert str(caught.value) == (
        "the budget of batch “outer space” allows no further call. "
        "$2.00 of $2.50 are spent, and a call may cost $1.00. "
        "Continue with a larger one: nightreel resume 'outer space' --budget 5"
    )


async def test_all_films_stopped_by_a_budget_have_the_same_cause(tmp_path):
    budget = budget_of_batch("space", tmp_path, load_settings(tmp_path, {"budget.usd_per_batch": 2.5}, {}))
    causes = set()
    for most in (2, 3, 5):
        await buy(budget, 0.2)
        with pytest.raises(BudgetError) as caught:
            await buy(budget, most * 10)
        causes.add(caught.value.message)

    assert len(causes) == 1
    # Twice as much would not be enough.
    assert caught.value.hint.endswith("--budget 50.6")


@pytest.mark.parametrize("batch", ["films", "queue"])
async def test_the_budget_of_a_batch_says_nothing_about_those_that_never_end(tmp_path, batch):
    budget = budget_of_batch(batch, tmp_path, load_settings(tmp_path, {"budget.usd_per_batch": 1}, {}))

    await buy(budget, 50)

    assert await budget.spent() == 50


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process can't be set on this system")
@pytest.mark.parametrize(
    ("zone", "now", "resets_at"),
    [
        ("UTC", "2026-11-21T12:00Z", "2026-11-22T00:00Z"),
        # Half past eleven at night there, and afternoon in Greenwich.
        ("Pacific/Auckland", "2026-11-21T10:30Z", "2026-11-21T11:00Z"),
        # Still the evening of the day before there, and already the next day in Greenwich.
        ("America/New_York", "2026-11-21T03:00Z", "2026-11-21T05:00Z"),
        # The clocks go back on this day, which has 25 hours.
        ("America/New_York", "2026-11-01T04:30Z", "2026-11-02T05:00Z"),
    ],
)
async def test_the_day_of_a_budget_is_that_of_the_person_and_not_that_of_a_service(
    tmp_path, monkeypatch, zone, now, resets_at
):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        settings = load_settings(tmp_path, {"budget.usd_per_day": 1}, {})
        budget = budget_of_day(tmp_path, settings, lambda: datetime.fromisoformat(now))
        await buy(budget)
        with pytest.raises(BudgetError, match="budget of the day") as caught:
            await buy(budget)
    finally:
        monkeypatch.undo()
        time.tzset()

    assert caught.value.resets_at == datetime.fromisoformat(resets_at).astimezone(UTC)


async def test_a_batch_that_is_over_keeps_its_sum_and_no_lock(tmp_path):
    store = CheckpointStore(tmp_path)
    folder = store.folder("night")
    ledger = MoneyLedger(folder / "spent.json")
    await ledger.settle(await ledger.reserve(2, allowed=None), 1.5)
    await anyio.Path(folder / "spent.0123456789ab.lock").write_text("")  # of a process that was killed

    await to_thread.run_sync(store.claims.remove_leftovers, "night")

    assert [path.name for path in folder.iterdir()] == ["spent.json"]
    assert await MoneyLedger(folder / "spent.json").spent() == 1.5
