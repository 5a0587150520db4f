"""The stand-in over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientError, web

from tests.standins.faults import RetryAfterChecker
from tests.standins.loopback import Loopback
from tests.standins.middleboxes import MIDDLEBOXES, intercepted
from tests.standins.youtube.accounts import FORCE_SSL, Accounts, Grant, TokenError
from tests.standins.youtube.error_responses import Answered, Reset, page, rate_limited, reset
from tests.standins.youtube.extras import ExtrasApi
from tests.standins.youtube.faults import FaultPlan
from tests.standins.youtube.listing import ListingApi
from tests.standins.youtube.quota import Quota
from tests.standins.youtube.receiving import RESUMABLE_PATH, UPLOAD_PATH, UploadApi
from tests.standins.youtube.rules import Refusal, discovery
from tests.standins.youtube.uploads import Film, Session


def _ignore(_what: str, _at: int) -> None:
    return None


@dataclass
class YouTubeStandIn(Loopback):
    """The server. `watch(what, bytes)` is called at every distinguishable instant.

    The callback may kill the client then, and raise `Reset` so that nothing more is received from it.
    """

    port: int = 0
    faults: FaultPlan = field(default_factory=FaultPlan)
    accounts: Accounts = field(default_factory=Accounts)
    quota: Quota = field(default_factory=Quota)
    # An unaudited project: every video is private, whatever was asked for.
    locked_private: bool = False
    # The final status of every video (processed, failed, rejected) with its reason, and the number of queries before
    # it.
    becomes: str = "processed"
    because: str = ""
    looks_until_processed: int = 1
    # How often new videos are queried in vain.
    looks_until_shown: int = 0
    # How often the playlist of uploads lacks them.
    looks_until_listed: int = 0
    # Whether lists of uploads start with an empty page that links to the next.
    begins_empty: bool = False
    # Whether the list starts with the oldest video: no order is guaranteed.
    lists_oldest_first: bool = False
    # Accounts without a channel.
    without_channel: frozenset[str] = frozenset()
    # The Retry-After of rejections, in seconds.
    retry_after: str = "0"
    # Videos with another status, by id.
    fate: dict[str, tuple[str, str]] = field(default_factory=dict)
    watch: Callable[[str, int], None] = _ignore
    # The delay of late responses.
    slowly: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0.2)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    films: dict[str, Film] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    # By session: notifySubscribers ("true", "false").
    notifies: dict[str, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._receiving = UploadApi(self)
        # By verb and path.
        self._retry_after = defaultdict[tuple[str, str], RetryAfterChecker](
            lambda: RetryAfterChecker(lambda: self.clock().timestamp())
        )
        self.listing = ListingApi(self)
        self.extras = ExtrasApi(self)

    @property
    def url(self) -> str:
        """The base URL, for NIGHTREEL_YOUTUBE__ROOT_URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token_url(self) -> str:
        """The token endpoint, for NIGHTREEL_YOUTUBE__TOKEN_URL."""
        return f"{self.url}/token"

    @property
    def auth_url(self) -> str:
        """The consent page, for NIGHTREEL_YOUTUBE__AUTH_URL."""
        return f"{self.url}/o/oauth2/v2/auth"

    @property
    def secrets(self) -> set[str]:
        """All secrets that must not leak: tokens and session URIs."""
        return {*self.accounts.secrets, *self.sessions}

    def write_token(
        self,
        path: Path,
        channel: str = "default",
        *,
        fresh: bool = True,
        scopes: tuple[str, ...] = (FORCE_SSL,),
        elsewhere: bool = False,
    ) -> Grant:
        """Write a token file as after an earlier login; one made by another program names no channel."""
        grant = self.accounts.grant(channel, scopes)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = self.accounts.authorized_user(grant, fresh=fresh)
        if not elsewhere:
            content["nightreel"] = {"channel": {"id": f"UC{channel}", "title": f"Channel {channel}"}}
        path.write_text(json.dumps(content), encoding="utf-8")
        path.chmod(0o600)
        return grant

    def add_films(self, count: int, channel: str = "default") -> None:
        """Add so many videos by another uploader to the channel."""
        for number in range(len(self.films), len(self.films) + count):
            name = f"other{number:06d}"
            resource = {"snippet": {"title": name, "tags": ["other"]}}
            self.films[name] = Film(name, channel, resource, b"other", self.clock(), "")

    def copy_of(self, name: str) -> str:
        """The id of a second copy of a video, as if a client had uploaded it twice."""
        film = replace(self.films[name], id=f"copy-{name}")
        self.films[film.id] = film
        return film.id

    def films_by_tag(self) -> Counter[str]:
        """The number of videos per job, by their nightreel- tag."""
        return Counter(tag for film in self.films.values() for tag in film.tags if tag.startswith("nightreel-"))

    def application(self) -> web.Application:
        """See `Loopback`."""
        app = web.Application()
        app.on_response_prepare.append(self._date)
        for path in (UPLOAD_PATH, RESUMABLE_PATH):
            app.router.add_post(path, self._answering(self._receiving.start))
            app.router.add_put(path, self._answering(self._receiving.put))
        for verb, path, handler in (*self.listing.routes, *self.extras.routes):
            app.router.add_route(verb, path, self._answering(handler))
        app.router.add_post("/token", self._answering(self._token))
        app.router.add_post("/device/code", self._answering(self._device))
        app.router.add_get("/o/oauth2/v2/auth", self._answering(self._consent))
        app.router.add_get("/_history", self._history)
        app.router.add_get("/_secrets", self._secrets)
        return app

    async def _date(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(self.clock().astimezone(UTC), usegmt=True)

    def _answering(self, handler: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refusal:
                if refusal.status == 400 and refusal.reason != "uploadLimitExceeded":
                    self.complaints.append(f"{request.method} {request.path}: {refusal.reason}: {refusal}")
                # A 503 has it only if requested.
                is_told = refusal.status in {403, 429} or (refusal.status == 503 and self.retry_after != "0")
                again = {"Retry-After": self.retry_after} if is_told else {}
                if is_told:
                    self._retry_after[request.method, request.path].tell(self.retry_after)
                return web.json_response(refusal.body, status=refusal.status, headers=again)
            except Answered as instead:
                return instead.response
            except TokenError as error:
                return web.json_response(error.body, status=error.status)
            except (Reset, ConnectionError, ClientError):
                reset(request)
                return web.Response()

        return answer

    def allowed(self, request: web.Request, method: str) -> Grant:
        """Authorise the request; it is counted in any case."""
        if complaint := self._retry_after[request.method, request.path].complaint():
            self.complaints.append(f"{method}: {complaint}")
        self.calls[method] += 1
        self.quota.spend(method)
        collection, _, verb = method.partition(".")
        scopes = discovery()["resources"][collection]["methods"][verb]["scopes"]
        return self.accounts.who(request.headers.get("Authorization", ""), scopes)

    # Tokens ------------------------------------------------------------------------------------------------------

    async def _token(self, request: web.Request) -> web.StreamResponse:
        self.watch("token", 0)
        self.calls["token"] += 1
        form = await _form(request)
        fault = self.faults.draw("token")
        if fault == "invalid_grant":
            raise TokenError("invalid_grant", "Token has been expired or revoked.")
        if fault == "token_503":
            return web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html")
        if fault == "token_429":
            return web.json_response(
                {"error": "rate_limit_exceeded"}, status=429, headers={"Retry-After": self.retry_after}
            )
        if fault == "token_403":
            raise rate_limited()
        if fault == "token_failure":
            raise TokenError("internal_failure", "Backend Error")
        if fault == "token_slow":
            await self.slowly()
        if (how := (fault or "").removeprefix("token_")) in MIDDLEBOXES:
            return await intercepted(request, how)
        if fault == "token_not_json":
            return page()
        odd = {"expires_in": "soon"} if fault == "token_odd" else {}
        return web.json_response({**self.accounts.token(form), **odd})

    async def _device(self, request: web.Request) -> web.Response:
        return web.json_response(self.accounts.device(await _form(request)))

    async def _consent(self, request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": self.accounts.authorize(dict(request.query))})

    async def _history(self, _request: web.Request) -> web.Response:
        films = [
            {"id": film.id, "sha256": film.sha256, "channel": film.channel, "resource": film.resource}
            for film in self.films.values()
        ]
        told = {"films": films, "sessions": len(self.sessions), "calls": self.calls, "faults": self.faults.met}
        return web.json_response({**told, **self.extras.history(), "complaints": self.complaints})

    async def _secrets(self, _request: web.Request) -> web.Response:
        return web.json_response(sorted(self.secrets))


async def _form(request: web.Request) -> dict[str, str]:
    """A form's fields, each of them once (RFC 6749, section 3.2). Raises `TokenError`."""
    form = await request.post()
    if request.content_type != "application/x-www-form-urlencoded" or len(set(form)) < len(form):
        raise TokenError("invalid_request", "Bad Request")
    return {name: str(value) for name, value in form.items()}
