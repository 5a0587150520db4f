"""The stand-in, verified with Google's own client."""

from __future__ import annotations

import io
import random
from urllib.parse import urlencode

import aiohttp
import pytest
from anyio import to_thread
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseUpload

from tests.standins.youtube import CHUNK_BYTES, CLIENT_ID, CLIENT_SECRET, YouTubeStandIn
from tests.standins.youtube.rules import discovery
from tests.standins.youtube.semantics import no_srt

FILM = random.Random(1).randbytes(2 * CHUNK_BYTES + 77)


@pytest.fixture
async def youtube():
    async with YouTubeStandIn() as stand_in:
        yield stand_in


def client(youtube):
    """Google's client, as it reaches another address than Google's: media go to rootUrl only (see design notes)."""
    document = {key: value for key, value in discovery().items() if key != "mtlsRootUrl"}
    document |= {"rootUrl": f"{youtube.url}/", "baseUrl": f"{youtube.url}/"}
    token = youtube.accounts.access_token(youtube.accounts.grant())
    return build_from_document(document, credentials=Credentials(token))


def resource(**changes):
    snippet = {"title": "A film", "tags": ["nightreel-1"], "categoryId": "27"}
    status = {"privacyStatus": "private", "selfDeclaredMadeForKids": False}
    return {"snippet": snippet | changes, "status": status}


def scheduled(moment):
    return resource() | {"status": resource()["status"] | {"publishAt": moment}}


def insert(youtube, body, *, part="snippet,status", chunk=CHUNK_BYTES):
    media = MediaIoBaseUpload(io.BytesIO(FILM), "video/mp4", chunksize=chunk, resumable=True)
    with client(youtube) as service:
        request = service.videos().insert(part=part, body=body, media_body=media, notifySubscribers=False)
        answer = None
        while answer is None:
            _, answer = request.next_chunk()
        return answer


async def test_googles_client_uploads_a_film_in_chunks(youtube):
    answer = await to_thread.run_sync(insert, youtube, resource())

    assert youtube.films[answer["id"]].data == FILM
    assert (youtube.calls["put"], youtube.complaints) == (3, [])


async def test_googles_client_finds_the_film_through_the_playlist_of_uploads(youtube):
    answer = await to_thread.run_sync(insert, youtube, resource())

    def look():
        with client(youtube) as service:
            channel = service.channels().list(part="contentDetails", mine=True).execute()["items"][0]
            playlist = channel["contentDetails"]["relatedPlaylists"]["uploads"]
            items = service.playlistItems().list(part="contentDetails", playlistId=playlist).execute()["items"]
            ids = ",".join(item["contentDetails"]["videoId"] for item in items)
            return service.videos().list(part="snippet,status", id=ids).execute()["items"]

    (film,) = await to_thread.run_sync(look)
    assert (film["id"], film["snippet"]["tags"]) == (answer["id"], ["nightreel-1"])
    # A film is one request of its own bucket, whatever its chunks; each question is a unit.
    assert dict(youtube.quota.today()) == {"uploads": 1, "units": 3}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (resource(title=""), "invalidTitle"),
        (resource(title="x" * 101), "invalidTitle"),
        (resource(title="a <b>"), "invalidTitle"),
        (resource(description="ä" * 2501), "invalidDescription"),
        (resource(tags=["a tag of words"] * 32), "invalidTags"),
        (resource(categoryId="18"), "invalidCategoryId"),
        (resource(categoryId=27), "badRequest"),
        (resource(colour="blue"), "badRequest"),
        (resource() | {"status": {"privacyStatus": "secret"}}, "badRequest"),
        (resource() | {"localizations": {"de": {"title": "Film"}}}, "unexpectedPart"),
        (resource(tags=["one", " "]), "invalidTags"),
        (resource(defaultLanguage="English"), "invalidVideoMetadata"),
        (scheduled("2027-01-26T18:00:00"), "badRequest"),
        (scheduled("2027-01-26"), "badRequest"),
    ],
    ids=[
        "no title",
        "title too long",
        "title in brackets",
        "description too long",
        "tags too long",
        "category of another country",
        "category as a number",
        "field that there is not",
        "word that there is not",
        "part that was not named",
        "tag of spaces",
        "language by its English name",
        "moment without a time zone",
        "day without a time",
    ],
)
async def test_the_stand_in_rejects_what_google_rejects(youtube, body, reason):
    with pytest.raises(HttpError) as raised:
        await to_thread.run_sync(insert, youtube, body)

    assert (raised.value.status_code, raised.value.error_details[0]["reason"]) == (400, reason)
    assert not youtube.films


async def test_chunks_that_are_not_a_multiple_of_256_kib_are_rejected(youtube):
    with pytest.raises(HttpError, match="no multiple"):
        await to_thread.run_sync(lambda: insert(youtube, resource(), chunk=100_000))


async def test_a_chunk_at_the_wrong_offset_is_rejected_as_a_whole(youtube):
    token = youtube.accounts.access_token(youtube.accounts.grant())
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
        start = {"X-Upload-Content-Length": str(len(FILM)), "X-Upload-Content-Type": "video/mp4"}
        query = "uploadType=resumable&part=snippet,status"
        begun = await http.post(f"{youtube.url}/upload/youtube/v3/videos?{query}", json=resource(), headers=start)
        session, statuses = begun.headers["Location"], []
        for first in (0, 0, 2 * CHUNK_BYTES):
            told = {"Content-Range": f"bytes {first}-{first + CHUNK_BYTES - 1}/{len(FILM)}"}
            sent = await http.put(session, data=bytes(CHUNK_BYTES), headers=told)
            statuses.append((sent.status, sent.headers.get("Range")))
        asked = await http.put(session, headers={"Content-Range": f"bytes */{len(FILM)}"})

    assert statuses == [(308, f"bytes=0-{CHUNK_BYTES - 1}"), (400, None), (400, None)]
    assert (asked.status, asked.headers["Range"]) == (308, f"bytes=0-{CHUNK_BYTES - 1}")


async def test_an_unknown_part_is_rejected(youtube):
    with pytest.raises(HttpError, match="is no part of Video"):
        await to_thread.run_sync(lambda: insert(youtube, resource(), part="snippet,status,colour"))


async def test_the_hundred_and_first_upload_of_a_day_is_rejected(youtube):
    youtube.quota.uploads = 1
    await to_thread.run_sync(insert, youtube, resource())

    with pytest.raises(HttpError) as raised:
        await to_thread.run_sync(insert, youtube, resource())

    assert (raised.value.status_code, raised.value.error_details[0]["reason"]) == (429, "rateLimitExceeded")


async def test_an_update_that_deletes_fields_is_a_complaint(youtube):
    answer = await to_thread.run_sync(insert, youtube, resource())
    fields = {"title": "Another", "categoryId": "27"}

    def update(snippet):
        with client(youtube) as service:
            service.videos().update(part="snippet", body={"id": answer["id"], "snippet": snippet}).execute()

    await to_thread.run_sync(update, {**fields, "tags": ["nightreel-1"]})
    assert youtube.complaints == []
    await to_thread.run_sync(update, fields)
    assert youtube.complaints == ["an update of snippet that deletes tags"]


async def test_a_localised_title_is_held_to_the_rules_of_titles(youtube):
    body = resource(defaultLanguage="en") | {"localizations": {"de": {"title": "x" * 101}}}

    with pytest.raises(HttpError, match="invalid or empty video title"):
        await to_thread.run_sync(lambda: insert(youtube, body, part="snippet,status,localizations"))


async def test_a_list_of_ids_takes_no_page_size(youtube):
    with client(youtube) as service, pytest.raises(HttpError, match="not for lists of ids"):
        await to_thread.run_sync(service.videos().list(part="status", id="film0000001", maxResults=50).execute)


@pytest.mark.parametrize(
    ("changed", "form_type", "error"),
    [
        ({}, "application/x-www-form-urlencoded", None),
        ({"audience": "youtube"}, "application/x-www-form-urlencoded", "invalid_request"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "application/x-www-form-urlencoded", "invalid_scope"),
        ({}, "application/json", "invalid_request"),
    ],
    ids=["as it should be", "unknown parameter", "scope that was not granted", "JSON"],
)
async def test_the_token_endpoint_takes_the_form_of_oauth_and_nothing_else(youtube, changed, form_type, error):
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    form |= {"refresh_token": youtube.accounts.grant().refresh_token, **changed}
    body, headers = urlencode(form), {"Content-Type": form_type}
    async with aiohttp.ClientSession() as http, http.post(youtube.token_url, data=body, headers=headers) as answer:
        assert (await answer.json()).get("error") == error


def test_captions_that_youtube_would_misread_are_complaints():
    good = "1\n00:00:00,000 --> 00:00:02,000\nOne\ntwo\n\n2\n00:00:02,000 --> 00:00:03,500\nThree\n"

    assert no_srt(good) == no_srt(good.replace("\n", "\r\n")) == ""
    for wrong in (
        "WEBVTT\n\n" + good,
        good.replace("2\n00", "3\n00"),
        good.replace("One\ntwo", " "),
        good.replace("00:00:02,000 --> 00:00:03", "00:00:01,000 --> 00:00:03"),
        good.replace("00:00:03,500", "00:00:02,000"),
        good.replace("00:00:03,500", "00:00:03.500"),
        good.replace("One\ntwo", "One\n\ntwo"),
        "",
    ):
        assert no_srt(wrong), wrong
