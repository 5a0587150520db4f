"""Publication timing: upload hours, requested times, slots, and bandwidth."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice

import anyio
import pytest
from anyio import to_thread
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ClosedError, ConfigurationError, DamagedError, InputError, TransientError
from pipeline.limits import Bandwidth
from pipeline.model import Brief
from pipeline.model.schedule import Hours, Slots, Zone
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.context.release import release_of
from pipeline.publishing import Subject
from pipeline.publishing.youtube import SlotLedger, Timing
from pipeline.publishing.youtube.http import open_http
from pipeline.publishing.youtube.timing import LEAD
from pipeline.settings import Settings, load_settings
from tests.standins.youtube import CHUNK_BYTES, YouTubeStandIn
from tests.standins.youtube.clients import channel_of, film_for, token_file
from tests.unit.test_youtube_quota import Clock
from tests.unit.test_youtube_uploads import write_film
from tests.virtual_time import run_in_virtual_time

NOW = datetime(2026, 1, 26, 12, tzinfo=UTC)  # a Monday
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DAILY = Slots.parse(("daily 18:00",), Zone("UTC"))


def at(day, hour=18):
    return datetime(2026, 1, day, hour, tzinfo=UTC)


@pytest.fixture
def clock():
    return Clock(NOW)


@pytest.fixture
async def youtube(tmp_path, clock):
    async with YouTubeStandIn(clock=clock) as stand_in:
        stand_in.accounts.clock = stand_in.quota.clock = clock
        stand_in.write_token(token_file(tmp_path))
        yield stand_in
    assert stand_in.complaints == []


@pytest.fixture
def ledger(tmp_path):
    return SlotLedger(tmp_path / "ledgers" / "youtube-slots-default.json")


# Slots


async def test_each_film_has_its_own_slot_and_keeps_it_on_retries(ledger):
    first, second = await ledger.assign("a", DAILY, now=NOW), await ledger.assign("b", DAILY, now=NOW)
    again = await ledger.assign("a", DAILY, now=NOW + timedelta(hours=5))

    assert (first, second, again) == (at(26), at(27), at(26))


async def test_a_film_that_has_missed_its_slot_gets_the_next_one(ledger):
    await ledger.assign("a", DAILY, now=NOW)

    assert await ledger.assign("a", DAILY, now=at(26, 20)) == at(27)


async def test_a_clock_that_was_ahead_assigns_no_slot_twice(ledger):
    assert await ledger.assign("a", DAILY, now=NOW) == at(26)
    await ledger.assign("ahead", DAILY, now=NOW + timedelta(days=900))

    assert await ledger.assign("b", DAILY, now=NOW) == at(27)
    assert await ledger.assign("a", DAILY, now=NOW) == at(26)


async def test_a_film_that_got_its_slot_from_a_clock_that_was_ahead_gets_the_first_free_one_on_a_retry(ledger):
    await ledger.assign("a", DAILY, now=NOW + timedelta(days=365))
    assert await ledger.assign("b", DAILY, now=NOW) == at(26)

    assert await ledger.assign("a", DAILY, now=NOW) == at(27)
    assert await ledger.assign("c", DAILY, now=NOW) == at(28)


def test_the_file_of_slots_is_bounded(ledger, tmp_path):
    ledger._write({str(number): NOW + timedelta(days=number) for number in range(1500)})

    assert [*ledger._read()] == [str(number) for number in range(500, 1500)]


async def test_a_slot_that_is_too_soon_is_skipped(ledger):
    assert await ledger.assign("a", DAILY, now=at(26) - LEAD) == at(27)


async def test_a_chosen_time_is_assigned_to_no_other_film(ledger):
    chosen = Timing(publish_at=at(27), ledger=ledger)
    assert await chosen.publish_time("chosen", now=NOW) == at(27)

    assert [await ledger.assign(film, DAILY, now=NOW) for film in "ab"] == [at(26), at(28)]


async def test_an_unreadable_file_of_slots_assigns_none(ledger, tmp_path):
    await ledger.assign("a", DAILY, now=NOW)
    (tmp_path / "ledgers" / "youtube-slots-default.json").write_text("{")

    with pytest.raises(DamagedError, match=r"youtube-slots-default\.json"):
        await ledger.assign("a", DAILY, now=NOW)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 30)), max_size=20), st.integers(0, 10**9))
def test_no_slot_is_ever_assigned_twice(tmp_path, visits, run):
    zone = Zone("Europe/Berlin")
    slots = Slots.parse(("Sun 02:30,03:30", "Sat 23:00"), zone)
    shared = tmp_path / f"{run}" / "slots.json"
    now, has = datetime(2026, 3, 27, tzinfo=UTC), {}
    shared.unlink(missing_ok=True)
    for film, hours in visits:
        now += timedelta(hours=hours)
        # Each time another process.
        given_to = anyio.run(partial(SlotLedger(shared).assign, film, slots, now=now))
        assert given_to > now
        if film in has and has[film] > now:
            assert given_to == has[film]
        has[film] = given_to
        later = [slot for slot in has.values() if slot > now]
        assert len(later) == len(set(later))


_TAKER = """
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
import anyio
from pipeline.model.schedule import Slots, Zone
from pipeline.publishing.youtube.timing import SlotLedger
ledger, slots = SlotLedger(Path(sys.argv[1])), Slots.parse(("daily 18:00",), Zone("UTC"))
for film in sys.argv[2:]:
    assign = partial(ledger.assign, film, slots, now=datetime(2026, 1, 26, 12, tzinfo=UTC))
    print(anyio.run(assign).isoformat())
"""


def test_two_processes_never_assign_a_slot_twice(tmp_path):
    films = [[f"{name}{number}" for number in range(12)] for name in "ab"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _TAKER, str(tmp_path / "slots.json"), *names, "shared"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for names in films
    ]
    told = [process.communicate()[0].split() for process in running]

    assert told[0][-1] == told[1][-1]
    given_away = [*told[0], *told[1][:-1]]
    assert sorted(given_away) == [slot.isoformat() for slot in islice(DAILY.after(NOW), 25)]


# On the channel


async def test_a_film_with_a_time_is_sent_as_private_and_becomes_public_then(youtube, clock, tmp_path):
    timing = Timing(publish_at=at(27))

    await film_for(channel_of(youtube, tmp_path, clock=clock), timing=timing).deliver(write_film(tmp_path / "film.mp4"))

    (film,) = youtube.films.values()
    assert film.resource["status"]["privacyStatus"] == "private"
    assert film.resource["status"]["publishAt"] == "2026-01-27T18:00:00Z"


async def test_a_past_time_is_an_error_before_anything_is_sent(youtube, clock, tmp_path):
    timing = Timing(publish_at=NOW, where="sky.md")

    with pytest.raises(InputError, match=r"sky.md: publish_at is past: 2026-01-26 12:00 UTC. Set a later time"):
        await film_for(channel_of(youtube, tmp_path, clock=clock), timing=timing).deliver(
            write_film(tmp_path / "film.mp4")
        )

    assert youtube.calls.total() == 0


async def test_an_upload_that_was_begun_before_its_time_is_finished_after_it(youtube, clock, tmp_path):
    film, timing = write_film(tmp_path / "film.mp4"), Timing(publish_at=NOW + timedelta(minutes=5))
    youtube.faults.order(*["chunk_503"] * 20)
    with pytest.raises(TransientError):
        await film_for(channel_of(youtube, tmp_path, clock=clock), timing=timing).deliver(film)
    youtube.faults.clear()
    clock.now += timedelta(minutes=30)

    await film_for(channel_of(youtube, tmp_path, clock=clock), timing=timing).deliver(film)

    assert youtube.calls["videos.insert"] == 1


# Zones are read from files: not while the loop runs.
NIGHT_IN_BERLIN = Hours.parse("22:00-06:00", Zone("Europe/Berlin"))


async def test_outside_of_the_upload_hours_nothing_is_started_and_a_begun_upload_waits(youtube, clock, tmp_path):
    film = write_film(tmp_path / "film.mp4", size=3 * CHUNK_BYTES)

    async def deliver():
        await film_for(channel_of(youtube, tmp_path, clock=clock, hours=NIGHT_IN_BERLIN)).deliver(film)

    with pytest.raises(ClosedError, match=r"22:00-06:00 \(Europe/Berlin\)") as raised:
        await deliver()
    assert (raised.value.until, youtube.calls["videos.insert"]) == (at(26, 21), 0)
    clock.now = at(27, 4)
    youtube.watch = lambda what, _: setattr(clock, "now", at(27, 5)) if what == "bytes" else None
    with pytest.raises(ClosedError):
        await deliver()
    assert youtube.calls["videos.insert"] == 1
    youtube.watch = lambda _what, _at: None
    clock.now = at(27, 21)
    await deliver()

    (there,) = youtube.films.values()
    assert there.data == film.video.read_bytes()
    assert youtube.calls["videos.insert"] == 1


# What a brief, a flag and the settings say


def release(brief, *, flag="", **youtube):
    asked = release_of(Brief(title="Sky", **brief), Settings(youtube=youtube).youtube, channel="cooking", flag=flag)
    return asked.privacy, asked.publish_at, asked.slots is not None


WHEN = "2026-01-27 18:00"
BERLIN = ("news America/New_York", "cooking Europe/Berlin")


@pytest.mark.parametrize(
    ("brief", "more", "expected"),
    [
        ({}, {}, ("private", None, False)),
        ({}, {"privacy": "public"}, ("public", None, False)),
        ({}, {"privacy": "public", "slots": ["daily 18:00"]}, ("private", None, True)),
        ({"privacy": "unlisted"}, {"slots": ["daily 18:00"]}, ("unlisted", None, False)),
        ({"privacy": "public"}, {"slots": ["daily 18:00"], "flag": "private"}, ("private", None, False)),
        ({"publish_at": WHEN}, {"time_zone": "Asia/Kolkata"}, ("private", at(27, 12) + timedelta(minutes=30), False)),
        ({"publish_at": WHEN, "time_zone": "Europe/Berlin"}, {"time_zone": "UTC"}, ("private", at(27, 17), False)),
        ({"publish_at": WHEN}, {"time_zone": "UTC", "time_zones": BERLIN}, ("private", at(27, 17), False)),
        ({"publish_at": WHEN, "time_zone": "UTC"}, {"time_zones": BERLIN}, ("private", at(27), False)),
        ({"publish_at": WHEN, "privacy": "public"}, {"time_zone": "UTC"}, ("private", at(27), False)),
        ({"publish_at": f"{WHEN}Z"}, {"slots": ["daily 18:00"], "privacy": "public"}, ("private", at(27), False)),
        ({"publish_at": WHEN}, {"flag": "unlisted"}, ("unlisted", None, False)),
    ],
)
def test_flags_override_the_brief_and_the_brief_overrides_the_settings(brief, more, expected):
    assert release(brief, **more) == expected


async def test_films_of_a_channel_with_slots_are_private_until_the_next_free_one(youtube, clock, ledger, tmp_path):
    timing = Timing(slots=DAILY, ledger=ledger)

    for key in ("a" * 16, "b" * 16):
        film = write_film(tmp_path / f"{key}.mp4", seed=ord(key[0]))
        await film_for(channel_of(youtube, tmp_path, clock=clock), key, timing=timing).deliver(film)

    told = [film.resource["status"] for film in youtube.films.values()]
    assert [(status["privacyStatus"], status["publishAt"]) for status in told] == [
        ("private", "2026-01-26T18:00:00Z"),
        ("private", "2026-01-27T18:00:00Z"),
    ]


async def test_with_a_clock_that_is_behind_no_scheduled_film_is_published_at_once(youtube, clock, ledger, tmp_path):
    film = write_film(tmp_path / "film.mp4")
    timing = Timing(slots=DAILY, ledger=ledger)
    channel = channel_of(youtube, tmp_path, clock=lambda: clock.now - behind)
    behind = timedelta(days=3)
    with pytest.raises(ClosedError, match=r"clock of this machine is wrong \(YouTube's says 2026-01-26 12:00 UTC\)"):
        await film_for(channel, "a" * 16, timing=timing).deliver(film)
    with pytest.raises(ClosedError, match="clock of this machine is wrong"):
        await film_for(channel, "b" * 16, timing=timing).deliver(film)
    assert (youtube.calls["videos.insert"], youtube.calls["put"]) == (1, 0)

    behind = timedelta()
    await film_for(channel, "a" * 16, timing=timing).deliver(film)

    (published,) = youtube.films.values()
    assert published.resource["status"]["publishAt"] == "2026-01-26T18:00:00Z"
    youtube.complaints.remove("a film that becomes public at once, since 2026-01-23T18:00:00Z is past")


async def test_a_schedule_never_makes_a_film_less_private_than_its_metadata(youtube, clock, ledger, tmp_path):
    film = write_film(tmp_path / "film.mp4")
    told = json.loads(film.metadata.read_bytes())
    film.metadata.write_text(json.dumps({**told, "privacyStatus": "private"}), encoding="utf-8")
    timing = Timing(slots=DAILY, ledger=ledger)

    receipt = await film_for(channel_of(youtube, tmp_path, clock=clock), timing=timing).deliver(film)

    status = youtube.films[receipt.id].resource["status"]
    assert (status["privacyStatus"], status.get("publishAt")) == ("private", None)


async def test_each_channel_has_slots_and_hours_in_its_own_time_zone(tmp_path):
    wanted = {
        "publishing.to": "youtube:cooking,youtube:news,youtube:other",
        "youtube.slots": "daily 18:00",
        "youtube.hours": "22:00-06:00",
        "youtube.time_zone": "UTC",
        "youtube.time_zones": "cooking Europe/Berlin,news America/New_York",
    }
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=wanted))
    times = {}
    for name in ("cooking", "news", "other"):
        hours = context.hosts.channel(name).hours
        release = release_of(Brief(title="Sky"), context.settings.youtube, channel=name)
        times[name] = (next(release.slots.after(at(27, 0))), hours.next_begin(at(27, 12)))
    assert times == {
        "cooking": (at(27, 17), at(27, 21)),
        "news": (at(27, 23), at(28, 3)),
        "other": (at(27, 18), at(27, 22)),
    }


async def test_a_time_that_is_past_in_one_channels_zone_is_an_error(tmp_path):
    wanted = {"publishing.to": "youtube:news,youtube:cooking", "youtube.time_zones": "cooking Asia/Kolkata,news UTC"}
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=wanted))
    context = replace(context, runtime=replace(context.runtime, clock=lambda: at(27, 15)))
    early, late = (Brief(title="Sky", publish_at=f"2026-01-27 {hour}:00", origin="sky.md") for hour in (18, 23))

    with pytest.raises(InputError, match=r"sky\.md: publish_at is past"):
        context.hosts.check(early)
    context.hosts.check(late)


def test_the_playlist_of_a_brief_is_part_of_its_release_and_not_of_its_film():
    plain, listed = Brief(title="Sky"), Brief(title="Sky", playlist="Space")

    assert plain.said == listed.said
    assert plain.release != listed.release


async def test_a_folder_for_manual_uploads_contains_the_publication_time(tmp_path):
    wanted = {"publishing.to": "folder:usb", "youtube.time_zone": "UTC"}
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=wanted))
    brief = Brief(title="Sky", publish_at="2027-01-27 18:00")
    subject = Subject(key="0123456789abcdef", folder="sky")

    place = await to_thread.run_sync(context.hosts.destination, "folder:usb", subject, brief)
    await place.deliver(write_film(tmp_path / "film.mp4"))

    told = json.loads((tmp_path / "usb" / "sky" / "metadata.json").read_bytes())
    assert (told["privacyStatus"], told["publishAt"]) == ("private", "2027-01-27T18:00:00Z")


def test_an_unlisted_film_can_not_be_scheduled():
    with pytest.raises(InputError, match="Sky: can't be unlisted and have a publish_at"):
        release({"publish_at": WHEN, "privacy": "unlisted"})
    with pytest.raises(ValueError, match="can't be unlisted with slots"):
        release({}, privacy="unlisted", slots=["daily 18:00"])


def test_a_time_skipped_by_daylight_saving_is_an_error_that_names_the_brief():
    with pytest.raises(InputError, match=r"^Sky: publish_at: 2026-03-29 02:30 does not exist in Europe/Berlin"):
        release({"publish_at": "2026-03-29 02:30", "time_zone": "Europe/Berlin"})


def test_release_fields_are_not_part_of_a_briefs_identity():
    plain, timed = Brief(title="Sky"), Brief(title="Sky", publish_at=WHEN, privacy="public")

    assert plain == timed
    assert plain.release != timed.release


async def test_a_run_reports_a_past_time_before_the_film_is_made(tmp_path):
    wanted = {"publishing.to": "youtube", "youtube.time_zone": "UTC"}
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=wanted))
    unpublished = await to_thread.run_sync(lambda: open_context(workspace=tmp_path))
    brief = Brief(title="Sky", publish_at="2020-01-01 18:00", origin="sky.md")

    with pytest.raises(InputError, match=r"sky\.md: publish_at is past"):
        await to_thread.run_sync(context.hosts.check, brief)
    unpublished.hosts.check(brief)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("slots", "Mon 18", "'Mon 18' is not a slot; write e.g. Mon-Fri 18:00"),
        ("hours", "22-6", "'22-6' is not a time window; write e.g. 22:00-06:00"),
        ("time_zone", "Berlin", "unknown time zone 'Berlin'"),
        ("time_zones", "cooking Berlin", "unknown time zone 'Berlin'"),
        ("time_zones", "Europe/Berlin", "'Europe/Berlin' is not of the form CHANNEL ZONE; write e.g. cooking"),
        (
            "costs",
            "captions.insert",
            "'captions.insert' is not of the form METHOD UNITS; write e.g. captions.insert",
        ),
    ],
)
def test_an_invalid_setting_is_an_error_with_a_hint(tmp_path, name, value, told):
    with pytest.raises(ConfigurationError, match=told):
        load_settings(tmp_path, {}, {f"NIGHTREEL_YOUTUBE__{name.upper()}": value})


def test_setting_one_cost_keeps_the_others(tmp_path):
    costs = load_settings(tmp_path, {"youtube.costs": "captions.insert 50,search.list 7"}, {}).youtube.cost_by_method

    assert (costs["captions.insert"], costs["search.list"], costs["thumbnails.set"]) == (50, 7, 50)


# The line


def test_all_uploads_share_the_bandwidth_and_waiting_for_it_extends_the_deadline():
    # Slower than a line that is taken for dead, if it is not we who hold it back.
    size, rate = CHUNK_BYTES, 4096

    async def main():
        loop = asyncio.get_running_loop()
        async with (
            YouTubeStandIn() as youtube,
            open_http(where="youtube", timeout_s=1, bandwidth=Bandwidth(rate)) as http,
        ):
            start_s = loop.time()
            sent = (http.send("POST", f"{youtube.url}/token", headers=FORM, body=b"x" * size) for _ in range(2))
            replies = await asyncio.gather(*sent)
            return [reply.status for reply in replies], loop.time() - start_s

    statuses, took_s = run_in_virtual_time(main)

    assert statuses == [401, 401]
    assert took_s == pytest.approx(2 * size / rate, abs=2)
