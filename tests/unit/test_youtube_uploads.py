"""Uploading one film through every failure: requests, journal, and messages."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import random
import re
import traceback
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from pipeline.errors import (
    CheckpointError,
    ClosedError,
    DamagedError,
    HeldError,
    InputError,
    NeedsLoginError,
    NightreelError,
    PermanentError,
    QualityError,
    QuotaError,
    TransientError,
)
from pipeline.files import temporary_sibling
from pipeline.model import Package
from pipeline.publishing import Subject
from pipeline.publishing.youtube import YouTubeDestination
from pipeline.publishing.youtube.failures import error_of, is_quota_spent
from pipeline.publishing.youtube.http import Reply
from pipeline.publishing.youtube.journal import Journal
from pipeline.publishing.youtube.video_file import hash_video, open_video
from pipeline.state.ledgers.quota import next_day
from tests.standins.youtube import CHUNK_BYTES, FAULTS, PASSING, UPLOAD
from tests.standins.youtube.clients import ASKED, channel_of, film_for, token_file

KEY = "0123456789abcdef"
NOW = datetime(2026, 1, 26, 12, tzinfo=UTC)


@pytest.fixture
def film(tmp_path):
    return write_film(tmp_path / "film.mp4")


def write_film(path, *, size=3 * CHUNK_BYTES + 1000, seed=1, **text):
    path.write_bytes(random.Random(seed).randbytes(size))
    beside = path.with_suffix(".json")
    beside.write_text(json.dumps({"title": "Why the sky is blue", **text}), encoding="utf-8")
    return Package(video=path, srt=beside, vtt=beside, thumbnail=beside, metadata=beside)


def record(root):
    return json.loads((root / "state" / "youtube" / "default" / f"{KEY}.json").read_text(encoding="utf-8"))


def the_film(youtube):
    (film,) = youtube.films.values()
    return film


async def deliver(youtube, root, package, **options):
    return await film_for(channel_of(youtube, root), KEY, **options).deliver(package)


async def break_off(youtube, tmp_path, film, *, after=0):
    """An upload that ends for good after so many chunks, with the host well again."""
    youtube.faults.skip("chunk", after)
    youtube.faults.order(*["chunk_503"] * 20)
    with pytest.raises(TransientError):
        await deliver(youtube, tmp_path, film)
    youtube.faults.clear()


async def test_a_film_is_uploaded_byte_for_byte_and_its_receipt_has_its_url(youtube, film, tmp_path):
    receipt = await deliver(youtube, tmp_path, film)

    assert the_film(youtube).data == film.video.read_bytes()
    assert (receipt.destination, receipt.id) == ("youtube", the_film(youtube).id)
    assert receipt.url == f"https://www.youtube.com/watch?v={receipt.id}"
    assert youtube.calls["videos.insert"] == 1


async def test_the_intent_is_on_disk_before_a_session_is_requested(youtube, film, tmp_path):
    youtube.faults.order("account_suspended")

    with pytest.raises(NightreelError):
        await deliver(youtube, tmp_path, film)

    intent = record(tmp_path)
    assert intent["sha256"] == hashlib.sha256(film.video.read_bytes()).hexdigest()
    assert not intent.keys() & {"session", "published"}


async def test_the_video_resource_matches_the_settings_and_metadata(youtube, tmp_path):
    film = write_film(tmp_path / "film.mp4", description="Light.", tags=["sky", "light"], language="en")

    await deliver(youtube, tmp_path, film)

    assert the_film(youtube).resource == {
        "snippet": {
            "title": "Why the sky is blue",
            "description": "Light.",
            "tags": [f"nightreel-{KEY}", "sky", "light"],
            "categoryId": "27",
            "defaultLanguage": "en",
        },
        "status": {
            "privacyStatus": "unlisted",
            "selfDeclaredMadeForKids": False,
            "containsSyntheticMedia": False,
            "license": "youtube",
            "embeddable": True,
        },
    }


@pytest.mark.parametrize(("told", "privacy"), [("public", "unlisted"), ("private", "private")])
async def test_a_films_own_metadata_override_the_settings_but_never_make_it_less_private(
    youtube, tmp_path, told, privacy
):
    ours = {"categoryId": "28", "madeForKids": True, "license": "creativeCommon", "embeddable": False}
    film = write_film(tmp_path / "film.mp4", **ours, containsSyntheticMedia=True, privacyStatus=told)

    await deliver(youtube, tmp_path, film)

    resource = the_film(youtube).resource
    assert resource["snippet"]["categoryId"] == "28"
    assert resource["status"] == {
        "privacyStatus": privacy,
        "selfDeclaredMadeForKids": True,
        "containsSyntheticMedia": True,
        "license": "creativeCommon",
        "embeddable": False,
    }


@pytest.mark.parametrize(("said", "told"), [({}, "false"), ({"notifySubscribers": True}, "true")])
async def test_subscribers_are_notified_only_on_request(youtube, tmp_path, said, told):
    await deliver(youtube, tmp_path, write_film(tmp_path / "film.mp4", **said))

    assert list(youtube.notifies.values()) == [told]


async def test_a_film_without_a_language_is_uploaded_without_one(youtube, tmp_path):
    await deliver(youtube, tmp_path, write_film(tmp_path / "film.mp4", language=""))

    assert "defaultLanguage" not in the_film(youtube).resource["snippet"]


async def test_the_number_of_playlists_per_film_is_limited(youtube, tmp_path):
    film = write_film(tmp_path / "film.mp4", playlistTitles=[f"Space {n}" for n in range(21)])

    with pytest.raises(InputError, match=r"film\.json: playlistTitles: .*20 items"):
        await deliver(youtube, tmp_path, film)

    assert youtube.calls["videos.insert"] == 0
    await deliver(youtube, tmp_path, write_film(tmp_path / "film.mp4", playlistTitles=[f"S{n}" for n in range(20)]))


# Too many bytes, and few enough characters; and too many of both.
@pytest.mark.parametrize("letters", [4000, 6000])
async def test_texts_beyond_youtubes_limits_are_cut(youtube, tmp_path, letters):
    text = {
        "title": "Why <the> sky " * 20,
        "description": "ä" * letters,
        "tags": [f"tag number {n}" for n in range(90)],
    }

    await deliver(youtube, tmp_path, write_film(tmp_path / "film.mp4", **text))

    assert len(the_film(youtube).resource["snippet"]["title"]) <= 100


@pytest.mark.parametrize("fault", PASSING)
async def test_after_every_transient_fault_the_film_is_published_once(youtube, film, tmp_path, fault):
    if FAULTS[fault] == "token":
        youtube.accounts.expire_all()
    order = {"query": ("chunk_503",), "list": ("final_lost_and_gone",)}
    kind = fault.split("_", maxsplit=1)[0]
    youtube.faults.order(*order.get(kind, ()), fault)

    receipt = await deliver(youtube, tmp_path, film)

    assert fault in youtube.faults.met
    assert the_film(youtube).data == film.video.read_bytes()
    assert record(tmp_path)["published"]["id"] == receipt.id == the_film(youtube).id


async def test_requests_to_a_token_server_that_is_down_follow_the_retry_policy(youtube, film, tmp_path):
    youtube.write_token(token_file(tmp_path), fresh=False)
    youtube.faults.order(*["token_503"] * 40)
    channel = channel_of(youtube, tmp_path)

    with pytest.raises(TransientError, match="issues no token now"):
        await film_for(channel, KEY).deliver(film)

    assert youtube.calls["token"] == channel.retry.attempts


async def test_progress_resets_the_retry_policy(youtube, tmp_path):
    film = write_film(tmp_path / "film.mp4", size=12 * CHUNK_BYTES)
    youtube.faults.order(*["chunk_503", "chunk_stored_503"] * 5)

    await deliver(youtube, tmp_path, film)

    assert the_film(youtube).data == film.video.read_bytes()


async def test_a_server_that_accepts_no_more_bytes_is_a_transient_error(youtube, film, tmp_path):
    youtube.faults.order(*["chunk_503"] * 20)

    with pytest.raises(TransientError, match="HTTP 503"):
        await deliver(youtube, tmp_path, film)

    # And the next time the same session goes on.
    youtube.faults.clear()
    await deliver(youtube, tmp_path, film)
    assert youtube.calls["videos.insert"] == 1


async def test_an_expired_session_is_replaced_and_no_film_is_published_twice(youtube, film, tmp_path):
    youtube.faults.order("gone_404")

    await deliver(youtube, tmp_path, film)

    assert youtube.calls["videos.insert"] == 2
    assert the_film(youtube).data == film.video.read_bytes()
    # Its last bytes were never sent: it can't be there, and is not waited for.
    assert youtube.calls["playlistItems.list"] == 1


async def test_a_film_that_is_listed_late_is_not_uploaded_again(youtube, film, tmp_path):
    youtube.faults.order("final_lost_and_gone")
    youtube.looks_until_listed = 3

    receipt = await deliver(youtube, tmp_path, film)

    assert (the_film(youtube).id, len(youtube.sessions)) == (receipt.id, 1)
    assert youtube.calls["playlistItems.list"] == 4


async def test_a_plain_file_is_titled_by_its_name_but_a_job_needs_its_metadata(youtube, tmp_path):
    film = write_film(tmp_path / "a_summer_day.mp4")
    film.metadata.unlink()
    with pytest.raises(InputError, match=r"a_summer_day\.json: can't be read: no such file"):
        await deliver(youtube, tmp_path, film)

    await deliver(youtube, tmp_path, film, job="")

    assert the_film(youtube).resource["snippet"]["title"] == "a summer day"


async def test_the_journal_is_saved_even_if_the_task_is_cancelled(youtube, film, tmp_path):
    await deliver(youtube, tmp_path, film)
    journal = Journal(tmp_path / "state" / "youtube" / "default", KEY)
    known = await journal.read()

    with anyio.CancelScope() as scope:
        scope.cancel()
        await journal.write(known.for_republication())

    assert (await journal.read()).round == 2


async def test_an_empty_page_does_not_end_a_list(youtube, film, tmp_path):
    youtube.faults.order("final_lost_and_gone")
    youtube.begins_empty = True

    receipt = await deliver(youtube, tmp_path, film)

    assert (the_film(youtube).id, len(youtube.sessions)) == (receipt.id, 1)


@pytest.mark.parametrize(("days", "looks"), [(0, 5), (2, 1)])
async def test_an_old_session_is_looked_up_once(youtube, film, tmp_path, days, looks):
    await break_off(youtube, tmp_path, film)
    (session,) = youtube.sessions.values()
    session.gone = 404
    later = datetime.now(UTC) + timedelta(days=days)
    youtube.accounts.clock = lambda: later
    youtube.write_token(token_file(tmp_path))

    await film_for(channel_of(youtube, tmp_path, clock=lambda: later), KEY).deliver(film)

    assert (len(youtube.films), youtube.calls["playlistItems.list"]) == (1, looks)


async def test_a_listed_film_without_details_might_be_the_wanted_one(youtube, film, tmp_path):
    youtube.faults.order("final_lost_and_gone")
    youtube.looks_until_shown = 20

    with pytest.raises(TransientError, match="has no details of any film that it lists"):
        await deliver(youtube, tmp_path, film)
    youtube.looks_until_shown = 0
    receipt = await deliver(youtube, tmp_path, film)

    assert (the_film(youtube).id, len(youtube.sessions)) == (receipt.id, 1)


async def test_a_film_with_an_expired_session_is_found_by_its_tag_among_many(youtube, film, tmp_path):
    youtube.faults.order("final_lost_and_gone")
    youtube.watch = lambda what, _: youtube.add_films(120) if what == "published" else None

    receipt = await deliver(youtube, tmp_path, film)

    assert youtube.films_by_tag() == {f"nightreel-{KEY}": 1}
    assert youtube.films[receipt.id].data == film.video.read_bytes()
    assert (youtube.calls["playlistItems.list"], youtube.calls["videos.list"]) == (3, 3)


async def test_a_film_is_found_in_any_order_of_the_list(youtube, film, tmp_path):
    youtube.clock = lambda: NOW
    youtube.add_films(120)
    youtube.clock = lambda: datetime.now(UTC)
    youtube.lists_oldest_first = True
    youtube.faults.order("final_lost_and_gone")

    receipt = await deliver(youtube, tmp_path, film)

    assert youtube.films_by_tag() == {f"nightreel-{KEY}": 1}
    assert (receipt.id, len(youtube.sessions)) == (max(youtube.films, key=lambda one: one.startswith("film")), 1)


@pytest.mark.parametrize(("looks", "asked"), [(2, 3), (20, 5)])
async def test_a_new_film_without_details_among_others_does_not_count_as_missing(youtube, film, tmp_path, looks, asked):
    youtube.add_films(3)
    youtube.faults.order("final_lost_and_gone")
    youtube.looks_until_shown = looks

    with suppress(TransientError):
        await deliver(youtube, tmp_path, film)
    assert youtube.calls["playlistItems.list"] == asked
    youtube.looks_until_shown = 0
    await deliver(youtube, tmp_path, film)

    assert youtube.films_by_tag() == {f"nightreel-{KEY}": 1}
    assert len(youtube.sessions) == 1


async def test_new_films_of_others_with_details_cause_no_wait(youtube, film, tmp_path):
    youtube.add_films(3)
    youtube.faults.order("gone_404")

    await deliver(youtube, tmp_path, film)

    assert youtube.calls["playlistItems.list"] == 1
    assert youtube.films_by_tag() == {f"nightreel-{KEY}": 1}


async def test_an_old_film_without_details_causes_no_wait(youtube, film, tmp_path):
    youtube.clock = lambda: NOW
    await deliver(youtube, tmp_path, film)
    youtube.add_films(3)
    youtube.clock = lambda: datetime.now(UTC)
    youtube.looks_until_shown = 20
    youtube.faults.order("gone_404")

    await film_for(channel_of(youtube, tmp_path), "fedcba9876543210").deliver(film)

    assert len(youtube.films_by_tag()) == 2


async def test_a_published_film_is_not_uploaded_again_whatever_its_bytes(youtube, film, tmp_path):
    first = await deliver(youtube, tmp_path, film)

    second = await deliver(youtube, tmp_path, write_film(tmp_path / "film.mp4", seed=2))

    assert second == first
    assert youtube.calls["videos.insert"] == 1


async def test_a_film_made_again_by_another_job_is_held_and_both_jobs_are_named(youtube, film, tmp_path):
    first = await deliver(youtube, tmp_path, film)

    with pytest.raises(HeldError, match=rf"{re.escape(first.url)} \(job job1\).*\(job job2\).*--job job2 --again"):
        await deliver(youtube, tmp_path, film, job="job2")

    assert youtube.calls["videos.insert"] == 1


async def test_a_republished_film_gets_another_tag(youtube, film, tmp_path):
    first = await deliver(youtube, tmp_path, film)
    once_more = film_for(channel_of(youtube, tmp_path), KEY, job="job2")

    await once_more.republish()
    await once_more.republish()  # the first one was killed before it had published
    second = await once_more.deliver(film)

    assert youtube.films_by_tag() == {f"nightreel-{KEY}": 1, f"nightreel-{KEY}-2": 1}
    assert (record(tmp_path)["earlier"][0]["id"], record(tmp_path)["published"]["id"]) == (first.id, second.id)


async def test_a_film_remade_during_its_upload_gets_a_new_session(youtube, film, tmp_path):
    await break_off(youtube, tmp_path, film, after=1)
    remade = write_film(tmp_path / "film.mp4", seed=2)

    await deliver(youtube, tmp_path, remade, job="job2")

    assert the_film(youtube).data == remade.video.read_bytes()
    assert record(tmp_path)["published"]["job"] == "job2"


async def test_an_upload_resumed_by_another_job_with_the_same_bytes_belongs_to_that_job(youtube, film, tmp_path):
    await break_off(youtube, tmp_path, film, after=1)

    receipt = await deliver(youtube, tmp_path, film, job="job2")

    assert (receipt.id, len(youtube.sessions)) == (the_film(youtube).id, 1)
    assert record(tmp_path)["published"]["job"] == "job2"


@pytest.mark.parametrize("name", ["words", "channel_id", "chunk_bytes"])
async def test_an_upload_resumes_from_a_journal_of_an_earlier_version(youtube, film, tmp_path, name):
    await break_off(youtube, tmp_path, film)
    before = {key: value for key, value in record(tmp_path).items() if key != name}
    (tmp_path / "state" / "youtube" / "default" / f"{KEY}.json").write_text(json.dumps(before), encoding="utf-8")

    # Who asks for it once more has it go on as well: nobody knows of another channel.
    await film_for(channel_of(youtube, tmp_path), KEY).republish()
    receipt = await deliver(youtube, tmp_path, film)

    assert (receipt.id, len(youtube.sessions), receipt.remarks) == (the_film(youtube).id, 1, ())


async def test_a_resumed_upload_keeps_its_chunk_size(youtube, film, tmp_path):
    await break_off(youtube, tmp_path, film, after=1)

    await film_for(channel_of(youtube, tmp_path, chunk_bytes=2 * CHUNK_BYTES), KEY).deliver(film)

    assert the_film(youtube).data == film.video.read_bytes()
    assert (len(youtube.sessions), youtube.complaints) == (1, [])


@pytest.mark.parametrize("told", [{"title": "A better title"}, {"title": "Why", "privacyStatus": "private"}])
async def test_metadata_changed_during_the_upload_are_used(youtube, film, tmp_path, told):
    await break_off(youtube, tmp_path, film, after=1)
    film.metadata.write_text(json.dumps(told), encoding="utf-8")

    receipt = await deliver(youtube, tmp_path, film)

    shown = the_film(youtube).resource
    assert (shown["snippet"]["title"], shown["status"]["privacyStatus"]) == (
        told["title"],
        told.get("privacyStatus", "unlisted"),
    )
    assert (len(youtube.sessions), receipt.remarks, record(tmp_path)["title"]) == (2, (), told["title"])


async def test_metadata_changed_after_the_upload_are_reported_and_the_film_is_published_once(youtube, film, tmp_path):
    youtube.faults.skip("query", 1)
    youtube.faults.order("final_lost", *["query_503"] * 20)
    with pytest.raises(TransientError):
        await deliver(youtube, tmp_path, film)
    youtube.faults.clear()
    film.metadata.write_text('{"title": "A better title"}', encoding="utf-8")

    receipt = await deliver(youtube, tmp_path, film)

    assert the_film(youtube).resource["snippet"]["title"] == "Why the sky is blue"
    assert receipt.remarks == (
        (
            "“Why the sky is blue” was uploaded before its metadata were changed: "
            "nightreel publish space --to youtube --job job1 --update applies them"
        ),
    )
    assert (await deliver(youtube, tmp_path, film)).remarks == ()


@pytest.mark.parametrize("fault", ["quota_exceeded", "daily_limit_exceeded", "uploads_spent"])
async def test_a_spent_quota_has_its_reset_time_and_causes_no_further_call(youtube, film, tmp_path, fault):
    youtube.faults.order(fault)
    channel = channel_of(youtube, tmp_path, clock=lambda: NOW)
    token_file(tmp_path).unlink()
    youtube.accounts.clock = lambda: NOW
    youtube.write_token(token_file(tmp_path))

    with pytest.raises(QuotaError) as raised:
        await film_for(channel, KEY).deliver(film)

    assert raised.value.resets_at == datetime(2026, 1, 27, 8, tzinfo=UTC)
    with pytest.raises(ClosedError):
        await film_for(channel, KEY).deliver(film)
    assert youtube.calls["videos.insert"] == 1


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (403, "quotaExceeded", QuotaError),
        (403, "dailyLimitExceeded", QuotaError),
        (400, "uploadLimitExceeded", QuotaError),
        (429, "uploadRateLimitExceeded", QuotaError),
        (403, "rateLimitExceeded", TransientError),
        (403, "userRateLimitExceeded", TransientError),
        (403, "userRequestsExceedRateLimit", TransientError),
        (409, "SERVICE_UNAVAILABLE", TransientError),
        (409, "aborted", TransientError),
        (409, "conflict", TransientError),
        (500, "internalError", TransientError),
        (503, "backendError", TransientError),
        (401, "authError", NeedsLoginError),
        (401, "youtubeSignupRequired", NeedsLoginError),
        (403, "insufficientPermissions", NeedsLoginError),
        (403, "accessNotConfigured", NeedsLoginError),
        (403, "authenticatedUserAccountClosed", NeedsLoginError),
        (403, "channelClosed", NeedsLoginError),
        (403, "channelSuspended", NeedsLoginError),
        (403, "forbidden", PermanentError),
        (400, "invalidTitle", PermanentError),
        (400, "invalidPublishAt", PermanentError),
        (404, "videoNotFound", PermanentError),
    ],
)
def test_every_error_reason_maps_to_its_exception(status, reason, kind):
    error = {"code": status, "message": "No.", "errors": [{"domain": "youtube", "reason": reason, "message": "No."}]}
    reply = Reply(status=status, headers={}, body=json.dumps({"error": error}).encode())

    told = error_of(reply, where="youtube", login="Log in", now=NOW)

    assert type(told) is kind
    assert kind is QuotaError or f"HTTP {status}, {reason}: No." in str(told)
    assert kind is not NeedsLoginError or ("Log in" in str(told)) is (reason != "accessNotConfigured")
    # What a person has to do is another thing where there is no channel, or no API.
    if reason in {"youtubeSignupRequired", "accessNotConfigured", "channelSuspended"}:
        assert "refuses the login" not in str(told)


def test_html_in_error_messages_is_stripped_and_the_url_is_kept():
    link = "https://console.developers.google.com/apis/api/youtube.googleapis.com/overview?project=123456789012"
    said = (
        'YouTube <a href="/x">Data API v3</a> has not been used in project 123456789012 before or it is disabled. '
        f"Enable it by visiting {link} then retry."
    )
    error = {"code": 403, "message": said, "errors": [{"reason": "accessNotConfigured"}]}
    reply = Reply(status=403, headers={}, body=json.dumps({"error": error}).encode())

    told = str(error_of(reply, where="youtube", login="Log in", now=NOW))

    assert "YouTube Data API v3 has not been used" in told
    assert f"{link} then retry" in told


@pytest.mark.parametrize(
    "body", [b"<html>No.</html>", b'{"error": {"message": "No.", "errors": [{"domain": "global"}]}}']
)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, TransientError),
        (400, PermanentError),
        (401, NeedsLoginError),
        (402, PermanentError),
        (403, TransientError),
        (404, PermanentError),
        (407, TransientError),
        (408, TransientError),
        (409, PermanentError),
        (429, TransientError),
        (500, TransientError),
        (599, TransientError),
    ],
)
def test_an_error_without_a_reason_maps_by_its_status(status, kind, body):
    told = error_of(Reply(status=status, headers={}, body=body), where="youtube", login="Log in", now=NOW)

    assert type(told) is kind
    assert "None" not in str(told)


@pytest.mark.parametrize(
    ("unit", "is_spent"), [("1/d/{project}", True), ("1/min/{project}", False), ("1/min/{project}/{user}", False)]
)
def test_daily_limits_are_distinguished_from_limits_per_minute_by_their_unit(unit, is_spent):
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "metadata": {"quota_unit": unit}}
    error = {"code": 429, "errors": [{"reason": "rateLimitExceeded"}], "details": ["?", {}, info]}
    reply = Reply(status=429, headers={}, body=json.dumps({"error": error}).encode())

    told = error_of(reply, where="youtube", login="", now=NOW)

    assert is_quota_spent(reply) == is_spent == isinstance(told, QuotaError)
    assert is_spent or isinstance(told, TransientError)


@pytest.mark.parametrize("fault", ["start_503", "rate_limited", "rate_limited_429", "chunk_503", "chunk_rate_limited"])
async def test_a_retry_after_beyond_the_maximum_is_a_closed_error(youtube, film, tmp_path, fault):
    youtube.faults.order(fault)
    youtube.retry_after = "900"
    before = datetime.now(UTC)

    with pytest.raises(ClosedError) as raised:
        await deliver(youtube, tmp_path, film)

    assert before + timedelta(seconds=900) <= raised.value.until <= datetime.now(UTC) + timedelta(seconds=900)
    assert youtube.faults.met == [fault]


@pytest.mark.parametrize("fault", ["start_503", "rate_limited_429"])
async def test_during_a_long_retry_after_no_other_film_pays_for_a_start(youtube, film, tmp_path, fault):
    youtube.faults.order(fault)
    youtube.retry_after = "900"
    with pytest.raises(ClosedError):
        await deliver(youtube, tmp_path, film)

    with pytest.raises(ClosedError, match=r"youtube: is not available now \(HTTP") as raised:
        await film_for(channel_of(youtube, tmp_path), "f" * 16).deliver(film)

    assert timedelta(seconds=890) < raised.value.until - datetime.now(UTC) <= timedelta(seconds=900)
    assert youtube.calls["videos.insert"] == 1


async def test_during_a_short_retry_after_another_film_waits_and_then_goes_on(youtube, film, tmp_path):
    youtube.faults.order("rate_limited_429")
    youtube.retry_after = "0.4"
    channel, starts = channel_of(youtube, tmp_path), []

    async def deliver_other():
        while len(starts) < 2:
            if youtube.calls["videos.insert"] > len(starts):
                starts.append(anyio.current_time())
                if len(starts) == 1:
                    tasks.start_soon(film_for(channel, "f" * 16).deliver, film)
            await anyio.sleep(0.01)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(deliver_other)
        await film_for(channel, KEY).deliver(film)

    assert starts[1] - starts[0] >= 0.35
    assert (youtube.calls["videos.insert"], len(youtube.films)) == (3, 2)


@pytest.mark.parametrize(
    ("fault", "told"),
    [("account_suspended", "the YouTube account is suspended"), ("no_channel", "has no YouTube channel")],
)
async def test_an_account_without_a_channel_needs_a_login_and_is_queried_once(youtube, film, tmp_path, fault, told):
    channel = channel_of(youtube, tmp_path)
    # A token that is refused is renewed first, and the question asked once more.
    youtube.faults.order(fault, fault)

    with pytest.raises(NeedsLoginError, match=told):
        await film_for(channel, KEY).deliver(film)
    with pytest.raises(NeedsLoginError, match=told):
        await film_for(channel, "fedcba9876543210").deliver(film)

    assert youtube.calls["videos.insert"] == (2 if fault == "no_channel" else 1)


async def test_a_channel_that_may_not_upload_is_asked_once_and_its_films_wait_for_a_person(youtube, film, tmp_path):
    channel = channel_of(youtube, tmp_path)
    youtube.faults.order("upload_forbidden", "upload_forbidden")

    for key in (KEY, "fedcba9876543210"):
        with pytest.raises(NeedsLoginError, match=r"does not let this channel upload.*Access forbidden.*Studio"):
            await film_for(channel, key).deliver(film)

    assert youtube.calls["videos.insert"] == 1


async def test_a_channel_that_may_upload_no_more_today_waits_a_day(youtube, film, tmp_path):
    youtube.faults.order("upload_limit_exceeded")
    before = datetime.now(UTC)

    with pytest.raises(QuotaError, match="no more films today") as raised:
        await deliver(youtube, tmp_path, film)

    assert before + timedelta(hours=24) <= raised.value.resets_at <= datetime.now(UTC) + timedelta(hours=24)
    assert not (tmp_path / "state" / "youtube" / "default" / f"{KEY}.lock").exists()


async def test_an_upload_that_has_begun_is_finished_although_the_channel_may_start_no_more(youtube, film, tmp_path):
    await break_off(youtube, tmp_path, film)
    youtube.faults.order("upload_limit_exceeded")
    with pytest.raises(QuotaError):
        await film_for(channel_of(youtube, tmp_path), "f" * 16).deliver(film)

    await deliver(youtube, tmp_path, film)

    assert youtube.calls["videos.insert"] == 2
    assert the_film(youtube).data == film.video.read_bytes()


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-03-07T20:00", "2026-03-08T08:00"),  # the night before summer time
        ("2026-03-08T20:00", "2026-03-09T07:00"),  # a day of 23 hours
        ("2026-11-01T06:00", "2026-11-01T07:00"),
        ("2026-11-01T20:00", "2026-11-02T08:00"),  # a day of 25 hours
    ],
)
def test_the_quota_day_ends_at_midnight_in_california(now, then):
    assert next_day(datetime.fromisoformat(f"{now}+00:00")) == datetime.fromisoformat(f"{then}+00:00")


async def test_a_login_with_insufficient_scopes_is_reported(youtube, film, tmp_path):
    youtube.write_token(token_file(tmp_path), scopes=(UPLOAD,))
    youtube.faults.order("final_lost_and_gone")

    with pytest.raises(NeedsLoginError, match=r"does not allow this.*nightreel auth youtube --channel default"):
        await deliver(youtube, tmp_path, film)


async def test_a_damaged_journal_stops_publishing_and_the_error_names_the_tag(youtube, film, tmp_path):
    await deliver(youtube, tmp_path, film)
    (tmp_path / "state" / "youtube" / "default" / f"{KEY}.json").write_text('{"session": "secret-session"')

    with pytest.raises(DamagedError, match=f"nightreel-{KEY}") as raised:
        await deliver(youtube, tmp_path, film)

    assert "secret-session" not in str(raised.value)
    assert raised.value.__cause__ is None


async def test_a_permanent_error_is_reported_with_its_reason_and_not_retried(youtube, tmp_path):
    film = write_film(tmp_path / "film.mp4")
    channel = channel_of(youtube, tmp_path)
    destination = film_for(channel, KEY)
    destination._settings = destination._settings.__class__(**{**vars(destination._settings), "category": "999"})

    with pytest.raises(PermanentError, match="HTTP 400, invalidCategoryId"):
        await destination.deliver(film)

    assert youtube.calls["videos.insert"] == 1
    youtube.complaints.clear()


@pytest.mark.parametrize("fault", ["query_dropped", "chunk_503", "chunk_redirected", "chunk_odd_range"])
async def test_no_secret_appears_in_errors_or_logs(youtube, film, tmp_path, fault, caplog):
    caplog.set_level(logging.DEBUG)
    # One answer in between shows that the address was there to be told.
    youtube.faults.order("chunk_503", *[fault] * 40)

    with pytest.raises(TransientError) as raised:
        await deliver(youtube, tmp_path, film)

    # What the stand-in logs of its visitors is its own.
    logged = [each.getMessage() for each in caplog.records if each.name != "aiohttp.access"]
    told = "\n".join([*traceback.format_exception(raised.value), *logged])
    assert "TransientError" in told
    assert youtube.sessions
    assert not any(secret in told for secret in youtube.secrets)


async def test_the_session_in_a_file_that_a_killed_process_left_half_written_is_removed(youtube, film, tmp_path):
    left = temporary_sibling(tmp_path / "state" / "youtube" / "default" / f"{KEY}.json")
    left.parent.mkdir(parents=True)
    left.write_text('{"session": "https://', encoding="utf-8")

    await deliver(youtube, tmp_path, film)

    assert not left.exists()


async def test_only_the_owner_can_read_a_journal_with_a_session(youtube, film, tmp_path):
    youtube.faults.order(*["chunk_503"] * 20)

    with pytest.raises(TransientError) as raised:
        await deliver(youtube, tmp_path, film)

    path = tmp_path / "state" / "youtube" / "default" / f"{KEY}.json"
    assert record(tmp_path)["session"].startswith(youtube.url)
    assert path.stat().st_mode & 0o077 == 0
    assert not any(secret in repr(raised.value) + str(raised.value.__cause__) for secret in youtube.secrets)


def test_bytes_written_during_the_upload_are_not_sent(film):
    os.utime(film.video, (0, 0))
    with open_video(film.video) as file:
        _, measured_film = hash_video(file)
        first = measured_film.read(0, 100)
        with film.video.open("r+b") as theirs:
            theirs.write(b"x" * 100)

        with pytest.raises(CheckpointError, match="was changed during the upload"):
            measured_film.read(100, 100)

    assert first != b"x" * 100


async def test_a_film_other_than_the_judged_one_is_not_uploaded(youtube, film, tmp_path):
    judged = Subject(key=KEY, job="job1", batch="space", film_sha256="0" * 64)

    with pytest.raises(QualityError, match="not the one that was judged"):
        await YouTubeDestination(channel_of(youtube, tmp_path), judged, ASKED).deliver(film)

    assert youtube.calls["videos.insert"] == 0


async def test_another_jobs_completed_upload_is_not_attributed_to_this_job(youtube, film, tmp_path):
    youtube.faults.skip("query")  # before the first byte
    youtube.faults.order("final_lost", *["query_503"] * 20)
    with pytest.raises(TransientError):
        await deliver(youtube, tmp_path, film)
    youtube.faults.clear()

    anew = write_film(tmp_path / "film.mp4", seed=2)
    with pytest.raises(HeldError, match=r"\(job job1\).*made again.*\(job job2\)"):
        await deliver(youtube, tmp_path, anew, job="job2")

    assert (youtube.calls["videos.insert"], record(tmp_path)["published"]["job"]) == (1, "job1")


async def test_an_upload_begun_by_another_batch_belongs_to_the_one_that_finished_it(youtube, film, tmp_path):
    youtube.faults.order(*["final_503"] * 20)
    with pytest.raises(TransientError):
        await deliver(youtube, tmp_path, film)
    youtube.faults.clear()

    ours = Subject(key=KEY, job="job2", batch="sky")
    await YouTubeDestination(channel_of(youtube, tmp_path), ours, ASKED).deliver(film)

    assert (record(tmp_path)["job"], record(tmp_path)["batch"], youtube.calls["videos.insert"]) == ("job2", "sky", 1)


async def test_republishing_a_film_that_was_never_begun_publishes_it_once(youtube, film, tmp_path):
    destination = film_for(channel_of(youtube, tmp_path), KEY)

    await destination.republish()
    await destination.deliver(film)

    assert youtube.films_by_tag() == {f"nightreel-{KEY}": 1}


async def test_an_upload_whose_login_is_revoked_half_way_is_resumed_after_the_next_login(youtube, film, tmp_path):
    youtube.faults.skip("chunk", 1)
    youtube.faults.order("chunk_401", "invalid_grant")
    with pytest.raises(NeedsLoginError, match="has expired or was revoked"):
        await deliver(youtube, tmp_path, film)
    youtube.write_token(token_file(tmp_path))

    await deliver(youtube, tmp_path, film)

    assert (youtube.calls["videos.insert"], len(youtube.sessions)) == (1, 1)
    assert the_film(youtube).data == film.video.read_bytes()


@pytest.mark.parametrize("wrong", [timedelta(days=365), timedelta(days=-365), timedelta(hours=1), timedelta(hours=-1)])
async def test_a_token_refreshed_by_a_wrong_clock_is_refreshed_once_more_when_it_is_right(
    youtube, film, tmp_path, wrong
):
    true, ours = NOW, NOW + wrong
    youtube.clock = youtube.accounts.clock = youtube.quota.clock = lambda: true
    youtube.write_token(token_file(tmp_path), fresh=False)
    channel = channel_of(youtube, tmp_path, clock=lambda: ours)
    await film_for(channel, "f" * 16).deliver(film)

    true += timedelta(hours=2)
    ours = true
    await film_for(channel, KEY).deliver(film)
    await film_for(channel, "e" * 16).deliver(film)

    assert (len(youtube.films), youtube.accounts.refreshes) == (3, 2)


async def test_two_deliveries_of_one_film_at_the_same_time_publish_it_once(youtube, film, tmp_path):
    ids = set()

    async def deliver_it():
        ids.add((await deliver(youtube, tmp_path, film)).id)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(deliver_it)

    assert (len(ids), len(youtube.films), youtube.calls["videos.insert"]) == (1, 1, 1)


async def test_after_a_401_the_progress_is_queried_before_a_chunk_is_sent_again(youtube, film, tmp_path):
    youtube.faults.order("chunk_401")
    seen = []
    youtube.watch = lambda what, _at: seen.append(what)

    await deliver(youtube, tmp_path, film)

    # Of the chunk that was refused nothing was taken; the token is renewed, and the session asked.
    assert seen[:5] == ["start", "started", "query", "token", "query"]


@pytest.mark.parametrize("fault", ["quota_exceeded", "daily_limit_exceeded", "uploads_spent"])
async def test_every_error_for_a_spent_day_stops_further_requests(youtube, film, tmp_path, fault):
    youtube.faults.order(fault)

    with pytest.raises(QuotaError):
        await deliver(youtube, tmp_path, film)
    with pytest.raises(ClosedError):
        await deliver(youtube, tmp_path, film)

    assert youtube.calls["videos.insert"] == 1


def test_error_messages_are_cut_to_a_line():
    error = {"message": "No. " * 1000, "errors": [{"reason": "r" * 1000}]}
    told = error_of(
        Reply(status=400, headers={}, body=json.dumps({"error": error}).encode()), where="youtube", login="", now=NOW
    )

    assert len(str(told)) < 400
    bare = Reply(status=503, headers={}, body=b"")
    assert "(HTTP 503)" in str(error_of(bare, where="youtube", login="", now=NOW))
