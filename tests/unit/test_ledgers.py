import json
import logging
import sys
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest
from anyio import to_thread
from filelock import FileLock

from pipeline.errors import ClosedError, QuotaError, StorageError, TransientError
from pipeline.state.ledgers import daily as ledgers
from pipeline.state.ledgers.daily import Ledger
from pipeline.state.locks import file_lock
from tests.standins.throttles import throttle

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FREE = {"call": "one"}

SPEND = """
import sys, anyio
from datetime import UTC, datetime
from pathlib import Path
from pipeline.state.ledgers.daily import Ledger

async def main():
    ledger = Ledger(Path(sys.argv[1]), "groq", clock=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC))
    for _ in range(20):
        day = await ledger.reserve(100, call="theirs")
        await ledger.correct(day, call="another", tokens=-1)

anyio.run(main)
"""


class Clock:
    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ledger(tmp_path, clock):
    return Ledger(tmp_path, "groq", clock=clock)


async def entry(tmp_path):
    return json.loads(await anyio.Path(tmp_path / "groq.json").read_text())


async def test_the_file_is_readable_for_people(ledger, tmp_path):
    day = await ledger.reserve(3000, **FREE)
    await ledger.correct(day, call="one", tokens=-1200)
    await ledger.reserve(500, call="two")

    assert await entry(tmp_path) == {
        "schema": 1,
        "day": "2026-11-21",
        "requests": 2,
        "tokens": 2300,
        "told_tokens_per_min": None,
        "minute": [
            {"at": "2026-11-21T12:00:00Z", "call": "one", "tokens": 1800},
            {"at": "2026-11-21T12:00:00Z", "call": "two", "tokens": 500},
        ],
        "closed_at": None,
        "closed_until": None,
    }


@pytest.mark.parametrize(
    ("allowed", "setting"),
    [
        ({"requests_per_day": 2}, r"groq\.requests_per_day = 2"),
        ({"tokens_per_day": 250}, r"groq\.tokens_per_day = 250"),
    ],
)
async def test_a_spent_quota_names_the_setting_and_the_reset_time(ledger, tmp_path, allowed, setting):
    for _ in range(2):
        await ledger.reserve(100, **{**FREE, **allowed})

    with pytest.raises(QuotaError, match=setting) as caught:
        await ledger.reserve(100, **{**FREE, **allowed})

    assert caught.value.resets_at == datetime(2026, 11, 22, tzinfo=UTC)
    assert (await entry(tmp_path))["requests"] == 2


async def test_a_call_above_the_daily_limit_is_allowed_as_the_first_of_a_day(ledger):
    await ledger.reserve(900, **FREE, tokens_per_day=500)

    with pytest.raises(QuotaError):
        await ledger.reserve(1, **FREE, tokens_per_day=500)


async def test_a_new_day_starts_at_zero_and_the_previous_one_is_not_corrected(ledger, clock, tmp_path):
    yesterday = await ledger.reserve(100, **FREE)
    clock.now += timedelta(days=1)

    assert await ledger.reserve(7, **FREE) == yesterday + timedelta(days=1)
    await ledger.correct(yesterday, **FREE, tokens=-50)

    assert (await entry(tmp_path))["tokens"] == 7


@pytest.mark.parametrize("away", [timedelta(days=1), timedelta(days=-1), timedelta(days=400)])
async def test_a_clock_that_was_wrong_for_a_while_loses_no_call(ledger, clock, tmp_path, away):
    first = await ledger.reserve(100, **FREE)
    clock.now += away
    second = await ledger.reserve(7, call="two")
    clock.now -= away

    assert await to_thread.run_sync(ledger.spent_today) == (1, 100)
    await ledger.reserve(20, call="three")
    with pytest.raises(QuotaError):
        await ledger.reserve(1, call="four", tokens_per_day=120)
    # What comes back goes to the day that it was taken from.
    await ledger.correct(second, call="two", tokens=-2)
    await ledger.correct(first, call="one", tokens=-50)
    assert await to_thread.run_sync(ledger.spent_today) == (2, 70)

    clock.now += away
    assert await to_thread.run_sync(ledger.spent_today) == (1, 5)
    assert await to_thread.run_sync(Ledger(tmp_path, "groq", clock=clock).spent_today) == (1, 5)


# 2026-11-01: the clocks of California go back, the day has 25 hours.
@pytest.mark.parametrize(
    ("zone", "midnight", "hours"), [("UTC", "2026-11-01T00:00Z", 24), ("America/Los_Angeles", "2026-11-01T07:00Z", 25)]
)
async def test_setting_the_clock_back_over_midnight_grants_no_second_quota(tmp_path, clock, zone, midnight, hours):
    ledger = Ledger(tmp_path, "groq", clock=clock, zone=zone)
    midnight = datetime.fromisoformat(midnight)
    clock.now = midnight - timedelta(seconds=5)
    for _ in range(3):
        await ledger.reserve(1, **FREE, requests_per_day=3)

    for seconds in (10, -10, 10, -20):  # NTP, again and again
        clock.now += timedelta(seconds=seconds)
        if clock.now < midnight:
            with pytest.raises(QuotaError):
                await ledger.reserve(1, **FREE, requests_per_day=3)
        else:
            await ledger.reserve(1, **FREE, requests_per_day=3)

    clock.now = midnight + timedelta(hours=hours, seconds=-1)
    assert await to_thread.run_sync(ledger.spent_today) == (2, 2)


async def test_only_a_few_days_are_kept(ledger, clock, tmp_path):
    for _ in range(20):
        await ledger.reserve(1, **FREE)
        clock.now += timedelta(days=1)

    assert [each["day"] for each in (await entry(tmp_path))["other_days"]] == [
        f"2026-12-{day:02}" for day in range(9, 2, -1)
    ]


async def test_nothing_falls_below_zero(ledger, tmp_path):
    day = await ledger.reserve(10, **FREE)
    await ledger.correct(day, **FREE, tokens=-50, requests=-9)

    assert [(await entry(tmp_path))[name] for name in ("requests", "tokens")] == [0, 0]


@pytest.mark.parametrize(
    ("now", "day", "resets_at"),
    [
        # 2026-11-01: the clocks go back, the day has 25 hours. 2026-03-08: forward, 23.
        ("2026-11-01T06:59Z", date(2026, 10, 31), "2026-11-01T07:00Z"),
        ("2026-11-01T07:00Z", date(2026, 11, 1), "2026-11-02T08:00Z"),
        ("2026-11-02T07:59Z", date(2026, 11, 1), "2026-11-02T08:00Z"),
        ("2026-03-08T08:00Z", date(2026, 3, 8), "2026-03-09T07:00Z"),
    ],
)
async def test_days_follow_the_time_zone_of_the_provider(tmp_path, now, day, resets_at):
    ledger = Ledger(tmp_path, "groq", clock=Clock(datetime.fromisoformat(now)), zone="America/Los_Angeles")

    assert await ledger.reserve(1, **FREE) == day
    with pytest.raises(QuotaError) as caught:
        await ledger.reserve(1, **FREE, requests_per_day=1)
    assert caught.value.resets_at == datetime.fromisoformat(resets_at)


async def test_a_closure_is_visible_to_all_ledgers_on_the_file_until_it_ends(ledger, clock, tmp_path):
    other = Ledger(tmp_path, "groq", clock=clock)
    await ledger.close(NOON + timedelta(seconds=20))
    await ledger.close(NOON + timedelta(seconds=5))

    with pytest.raises(ClosedError) as caught:
        await other.reserve(1, **FREE)
    assert caught.value.until == NOON + timedelta(seconds=20)

    clock.now += timedelta(seconds=20)
    await other.reserve(1, **FREE)


async def test_a_closed_model_is_visible_to_all_ledgers_and_does_not_close_others(ledger, clock, tmp_path):
    other = Ledger(tmp_path, "groq", clock=clock)
    await ledger.close(NOON + timedelta(seconds=20), model="large")
    await ledger.close(NOON + timedelta(seconds=5), model="large")
    await ledger.close(NOON + timedelta(seconds=40), model="largest")

    await other.reserve(1, **FREE, model="small")
    await other.reserve(1, **FREE)
    with pytest.raises(ClosedError) as caught:
        await other.reserve(1, **FREE, model="large")
    assert caught.value.until == NOON + timedelta(seconds=20)

    clock.now += timedelta(seconds=20)
    await other.reserve(1, **FREE, model="large")
    # What is over is forgotten, and another day changes nothing.
    await ledger.close(clock.now + timedelta(days=1), model="small")
    assert json.loads((tmp_path / "groq.json").read_bytes())["closed_models"].keys() == {"small", "largest"}
    clock.now += timedelta(hours=23)
    with pytest.raises(ClosedError):
        await other.reserve(1, **FREE, model="small")
    await ledger.close(clock.now + timedelta(seconds=60))
    with pytest.raises(ClosedError):
        await other.reserve(1, **FREE, model="large")


async def test_a_closure_outlives_the_day(ledger, clock):
    clock.now = datetime(2026, 11, 21, 23, 59, 50, tzinfo=UTC)
    await ledger.close(clock.now + timedelta(seconds=60))
    clock.now += timedelta(seconds=20)

    with pytest.raises(ClosedError):
        await ledger.reserve(1, **FREE)


async def test_a_closure_written_under_a_wrong_clock_is_ignored(ledger, clock):
    clock.now += timedelta(days=300)
    await ledger.close(clock.now + timedelta(seconds=60))
    clock.now = NOON

    await ledger.reserve(1, **FREE)
    await ledger.close(NOON + timedelta(seconds=1))
    with pytest.raises(ClosedError) as caught:
        await ledger.reserve(1, **FREE)
    assert caught.value.until == NOON + timedelta(seconds=1)


async def test_a_closure_until_the_end_of_the_calendar_is_clamped_to_a_month(ledger, tmp_path):
    content = {"schema": 1, "day": "2026-11-21", "closed_at": "0001-01-01T00:00:00+14:00"}
    content["closed_until"] = "9999-12-31T23:59:59-12:00"
    await anyio.Path(tmp_path / "groq.json").write_text(json.dumps(content))

    with pytest.raises(ClosedError) as caught:
        await ledger.reserve(1, **FREE)
    assert caught.value.until == NOON + timedelta(days=30)


async def test_two_throttles_on_one_file_share_quota_and_closures(tmp_path, clock):
    ours, theirs = (
        throttle("groq", ledger=Ledger(tmp_path, "groq", clock=clock), clock=clock, patience_s=0, requests_per_day=3)
        for _ in range(2)
    )
    for limiter in (ours, theirs):
        async with limiter.call(tokens=10):
            pass
    with pytest.raises(TransientError):
        async with ours.call():
            raise TransientError("busy", retry_after_s=90)
    with pytest.raises(ClosedError) as caught:
        async with theirs.call():
            pass
    # What is left is counted by the loop's clock, which goes on here.
    assert NOON + timedelta(seconds=80) < caught.value.until <= NOON + timedelta(seconds=90)

    rested = throttle("groq", ledger=Ledger(tmp_path, "groq", clock=clock), clock=clock, requests_per_day=3)
    clock.now += timedelta(seconds=90)
    with pytest.raises(QuotaError, match="requests_per_day"):
        async with rested.call():
            pass


# --- the minute ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limits", [{"tokens_per_min": 8000}, {"requests_per_min": 2}])
async def test_a_new_process_respects_the_minute_of_a_killed_one(ledger, clock, tmp_path, limits):
    await ledger.reserve(4000, call="one", **limits)
    clock.now += timedelta(seconds=20)
    await ledger.reserve(4000, call="two", **limits)
    afresh = Ledger(tmp_path, "groq", clock=clock)

    with pytest.raises(TransientError) as caught:
        await afresh.reserve(3000, call="three", **limits)
    assert caught.value.retry_after_s == pytest.approx(41)

    clock.now += timedelta(seconds=caught.value.retry_after_s)
    await afresh.reserve(3000, call="three", **limits)
    assert (await entry(tmp_path))["requests"] == 3


async def test_unused_tokens_are_refunded_and_calls_that_did_not_begin_do_not_count(ledger, tmp_path):
    day = await ledger.reserve(8000, call="one", tokens_per_min=8000)
    with pytest.raises(TransientError):
        await ledger.reserve(7000, call="two", tokens_per_min=8000)
    await ledger.correct(day, call="one", tokens=-7000)
    await ledger.reserve(7000, call="two", tokens_per_min=8000)
    await ledger.correct(day, call="two", tokens=-7000, requests=-1)

    assert [(each["call"], each["tokens"]) for each in (await entry(tmp_path))["minute"]] == [("one", 1000)]


async def test_a_reported_limit_applies_to_later_processes(ledger, clock, tmp_path):
    day = await ledger.reserve(5000, call="one")
    await ledger.correct(day, call="one", tokens=0, told_tokens_per_min=8000)

    with pytest.raises(TransientError):
        await Ledger(tmp_path, "groq", clock=clock).reserve(5000, call="two")


async def test_a_call_that_exceeds_the_minute_by_one_token_waits_for_the_oldest_to_expire(ledger, clock):
    await ledger.reserve(7999, call="one", tokens_per_min=8000)
    clock.now += timedelta(seconds=20)
    await ledger.reserve(1, call="two", tokens_per_min=8000)

    with pytest.raises(TransientError) as caught:
        await ledger.reserve(8000, call="three", tokens_per_min=8000)

    assert caught.value.retry_after_s == pytest.approx(61)


async def test_a_call_above_the_limit_per_minute_gets_a_whole_minute(ledger, clock):
    await ledger.reserve(9000, call="one", tokens_per_min=8000)
    with pytest.raises(TransientError):
        await ledger.reserve(9000, call="two", tokens_per_min=8000)
    clock.now += timedelta(seconds=61)

    await ledger.reserve(9000, call="two", tokens_per_min=8000)


@pytest.mark.parametrize("jump_s", [-86_400, -3, 3 * 86_400])
async def test_a_clock_jump_causes_no_long_wait(ledger, clock, tmp_path, jump_s):
    await ledger.reserve(8000, call="one", tokens_per_min=8000)
    clock.now += timedelta(seconds=jump_s)

    await ledger.reserve(8000, call="two", tokens_per_min=8000)

    assert [each["call"] for each in (await entry(tmp_path))["minute"]] == ["two"]


async def test_a_minute_outlives_the_day(ledger, clock):
    clock.now = datetime(2026, 11, 21, 23, 59, 50, tzinfo=UTC)
    await ledger.reserve(8000, call="one", tokens_per_min=8000)
    clock.now += timedelta(seconds=20)

    with pytest.raises(TransientError):
        await ledger.reserve(8000, call="two", tokens_per_min=8000)


async def test_many_tasks_and_processes_lose_no_call(ledger, tmp_path):
    command = [sys.executable, "-c", SPEND, str(tmp_path)]
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(anyio.run_process, command)
        for _ in range(20):
            tasks.start_soon(lambda: ledger.reserve(100, **FREE))

    written = await entry(tmp_path)
    assert (written["requests"], written["tokens"]) == (60, 60 * 100 - 40)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"schema": 2, "day": "2026-11-21"}',
        b'{"schema": 1, "day": "2026-11-21", "requests": -1}',
        b'{"schema": 1, "day": "2026-11-21", "minute": [{"at": "noon", "call": "one", "tokens": 1}]}',
    ],
)
async def test_a_damaged_or_newer_file_is_quarantined_and_replaced(ledger, tmp_path, caplog, content):
    await anyio.Path(tmp_path / "groq.json").write_bytes(content)

    await ledger.reserve(5, **FREE)

    assert (await entry(tmp_path))["tokens"] == 5
    assert await anyio.Path(tmp_path / "groq.json.damaged").read_bytes() == content
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def refuse(path: Path, *_rest: object) -> None:
    raise StorageError("can't be written: no space left on device", where=str(path))


async def test_an_unwritable_ledger_warns_once_and_stops_no_call(ledger, monkeypatch, caplog):
    monkeypatch.setattr(ledgers, "write_atomically", refuse)

    for _ in range(3):
        await ledger.correct(await ledger.reserve(5, **FREE), **FREE, tokens=1)
    await ledger.close(NOON + timedelta(hours=1))

    assert ["no space left" in record.getMessage() for record in caplog.records] == [True]


async def test_a_folder_that_can_not_be_created_stops_no_call(tmp_path, clock, caplog):
    await anyio.Path(tmp_path / "state").write_text("a file")

    assert await Ledger(tmp_path / "state", "groq", clock=clock).reserve(5, **FREE) == NOON.date()
    assert len(caplog.records) == 1


async def test_a_lock_that_is_never_released_is_not_waited_for_forever(ledger, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(ledgers, "file_lock", partial(file_lock, wait_s=0.02))
    with FileLock(tmp_path / "groq.lock", thread_local=False):
        await ledger.reserve(5, **FREE)

    assert "does not release it" in caplog.text


async def test_while_a_lock_is_not_released_limits_hold_by_the_last_count_which_is_kept(ledger, tmp_path, monkeypatch):
    monkeypatch.setattr(ledgers, "file_lock", partial(file_lock, wait_s=0.02))
    for _ in range(2):
        await ledger.reserve(5, **FREE)
    before = await entry(tmp_path)

    with FileLock(tmp_path / "groq.lock", thread_local=False):
        await ledger.reserve(5, **FREE, requests_per_day=3)
        with pytest.raises(QuotaError):
            await ledger.reserve(5, **FREE, requests_per_day=2)

    assert await entry(tmp_path) == before


async def test_leftovers_of_a_killed_process_are_removed_by_the_next_call(ledger, tmp_path):
    left = tmp_path / ".groq.0123abcd.json"
    theirs = tmp_path / ".edge.0123abcd.json"
    for path in (left, theirs):
        await anyio.Path(path).write_text("{")

    await ledger.reserve(3000, **FREE)

    assert (left.exists(), theirs.exists()) == (False, True)
