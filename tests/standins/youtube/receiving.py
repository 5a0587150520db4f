"""Incoming uploads: sessions start, receive bytes, and end in a video."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from tests.standins.middleboxes import MIDDLEBOXES, intercepted
from tests.standins.youtube.accounts import FORCE_SSL
from tests.standins.youtube.error_responses import (
    ELSEWHERE,
    Reset,
    backend_error,
    daily_limit,
    not_next,
    rate_limited,
    redirected,
    refused_page,
    signup_required,
    suspended,
    unauthorized,
    upload_forbidden,
    upload_limit,
)
from tests.standins.youtube.quota import exceeded, spent_for_now, spent_for_today
from tests.standins.youtube.rules import Asked, Refusal, check
from tests.standins.youtube.semantics import MOST_BYTES, check_film, kept
from tests.standins.youtube.uploads import BadRange, Film, Piece, Session, piece_of

if TYPE_CHECKING:
    from tests.standins.youtube.server import YouTubeStandIn

UPLOAD_PATH = "/upload/youtube/v3/videos"
# In the discovery document, but used by no client.
RESUMABLE_PATH = "/resumable/upload/youtube/v3/videos"
# The granularity at which received bytes are counted.
_STEP_BYTES = 4096
_UPLOAD_SCOPES = (
    "https://www.googleapis.com/auth/youtube.upload",
    "https://www.googleapis.com/auth/youtube",
)


_GONE = {"gone_404": 404, "gone_410": 410}


def _gone(status: int) -> web.Response:
    raise Refusal("notFound", "Not Found", status=status, domain="global")


def _refusing(make: Callable[[], Refusal]) -> Callable[[], web.Response]:
    def refuse() -> web.Response:
        raise make()

    return refuse


def _ranged(told: str) -> Callable[[], web.Response]:
    return lambda: web.Response(status=308, headers={"Range": told})


# Responses to a start instead of a session, and to a chunk of which nothing is stored.
_REFUSED_STARTS: dict[str, Callable[[], web.Response]] = {
    "quota_exceeded": _refusing(exceeded),
    "uploads_spent": _refusing(spent_for_today),
    "daily_limit_exceeded": _refusing(daily_limit),
    "upload_limit_exceeded": _refusing(upload_limit),
    "start_401": _refusing(unauthorized),
    "start_503": _refusing(backend_error),
    "rate_limited": _refusing(rate_limited),
    "rate_limited_429": _refusing(spent_for_now),
    "account_suspended": _refusing(suspended),
    "no_channel": _refusing(signup_required),
    "upload_forbidden": _refusing(upload_forbidden),
    "start_redirected": redirected,
    "start_page": refused_page,
}
_REFUSED_PUTS: dict[str, Callable[[], web.Response]] = {
    "503": _refusing(backend_error),
    "401": _refusing(unauthorized),
    "rate_limited": _refusing(rate_limited),
    "400": lambda: not_next(400),
    "416": lambda: not_next(416),
    "gone_404": lambda: _gone(404),
    "gone_410": lambda: _gone(410),
    "huge_range": _ranged("bytes=0-99999999999"),
    "odd_range": _ranged("bytes=7-"),
    "redirected": redirected,
}


class UploadApi:
    """The methods of the server for uploads."""

    def __init__(self, server: YouTubeStandIn) -> None:
        self._server = server
        self._numbers = 0

    async def start(self, request: web.Request) -> web.StreamResponse:
        """Start a session for a film."""
        self._server.watch("start", 0)
        body = await request.read()
        grant = self._server.allowed(request, "videos.insert")
        fault = self._server.faults.draw("start")
        if refused := _REFUSED_STARTS.get(fault or ""):
            return refused()
        if (how := (fault or "").removeprefix("start_")) in MIDDLEBOXES:
            return await intercepted(request, how)
        asked = check("videos.insert", list(request.query.items()), _parsed(request, body))
        check_film(asked.body)
        if asked.one("uploadType") != "resumable":
            raise Refusal("badRequest", "uploadType must be resumable", domain="global")
        if request.content_length is None:
            raise Refusal("badRequest", "The request does not say how long it is.", status=411, domain="global")
        total = request.headers.get("X-Upload-Content-Length", "")
        kind = request.headers.get("X-Upload-Content-Type", "")
        if not total.isdecimal() or not 0 < int(total) <= MOST_BYTES:
            raise Refusal("mediaBodyRequired", "The request does not say how long the film is.")
        if not (kind.startswith("video/") or kind == "application/octet-stream"):
            raise Refusal("badRequest", f"Media type {kind!r} is not supported.", domain="global")
        self._server.complaints += _careless(asked, self._server.clock())
        self._numbers += 1
        session = Session(f"standin-session-{self._numbers}", grant.channel, int(total), kept(asked.body), kind)
        self._server.sessions[session.id] = session
        self._server.notifies[session.id] = asked.one("notifySubscribers")
        if fault == "start_lost":
            raise Reset
        if fault == "no_location":
            return web.Response()
        if fault == "start_elsewhere":
            return web.Response(headers={"Location": ELSEWHERE})
        self._server.watch("started", 0)
        query = f"uploadType=resumable&part={','.join(sorted(asked.parts))}&upload_id={session.id}"
        return web.Response(headers={"Location": f"{self._server.url}{UPLOAD_PATH}?{query}"})

    async def put(self, request: web.Request) -> web.StreamResponse:
        """Receive bytes for a session, or a query of its range."""
        session = self._server.sessions.get(request.query.get("upload_id", ""))
        if session is None or session.gone:
            await request.read()
            raise Refusal("notFound", "Not Found", status=session.gone if session else 404, domain="global")
        self._server.calls["put"] += 1
        session.turn += 1
        self._server.accounts.who(request.headers.get("Authorization", ""), [FORCE_SSL, *_UPLOAD_SCOPES])
        try:
            piece = piece_of(session, request.headers.get("Content-Range"), request.content_length)
        except BadRange as bad:
            self._server.complaints.append(str(bad))
            raise Refusal("badRequest", str(bad), domain="global") from bad
        if piece is None:
            return self._asked(session)
        if (kind := request.headers.get("Content-Type", session.kind)) != session.kind:
            self._server.complaints.append(f"bytes of the type {kind}, and {session.kind} was announced")
        if session.film:
            self._server.complaints.append("bytes for a film that is there")
        return await self._take(request, session, piece)

    def _asked(self, session: Session) -> web.Response:
        self._server.watch("query", len(session.data))
        fault = self._server.faults.draw("query")
        if fault == "query_503":
            raise backend_error()
        if fault == "query_dropped":
            raise Reset
        self._complete(session)
        return self._standing(session)

    def _standing(self, session: Session) -> web.Response:
        if session.film:
            return web.json_response(self._server.listing.shown(session.film, session.resource.keys()), status=201)
        return web.Response(status=308, reason="Resume Incomplete", headers=session.range)

    async def _take(self, request: web.Request, session: Session, piece: Piece) -> web.StreamResponse:
        is_final = piece.last + 1 == session.total
        fault = self._server.faults.draw("final" if is_final else "chunk")
        name = (fault or "").removeprefix("final_").removeprefix("chunk_")
        if refused := _REFUSED_PUTS.get(name):
            await self._read(request, session, 0)
            session.gone = _GONE.get(name, 0)
            return refused()
        kept = piece.size // 2 if name in {"dropped", "short_range", "plain_range"} else piece.size
        await self._read(request, session, kept, stop=name == "dropped")
        if name == "dropped":
            raise Reset
        if name == "plain_range":
            return web.Response(status=308, headers={"Range": session.range["Range"].removeprefix("bytes=")})
        if name == "no_range":
            session.data.clear()
        if name == "unfinished":
            return self._standing(session)
        self._complete(session)
        if name in {"stored_503", "lost_503"}:
            raise backend_error()
        session.gone = 404 if name == "lost_and_gone" else 0
        if name in {"lost", "lost_and_gone"}:
            raise Reset
        if name == "garbled":
            return web.Response(status=201, text='{"kind": "youtube#vid', content_type="application/json")
        if name == "odd_id":
            return web.json_response({"kind": "youtube#video", "id": "../../../etc/passwd"}, status=201)
        return await intercepted(request, name) if name in {"page", *MIDDLEBOXES} else self._standing(session)

    async def _read(self, request: web.Request, session: Session, kept: int, *, stop: bool = False) -> None:
        """Store so many bytes of the body, in order; read and discard the rest."""
        left, turn = kept, session.turn
        async for data in request.content.iter_any():
            if session.turn != turn:
                raise Reset
            for start in range(0, min(left, len(data)), _STEP_BYTES):
                session.data += data[start : min(start + _STEP_BYTES, left)]
                self._server.watch("bytes", len(session.data))
            left -= min(left, len(data))
            if stop and not left:
                return

    def _complete(self, session: Session) -> None:
        """All bytes are a video, whether or not the client is still connected."""
        if len(session.data) < session.total or session.film:
            return
        self._publish(session)
        self._server.watch("published", session.total)

    def _publish(self, session: Session) -> None:
        number = len(self._server.films) + 1
        film = Film(
            f"film{number:07d}",
            session.channel,
            session.resource,
            bytes(session.data),
            self._server.clock(),
            session.id,
        )
        self._server.films[film.id] = session.film = film


def _careless(asked: Asked, now: datetime) -> list[str]:
    """Settings that Google accepts but the client cannot have intended."""
    status, found = asked.body.get("status", {}), []
    if "selfDeclaredMadeForKids" not in status:
        found.append("a film without selfDeclaredMadeForKids")
    if "privacyStatus" not in status:
        found.append("a film without privacyStatus, which makes it public")
    if not asked.one("notifySubscribers"):
        found.append("a film of which all subscribers are told, since nobody said not to")
    if (at := status.get("publishAt")) and _is_past(at, now):
        found.append(f"a film that becomes public at once, since {at} is past")
    return found


def _is_past(moment: str, now: datetime) -> bool:
    at = datetime.fromisoformat(moment)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) <= now


def _parsed(request: web.Request, body: bytes) -> object:
    # Google's own client sends no charset.
    if request.content_type != "application/json" or (request.charset or "utf-8").lower() != "utf-8":
        raise Refusal("badRequest", "the film's description is not JSON in UTF-8", domain="global")
    try:
        return json.loads(body)
    except ValueError as error:
        raise Refusal("parseError", "Parse Error", domain="global") from error
