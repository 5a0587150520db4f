"""Thumbnails, captions, localised titles, and playlists."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.youtube.accounts import Grant
from tests.standins.youtube.error_responses import Answered, page
from tests.standins.youtube.quota import spent_for_now
from tests.standins.youtube.rules import Asked, Refusal, check
from tests.standins.youtube.semantics import LANGUAGE, check_film, kept, no_srt
from tests.standins.youtube.uploads import Film

if TYPE_CHECKING:
    from tests.standins.youtube.server import YouTubeStandIn

# The limit that we keep; since September 2026 YouTube accepts 50 MB.
THUMBNAIL_BYTES = 2_000_000
_MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


@dataclass
class Playlist:
    """A playlist, with the ids of its videos in order."""

    id: str
    channel: str
    resource: dict[str, Any]
    films: list[str] = field(default_factory=list)
    # Whether it is sorted manually; other playlists reject positions.
    is_manual: bool = True

    @property
    def title(self) -> str:
        """A caption track as uploaded."""
        return str(self.resource["snippet"]["title"])


class ExtrasApi:
    """The methods of the server for them."""

    def __init__(self, server: YouTubeStandIn) -> None:
        self._server = server
        self.playlists: dict[str, Playlist] = {}
        # Maximum number of videos in a playlist.
        self.playlist_films = 5000
        # By video: its thumbnail, and its tracks by (language, name).
        self.thumbnails: dict[str, bytes] = {}
        self.captions: dict[str, dict[tuple[str, str], str]] = {}
        self.updates: Counter[str] = Counter()

    @property
    def routes(self) -> list[tuple[str, str, Callable[[web.Request], Any]]]:
        """(verb, path, handler) of each method."""
        return [
            ("POST", "/upload/youtube/v3/thumbnails/set", self._set_thumbnail),
            ("POST", "/upload/youtube/v3/captions", self._insert_caption),
            ("GET", "/youtube/v3/captions", self._list_captions),
            ("GET", "/youtube/v3/playlists", self._list_playlists),
            ("POST", "/youtube/v3/playlists", self._insert_playlist),
            ("POST", "/youtube/v3/playlistItems", self._insert_item),
            ("PUT", "/youtube/v3/videos", self._update_video),
        ]

    def add_playlist(self, title: str, *films: str, channel: str = "default", is_manual: bool = True) -> Playlist:
        """A playlist created by hand."""
        resource = {"snippet": {"title": title}, "status": {"privacyStatus": "public"}}
        playlist = Playlist(f"PL{len(self.playlists) + 1:06d}", channel, resource, list(films), is_manual)
        self.playlists[playlist.id] = playlist
        return playlist

    def history(self) -> dict[str, Any]:
        """The state, for other processes."""
        return {
            "playlists": {each.title: each.films for each in self.playlists.values()},
            "thumbnails": sorted(self.thumbnails),
            "captions": {film: [language for language, _ in tracks] for film, tracks in self.captions.items()},
            "pictures": {film: sha256(picture).hexdigest() for film, picture in self.thumbnails.items()},
            "tracks": {
                film: {language: sha256(text.encode()).hexdigest() for (language, _), text in tracks.items()}
                for film, tracks in self.captions.items()
            },
        }

    # Methods -----------------------------------------------------------------------------------------------------

    async def _set_thumbnail(self, request: web.Request) -> web.Response:
        grant, how = await self._changed(request, "thumbnails.set", "thumbnail")
        asked = check("thumbnails.set", list(request.query.items()))
        if asked.one("uploadType") != "media":
            raise Refusal("badRequest", "uploadType must be media", domain="global")
        film = self._film(grant, asked.one("videoId"))
        picture = await request.read()
        if not picture:
            raise Refusal("mediaBodyRequired", "The request does not include the image content.")
        magic = _MAGIC.get(request.content_type)
        if magic is None or not picture.startswith(magic):
            raise Refusal("invalidImage", "The provided image content is invalid.")
        if len(picture) >= THUMBNAIL_BYTES:
            self._server.complaints.append(f"a thumbnail of {len(picture)} bytes")
        self.thumbnails[film.id] = picture
        return self._answer(how, {"kind": "youtube#thumbnailSetResponse", "items": [{}]})

    async def _insert_caption(self, request: web.Request) -> web.Response:
        grant, how = await self._changed(request, "captions.insert", "caption")
        resource, media = _multipart(request.headers.get("Content-Type", ""), await request.read())
        asked = check("captions.insert", list(request.query.items()), resource)
        if asked.one("uploadType") != "multipart":
            raise Refusal("badRequest", "uploadType must be multipart", domain="global")
        snippet = asked.body["snippet"]
        film = self._film(grant, snippet["videoId"])
        if not LANGUAGE.fullmatch(snippet["language"]) or len(snippet["name"]) > 150:
            raise Refusal("invalidMetadata", "The request contains invalid metadata values.")
        if not media:
            raise Refusal("contentRequired", "The request does not contain the caption track contents.")
        text = media.decode()
        if wrong := no_srt(text):
            self._server.complaints.append(f"captions that are no SRT: {wrong}")
        tracks = self.captions.setdefault(film.id, {})
        key = (snippet["language"].casefold(), snippet["name"])
        message = "The specified video already has a caption track with the given languageCode and name."
        exists = Refusal("captionExists", message, status=409)
        if key in tracks:
            raise exists
        tracks[key] = text
        if how == "409":
            raise exists
        return self._answer(how, {"kind": "youtube#caption", "id": f"caption-{film.id}-{len(tracks)}", **resource})

    async def _list_captions(self, request: web.Request) -> web.Response:
        grant, asked = self._server.listing.listed(request, "captions.list")
        film = self._film(grant, asked.one("videoId"))
        # YouTube transcribes every video automatically.
        heard = {"language": "en", "name": "", "trackKind": "ASR"}
        tracks = [{"language": language, "name": name, "trackKind": "standard"} for language, name in self._of(film)]
        items = [{"kind": "youtube#caption", "id": f"{film.id}-{n}", "snippet": each} for n, each in enumerate(tracks)]
        kind = "youtube#captionListResponse"
        return web.json_response(
            {"kind": kind, "items": [{"kind": "youtube#caption", "id": "asr", "snippet": heard}, *items]}
        )

    def _of(self, film: Film) -> dict[tuple[str, str], str]:
        return self.captions.get(film.id, {})

    async def _list_playlists(self, request: web.Request) -> web.Response:
        grant, asked = self._server.listing.listed(request, "playlists.list")
        if asked.one("mine") != "true":
            raise Refusal("missingRequiredParameter", "No filter selected.")
        ours = [each for each in self.playlists.values() if each.channel == grant.channel]
        items = [{"kind": "youtube#playlist", "id": each.id, **each.resource} for each in ours]
        return _page(items, asked)

    async def _insert_playlist(self, request: web.Request) -> web.Response:
        grant, how = await self._changed(request, "playlists.insert", "playlist")
        asked = check("playlists.insert", list(request.query.items()), await _json(request))
        title = asked.body["snippet"]["title"]
        if len(title) > 150 or set("<>") & set(title) or not title.strip():
            raise Refusal("invalidPlaylistSnippet", "The request provides an invalid playlist snippet.")
        if any(each.title.casefold() == title.casefold() for each in self._mine(grant)):
            self._server.complaints.append(f"a second playlist {title!r}")
        playlist = self.add_playlist(title, channel=grant.channel)
        playlist.resource = asked.body
        return self._answer(how, {"kind": "youtube#playlist", "id": playlist.id, **asked.body})

    async def _insert_item(self, request: web.Request) -> web.Response:
        grant, how = await self._changed(request, "playlistItems.insert", "item")
        asked = check("playlistItems.insert", list(request.query.items()), await _json(request))
        snippet = asked.body["snippet"]
        playlist = self._playlist(grant, snippet["playlistId"])
        if snippet["resourceId"].get("kind") != "youtube#video":
            raise Refusal("invalidResourceType", "The type specified for the resource ID is not supported.")
        film = self._film(grant, snippet["resourceId"].get("videoId", ""))
        position = snippet.get("position", len(playlist.films))
        if "position" in snippet and not playlist.is_manual:
            message = "The playlist does not use manual sorting, and a position was given."
            raise Refusal("manualSortRequired", message, domain="youtube.playlistItem")
        if not 0 <= position <= len(playlist.films):
            message = "The request attempts to set the playlist item's position to an invalid value."
            raise Refusal("invalidPlaylistItemPosition", message, domain="youtube.playlistItem")
        if len(playlist.films) >= self.playlist_films:
            message = "The playlist already contains the maximum allowed number of items."
            raise Refusal("playlistContainsMaximumNumberOfVideos", message, status=403, domain="youtube.playlistItem")
        if film.id in playlist.films:
            self._server.complaints.append(f"{film.id} is in {playlist.title!r} already")
        playlist.films.insert(position, film.id)
        if how == "409":
            message = "The video that you are trying to add to the playlist is already in the playlist."
            raise Refusal("videoAlreadyInPlaylist", message, status=409, domain="youtube.playlistItem")
        return self._answer(how, {"kind": "youtube#playlistItem", "id": f"item-{film.id}", **asked.body})

    async def _update_video(self, request: web.Request) -> web.Response:
        grant, how = await self._changed(request, "videos.update", "update")
        asked = check("videos.update", list(request.query.items()), await _json(request))
        film = self._film(grant, asked.body.get("id", ""))
        if "localizations" in asked.parts and not asked.body.get("snippet", {}).get("defaultLanguage"):
            raise Refusal("defaultLanguageNotSet", "The request does not name the default language.")
        changed = {**film.resource, **{part: asked.body.get(part, {}) for part in asked.parts if part != "id"}}
        check_film(changed)
        was_public = film.resource.get("status", {}).get("privacyStatus") == "public"
        if was_public and "publishAt" in asked.body.get("status", {}):
            raise Refusal("invalidPublishAt", "The film was public before.", domain="youtube.video")
        self._server.complaints += _losses(film.resource, asked)
        film.resource = kept(changed)
        self.updates[film.id] += 1
        return self._answer(how, {"kind": "youtube#video", **asked.body})

    def items(self, grant: Grant, asked: Asked) -> web.Response:
        """The content of a playlist other than that of all uploads."""
        playlist = self._playlist(grant, asked.one("playlistId"))
        items = [
            {"kind": "youtube#playlistItem", "id": f"item-{film}", "contentDetails": {"videoId": film}}
            for film in playlist.films
        ]
        return _page(items, asked)

    # -------------------------------------------------------------------------------------------------------------

    async def _changed(self, request: web.Request, method: str, kind: str) -> tuple[Grant, str]:
        """Authorise the request and apply faults. Raises `Refusal` for a fault that precedes everything else."""
        await request.read()
        grant = self._server.allowed(request, method)
        how = (self._server.faults.draw(kind) or "").partition("_")[2]
        if how == "503":
            raise Refusal("backendError", "Backend Error", status=503, domain="global")
        if how == "429":
            raise spent_for_now()
        if how == "page":
            raise Answered(page())
        if how == "limit":
            message = "The channel has uploaded too many thumbnails recently. Please try the request again later."
            raise Refusal("uploadRateLimitExceeded", message, status=429, domain="youtube.thumbnail")
        if how == "404":
            raise _unknown_film()
        if how == "conflict":
            raise Refusal("SERVICE_UNAVAILABLE", "The operation was aborted.", status=409, domain="global")
        if how == "403":
            message = "The authenticated user doesn't have permissions to do this."
            raise Refusal("forbidden", message, status=403)
        return grant, how

    def _answer(self, how: str, body: dict[str, Any]) -> web.Response:
        if how == "lost":
            raise ConnectionResetError
        if how == "404_done":
            raise _unknown_film()
        return web.json_response(body)

    def _film(self, grant: Grant, name: str) -> Film:
        film = self._server.films.get(name)
        if film is None or film.channel != grant.channel:
            raise _unknown_film()
        return film

    def _mine(self, grant: Grant) -> list[Playlist]:
        return [each for each in self.playlists.values() if each.channel == grant.channel]

    def _playlist(self, grant: Grant, name: str) -> Playlist:
        playlist = self.playlists.get(name)
        if playlist is None or playlist.channel != grant.channel:
            raise Refusal("playlistNotFound", "The playlist cannot be found.", status=404, domain="youtube.playlist")
        return playlist


def _losses(before: dict[str, Any], asked: Asked) -> list[str]:
    """What an update deletes because it does not repeat it: a named part replaces the whole of the former one."""
    found = []
    if "snippet" in asked.parts and not asked.body.get("snippet", {}).get("categoryId"):
        found.append("an update of the snippet without the categoryId, which it requires")
    for part in asked.parts & {"snippet", "status", "localizations"}:
        lost = before.get(part, {}).keys() - asked.body.get(part, {}).keys() - {"publishAt"}
        if lost:
            found.append(f"an update of {part} that deletes {', '.join(sorted(lost))}")
    return found


def _unknown_film() -> Refusal:
    return Refusal("videoNotFound", "The video cannot be found.", status=404, domain="youtube.video")


def _page(items: list[dict[str, Any]], asked: Asked) -> web.Response:
    start, size = int(asked.one("pageToken") or 0), int(asked.one("maxResults") or 5)
    body: dict[str, Any] = {"kind": "youtube#listResponse", "items": items[start : start + size]}
    if start + size < len(items):
        body["nextPageToken"] = str(start + size)
    return web.json_response(body)


async def _json(request: web.Request) -> object:
    if request.content_type != "application/json":
        raise Refusal("badRequest", "the body is not JSON", domain="global")
    try:
        return json.loads(await request.read())
    except ValueError as error:
        raise Refusal("parseError", "Parse Error", domain="global") from error


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, Any], bytes]:
    """The two parts of a multipart/related body: JSON, then media."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = message.get_payload()
    if message.get_content_type() != "multipart/related" or not isinstance(parts, list) or len(parts) != 2:
        raise Refusal("badRequest", "the body is not multipart/related with two parts", domain="global")
    described, media = parts
    if described.get_content_type() != "application/json" or media.get_content_type() != "application/octet-stream":
        raise Refusal("badRequest", "the parts are not JSON and media", domain="global")
    content = media.get_payload(decode=True)
    resource = json.loads(described.get_payload(decode=True))
    assert isinstance(content, bytes)
    return resource, content
