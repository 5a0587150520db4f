"""Lists of a channel's videos, and their status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.youtube.accounts import Grant
from tests.standins.youtube.error_responses import Answered, backend_error, page, unauthorized
from tests.standins.youtube.rules import Asked, Refusal, check
from tests.standins.youtube.uploads import Film

if TYPE_CHECKING:
    from tests.standins.youtube.server import YouTubeStandIn

_PAGE = 50
_PROCESSING = {"processed": "succeeded", "failed": "failed", "rejected": "terminated"}


def _odd() -> web.Response:
    items = [
        7,
        {"contentDetails": []},
        {"id": {"a": 1}, "snippet": "no", "status": 5, "contentDetails": {"videoId": 1}},
    ]
    return web.json_response({"kind": "youtube#listResponse", "items": items, "nextPageToken": {}})


def _endless() -> web.Response:
    return web.json_response({"kind": "youtube#listResponse", "items": [], "nextPageToken": "0"})


def _not_found() -> web.Response:
    return web.Response(status=404, text="<html>No such page</html>", content_type="text/html")


_ODD: dict[str, Callable[[], web.Response]] = {
    "list_page": page,
    "list_404": _not_found,
    "list_odd": _odd,
    "list_endless": _endless,
}


class ListingApi:
    """The methods of the server for them."""

    def __init__(self, server: YouTubeStandIn) -> None:
        self._server = server
        self._looks: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._listed: Counter[str] = Counter()

    @property
    def routes(self) -> list[tuple[str, str, Callable[[web.Request], Any]]]:
        """(verb, path, handler) of each method."""
        return [
            ("GET", "/youtube/v3/channels", self._channels),
            ("GET", "/youtube/v3/playlistItems", self._items),
            ("GET", "/youtube/v3/videos", self._videos),
        ]

    def listed(self, request: web.Request, method: str) -> tuple[Grant, Asked]:
        """Authorise a request for a list, and parse it."""
        grant = self._server.allowed(request, method)
        fault = self._server.faults.draw("list")
        if fault in {"list_503", "list_401"}:
            raise backend_error() if fault == "list_503" else unauthorized()
        if fault:
            raise Answered(_ODD[fault]())
        return grant, check(method, list(request.query.items()))

    async def _channels(self, request: web.Request) -> web.Response:
        grant, asked = self.listed(request, "channels.list")
        if asked.one("mine") != "true":
            raise Refusal("missingRequiredParameter", "No filter selected.")
        if grant.channel in self._server.without_channel:
            # As Google does: the list is missing, not empty.
            totals = {"totalResults": 0, "resultsPerPage": 5}
            return web.json_response({"kind": "youtube#channelListResponse", "pageInfo": totals})
        known = {
            "snippet": {"title": f"Channel {grant.channel}"},
            "contentDetails": {"relatedPlaylists": {"uploads": f"UU{grant.channel}"}},
        }
        parts = {part: known[part] for part in asked.parts if part in known}
        item = {"kind": "youtube#channel", "id": f"UC{grant.channel}", **parts}
        return web.json_response({"kind": "youtube#channelListResponse", "items": [item]})

    async def _items(self, request: web.Request) -> web.Response:
        grant, asked = self.listed(request, "playlistItems.list")
        if asked.one("playlistId") != f"UU{grant.channel}":
            return self._server.extras.items(grant, asked)
        ours = [film for film in reversed(self._server.films.values()) if film.channel == grant.channel]
        if self._server.lists_oldest_first:
            ours.reverse()
        self._listed.update(film.id for film in ours)
        films = [film for film in ours if self._listed[film.id] > self._server.looks_until_listed]
        if not films:
            # As for a channel without uploads.
            raise Refusal("playlistNotFound", "The playlist cannot be found.", status=404, domain="youtube.playlist")
        if self._server.begins_empty and not asked.one("pageToken"):
            return web.json_response({"kind": "youtube#playlistItemListResponse", "items": [], "nextPageToken": "0"})
        start, size = int(asked.one("pageToken") or 0), int(asked.one("maxResults") or 5)
        page = films[start : start + size]
        body: dict[str, Any] = {"kind": "youtube#playlistItemListResponse", "items": [_item(film) for film in page]}
        if start + size < len(films):
            body["nextPageToken"] = str(start + size)
        return web.json_response(body)

    async def _videos(self, request: web.Request) -> web.Response:
        _, asked = self.listed(request, "videos.list")
        ids = [one for value in asked.parameters.get("id", []) for one in value.split(",")]
        if not ids:
            raise Refusal("missingRequiredParameter", "No filter selected.")
        if len(ids) > _PAGE:
            raise Refusal("invalidFilters", "The request specifies too many ids.")
        if asked.one("maxResults") or asked.one("pageToken"):
            raise Refusal("unsupportedParameter", "maxResults and pageToken are not for lists of ids.")
        if "processingDetails" in asked.parts:
            self._looks.update(ids)
        self._asked.update(ids)
        films = [self._server.films[one] for one in ids if one in self._server.films]
        known = [film for film in films if not film.session or self._asked[film.id] > self._server.looks_until_shown]
        found = [self.shown(film, asked.parts) for film in known]
        return web.json_response({"kind": "youtube#videoListResponse", "items": found})

    def shown(self, film: Film, parts: Any) -> dict[str, Any]:
        """The requested parts of a video."""
        is_over = self._looks[film.id] >= self._server.looks_until_processed
        becomes, because = self._server.fate.get(film.id, (self._server.becomes, self._server.because))
        status = {**film.resource.get("status", {}), "uploadStatus": becomes if is_over else "uploaded"}
        if is_over and because:
            status["rejectionReason" if becomes == "rejected" else "failureReason"] = because
        if self._server.locked_private:
            status["privacyStatus"] = "private"
        known = {
            "snippet": {
                **film.resource.get("snippet", {}),
                "channelId": f"UC{film.channel}",
                "publishedAt": _moment(film.published_at),
            },
            "status": status,
            "processingDetails": {"processingStatus": _PROCESSING[becomes] if is_over else "processing"},
            "localizations": film.resource.get("localizations", {}),
        }
        return {"kind": "youtube#video", "id": film.id, **{part: known[part] for part in parts if part in known}}


def _item(film: Film) -> dict[str, Any]:
    moment = _moment(film.published_at)
    return {
        "kind": "youtube#playlistItem",
        "id": f"item-{film.id}",
        "snippet": {"publishedAt": moment, "title": film.resource.get("snippet", {}).get("title", "")},
        "contentDetails": {"videoId": film.id, "videoPublishedAt": moment},
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
