"""Responses that Google never sends: no duplicate, no leaked token, no internal error."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
import traceback
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from anyio import to_thread

from pipeline.errors import (
    ConfigurationError,
    InputError,
    NeedsLoginError,
    PermanentError,
    ProviderError,
    StorageError,
    TransientError,
)
from pipeline.limits.times import LONGEST_WAIT_S, retry_after_s
from pipeline.publishing.youtube import Extras
from pipeline.publishing.youtube.http import _SingleUse, open_http
from pipeline.publishing.youtube.login import read_client
from pipeline.publishing.youtube.lookup import uploaded_films
from pipeline.publishing.youtube.responses import text_at
from pipeline.publishing.youtube.status import fetch_status
from pipeline.settings import load_settings
from tests.standins.youtube import CHUNK_BYTES, HOSTILE_PASSING, YouTubeStandIn, listing
from tests.standins.youtube.clients import channel_of, film_for, token_file
from tests.unit.test_youtube_extras import write_film
from tests.virtual_time import run_in_virtual_time

KEY = "0123456789abcdef"


@pytest.fixture
def film(tmp_path):
    package = write_film(tmp_path / "film")
    package.video.write_bytes(os.urandom(600_000))
    return package


def journal(root):
    return root / "state" / "youtube" / "default" / f"{KEY}.json"


@pytest.mark.parametrize("fault", HOSTILE_PASSING)
async def test_an_invalid_response_is_rejected_and_the_film_is_uploaded_once(youtube, film, tmp_path, fault):
    youtube.faults.order(fault)

    receipt = await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert youtube.faults.met == [fault]
    assert [one.data for one in youtube.films.values()] == [film.video.read_bytes()]
    assert receipt.id in youtube.films


async def test_a_listed_upload_without_a_title_is_still_checked_for_the_tag(youtube, film, tmp_path, monkeypatch):
    youtube.faults.order("final_lost_and_gone")
    whole = listing._item
    monkeypatch.setattr(listing, "_item", lambda one: {**whole(one), "contentDetails": {}})

    with pytest.raises(TransientError, match="lists a film without an id"):
        await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)
    monkeypatch.undo()
    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert len(youtube.films) == len(youtube.sessions) == 1


async def test_a_listed_time_without_a_zone_is_read_as_utc(youtube, film, tmp_path, monkeypatch):
    youtube.clock = lambda: datetime.now(UTC) - timedelta(hours=1)
    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)
    youtube.clock = lambda: datetime.now(UTC)
    youtube.add_films(1)
    youtube.looks_until_shown = 20
    moment = listing._moment
    monkeypatch.setattr(listing, "_moment", lambda at: moment(at).removesuffix("Z"))
    youtube.faults.order("gone_404")

    await film_for(channel_of(youtube, tmp_path), "fedcba9876543210").deliver(film)

    assert len(youtube.films) == 3


async def test_a_session_on_another_host_is_refused_and_costs_one_upload_of_the_day(youtube, film, tmp_path):
    youtube.faults.order("start_elsewhere")

    with pytest.raises(PermanentError, match="returned a session URI on another host"):
        await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert (youtube.calls["videos.insert"], youtube.calls["put"]) == (1, 0)


async def test_a_saved_session_on_another_server_gets_no_token_and_the_film_is_searched_for(youtube, film, tmp_path):
    youtube.faults.order("chunk_503")
    once = channel_of(youtube, tmp_path)
    async with YouTubeStandIn() as other:
        other.write_token(token_file(tmp_path))
        other.faults.order(*["chunk_503"] * 20)
        with pytest.raises(TransientError):
            await film_for(channel_of(other, tmp_path), KEY).deliver(film)
        begun = other.calls["put"]
        youtube.write_token(token_file(tmp_path))

        await film_for(once, KEY).deliver(film)

        assert other.calls["put"] == begun
    # Nobody knows whether all of it had arrived: it is looked for patiently.
    assert (len(youtube.films), youtube.calls["channels.list"]) == (1, once.retry.attempts)


@pytest.mark.parametrize(
    "session",
    [
        "http://[::1",
        "https://uploads.googleapis.com:99999/x",
        "https://www.googleapis.com:4443/x",
        "http://www.googleapis.com/x",
        "https://www.notgoogleapis.com/x",
        "https://notgoogleapis.com/x",
        "https://www.googleapis.com.example/x",
    ],
)
async def test_a_saved_session_that_is_no_google_url_is_started_again(youtube, film, tmp_path, session):
    youtube.faults.order(*["chunk_503"] * 20)
    with pytest.raises(TransientError):
        await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)
    youtube.faults.clear()
    known = json.loads(journal(tmp_path).read_bytes())
    journal(tmp_path).write_text(json.dumps({**known, "session": session}), encoding="utf-8")

    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert (len(youtube.films), youtube.calls["videos.insert"]) == (1, 2)


@pytest.mark.parametrize("asked_before", [0, 1, 2])
@pytest.mark.parametrize("fault", ["list_page", "list_404", "list_odd", "list_endless"])
async def test_an_invalid_list_of_uploads_does_not_count_as_a_channel_without_the_film(
    youtube, film, tmp_path, fault, asked_before
):
    youtube.faults.order("final_lost_and_gone")
    # The channel, its uploads, the films among them.
    youtube.faults.skip("list", asked_before)
    youtube.faults.order(*[fault] * 20)

    with pytest.raises(ProviderError):
        await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)
    youtube.faults.clear()
    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert (len(youtube.films), youtube.calls["videos.insert"]) == (1, 1)


async def test_a_404_by_a_proxy_does_not_count_as_a_channel_without_films(youtube, film, tmp_path):
    youtube.faults.order("final_lost_and_gone")
    for _ in range(10):
        # The channel, and then its uploads.
        youtube.faults.skip("list")
        youtube.faults.order("list_404")

    with pytest.raises(PermanentError, match="HTTP 404"):
        await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert (len(youtube.films), youtube.calls["videos.insert"]) == (1, 1)


@pytest.mark.parametrize("fault", ["list_odd", "list_endless", "list_page"])
async def test_queries_survive_responses_of_any_shape(youtube, film, tmp_path, fault):
    channel = channel_of(youtube, tmp_path)
    await film_for(channel, KEY).deliver(film)
    youtube.faults.order(*[fault] * 20)
    async with channel.open() as calls:
        if fault != "list_page":
            assert all(not seen.upload for seen in (await fetch_status(calls, ["film0000001"])).values())
        with pytest.raises(ProviderError):
            assert [one async for one in uploaded_films(calls)]

    receipt = await film_for(channel, KEY, extras=Extras(playlist="Space", captions=True)).deliver(film)

    assert receipt.missing


async def test_a_token_with_an_invalid_lifetime_is_refreshed_again(youtube, film, tmp_path):
    youtube.write_token(token_file(tmp_path), fresh=False)
    youtube.faults.order("token_odd")

    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert youtube.calls["token"] > 1


@pytest.mark.skipif(os.name != "posix", reason="modes")
async def test_a_copied_token_file_is_made_private_before_it_is_used(youtube, film, tmp_path):
    token_file(tmp_path).chmod(0o644)

    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert stat.S_IMODE(token_file(tmp_path).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="links")
async def test_a_token_file_behind_a_symlink_is_refreshed_at_its_target(youtube, film, tmp_path):
    youtube.write_token(token_file(tmp_path), fresh=False)
    real = tmp_path / "secrets" / "token.json"
    real.parent.mkdir()
    token_file(tmp_path).rename(real)
    token_file(tmp_path).symlink_to(real)
    before = json.loads(real.read_bytes())["token"]

    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert token_file(tmp_path).is_symlink()
    assert json.loads(real.read_bytes())["token"] != before


@pytest.mark.skipif(os.name != "posix", reason="links")
async def test_a_token_file_that_links_to_itself_says_how_to_log_in(youtube, film, tmp_path):
    token_file(tmp_path).unlink()
    token_file(tmp_path).symlink_to(token_file(tmp_path))

    with pytest.raises(NeedsLoginError, match=r"can't be read.*nightreel auth youtube"):
        await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)


@pytest.mark.parametrize("token", ["ya29.a\r\nX-Evil: 1", "ya29.\x00", "ключ", ""])
async def test_a_token_that_is_invalid_in_a_header_is_refreshed(youtube, film, tmp_path, token):
    told = json.loads(token_file(tmp_path).read_bytes())
    token_file(tmp_path).write_text(json.dumps({**told, "token": token}), encoding="utf-8")

    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert (youtube.accounts.refreshes, len(youtube.films)) == (1, 1)


async def test_a_login_is_refreshed_at_the_url_of_the_settings_not_of_its_files(youtube, film, tmp_path):
    youtube.write_token(token_file(tmp_path), fresh=False)
    told = json.loads(token_file(tmp_path).read_bytes())
    elsewhere = {"token_uri": "http://127.0.0.1:9/token", "universe_domain": "evil.example"}
    token_file(tmp_path).write_text(json.dumps({**told, **elsewhere}), encoding="utf-8")
    client = tmp_path / "client_secret.json"
    uris = {"token_uri": "http://127.0.0.1:9/token", "auth_uri": "http://127.0.0.1:9/auth"}
    client.write_text(json.dumps({"installed": {"client_id": "a", "client_secret": "s", **uris}}), encoding="utf-8")

    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert youtube.accounts.refreshes == 1
    read = await to_thread.run_sync(partial(read_client, client, kind="Desktop app"))
    assert read.model_dump().keys() == {"client_id", "client_secret"}


async def test_control_characters_of_a_response_never_reach_the_terminal(youtube, film, tmp_path):
    evil = "\x1b[2J\x1b]0;owned\x07\u202eprocessed\nnext"
    youtube.fate["film0000001"] = ("rejected", evil)

    receipt = await film_for(channel_of(youtube, tmp_path, processing_s=0), KEY).deliver(film)

    assert not {"\x1b", "\x07", "\u202e", "\n"} & set("".join(receipt.remarks))
    assert "rejected by YouTube" in receipt.remarks[0]
    assert text_at({"title": evil}, "title") == "processed next"


@pytest.mark.parametrize(
    "content", ["", "null", "[]", "{}", '{"client_id": 7}', '{"client_id": "a", "client_secret": "s", "expiry": "x"}']
)
async def test_an_invalid_token_file_says_how_to_log_in_without_quoting_it(youtube, film, tmp_path, content):
    token_file(tmp_path).write_text(content, encoding="utf-8")

    with pytest.raises(NeedsLoginError, match="nightreel auth youtube") as told:
        await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert "'s'" not in str(told.value)


@pytest.mark.parametrize(
    "title", ["🌌" * 80, "a" * 150, "<b>Tea</b>", "Tea\u202e gnp.exe\nand more", "\x00", "\u202e", "  "]
)
async def test_titles_and_descriptions_are_fitted_to_the_limits_of_youtube(youtube, tmp_path, title):
    film = write_film(tmp_path / "film", title=title, description=f"{title}\x07<i>é</i>" * 900, tags=[title, "a,b", ""])

    receipt = await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    snippet = youtube.films[receipt.id].resource["snippet"]
    assert snippet["title"]
    assert not {"\u202e", "\x07", "\x00", "\n"} & set(snippet["title"])
    assert not {"\u202e", "\x07", "\x00"} & set(snippet["description"])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"title": "a", "x": "' + b"y" * 3_000_000 + b'"}', "is larger than 2 MB"),
        (b'{"title": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is not JSON"),
        (b'{"title": "\\ud800"}', "is not JSON"),
        (b'{"title": "\xe9"}', "is not JSON"),
        (b'{"title": ["a"]}', "title: Input should be a valid string"),
        (b'{"title": "a", "language": "../../x"}', "language: must be a language tag such as en"),
        (b'{"title": "a", "language": "English"}', "language: must be a language tag such as en"),
        (json.dumps({"title": "a", "playlistTitles": [str(n) for n in range(1000)]}).encode(), "playlistTitles: Tuple"),
    ],
    ids=["huge", "deep", "half a character", "Latin-1", "list", "path", "name", "playlists"],
)
async def test_invalid_metadata_are_reported_before_anything_is_sent(youtube, film, tmp_path, content, told):
    film.metadata.write_bytes(content)

    with pytest.raises(InputError, match=rf"metadata\.json: {told}.*It needs at least"):
        await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert youtube.calls["videos.insert"] == 0


async def test_metadata_with_a_byte_order_mark_and_unnamed_playlists_are_accepted(youtube, film, tmp_path):
    told = json.dumps({"title": "Tea", "language": "en", "playlistTitles": ["", "\u202e ", " Space\n", "Space"]})
    film.metadata.write_bytes(b"\xef\xbb\xbf" + told.encode())

    receipt = await film_for(channel_of(youtube, tmp_path), KEY, extras=Extras(playlist="Other")).deliver(film)

    assert receipt.missing == ()
    assert [playlist.title for playlist in youtube.extras.playlists.values()] == ["Space"]


@pytest.mark.parametrize("step", [1, 2, 3])
async def test_a_full_disk_at_any_write_of_the_journal_never_uploads_a_film_twice(
    youtube, film, tmp_path, monkeypatch, step
):
    destination = film_for(channel_of(youtube, tmp_path), KEY)
    left = step

    def full(self, record):
        nonlocal left
        left -= 1
        if not left:
            raise StorageError("can't be written: no space left on device")
        return real(self, record)

    real = type(destination._journal)._write
    monkeypatch.setattr(type(destination._journal), "_write", full)
    with pytest.raises(StorageError):
        await destination.deliver(film)
    monkeypatch.undo()

    await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)

    assert [one.data for one in youtube.films.values()] == [film.video.read_bytes()]
    # Only a session that was never saved has cost an upload of the day.
    assert youtube.calls["videos.insert"] == (2 if step == 2 else 1)


# Answers that don't come to an end


@contextlib.asynccontextmanager
async def answering(write):
    """A server that answers each request with what `write` writes; its address."""

    tasks = []

    async def handle(reader, writer):
        tasks.append(asyncio.current_task())
        try:
            await reader.readuntil(b"\r\n\r\n")
            await write(writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            # Since Python 3.12, a server that is closed waits for those it still serves.
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks)


async def test_an_endless_response_is_cut_off():
    async def endless(writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        for _ in range(1_000):
            writer.write(bytes(65_536))
            await writer.drain()

    async with answering(endless) as url, open_http(where="youtube", timeout_s=30) as http:
        with pytest.raises(TransientError, match="the response does not end"):
            await http.send("GET", url, headers={})


async def test_a_connection_lost_during_an_upload_is_reported_at_once_and_not_retried():
    arrived = []

    async def serve(reader, writer):
        # The first request is answered, so that the second one comes on a line that was open before.
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await reader.readuntil(b"\r\n\r\n")
        arrived.append(await reader.readexactly(100_000))
        writer.transport.abort()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with open_http(where="youtube", timeout_s=30) as http:
            await http.send("PUT", url, headers={})
            with pytest.raises(TransientError, match="no connection"):
                await http.send("PUT", url, headers={}, body=b"film" * 50_000)

    assert len(arrived) == 1


async def test_a_request_body_can_be_read_only_once():
    async def pieces():
        yield memoryview(b"film")

    body = _SingleUse(pieces())

    assert [bytes(piece) async for piece in body] == [b"film"]
    with pytest.raises(ConnectionResetError):
        aiter(body)


async def test_a_response_that_is_not_http_is_reported_without_session_and_token():
    async def another_service(writer):
        writer.write(b"220 mail.example.org ESMTP\r\n\r\n")

    # Not as one word: a traceback shows these lines, too.
    session, token = "-".join(("the", "session")), "-".join(("the", "token"))
    async with answering(another_service) as url, open_http(where="youtube", timeout_s=30) as http:
        with pytest.raises(TransientError, match="no connection") as raised:
            await http.send("PUT", f"{url}?upload_id={session}", headers={"Authorization": f"Bearer {token}"})

    told = "".join(traceback.format_exception(raised.value))
    assert session not in told
    assert token not in told
    # A library's error would hold the request.
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)


async def test_a_response_that_trickles_in_times_out():
    async def drip(writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with answering(drip) as url, open_http(where="youtube", timeout_s=0.2) as http:
        with pytest.raises(TransientError, match="did not answer in time"):
            await http.send("GET", url, headers={})


def test_a_silent_upload_times_out_after_the_time_of_the_slowest_connection():
    async def silent(_writer):
        await asyncio.Event().wait()

    async def main():
        loop = asyncio.get_running_loop()
        async with answering(silent) as url, open_http(where="youtube", timeout_s=60) as http:
            start_s = loop.time()
            with pytest.raises(TransientError, match="did not answer in time"):
                await http.send("PUT", url, headers={}, body=bytes(CHUNK_BYTES))
            return loop.time() - start_s

    # 262,144 bytes at 8,192 a second.
    assert run_in_virtual_time(main) == pytest.approx(60 + 32, abs=1)


@pytest.mark.parametrize("told", ["-5", "99999999999", "inf", "nan", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_retry_after_is_bounded_for_any_value(told):
    asked = retry_after_s({"retry-after": told})

    assert asked is None or 0 <= asked <= LONGEST_WAIT_S


# Categories


@pytest.mark.parametrize("number", ["18", "21", "30", "44"])
async def test_an_unassignable_category_is_reported_before_anything_is_sent(youtube, tmp_path, number):
    film = write_film(tmp_path / "film", categoryId=number)

    with pytest.raises(InputError, match="can't be assigned to uploads"):
        await film_for(channel_of(youtube, tmp_path), KEY).deliver(film)
    with pytest.raises(ConfigurationError, match="can't be assigned to uploads"):
        load_settings(tmp_path, {"youtube.category": number}, {})

    assert youtube.calls["videos.insert"] == 0
