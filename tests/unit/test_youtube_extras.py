"""Steps after an upload: thumbnail, captions, titles, playlists, each done once or reported."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from anyio import to_thread

from pipeline.errors import ClosedError, HeldError, InputError, NeedsLoginError, QuotaError, TransientError
from pipeline.model import Package
from pipeline.publishing import hash_files, sidecar_files
from pipeline.publishing.youtube import Extras, Title
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.extras.execution import Missing
from pipeline.state.ledgers.quota import Allowance, ProjectQuota, project_of
from tests.standins.youtube import CLIENT_ID, FAULTS, UPLOAD
from tests.standins.youtube.clients import PLENTY, channel_of, film_for, now, quota_in, token_file
from tests.standins.youtube.quota import COSTS

KEY = "0123456789abcdef"
TOMORROW = now() + timedelta(days=1)
KINDS = ("thumbnail", "caption", "playlist", "item", "update")
JPEG = b"\xff\xd8\xff" + b"picture" * 100
SRT = "1\n00:00:00,000 --> 00:00:02,000\nWhy is the sky blue?\n"
ALL = Extras(
    thumbnail=True,
    captions=True,
    playlist="Space",
    playlist_privacy="unlisted",
    place="space.txt:3",
    titles={
        "en": Title(title="Why the sky is blue"),
        "es": Title(title="Por qué es azul", description="Luz."),
    },
)


@pytest.fixture
def film(tmp_path):
    return write_film(tmp_path / "film")


def write_film(folder, **text):
    folder.mkdir(parents=True, exist_ok=True)
    package = Package(
        video=folder / "video.mp4",
        srt=folder / "video.srt",
        vtt=folder / "video.vtt",
        thumbnail=folder / "thumbnail.jpg",
        metadata=folder / "metadata.json",
    )
    package.video.write_bytes(b"film" * 1000)
    package.srt.write_text(SRT, encoding="utf-8")
    package.thumbnail.write_bytes(JPEG)
    package.metadata.write_text(json.dumps({"title": "Why the sky is blue", "language": "en", **text}))
    return package


async def deliver(youtube, root, film, *, extras=ALL, key=KEY, **options):
    return await film_for(channel_of(youtube, root), key, extras=extras, **options).deliver(film)


def judged(film):
    """What goes with the film, as it lies there."""
    return frozenset(hash_files(sidecar_files(film)).items())


def steps(root):
    record = json.loads((root / "state" / "youtube" / "default" / f"{KEY}.json").read_bytes())
    return {name: step["state"] for name, step in record["steps"].items()}


async def test_a_film_gets_its_thumbnail_captions_titles_and_playlist(youtube, film, tmp_path):
    film.srt.with_name("video.es.srt").write_text(SRT, encoding="utf-8")

    receipt = await deliver(youtube, tmp_path, film)

    channel = youtube.extras
    assert receipt.missing == ()
    assert channel.thumbnails == {receipt.id: JPEG}
    assert channel.captions == {receipt.id: {("en", "en"): SRT, ("es", "es"): SRT}}
    assert youtube.films[receipt.id].resource["localizations"] == {
        "es": {"title": "Por qué es azul", "description": "Luz."}
    }
    (playlist,) = channel.playlists.values()
    assert (playlist.title, playlist.films) == ("Space", [receipt.id])
    assert playlist.resource["status"] == {"privacyStatus": "unlisted"}
    assert set(steps(tmp_path).values()) == {"done"}


async def test_languages_are_sent_in_the_recommended_case(youtube, film, tmp_path):
    film.srt.with_name("video.pt-br.srt").write_text(SRT, encoding="utf-8")
    described = json.loads(film.metadata.read_bytes())
    film.metadata.write_text(json.dumps({**described, "language": "EN-gb"}), encoding="utf-8")

    receipt = await deliver(youtube, tmp_path, film)

    assert (receipt.missing, youtube.complaints) == ((), [])
    assert youtube.films[receipt.id].resource["snippet"]["defaultLanguage"] == "en-GB"
    assert {language for language, _ in youtube.extras.captions[receipt.id]} == {"en-gb", "pt-br"}
    assert {name for _, name in youtube.extras.captions[receipt.id]} == {"en-GB", "pt-BR"}


async def test_a_thumbnail_may_be_a_png(youtube, film, tmp_path):
    film.thumbnail.write_bytes(b"\x89PNG\r\n\x1a\n" + b"picture")

    assert (await deliver(youtube, tmp_path, film)).missing == ()


async def test_cheap_steps_go_first_and_are_charged_at_googles_costs(youtube, film, tmp_path):
    youtube.quota.units = 50 + 1 + 50 + 1 + 50 + 1 + 50

    receipt = await deliver(youtube, tmp_path, film)

    assert [line.partition(":")[0] for line in receipt.missing] == ["captions (en)"]
    assert "quota for today is spent" in receipt.missing[0]
    assert steps(tmp_path)["captions (en)"] == "failed"
    # Refused, and not tried again before the day is over.
    assert youtube.calls["captions.insert"] == 1


async def test_only_missing_steps_are_run_again(youtube, film, tmp_path):
    youtube.faults.order("thumbnail_403", "caption_403")
    first = await deliver(youtube, tmp_path, film)
    assert len(first.missing) == 2
    assert "forbidden" in first.missing[0]
    assert "youtube.com/verify" in first.missing[0]

    second = await deliver(youtube, tmp_path, film)
    third = await deliver(youtube, tmp_path, film)

    assert (second.missing, third.missing) == ((), ())
    calls = youtube.calls
    assert [calls[name] for name in ("videos.insert", "thumbnails.set", "videos.update", "playlistItems.insert")] == [
        1, 2, 1, 1
    ]  # fmt: skip
    assert (calls["captions.insert"], calls["captions.list"]) == (2, 1)


@pytest.mark.parametrize(
    "fault", [name for name in FAULTS if re.fullmatch(f"({'|'.join(KINDS)})_(503|429|404|conflict|page|lost)", name)]
)
async def test_transient_faults_are_retried_and_nothing_is_done_twice(youtube, film, tmp_path, fault):
    youtube.faults.order(fault)

    receipt = await deliver(youtube, tmp_path, film)

    assert receipt.missing == ()
    assert youtube.faults.met == [fault]
    (playlist,) = youtube.extras.playlists.values()
    assert playlist.films == [receipt.id]
    assert list(youtube.extras.captions[receipt.id]) == [("en", "en")]
    assert youtube.extras.thumbnails == {receipt.id: JPEG}
    assert youtube.films[receipt.id].resource["localizations"].keys() == {"es"}


@pytest.mark.parametrize("kind", ["thumbnail", "caption", "item", "update"])
async def test_a_step_whose_response_was_lost_is_not_repeated(youtube, film, tmp_path, kind):
    once = replace(channel_of(youtube, tmp_path), retry=replace(channel_of(youtube, tmp_path).retry, attempts=1))
    youtube.faults.order(f"{kind}_lost")
    missing = (await film_for(once, KEY, extras=ALL).deliver(film)).missing
    assert len(missing) == 1

    receipt = await deliver(youtube, tmp_path, film)

    assert receipt.missing == ()
    assert list(youtube.extras.captions[receipt.id]) == [("en", "en")]
    assert youtube.calls["captions.insert"] == 1
    assert youtube.extras.updates[receipt.id] == 1


async def test_a_step_is_journalled_as_begun_before_its_request(youtube, film, tmp_path, monkeypatch):
    begun, do = {}, Calls.request

    async def look_and_do(calls, method, *args, **named):
        noted = await to_thread.run_sync(steps, tmp_path)
        begun[method] = [name for name, state in noted.items() if state == "begun"]
        return await do(calls, method, *args, **named)

    monkeypatch.setattr(Calls, "request", look_and_do)
    await deliver(youtube, tmp_path, film)

    assert begun == {
        "thumbnails.set": ["thumbnail"],
        "videos.update": ["titles in other languages"],
        "playlists.insert": ["playlist “Space”"],
        "playlistItems.insert": ["playlist “Space”"],
        "captions.insert": ["captions (en)"],
    }


async def test_an_existing_caption_track_suffices(youtube, film, tmp_path):
    receipt = await deliver(youtube, tmp_path, film, extras=Extras())
    youtube.extras.captions[receipt.id] = {("en", "en"): "by hand"}

    assert (await deliver(youtube, tmp_path, film)).missing == ()
    assert youtube.extras.captions[receipt.id] == {("en", "en"): "by hand"}


async def test_a_track_from_an_earlier_attempt_suffices(youtube, film, tmp_path):
    youtube.faults.order("caption_409")

    receipt = await deliver(youtube, tmp_path, film)

    assert (receipt.missing, youtube.faults.met) == ((), ["caption_409"])
    assert youtube.extras.captions[receipt.id] == {("en", "en"): SRT}
    assert (steps(tmp_path)["captions (en)"], youtube.calls["captions.insert"]) == ("done", 1)
    # Nobody pays for being told twice.
    assert youtube.calls["captions.list"] == 0


async def test_an_unrelated_conflict_does_not_count_as_an_existing_track(youtube, film, tmp_path):
    once = replace(channel_of(youtube, tmp_path), retry=replace(channel_of(youtube, tmp_path).retry, attempts=1))
    youtube.faults.order("caption_conflict")

    receipt = await film_for(once, KEY, extras=ALL).deliver(film)
    again = await deliver(youtube, tmp_path, film)

    assert "captions (en): youtube: is not available now (HTTP 409, SERVICE_UNAVAILABLE" in receipt.missing[0]
    assert (again.missing, youtube.extras.captions[receipt.id]) == ((), {("en", "en"): SRT})


async def test_a_film_already_in_its_playlist_is_not_added_again(youtube, film, tmp_path):
    youtube.faults.order("item_409")

    receipt = await deliver(youtube, tmp_path, film)

    assert (receipt.missing, youtube.faults.met) == ((), ["item_409"])
    assert [each.films for each in youtube.extras.playlists.values()] == [[receipt.id]]
    assert youtube.calls["playlistItems.insert"] == 1


async def test_requests_about_a_video_that_has_not_propagated_are_retried(youtube, film, tmp_path):
    youtube.looks_until_shown = 2

    receipt = await deliver(youtube, tmp_path, film)

    assert receipt.missing == ()
    assert "es" in youtube.films[receipt.id].resource["localizations"]


async def test_requests_about_a_deleted_video_are_not_retried(youtube, film, tmp_path):
    receipt = await deliver(youtube, tmp_path, film, extras=Extras())
    del youtube.films[receipt.id]
    later = channel_of(youtube, tmp_path, clock=lambda: now() + timedelta(minutes=11))

    missing = (await film_for(later, KEY, extras=replace(ALL, playlist="")).deliver(film)).missing

    assert [line.partition(":")[0] for line in missing] == ["thumbnail", "titles in other languages", "captions (en)"]
    assert "the film is gone" in missing[1]
    assert (youtube.calls["thumbnails.set"], youtube.calls["captions.insert"]) == (1, 1)


async def test_a_spent_thumbnail_limit_is_retried_the_next_day(youtube, film, tmp_path):
    youtube.faults.order("thumbnail_limit")
    before, later = now(), timedelta()
    channel = channel_of(youtube, tmp_path, clock=lambda: now() + later)

    receipt = await film_for(channel, KEY, extras=ALL).deliver(film)

    assert receipt.missing == (
        (
            "thumbnail: youtube: the channel may set no more thumbnails today. "
            "It continues in 24 hours; the film is published without it"
        ),
    )
    assert before + timedelta(hours=24) <= receipt.missing_until <= now() + timedelta(hours=24)
    # Until then, no other film pays 50 units for the same answer.
    other = await film_for(channel, "f" * 16, extras=Extras(thumbnail=True)).deliver(write_film(tmp_path / "other"))
    assert other.missing == ("thumbnail: youtube: the channel may set no more thumbnails today",)
    assert youtube.calls["thumbnails.set"] == 1
    later = timedelta(hours=24)
    assert (await film_for(channel, KEY, extras=ALL).deliver(film)).missing == ()


async def test_obsolete_waiting_steps_are_removed(youtube, film, tmp_path):
    nothing = Allowance(uploads_per_day=0, units_per_day=60, costs=COSTS)
    channel = channel_of(youtube, tmp_path, allowance=nothing)
    await film_for(channel, KEY, extras=Extras(thumbnail=True, captions=True)).deliver(film)
    assert steps(tmp_path) == {"thumbnail": "done", "captions (en)": "waiting"}

    await film_for(channel, KEY, extras=Extras(thumbnail=True)).deliver(film)

    assert steps(tmp_path) == {"thumbnail": "done"}


async def test_concurrent_films_create_their_playlist_once_and_keep_the_order_of_the_list(youtube, tmp_path):
    order = [7, 2, 10, 1, 3]
    films = {n: write_film(tmp_path / f"film{n}") for n in order}
    given = {}

    async def publish(n):
        extras = Extras(playlist="Space", place=f"space.txt:{n}")
        given[n] = (await deliver(youtube, tmp_path, films[n], extras=extras, key=f"{n:016x}")).id

    async with anyio.create_task_group() as tasks:
        for n in order:
            tasks.start_soon(publish, n)

    (playlist,) = youtube.extras.playlists.values()
    assert playlist.films == [given[n] for n in sorted(order)]
    assert youtube.calls["playlists.insert"] == 1


async def test_an_existing_playlist_is_found_among_many_and_its_other_films_stay_in_place(youtube, film, tmp_path):
    youtube.add_films(2)
    for n in range(60):
        youtube.extras.add_playlist(f"Other {n}")
    ours = youtube.extras.add_playlist("  SPACE ", *youtube.films)

    receipt = await deliver(youtube, tmp_path, film)

    assert ours.films == [*list(youtube.films)[:2], receipt.id]
    assert youtube.calls["playlists.insert"] == 0


async def test_an_automatically_sorted_playlist_takes_the_film_without_a_position(youtube, tmp_path):
    ours = youtube.extras.add_playlist("Space", is_manual=False)
    for n in (2, 1):
        film = write_film(tmp_path / str(n))
        receipt = await deliver(
            youtube, tmp_path, film, extras=Extras(playlist="Space", place=f"a:{n}"), key=f"{n:016x}"
        )
        assert receipt.missing == ()

    assert len(ours.films) == 2
    youtube.complaints[:] = [each for each in youtube.complaints if "manualSortRequired" not in each]


async def test_a_deleted_playlist_is_created_again(youtube, tmp_path):
    extras = Extras(playlist="Space", place="a:1")
    await deliver(youtube, tmp_path, write_film(tmp_path / "1"), extras=extras, key="1" * 16)
    youtube.extras.playlists.clear()

    receipt = await deliver(youtube, tmp_path, write_film(tmp_path / "2"), extras=extras, key="2" * 16)

    (playlist,) = youtube.extras.playlists.values()
    assert playlist.films == [receipt.id]


async def test_existing_localizations_are_preserved_and_ours_are_updated(youtube, film, tmp_path):
    receipt = await deliver(youtube, tmp_path, film)
    youtube.films[receipt.id].resource["localizations"]["fr"] = {"title": "Par moi", "description": ""}

    more = replace(ALL, titles={**ALL.titles, "de": Title(title="Warum <ist> der Himmel blau? " * 9)})
    await deliver(youtube, tmp_path, film, extras=more)

    titles = {tag: each["title"] for tag, each in youtube.films[receipt.id].resource["localizations"].items()}
    assert titles.keys() == {"es", "fr", "de"}
    assert titles["fr"] == "Par moi"
    assert youtube.extras.updates[receipt.id] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"thumbnail.jpg": b"GIF89a"}, "neither JPEG nor PNG"),
        ({"thumbnail.jpg": JPEG + bytes(2_000_000)}, "has 2.0 MB; at most 2 are allowed"),
        ({"video.srt": b""}, "are empty"),
    ],
)
async def test_inputs_that_youtube_would_reject_are_reported_without_a_request(youtube, film, tmp_path, content, said):
    for name, data in content.items():
        film.video.with_name(name).write_bytes(data)

    receipt = await deliver(youtube, tmp_path, film)

    (line,) = receipt.missing
    assert said in line
    assert youtube.calls["thumbnails.set"] + youtube.calls["captions.insert"] == 1


async def test_with_an_upload_only_login_the_film_is_published_and_missing_extras_are_reported(youtube, film, tmp_path):
    youtube.write_token(token_file(tmp_path), scopes=(UPLOAD,))

    receipt = await deliver(youtube, tmp_path, film)

    assert receipt.id in youtube.films
    assert receipt.id in youtube.extras.thumbnails
    assert len(receipt.missing) == 3
    assert all("nightreel auth youtube" in line for line in receipt.missing)


async def test_a_held_film_gets_no_extras(youtube, film, tmp_path):
    await deliver(youtube, tmp_path, film, extras=Extras())

    with pytest.raises(HeldError):
        await deliver(youtube, tmp_path, film, job="job2")

    assert youtube.extras.thumbnails == {}


async def test_a_film_without_sidecar_files_is_published_without_extras(youtube, film, tmp_path):
    for path in (film.srt, film.thumbnail):
        path.unlink()

    receipt = await deliver(youtube, tmp_path, film, extras=Extras(thumbnail=True, captions=True))

    assert receipt.missing == ()
    assert youtube.calls.keys() == {"videos.insert", "put"}


# The quota that we count


async def test_steps_beyond_the_daily_quota_wait_for_the_next_day(youtube, film, tmp_path):
    def channel(units_per_day):
        allowance = Allowance(uploads_per_day=0, units_per_day=units_per_day, costs=COSTS)
        return channel_of(youtube, tmp_path, allowance=allowance)

    short = await film_for(channel(400), KEY, extras=ALL).deliver(film)

    assert [line.partition(":")[0] for line in short.missing] == ["captions (en)"]
    assert "quota units of the day are spent (400 by youtube.units_per_day)" in short.missing[0]
    # Google was not asked, and what was never begun need not be looked for.
    assert youtube.calls["captions.insert"] == 0
    assert steps(tmp_path)["captions (en)"] == "waiting"

    whole = await film_for(channel(10_000), KEY, extras=ALL).deliver(film)

    assert whole.missing == ()
    assert (youtube.calls["captions.insert"], youtube.calls["captions.list"]) == (1, 0)


async def test_each_step_beyond_the_daily_quota_is_reported_without_a_query(youtube, film, tmp_path):
    poor = channel_of(youtube, tmp_path, allowance=Allowance(uploads_per_day=0, units_per_day=10, costs=COSTS))
    await poor.quota(CLIENT_ID).reserve("videos.list")

    receipt = await film_for(poor, KEY, extras=ALL).deliver(film)

    assert len(receipt.missing) == len(steps(tmp_path)) == 4
    assert set(steps(tmp_path).values()) == {"waiting"}
    assert youtube.calls.keys() == {"videos.insert", "put"}


async def test_a_step_whose_units_another_process_took_was_not_begun(youtube, film, tmp_path, monkeypatch):
    async def none_yet(_calls, _method):
        return None

    poor = channel_of(youtube, tmp_path, allowance=Allowance(uploads_per_day=0, units_per_day=10, costs=COSTS))
    await poor.quota(CLIENT_ID).reserve("videos.list")
    monkeypatch.setattr(Calls, "shortage", none_yet)
    short = await film_for(poor, KEY, extras=Extras(captions=True)).deliver(film)
    assert short.missing_until
    assert steps(tmp_path) == {"captions (en)": "waiting"}
    monkeypatch.undo()

    await deliver(youtube, tmp_path, film, extras=Extras(captions=True))

    assert (youtube.calls["captions.insert"], youtube.calls["captions.list"]) == (1, 0)


async def test_a_step_interrupted_by_a_long_retry_after_is_queried_first(youtube, film, tmp_path):
    youtube.faults.order("caption_503")
    youtube.retry_after = "900"
    later = timedelta()
    youtube.clock = lambda: now() + later
    channel = channel_of(youtube, tmp_path, clock=youtube.clock)
    short = await film_for(channel, KEY, extras=Extras(captions=True)).deliver(film)
    assert short.missing_until
    assert steps(tmp_path) == {"captions (en)": "failed"}

    later = timedelta(seconds=901)
    await film_for(channel, KEY, extras=Extras(captions=True)).deliver(film)

    assert (youtube.calls["captions.insert"], youtube.calls["captions.list"]) == (2, 1)


async def test_a_playlist_is_looked_up_once_and_a_film_without_a_sort_key_is_appended(youtube, tmp_path):
    given = []
    for number, place in enumerate(("space.txt:2", "", "space.txt:1")):
        package = write_film(tmp_path / f"film{number}")
        extras = Extras(playlist="Space", place=place)
        given.append((await deliver(youtube, tmp_path, package, extras=extras, key=f"{number:016x}")).id)

    (playlist,) = youtube.extras.playlists.values()
    assert playlist.films == [given[2], given[0], given[1]]
    assert youtube.calls["playlists.list"] == 1


@pytest.mark.parametrize(
    ("error", "may_pass"),
    [(TransientError("busy"), True), (ClosedError("later", until=TOMORROW), False), (QuotaError("spent"), False)],
)
def test_an_obstacle_to_all_steps_is_reported_once_with_its_time(error, may_pass):
    missing = Missing.all_for(error)

    assert (missing.lines, missing.may_pass) == ([error.message], may_pass)
    assert missing.until == (TOMORROW if isinstance(error, ClosedError) else None)


async def test_a_changed_step_beyond_the_daily_quota_counts_as_missing(youtube, film, tmp_path):
    await deliver(youtube, tmp_path, film)
    poor = channel_of(youtube, tmp_path, allowance=Allowance(uploads_per_day=0, units_per_day=10, costs=COSTS))
    more = replace(ALL, titles={**ALL.titles, "de": Title(title="Warum der Himmel blau ist")})

    receipt = await film_for(poor, KEY, extras=more).deliver(film)

    assert [line.partition(":")[0] for line in receipt.missing] == ["titles in other languages"]
    assert steps(tmp_path)["titles in other languages"] == "failed"


async def test_captions_leave_the_units_that_later_films_need_for_thumbnails(youtube, film, tmp_path):
    allowance = Allowance(uploads_per_day=100, units_per_day=1_000, costs=COSTS)
    channel = channel_of(youtube, tmp_path, allowance=allowance)
    wanted = Extras(thumbnail=True, captions=True)

    short = await film_for(channel, KEY, extras=wanted, to_come=10).deliver(film)

    assert [line.partition(":")[0] for line in short.missing] == ["captions (en)"]
    assert "remaining quota units of the day are kept for films that are still to come" in short.missing[0]
    assert short.missing_until is not None
    assert youtube.calls["captions.insert"] == 0

    # No more films can come today than the project may upload.
    ends = replace(allowance, uploads_per_day=2)
    whole = await film_for(replace(channel, quota=quota_in(tmp_path, ends)), KEY, extras=wanted, to_come=10).deliver(
        film
    )

    assert (whole.missing, whole.missing_until) == ((), None)


async def test_films_without_thumbnails_go_before_those_that_only_lack_captions(youtube, film, tmp_path):
    wanted = Extras(thumbnail=True, captions=True)
    nothing = replace(PLENTY, units_per_day=1, costs=COSTS)
    await film_for(channel_of(youtube, tmp_path), KEY, extras=Extras()).deliver(film)
    channel = channel_of(youtube, tmp_path, allowance=nothing)
    await channel.quota(CLIENT_ID).reserve("videos.list")

    both = await film_for(channel, KEY, extras=wanted).deliver(film)
    captions = await film_for(channel, KEY, extras=Extras(captions=True)).deliver(film)

    assert captions.missing_until - both.missing_until == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("thumbnail_429", "may pass"), ("thumbnail_403", "a person"), ("quota", "a time")],
)
async def test_missing_extras_say_whether_they_are_retried_automatically(youtube, film, tmp_path, fault, expected):
    channel = channel_of(youtube, tmp_path)
    channel = replace(channel, retry=replace(channel.retry, attempts=1))
    if fault == "quota":
        youtube.quota.units = 0
    else:
        youtube.faults.order(fault)

    receipt = await film_for(channel, KEY, extras=Extras(thumbnail=True)).deliver(film)

    assert len(receipt.missing) == 1
    told = {"may pass": receipt.missing_may_pass, "a time": receipt.missing_until is not None}
    assert [how for how, holds in told.items() if holds] == [how for how in told if how == expected]


@pytest.mark.parametrize("follows", [True, False])
async def test_titles_of_films_without_a_script_follow_once_it_is_written(youtube, film, tmp_path, follows):
    wanted = Extras(untranslated=("es",), translations_follow=follows)

    receipt = await film_for(channel_of(youtube, tmp_path), KEY, extras=wanted).deliver(film)

    assert receipt.missing == ("titles in es: that film has no script yet",)
    assert (receipt.missing_until is not None) == follows
    assert not follows or receipt.missing_until > now()


async def test_a_login_that_expires_after_publishing_is_reported(youtube, film, tmp_path):
    await film_for(channel_of(youtube, tmp_path), KEY, extras=Extras()).deliver(film)
    youtube.write_token(token_file(tmp_path), fresh=False)
    youtube.faults.order("invalid_grant")

    with pytest.raises(NeedsLoginError, match="has expired or was revoked"):
        await deliver(youtube, tmp_path, film)

    youtube.faults.clear()
    assert (await deliver(youtube, tmp_path, film)).missing == ()
    assert youtube.calls["videos.insert"] == 1


async def test_a_login_that_expires_during_the_last_step_is_reported(youtube, film, tmp_path):
    await film_for(channel_of(youtube, tmp_path), KEY, extras=Extras()).deliver(film)
    youtube.accounts.expire_all()
    youtube.faults.order("invalid_grant")

    with pytest.raises(NeedsLoginError, match="has expired or was revoked"):
        await deliver(youtube, tmp_path, film, extras=Extras(thumbnail=True))


async def test_all_extras_are_charged_at_their_cost(youtube, film, tmp_path):
    allowance = Allowance(uploads_per_day=0, units_per_day=0, costs=COSTS)
    channel = channel_of(youtube, tmp_path, allowance=allowance)
    youtube.faults.order("thumbnail_503", "caption_lost", "item_429")

    await film_for(channel, KEY, extras=ALL).deliver(film)

    known = ProjectQuota(tmp_path / "state" / "ledgers", project_of(CLIENT_ID), allowance, clock=now)
    assert await to_thread.run_sync(known.spent_today) == dict(youtube.quota.today())


@pytest.mark.parametrize("name", ["video.srt", "video.es.srt", "thumbnail.jpg"])
async def test_sidecar_files_changed_after_judging_are_not_uploaded(youtube, film, tmp_path, name):
    film.srt.with_name("video.es.srt").write_text(SRT, encoding="utf-8")
    companions = await to_thread.run_sync(judged, film)
    path, before = film.srt.with_name(name), film.srt.with_name(name).read_bytes()
    path.write_bytes(before + b"\n")

    first = await deliver(youtube, tmp_path, film, companions=companions)
    path.write_bytes(before)
    second = await deliver(youtube, tmp_path, film, companions=companions)

    assert [line.partition(": ")[2] for line in first.missing] == [
        f"{name}: has changed since it was judged. Run the command again to have it judged"
    ]
    assert second.missing == ()
    assert (len(youtube.films), len(youtube.extras.captions[second.id])) == (1, 2)


@pytest.mark.parametrize("name", ["video.srt", "thumbnail.jpg"])
async def test_sidecar_files_lost_after_judging_are_reported_as_missing(youtube, film, tmp_path, name):
    companions = await to_thread.run_sync(judged, film)
    path, before = film.srt.with_name(name), film.srt.with_name(name).read_bytes()
    path.unlink()

    first = await deliver(youtube, tmp_path, film, companions=companions)
    path.write_bytes(before)
    second = await deliver(youtube, tmp_path, film, companions=companions)

    assert [line.partition(": ")[2] for line in first.missing] == ["can't be read: No such file or directory"]
    assert (second.missing, len(youtube.films)) == ((), 1)


async def test_a_film_with_metadata_changed_after_judging_is_not_uploaded(youtube, film, tmp_path):
    companions = await to_thread.run_sync(judged, film)
    film.metadata.write_text('{"title": "Another film"}', encoding="utf-8")

    with pytest.raises(InputError, match=r"metadata\.json: has changed since it was judged"):
        await deliver(youtube, tmp_path, film, companions=companions)

    assert youtube.films == {}


async def test_a_full_playlist_is_reported_and_all_other_steps_are_done(youtube, film, tmp_path):
    youtube.extras.playlist_films = 1
    youtube.extras.add_playlist("Space", "other")

    first = await deliver(youtube, tmp_path, film)
    again = await deliver(youtube, tmp_path, film)

    assert first.missing == again.missing
    assert [line.partition(": ")[0] for line in first.missing] == ["playlist “Space”"]
    assert "playlistContainsMaximumNumberOfVideos" in first.missing[0]
    assert (first.missing_until, first.missing_may_pass, len(youtube.extras.playlists)) == (None, False, 1)
    assert {name: state for name, state in steps(tmp_path).items() if state != "done"} == {"playlist “Space”": "failed"}


async def test_a_republished_film_gets_all_extras_again(youtube, film, tmp_path):
    first = await deliver(youtube, tmp_path, film)
    await film_for(channel_of(youtube, tmp_path), KEY).republish()

    second = await deliver(youtube, tmp_path, film)

    assert (second.missing, first.id != second.id) == ((), True)
    assert set(youtube.extras.thumbnails) == {first.id, second.id}
    (playlist,) = youtube.extras.playlists.values()
    assert set(playlist.films) == {first.id, second.id}


async def test_after_the_channels_upload_limit_only_uploads_wait(youtube, film, tmp_path):
    channel = channel_of(youtube, tmp_path)
    await film_for(channel, KEY).deliver(film)
    youtube.faults.order("upload_limit_exceeded")
    with pytest.raises(QuotaError):
        await film_for(channel, "f" * 16).deliver(film)

    receipt = await film_for(channel, KEY, extras=ALL).deliver(film)
    film.metadata.write_text('{"title": "Why the sky is red"}', encoding="utf-8")
    changed = await film_for(channel, KEY).update(film)

    assert (receipt.missing, changed, youtube.calls["videos.insert"]) == ((), True, 2)
    for other in (channel, channel_of(youtube, tmp_path)):  # the second as if in another process
        with pytest.raises(ClosedError, match="youtube: the channel may upload no more films today") as raised:
            await film_for(other, "e" * 16).deliver(film)
        assert timedelta(hours=23) < raised.value.until - now() <= timedelta(hours=24)
    assert youtube.calls["videos.insert"] == 2


async def test_while_the_channel_is_closed_no_extras_are_added_and_its_end_is_reported(youtube, film, tmp_path):
    channel = channel_of(youtube, tmp_path)
    await film_for(channel, KEY).deliver(film)
    with suppress(TransientError):
        async with channel.throttle.call():
            raise TransientError("asks to slow down", retry_after_s=900)
    before = youtube.calls.total()

    receipt = await film_for(channel, KEY, extras=ALL).deliver(film)
    with pytest.raises(ClosedError, match="It is not retried automatically"):
        await film_for(channel, KEY).update(film)

    assert (len(receipt.missing), receipt.missing_until > now()) == (1, True)
    assert youtube.calls.total() == before
