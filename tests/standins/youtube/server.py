"""The stand-in over HTTP."""

from __future__ import annotations

import json
import socket
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from aiohttp import ClientError, web

from tests.standins.youtube.accounts import FORCE_SSL, Accounts, Grant, TokenError
from tests.standins.youtube.faults import FaultPlan
from tests.standins.youtube.quota import Quota, exceeded
from tests.standins.youtube.rules import Asked, Refusal, check, discovery
from tests.standins.youtube.semantics import MOST_BYTES, check_film
from tests.standins.youtube.shelf import Shelf
from tests.standins.youtube.uploads import BadRange, Film, Piece, Session, piece_of

UPLOAD_PATH = "/upload/youtube/v3/videos"
# Discovery names this one, and no client uses it.
RESUMABLE_PATH = "/resumable/upload/youtube/v3/videos"
_PAGE = 50
_PROCESSING = {"processed": "succeeded", "failed": "failed", "rejected": "terminated"}
# So finely it is known how many bytes have arrived.
_STEP_BYTES = 4096


class Reset(Exception):  # noqa: N818 - an answer that is none
    """The line is to break now."""


def _ignore(_what: str, _at: int) -> None:
    return None


@dataclass
class YouTubeStandIn:
    """The server. `watch(what, bytes)` is called at every instant that it can tell from others.

    Whoever watches may kill the client then, and raise `Reset` so that nothing more of it is heard.
    """

    port: int = 0
    faults: FaultPlan = field(default_factory=FaultPlan)
    accounts: Accounts = field(default_factory=Accounts)
    quota: Quota = field(default_factory=Quota)
    # An unaudited project: every film is private, whatever was asked for.
    locked_private: bool = False
    # What becomes of every film (processed, failed, rejected) and why, when it has been asked for so many times.
    becomes: str = "processed"
    because: str = ""
    looks_until_processed: int = 1
    # By id, of films that have another one.
    fate: dict[str, tuple[str, str]] = field(default_factory=dict)
    watch: Callable[[str, int], None] = _ignore
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    films: dict[str, Film] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._runner: web.AppRunner | None = None
        self._numbers = 0
        self._looks: Counter[str] = Counter()
        self.shelf = Shelf(self)

    @property
    def url(self) -> str:
        """The address, as NIGHTREEL_YOUTUBE__ROOT_URL takes it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token_url(self) -> str:
        """The address, as NIGHTREEL_YOUTUBE__TOKEN_URL takes it."""
        return f"{self.url}/token"

    @property
    def auth_url(self) -> str:
        """The address, as NIGHTREEL_YOUTUBE__AUTH_URL takes it."""
        return f"{self.url}/o/oauth2/v2/auth"

    @property
    def secrets(self) -> set[str]:
        """Everything that nobody may read: tokens, and the addresses of sessions."""
        return {*self.accounts.secrets, *self.sessions}

    def write_token(
        self, path: Path, channel: str = "default", *, fresh: bool = True, scopes: tuple[str, ...] = (FORCE_SSL,)
    ) -> Grant:
        """A token file, as somebody who has logged in before has it."""
        grant = self.accounts.grant(channel, scopes)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.accounts.authorized_user(grant, fresh=fresh)), encoding="utf-8")
        path.chmod(0o600)
        return grant

    def add_films(self, count: int, channel: str = "default") -> None:
        """So many films of somebody else's come onto the channel now."""
        for number in range(len(self.films), len(self.films) + count):
            name = f"other{number:06d}"
            resource = {"snippet": {"title": name, "tags": ["other"]}}
            self.films[name] = Film(name, channel, resource, b"other", self.clock(), "")

    def copy_of(self, name: str) -> str:
        """The id of a film that is there once more: a client has sent it twice."""
        film = replace(self.films[name], id=f"copy-{name}")
        self.films[film.id] = film
        return film.id

    def films_by_tag(self) -> Counter[str]:
        """How many films there are of each job, by the tag that begins with nightreel-."""
        return Counter(tag for film in self.films.values() for tag in film.tags if tag.startswith("nightreel-"))

    async def __aenter__(self) -> YouTubeStandIn:
        app = web.Application()
        for path in (UPLOAD_PATH, RESUMABLE_PATH):
            app.router.add_post(path, self._answering(self._start))
            app.router.add_put(path, self._answering(self._put))
        for path, handler in (("channels", self._channels), ("playlistItems", self._items), ("videos", self._videos)):
            app.router.add_get(f"/youtube/v3/{path}", self._answering(handler))
        for verb, path, handler in self.shelf.routes:
            app.router.add_route(verb, path, self._answering(handler))
        app.router.add_post("/token", self._answering(self._token))
        app.router.add_post("/device/code", self._answering(self._device))
        app.router.add_get("/o/oauth2/v2/auth", self._answering(self._consent))
        app.router.add_get("/_history", self._history)
        app.router.add_get("/_secrets", self._secrets)
        self._runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def _answering(self, handler: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refusal:
                if refusal.status == 400 and refusal.reason != "uploadLimitExceeded":
                    self.complaints.append(f"{request.method} {request.path}: {refusal.reason}: {refusal}")
                return web.json_response(refusal.body, status=refusal.status)
            except TokenError as error:
                return web.json_response(error.body, status=error.status)
            except (Reset, ConnectionError, ClientError):
                _reset(request)
                return web.Response()

        return answer

    def allowed(self, request: web.Request, method: str) -> Grant:
        """Who asks, if they may; the request counts in any case."""
        self.calls[method] += 1
        self.quota.spend(method)
        collection, _, verb = method.partition(".")
        scopes = discovery()["resources"][collection]["methods"][verb]["scopes"]
        return self.accounts.who(request.headers.get("Authorization", ""), scopes)

    # Uploads -----------------------------------------------------------------------------------------------------

    async def _start(self, request: web.Request) -> web.Response:
        self.watch("start", 0)
        body = await request.read()
        grant = self.allowed(request, "videos.insert")
        fault = self.faults.draw("start")
        if refusal := _START_REFUSALS.get(fault or ""):
            raise refusal()
        if fault == "rate_limited":
            return _rate_limited()
        asked = check("videos.insert", list(request.query.items()), _parsed(request, body))
        check_film(asked.body)
        if asked.one("uploadType") != "resumable":
            raise Refusal("badRequest", "uploadType must be resumable", domain="global")
        total = request.headers.get("X-Upload-Content-Length", "")
        kind = request.headers.get("X-Upload-Content-Type", "")
        if not total.isdecimal() or not 0 < int(total) <= MOST_BYTES:
            raise Refusal("mediaBodyRequired", "The request does not say how long the film is.")
        if not (kind.startswith("video/") or kind == "application/octet-stream"):
            raise Refusal("badRequest", f"Media type {kind!r} is not supported.", domain="global")
        if "selfDeclaredMadeForKids" not in asked.body.get("status", {}):
            self.complaints.append("a film without selfDeclaredMadeForKids")
        if "privacyStatus" not in asked.body.get("status", {}):
            self.complaints.append("a film without privacyStatus, which makes it public")
        self._numbers += 1
        session = Session(f"standin-session-{self._numbers}", grant.channel, int(total), asked.body)
        self.sessions[session.id] = session
        if fault == "start_lost":
            raise Reset
        if fault == "no_location":
            return web.Response()
        self.watch("started", 0)
        query = f"uploadType=resumable&part={','.join(sorted(asked.parts))}&upload_id={session.id}"
        return web.Response(headers={"Location": f"{self.url}{UPLOAD_PATH}?{query}"})

    async def _put(self, request: web.Request) -> web.Response:
        session = self.sessions.get(request.query.get("upload_id", ""))
        if session is None or session.gone:
            await request.read()
            raise Refusal("notFound", "Not Found", status=session.gone if session else 404, domain="global")
        self.calls["put"] += 1
        session.turn += 1
        self.accounts.who(request.headers.get("Authorization", ""), [FORCE_SSL, *_UPLOAD_SCOPES])
        try:
            piece = piece_of(session, request.headers.get("Content-Range"), request.content_length)
        except BadRange as bad:
            self.complaints.append(str(bad))
            raise Refusal("badRequest", str(bad), domain="global") from bad
        if piece is None:
            return self._asked(session)
        if session.film:
            self.complaints.append("bytes for a film that is there")
        return await self._take(request, session, piece)

    def _asked(self, session: Session) -> web.Response:
        self.watch("query", len(session.data))
        fault = self.faults.draw("query")
        if fault == "query_503":
            raise _backend_error()
        if fault == "query_dropped":
            raise Reset
        self._complete(session)
        return self._standing(session)

    def _standing(self, session: Session) -> web.Response:
        if session.film:
            return web.json_response(self._shown(session.film, session.resource.keys()), status=201)
        return web.Response(status=308, reason="Resume Incomplete", headers=session.range)

    async def _take(self, request: web.Request, session: Session, piece: Piece) -> web.Response:
        is_final = piece.last + 1 == session.total
        fault = self.faults.draw("final" if is_final else "chunk")
        name = (fault or "").removeprefix("final_").removeprefix("chunk_")
        if name in {"503", "401", "rate_limited", "gone_404", "gone_410"}:
            await self._read(request, session, 0)
            if name.startswith("gone"):
                session.gone = int(name[-3:])
                raise Refusal("notFound", "Not Found", status=session.gone, domain="global")
            return _rate_limited() if name == "rate_limited" else _raise(_PUT_REFUSALS[name])
        kept = piece.size // 2 if name in {"dropped", "short_range"} else piece.size
        await self._read(request, session, kept, stop=name == "dropped")
        if name == "dropped":
            raise Reset
        if name == "no_range":
            session.data.clear()
        self._complete(session)
        if name in {"stored_503", "lost_503"}:
            raise _backend_error()
        if name == "lost_and_gone":
            session.gone = 404
        if name in {"lost", "lost_and_gone"}:
            raise Reset
        if name == "garbled":
            return web.Response(status=201, text='{"kind": "youtube#vid', content_type="application/json")
        return self._standing(session)

    async def _read(self, request: web.Request, session: Session, kept: int, *, stop: bool = False) -> None:
        """Take so many bytes of the body, in the order in which they come; the rest is read and thrown away."""
        left, turn = kept, session.turn
        async for data in request.content.iter_any():
            if session.turn != turn:
                raise Reset
            for start in range(0, min(left, len(data)), _STEP_BYTES):
                session.data += data[start : min(start + _STEP_BYTES, left)]
                self.watch("bytes", len(session.data))
            left -= min(left, len(data))
            if stop and not left:
                return

    def _complete(self, session: Session) -> None:
        """All bytes are a film, whether or not their client is still there to hear of it."""
        if len(session.data) < session.total or session.film:
            return
        self._publish(session)
        self.watch("published", session.total)

    def _publish(self, session: Session) -> None:
        number = len(self.films) + 1
        film = Film(
            f"film{number:07d}", session.channel, session.resource, bytes(session.data), self.clock(), session.id
        )
        self.films[film.id] = session.film = film

    def _shown(self, film: Film, parts: Any) -> dict[str, Any]:
        is_over = self._looks[film.id] >= self.looks_until_processed
        becomes, because = self.fate.get(film.id, (self.becomes, self.because))
        status = {**film.resource.get("status", {}), "uploadStatus": becomes if is_over else "uploaded"}
        if is_over and because:
            status["rejectionReason" if becomes == "rejected" else "failureReason"] = because
        if self.locked_private:
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

    # Questions ---------------------------------------------------------------------------------------------------

    def listed(self, request: web.Request, method: str) -> tuple[Grant, Asked]:
        grant = self.allowed(request, method)
        fault = self.faults.draw("list")
        if fault:
            raise _backend_error() if fault == "list_503" else _unauthorized()
        return grant, check(method, list(request.query.items()))

    async def _channels(self, request: web.Request) -> web.Response:
        grant, asked = self.listed(request, "channels.list")
        if asked.one("mine") != "true":
            raise Refusal("missingRequiredParameter", "No filter selected.")
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
            return self.shelf.items(grant, asked)
        films = [film for film in reversed(self.films.values()) if film.channel == grant.channel]
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
        if "processingDetails" in asked.parts:
            self._looks.update(ids)
        found = [self._shown(self.films[one], asked.parts) for one in ids if one in self.films]
        return web.json_response({"kind": "youtube#videoListResponse", "items": found})

    # Tokens ------------------------------------------------------------------------------------------------------

    async def _token(self, request: web.Request) -> web.Response:
        self.watch("token", 0)
        self.calls["token"] += 1
        form = {name: str(value) for name, value in (await request.post()).items()}
        fault = self.faults.draw("token")
        if fault == "invalid_grant":
            raise TokenError("invalid_grant", "Token has been expired or revoked.")
        if fault == "token_503":
            return web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html")
        if fault == "token_not_json":
            return web.Response(text="<html>Please log in</html>", content_type="text/html")
        return web.json_response(self.accounts.token(form))

    async def _device(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        return web.json_response(self.accounts.device(form))

    async def _consent(self, request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": self.accounts.authorize(dict(request.query))})

    async def _history(self, _request: web.Request) -> web.Response:
        films = [
            {"id": film.id, "sha256": film.sha256, "channel": film.channel, "resource": film.resource}
            for film in self.films.values()
        ]
        told = {"films": films, "sessions": len(self.sessions), "calls": self.calls, "faults": self.faults.met}
        return web.json_response({**told, **self.shelf.history(), "complaints": self.complaints})

    async def _secrets(self, _request: web.Request) -> web.Response:
        return web.json_response(sorted(self.secrets))


_UPLOAD_SCOPES = (
    "https://www.googleapis.com/auth/youtube.upload",
    "https://www.googleapis.com/auth/youtube",
)


def _parsed(request: web.Request, body: bytes) -> object:
    # Google's own client names no charset.
    if request.content_type != "application/json" or (request.charset or "utf-8").lower() != "utf-8":
        raise Refusal("badRequest", "the film's description is not JSON in UTF-8", domain="global")
    try:
        return json.loads(body)
    except ValueError as error:
        raise Refusal("parseError", "Parse Error", domain="global") from error


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


def _upload_limit() -> Refusal:
    message = "The user has exceeded the number of videos they may upload."
    return Refusal("uploadLimitExceeded", message, status=400, domain="youtube.video")


def _unauthorized() -> Refusal:
    message = "Request had invalid authentication credentials."
    return Refusal("authError", message, status=401, domain="global")


def _backend_error() -> Refusal:
    return Refusal("backendError", "Backend Error", status=503, domain="global")


def _rate_limited() -> web.Response:
    refusal = Refusal("rateLimitExceeded", "Rate Limit Exceeded", status=403, domain="usageLimits")
    return web.json_response(refusal.body, status=403, headers={"Retry-After": "0"})


def _raise(make: Callable[[], Refusal]) -> web.Response:
    raise make()


_START_REFUSALS: dict[str, Callable[[], Refusal]] = {
    "quota_exceeded": exceeded,
    "upload_limit_exceeded": _upload_limit,
    "start_401": _unauthorized,
    "start_503": _backend_error,
}
_PUT_REFUSALS: dict[str, Callable[[], Refusal]] = {"503": _backend_error, "401": _unauthorized}


def _reset(request: web.Request) -> None:
    """Close the socket so that the other side sees a reset."""
    if request.transport is None:
        return
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
