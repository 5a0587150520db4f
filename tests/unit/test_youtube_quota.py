"""The project's quota as a ledger: what is counted, for whom, and when there is something again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from anyio import to_thread

from pipeline.errors import ClosedError, QuotaError, TransientError
from pipeline.publishing.youtube.calls import api_method
from pipeline.state.quota import Allowance, ProjectQuota, next_day, project_of
from tests.standins.youtube import CLIENT_ID, YouTubeStandIn
from tests.standins.youtube.clients import channel_of, film_for, token_file
from tests.unit.test_youtube_uploads import write_film

NOON = datetime(2026, 1, 26, 20, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 27, 8, tzinfo=UTC)
COSTS = {"captions.insert": 400, "thumbnails.set": 50}


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self, now=NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def allowance(uploads=0, units=0, **costs):
    return Allowance(uploads_per_day=uploads, units_per_day=units, costs={**COSTS, **costs})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def youtube(tmp_path, clock):
    async with YouTubeStandIn(clock=clock) as stand_in:
        stand_in.accounts.clock = stand_in.quota.clock = clock
        stand_in.write_token(token_file(tmp_path))
        yield stand_in


@pytest.fixture
def quota(tmp_path, clock):
    return lambda project="7", **wanted: ProjectQuota(tmp_path, project, allowance(**wanted), clock=clock)


def spent(youtube):
    return dict(youtube.quota.today())


async def ours(root, clock):
    known = ProjectQuota(root / "state" / "ledgers", project_of(CLIENT_ID), allowance(), clock=clock)
    return await to_thread.run_sync(known.spent_today)


async def days(purse, *wanted):
    return await to_thread.run_sync(purse.days, *wanted)


# What costs what


@pytest.mark.parametrize(
    ("method", "path", "called"),
    [
        ("POST", "/upload/youtube/v3/videos?uploadType=resumable", "videos.insert"),
        ("PUT", "/upload/youtube/v3/videos?upload_id=x", ""),
        ("PUT", "/anything/else?upload_id=x", ""),
        ("PUT", "/youtube/v3/videos?part=status", "videos.update"),
        ("DELETE", "/youtube/v3/videos?id=x", "videos.delete"),
        ("GET", "/youtube/v3/videos?id=x", "videos.list"),
        ("POST", "/upload/youtube/v3/thumbnails/set?videoId=x", "thumbnails.set"),
        ("POST", "/upload/youtube/v3/captions", "captions.insert"),
        ("PUT", "/upload/youtube/v3/captions", "captions.update"),
        ("POST", "/proxy/youtube/v3/playlistItems", "playlistItems.insert"),
    ],
)
def test_every_request_is_known_by_the_name_that_google_charges_it_under(method, path, called):
    assert api_method(method, f"http://127.0.0.1:9{path}") == called


async def test_what_we_have_counted_is_what_google_has_counted(youtube, clock, tmp_path):
    youtube.faults.order("start_503", "start_lost", "no_location", "final_lost_and_gone", "list_503", "list_401")
    await film_for(channel_of(youtube, tmp_path, clock=clock)).deliver(write_film(tmp_path / "film.mp4"))

    assert await ours(tmp_path, clock) == spent(youtube) == {"uploads": 4, "units": 5}


async def test_what_was_never_sent_costs_nothing(youtube, clock, tmp_path):
    channel = channel_of(youtube, tmp_path, clock=clock)
    await youtube.__aexit__(None, None, None)

    with pytest.raises(TransientError, match="no connection"):
        await film_for(channel).deliver(write_film(tmp_path / "film.mp4"))

    assert await ours(tmp_path, clock) == {"uploads": 0, "units": 0}


def test_clients_of_one_project_share_its_quota():
    assert project_of("123456789012-abc.apps.googleusercontent.com") == project_of("123456789012-xyz.apps")
    assert len({project_of(odd) for odd in ("", "../../x", "12-abc", "abc-123456")}) == 4
    assert all(project_of(odd).isalnum() for odd in ("", "../../x", "12-abc"))


# When it is spent


async def test_no_call_is_made_that_is_too_many_and_the_next_day_there_are_more(quota, clock):
    purse = quota(uploads=2)
    await purse.reserve("videos.insert")
    await purse.reserve("videos.insert")

    with pytest.raises(ClosedError, match=r"spent \(2 by youtube.uploads_per_day\).*midnight in California") as raised:
        await purse.reserve("videos.insert")
    await purse.reserve("captions.insert")

    assert raised.value.until == MIDNIGHT
    clock.now = MIDNIGHT
    await purse.reserve("videos.insert")


async def test_units_are_a_purse_of_their_own_and_calls_have_their_costs(quota):
    purse = quota(uploads=1, units=850)
    await purse.reserve("captions.insert")
    await purse.reserve("captions.insert")
    await purse.reserve("thumbnails.set")

    with pytest.raises(ClosedError, match="units"):
        await purse.reserve("videos.list")
    await purse.reserve("videos.insert")


async def test_uploads_may_cost_units_as_they_once_did_and_one_purse_alone_is_never_charged(quota):
    purse = quota(uploads=10, units=3300, **{"videos.insert": 1600})
    await purse.reserve("videos.insert")
    await purse.reserve("videos.insert")

    with pytest.raises(ClosedError, match="units"):
        await purse.reserve("videos.insert")

    assert await to_thread.run_sync(purse.spent_today) == {"uploads": 2, "units": 3200}


async def test_many_at_once_and_another_process_get_no_more_than_there_is(quota):
    purses = [quota(uploads=7), quota(uploads=7)]

    results = await asyncio.gather(*(purses[n % 2].reserve("videos.insert") for n in range(20)), return_exceptions=True)

    assert sum(not isinstance(result, Exception) for result in results) == 7
    await quota("8", uploads=7).reserve("videos.insert")


async def test_what_google_says_is_spent_is_asked_for_by_nobody_until_midnight(youtube, clock, tmp_path):
    youtube.quota.uploads = 0
    film = write_film(tmp_path / "film.mp4")

    with pytest.raises(QuotaError):
        await film_for(channel_of(youtube, tmp_path, clock=clock)).deliver(film)
    with pytest.raises(ClosedError) as raised:  # another process, with a gate of its own
        await film_for(channel_of(youtube, tmp_path, clock=clock)).deliver(film)

    assert (raised.value.until, youtube.calls["videos.insert"]) == (MIDNIGHT, 1)
    youtube.quota.uploads, clock.now = 100, MIDNIGHT + timedelta(minutes=1)
    await film_for(channel_of(youtube, tmp_path, clock=clock)).deliver(film)


async def test_captions_that_are_spent_leave_uploads_alone(youtube, clock, tmp_path):
    channel = channel_of(youtube, tmp_path, clock=clock, allowance=allowance(uploads=5, units=1))
    await channel.quota(CLIENT_ID).reserve("videos.list")

    await film_for(channel).deliver(write_film(tmp_path / "film.mp4"))

    assert len(youtube.films) == 1


def test_a_clock_that_is_ahead_at_midnight_costs_minutes_and_not_a_day():
    assert next_day(MIDNIGHT + timedelta(seconds=20)) == MIDNIGHT + timedelta(minutes=10)
    assert next_day(MIDNIGHT + timedelta(minutes=10)) == MIDNIGHT + timedelta(days=1)


# How long it takes


@pytest.mark.parametrize(
    ("films", "calls", "expected"),
    [
        (0, {"videos.insert": 1}, 0),
        (1, {"videos.insert": 1}, 1),
        (97, {"videos.insert": 1}, 1),
        (98, {"videos.insert": 1}, 2),
        (250, {"videos.insert": 1}, 3),
        (40, {"videos.insert": 1, "captions.insert": 1, "thumbnails.set": 2}, 3),  # 20 a day by units
    ],
)
async def test_how_many_days_films_take_is_reckoned_from_what_is_left_today(quota, films, calls, expected):
    purse = quota(uploads=100, units=10_000)
    for _ in range(3):
        await purse.reserve("videos.insert")
    await purse.reserve("captions.insert")

    assert (await days(purse, films, calls)).days == expected


async def test_a_day_with_nothing_left_does_not_count_and_without_limits_it_is_one(quota):
    purse = quota(uploads=1)
    await purse.reserve("videos.insert")

    found = await days(purse, 2)
    assert (found.left_today, found.days) == (0, 2)
    assert (await days(quota(uploads=0), 10**6)).days == 1
