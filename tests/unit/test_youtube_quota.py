"""The project's quota as a ledger: what is counted, and when it resets."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from anyio import to_thread

from pipeline.cli.batch_status import BatchStatus, write_batch
from pipeline.cli.status_tables import print_batch
from pipeline.errors import ClosedError, QuotaError, TransientError
from pipeline.model import Asked, Batch, Brief, Job, Paragraph, Section
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.forecast import forecast
from pipeline.orchestrator.uploads import describe_upload_days, upload_days
from pipeline.settings import load_settings
from pipeline.state import CheckpointStore
from pipeline.state.ledgers.quota import Allowance, ProjectQuota, next_day, project_of
from tests.acceptance.test_chaos_uploads import Killer, lives, uploader
from tests.standins.youtube import CHUNK_BYTES, CLIENT_ID, YouTubeStandIn
from tests.standins.youtube.clients import channel_of, film_for, token_file
from tests.standins.youtube.uploader import order
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


async def days(bucket, *wanted):
    return await to_thread.run_sync(bucket.days, *wanted)


# What costs what


async def test_our_count_of_the_quota_equals_googles(youtube, clock, tmp_path):
    youtube.faults.order("start_503", "start_lost", "no_location", "final_lost_and_gone", "list_503", "list_401")
    await film_for(channel_of(youtube, tmp_path, clock=clock)).deliver(write_film(tmp_path / "film.mp4"))

    assert await ours(tmp_path, clock) == spent(youtube) == {"uploads": 4, "units": 5}


async def test_a_request_that_was_never_sent_is_refunded(youtube, clock, tmp_path):
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


async def test_calls_stop_at_the_limit_and_continue_the_next_day(quota, clock):
    bucket = quota(uploads=2)
    await bucket.reserve("videos.insert")
    await bucket.reserve("videos.insert")

    with pytest.raises(ClosedError, match=r"spent \(2 by youtube.uploads_per_day\).*midnight in California") as raised:
        await bucket.reserve("videos.insert")
    await bucket.reserve("captions.insert")

    assert raised.value.until == MIDNIGHT
    clock.now = MIDNIGHT
    await bucket.reserve("videos.insert")


async def test_units_are_a_separate_bucket_and_calls_have_their_costs(quota):
    bucket = quota(uploads=1, units=850)
    await bucket.reserve("captions.insert")
    await bucket.reserve("captions.insert")
    await bucket.reserve("thumbnails.set")

    with pytest.raises(ClosedError, match="units"):
        await bucket.reserve("videos.list")
    await bucket.reserve("videos.insert")


async def test_uploads_may_cost_units_and_one_bucket_alone_is_never_charged(quota):
    bucket = quota(uploads=10, units=3300, **{"videos.insert": 1600})
    await bucket.reserve("videos.insert")
    await bucket.reserve("videos.insert")

    with pytest.raises(ClosedError, match="units"):
        await bucket.reserve("videos.insert")

    assert await to_thread.run_sync(bucket.spent_today) == {"uploads": 2, "units": 3200}


async def test_a_call_that_leaves_units_to_others_takes_none_of_theirs_and_uploads_are_a_separate_bucket(quota):
    bucket = quota(uploads=1, units=1000)
    kept = r"remaining quota units of the day are kept for films that are still to come.*midnight in California"
    await bucket.reserve("captions.insert", leave=600)

    with pytest.raises(ClosedError, match=kept) as raised:
        await bucket.reserve("thumbnails.set", leave=600)
    assert raised.value.until == MIDNIGHT
    with pytest.raises(ClosedError, match="kept for films"):
        await bucket.reserve("thumbnails.set", leave=5000)
    await bucket.reserve("videos.insert", leave=600)
    await bucket.reserve("captions.insert")
    await bucket.reserve("thumbnails.set", leave=150)

    assert await to_thread.run_sync(bucket.spent_today) == {"uploads": 1, "units": 850}


async def test_a_bucket_closed_by_google_is_not_reported_as_kept_for_other_films(quota):
    bucket = quota(units=1000)
    await (await bucket.reserve("captions.insert", leave=100)).close_buckets()

    with pytest.raises(ClosedError, match="quota units of the day are spent"):
        await bucket.reserve("captions.insert", leave=100)


async def test_a_bucket_closed_by_google_has_nothing_left_today(quota, clock):
    bucket = quota(uploads=100)
    await (await bucket.reserve("videos.insert")).close_buckets()

    assert await to_thread.run_sync(bucket.uploads_left) == 0
    assert (await days(bucket, 3)).left_today == 0
    clock.now = MIDNIGHT
    assert await to_thread.run_sync(bucket.uploads_left) == 100


async def test_concurrent_tasks_and_processes_share_a_bucket(quota):
    buckets = [quota(uploads=7), quota(uploads=7)]

    results = await asyncio.gather(
        *(buckets[n % 2].reserve("videos.insert") for n in range(20)), return_exceptions=True
    )

    assert sum(not isinstance(result, Exception) for result in results) == 7
    await quota("8", uploads=7).reserve("videos.insert")


async def test_a_quota_that_google_reports_as_exceeded_stops_uploads_until_midnight(youtube, clock, tmp_path):
    youtube.quota.uploads = 0
    film = write_film(tmp_path / "film.mp4")

    with pytest.raises(QuotaError):
        await film_for(channel_of(youtube, tmp_path, clock=clock)).deliver(film)
    with pytest.raises(ClosedError, match="uploads of the day are spent, says Google") as raised:  # another process
        await film_for(channel_of(youtube, tmp_path, clock=clock)).deliver(film)

    assert (raised.value.until, youtube.calls["videos.insert"]) == (MIDNIGHT, 1)
    youtube.quota.uploads, clock.now = 100, MIDNIGHT + timedelta(minutes=1)
    await film_for(channel_of(youtube, tmp_path, clock=clock)).deliver(film)


async def test_spent_units_do_not_stop_uploads(youtube, clock, tmp_path):
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
async def test_the_number_of_days_starts_from_what_is_left_today(quota, films, calls, expected):
    bucket = quota(uploads=100, units=10_000)
    for _ in range(3):
        await bucket.reserve("videos.insert")
    await bucket.reserve("captions.insert")

    assert (await days(bucket, films, calls)).days == expected


async def test_a_day_with_nothing_left_does_not_count_and_without_limits_it_is_one(quota):
    bucket = quota(uploads=1)
    await bucket.reserve("videos.insert")

    found = await days(bucket, 2)
    assert (found.left_today, found.days) == (0, 2)
    assert (await days(quota(uploads=0), 10**6)).days == 1


# What people are told of it


def batch_of(root, films, **asked):
    store = CheckpointStore(root)
    jobs = [
        Job(id=f"{n:08x}", batch="films", folder=f"films/{n}", brief=Brief(title=f"Film {n}")) for n in range(films)
    ]
    store.plan_jobs("films", jobs)
    ids = tuple(job.id for job in jobs)
    anyio.run(
        store.save_batch,
        Batch(name="films", source="films.txt", created_at=NOON, jobs=ids, asked=Asked(settings=asked)),
    )
    return store


def test_status_says_how_many_days_the_rest_of_a_batch_takes(tmp_path, capsys):
    store = batch_of(tmp_path, 5, **{"publishing.to": "youtube,youtube:cooking"})
    (tmp_path / "nightreel.toml").write_text("[youtube]\nuploads_per_day = 4\n", encoding="utf-8")
    for name, client in (("default", "111111-a"), ("cooking", "111111-b")):
        token_file(tmp_path, name).parent.mkdir(parents=True, exist_ok=True)
        token_file(tmp_path, name).write_text(json.dumps({"client_id": client}), encoding="utf-8")

    print_batch(BatchStatus(store, "films"))
    write_batch(BatchStatus(store, "films"), out := io.StringIO())

    told = "4 films a day to youtube and youtube:cooking, 4 left today: 10 films take 3 days"
    assert told in " ".join(capsys.readouterr().out.split())
    (uploads,) = json.loads(out.getvalue())["uploads"]
    assert (uploads["films"], uploads["days"], uploads["without_login"]) == (10, 3, [])


def test_status_says_so_too_if_films_are_published_after_they_were_made(tmp_path, capsys):
    store = batch_of(tmp_path, 3)
    job = store.read_job("films", "00000000")
    store.put_jobs("films", [job.evolve(asked=Asked(settings={"publishing.to": "youtube"}))])
    (tmp_path / "nightreel.toml").write_text("[youtube]\nuploads_per_day = 2\n", encoding="utf-8")

    print_batch(BatchStatus(store, "films"))

    assert "2 films a day to youtube, 2 left today: 3 films take 2 days" in " ".join(capsys.readouterr().out.split())


def test_status_omits_upload_days_if_nothing_is_published(tmp_path, capsys):
    print_batch(BatchStatus(batch_of(tmp_path, 5), "films"))

    assert "publishing" not in capsys.readouterr().out


async def test_a_dry_run_reports_the_days_and_a_missing_login(tmp_path):
    wanted = {"publishing.to": "youtube", "youtube.uploads_per_day": 2, "narration.narrator": "silence"}
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=wanted))
    sections = (Section(heading="", blocks=(Paragraph(text="Tea cools, slowly."),)),)
    briefs = [Brief(title=f"Film {number}", sections=sections) for number in range(5)]

    found = await forecast(briefs, context, batch="films")

    (uploads,) = found.uploads
    assert (uploads.films, uploads.films_per_day, uploads.days) == (5, 2, 3)
    assert uploads.complete_per_day == 2
    assert describe_upload_days(uploads) == "2 films a day to youtube, 2 left today: 5 films take 3 days"
    assert "youtube: not logged in" in found.notes[-1]
    assert "nightreel auth youtube --channel default" in found.notes[-1]


def test_links_of_episodes_are_counted_even_if_only_the_briefs_name_the_series(tmp_path, clock):
    (tmp_path / "nightreel.toml").write_text("[series.a]\n[series.b]\nlinks = false\n", encoding="utf-8")
    settings = load_settings(tmp_path, {"publishing.to": "youtube"}, {})

    def complete_per_day(*series):
        (found,) = upload_days(tmp_path, settings, 60, series=series, clock=clock)
        return found.complete_per_day

    found = [complete_per_day(*names) for names in ((), ("b",), ("b", "a"))]

    # 10,000 units, of which a film takes 400 + 50 + 1, a place in a playlist 51, and a link 50.
    assert found == [22, 19, 18]


def test_films_for_several_hosts_are_counted_for_each(tmp_path, clock):
    (tmp_path / "nightreel.toml").write_text("[series.a]\n", encoding="utf-8")
    wanted = {"publishing.to": "youtube,youtube:travel", "youtube.channel": "cooking", "episodes_of": "a"}
    settings = load_settings(tmp_path, wanted, {})

    def logged_in(**clients):
        for name, client in clients.items():
            token_file(tmp_path, name).parent.mkdir(parents=True, exist_ok=True)
            token_file(tmp_path, name).write_text(json.dumps({"client_id": client}), encoding="utf-8")

    logged_in(cooking="111111-a", default="222222-a", travel="111111-b")
    (found,) = upload_days(tmp_path, settings, 20, waiting=5, clock=clock)

    assert (found.hosts, found.without_login) == (("youtube", "youtube:travel"), ())
    # Of 10,000 units an episode takes 400 + 50 + 50 + 50 + 2.
    assert (found.films, found.waiting, found.complete_per_day, found.complete_days) == (40, 10, 18, 3)
    logged_in(travel="333333-a")
    apart = upload_days(tmp_path, settings, 20, clock=clock)
    assert [each.hosts for each in apart] == [("youtube",), ("youtube:travel",)]


@pytest.mark.parametrize(("units", "films"), [(2 * 552, 2), (2 * 552 - 1, 1)])
def test_every_call_that_an_episode_takes_is_counted(tmp_path, clock, units, films):
    (tmp_path / "nightreel.toml").write_text("[series.a]\n", encoding="utf-8")
    wanted = {"publishing.to": "youtube", "episodes_of": "a", "youtube.units_per_day": units}

    (found,) = upload_days(tmp_path, load_settings(tmp_path, wanted, {}), 1, clock=clock)

    assert found.complete_per_day == films


def test_films_without_a_limit_are_described_as_such(tmp_path, clock):
    wanted = {"publishing.to": "youtube", "youtube.uploads_per_day": 0, "youtube.units_per_day": 0}
    (found,) = upload_days(tmp_path, load_settings(tmp_path, wanted, {}), 3, clock=clock)
    wanted |= {"youtube.uploads_per_day": 2}
    (limited,) = upload_days(tmp_path, load_settings(tmp_path, wanted, {}), 3, clock=clock)

    assert describe_upload_days(found) == "3 films to youtube, without a limit"
    assert describe_upload_days(limited) == "2 films a day to youtube, 2 left today: 3 films take 2 days"


async def test_films_beyond_the_units_of_a_day_are_reported_and_folders_have_no_quota(tmp_path, clock):
    wanted = {"publishing.to": "youtube,folder:usb", "youtube.playlist": "Space"}
    settings = load_settings(tmp_path, wanted, {})

    (found,) = await to_thread.run_sync(lambda: upload_days(tmp_path, settings, 60, clock=clock))

    # 10,000 units, of which a film takes 400 + 50 + 50 + 2.
    assert (found.hosts, found.films_per_day, found.complete_per_day) == (("youtube",), 100, 19)
    (later,) = await to_thread.run_sync(lambda: upload_days(tmp_path, settings, 0, waiting=30, clock=clock))
    assert describe_upload_days(later) == (
        "100 films a day to youtube, 100 left today; 2 days with thumbnails and captions, at 19 a day; "
        "30 published already, but incomplete"
    )
    assert describe_upload_days(found) == (
        "100 films a day to youtube, 100 left today: 60 films take 1 day; "
        "4 days with thumbnails and captions, at 19 a day"
    )


# Two processes


async def test_two_processes_share_the_uploads_of_a_day_and_publish_no_film_twice(tmp_path):
    async with YouTubeStandIn() as youtube, uploader(tmp_path) as one, uploader(tmp_path) as another:
        youtube.quota.uploads = 6
        youtube.write_token(token_file(tmp_path), fresh=False)
        films = [write_film(tmp_path / f"{number:016x}.mp4", size=1000).video for number in range(9)]
        lines = [
            order(youtube.url, tmp_path, film, key=film.stem, chunk_bytes=CHUNK_BYTES, uploads_per_day=6)
            for film in films
        ]

        async def make(process):
            return [await lives(process, line, Killer()) for line in lines]

        codes = await asyncio.gather(make(one), make(another))

    assert youtube.calls["videos.insert"] == 6
    assert youtube.quota.refused.total() == 0
    assert len(youtube.films) == 6
    assert set(youtube.films_by_tag().values()) == {1}
    assert youtube.calls["token"] == 1
    assert [sum(code == 0 for code in process) for process in codes] == [6, 6]
