"""The stand-in over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientError, web

from tests.standins.loopback import Loopback
from tests.standins.youtube.accounts import FORCE_SSL, Accounts, Grant, TokenError
from tests.standins.youtube.error_responses import Answered, Reset, page, rate_limited, reset
from tests.standins.youtube.extras import Shelf
from tests.standins.youtube.faults import FaultPlan
from tests.standins.youtube.listing import Listing
from tests.standins.youtube.quota import Quota
from tests.standins.youtube.receiving import RESUMABLE_PATH, UPLOAD_PATH, Receiving
from tests.standins.youtube.rules import Refusal, discovery
from tests.standins.youtube.uploads import Film, Session


def _ignore(_what: str, _at: int) -> None:
    return None


@dataclass
class YouTubeStandIn(Loopback):
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
    # How often films that were sent here are asked for in vain after they came out.
    looks_until_shown: int = 0
    # Likewise, and how often the playlist of uploads is without them.
    looks_until_listed: int = 0
    # Whether lists of uploads begin with a page that has nothing on it but leads to the next.
    begins_empty: bool = False
    # Whether the oldest film is the first of them: nobody promises an order.
    lists_oldest_first: bool = False
    # Accounts that have no channel, as one for mail only.
    without_channel: frozenset[str] = frozenset()
    # How many seconds whoever is sent away is told to wait.
    retry_after: str = "0"
    # By id, of films that have another one.
    fate: dict[str, tuple[str, str]] = field(default_factory=dict)
    watch: Callable[[str, int], None] = _ignore
    # How long it takes until an answer comes that is late.
    slowly: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0.2)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    films: dict[str, Film] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    # By session: whether subscribers shall hear of its film ("true", "false").
    notifies: dict[str, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._receiving = Receiving(self)
        self.listing = Listing(self)
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
        self,
        path: Path,
        channel: str = "default",
        *,
        fresh: bool = True,
        scopes: tuple[str, ...] = (FORCE_SSL,),
        elsewhere: bool = False,
    ) -> Grant:
        """A token file, as somebody who has logged in before has it; one that was made elsewhere names no channel."""
        grant = self.accounts.grant(channel, scopes)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = self.accounts.authorized_user(grant, fresh=fresh)
        if not elsewhere:
            content["nightreel"] = {"channel": {"id": f"UC{channel}", "title": f"Channel {channel}"}}
        path.write_text(json.dumps(content), encoding="utf-8")
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

    def application(self) -> web.Application:
        """See `Loopback`."""
        app = web.Application()
        for path in (UPLOAD_PATH, RESUMABLE_PATH):
            app.router.add_post(path, self._answering(self._receiving.start))
            app.router.add_put(path, self._answering(self._receiving.put))
        for verb, path, handler in (*self.listing.routes, *self.shelf.routes):
            app.router.add_route(verb, path, self._answering(handler))
        app.router.add_post("/token", self._answering(self._token))
        app.router.add_post("/device/code", self._answering(self._device))
        app.router.add_get("/o/oauth2/v2/auth", self._answering(self._consent))
        app.router.add_get("/_history", self._history)
        app.router.add_get("/_secrets", self._secrets)
        return app

    def _answering(self, handler: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refusal:
                if refusal.status == 400 and refusal.reason != "uploadLimitExceeded":
                    self.complaints.append(f"{request.method} {request.path}: {refusal.reason}: {refusal}")
                # A 503 tells it only where somebody wants it to.
                is_told = refusal.status in {403, 429} or (refusal.status == 503 and self.retry_after != "0")
                again = {"Retry-After": self.retry_after} if is_told else {}
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
        """Who asks, if they may; the request counts in any case."""
        self.calls[method] += 1
        self.quota.spend(method)
        collection, _, verb = method.partition(".")
        scopes = discovery()["resources"][collection]["methods"][verb]["scopes"]
        return self.accounts.who(request.headers.get("Authorization", ""), scopes)

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
        if fault == "token_not_json":
            return page()
        odd = {"expires_in": "soon"} if fault == "token_odd" else {}
        return web.json_response({**self.accounts.token(form), **odd})

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
