"""Authorised API requests for a channel, charged to the project's quota."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

import anyio
from anyio import to_thread

from pipeline.errors import ClosedError, PermanentError, ProviderError, TransientError, available_at
from pipeline.limits import RetryPolicy, with_retries
from pipeline.limits.times import bounded_s, date_of
from pipeline.publishing.youtube.failures import error_of, is_quota_spent, reason_of
from pipeline.publishing.youtube.http import Http, Reply, UnreachedError
from pipeline.publishing.youtube.responses import objects
from pipeline.publishing.youtube.tokens import Login
from pipeline.state.ledgers.quota import UPLOAD, ChannelPauses, ProjectQuota

T = TypeVar("T")
# The API methods in use: HTTP verb and path. Their costs are in `state.ledgers.quota`.
METHODS: Mapping[str, tuple[str, str]] = {
    "videos.insert": ("POST", "upload/youtube/v3/videos"),
    "channels.list": ("GET", "youtube/v3/channels"),
    "videos.list": ("GET", "youtube/v3/videos"),
    "playlists.list": ("GET", "youtube/v3/playlists"),
    "playlistItems.list": ("GET", "youtube/v3/playlistItems"),
    "thumbnails.set": ("POST", "upload/youtube/v3/thumbnails/set"),
    "playlists.insert": ("POST", "youtube/v3/playlists"),
    "playlistItems.insert": ("POST", "youtube/v3/playlistItems"),
    "videos.update": ("PUT", "youtube/v3/videos"),
    "captions.list": ("GET", "youtube/v3/captions"),
    "captions.insert": ("POST", "upload/youtube/v3/captions"),
}
# For some minutes the API may not find a new video (tokland/youtube-upload issues 269 and 305).
_PROPAGATION = timedelta(minutes=10)
# How long to wait for a wrong clock to be set.
_CLOCK_PAUSE = timedelta(hours=1)


class Calls:
    """Sends requests with the channel's access token, which is refreshed when it is rejected."""

    def __init__(
        self,
        *,
        http: Http,
        login: Login,
        quota: Callable[[str], ProjectQuota],
        pauses: ChannelPauses,
        root_url: str,
        where: str,
        how_to_log_in: str,
        retry: RetryPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        """`quota` returns the quota of a client's project."""
        self._http = http
        self._quota = quota
        self._pauses = pauses
        self.login = login
        self._root_url = root_url.rstrip("/")
        self.how_to_log_in = how_to_log_in
        self._clock = clock
        self._retry = retry
        # Units of the day that must be left over for other films.
        self._leave = 0
        # Whether the requests are about a video that was published just now.
        self._is_new = False
        # The number of requests that may have reached the server.
        self.sent = 0
        # YouTube's time at its latest response.
        self._server_time: datetime | None = None
        self.where = where

    @property
    def _project(self) -> ProjectQuota:
        """The quota of the client's project, which is known once a token was read."""
        return self._quota(self.login.client_id)

    def url(self, method: str, parameters: Mapping[str, str]) -> str:
        """The URL of an API method."""
        _, path = METHODS[method]
        return f"{self._root_url}/{path}?{urlencode(parameters, safe=',')}"

    async def query(self, method: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """The response of a read-only method, without retries. `method` is one of `METHODS`. Raises `ProviderError`."""
        return self.parsed(await self.send("GET", self.url(method, parameters), method=method))

    async def query_or_none(self, method: str, parameters: Mapping[str, str], *, absent: str) -> dict[str, Any] | None:
        """Like `query`; None if the error is a 404 with the reason `absent`."""
        reply = await self.send("GET", self.url(method, parameters), method=method)
        if reply.status == 404 and reason_of(reply) == absent:
            return None
        return self.parsed(reply)

    async def find_video(self, video_id: str, part: str) -> dict[str, Any] | None:
        """The requested parts of a video, without retries; None: there is no such video."""
        answer = await self.query("videos.list", {"part": part, "id": video_id})
        return next(objects(answer.get("items")), None)

    async def request(self, method: str, parameters: Mapping[str, str], *, body: bytes, kind: str) -> Reply:
        """The raw response of a method that writes, without retries; `kind` is the body's media type.

        The caller decides which responses are errors, and whether a retry could do something twice.
        """
        verb, _ = METHODS[method]
        headers = {"Content-Type": kind}
        return await self.send(verb, self.url(method, parameters), method=method, headers=headers, body=body)

    async def request_json(self, method: str, parameters: Mapping[str, str], resource: Mapping[str, Any]) -> Reply:
        """Like `request`, with an API resource as the body."""
        body = json.dumps(resource, ensure_ascii=False).encode()
        return await self.request(method, parameters, body=body, kind="application/json; charset=UTF-8")

    @contextmanager
    def leaving_units(self, units: int) -> Iterator[None]:
        """Within the block, requests must leave that many of the day's units to other films."""
        before, self._leave = self._leave, units
        try:
            yield
        finally:
            self._leave = before

    @contextmanager
    def on_video(self, published_at: datetime) -> Iterator[None]:
        """Within the block, requests are about a video published then, which not all servers may know yet."""
        before, self._is_new = self._is_new, not self.is_propagated(published_at)
        try:
            yield
        finally:
            self._is_new = before

    def is_propagated(self, published_at: datetime) -> bool:
        """Whether all of YouTube's servers should know a video that was published then."""
        return self._clock() - published_at >= _PROPAGATION

    def units(self, method: str) -> int:
        """The quota units that a call costs."""
        return self._project.price(method)["units"]

    async def uploads_left(self) -> int | None:
        """The number of uploads that the project may still begin today; None: no limit."""
        return await to_thread.run_sync(self._project.uploads_left)

    async def shortage(self, method: str) -> ClosedError | None:
        """Why quota or a pause allow no call now; None: they do, or the call itself will fail with the reason.

        Raises `NeedsLoginError` if a person has to log in again.
        """
        try:
            await self.login.access_token()
            await self._wait_for_pause(method)
            reserved = await self._project.reserve(method, leave=self._leave)
        except ClosedError as error:
            return error
        except ProviderError:
            if self.login.is_expired:
                raise
            return None
        await reserved.refund()
        return None

    async def with_retries(self, call: Callable[[], Awaitable[T]]) -> T:
        """The result of `call`, which is retried after transient errors by the channel's retry policy."""
        return await with_retries(self._retry, call, clock=self._clock)

    async def send(
        self,
        verb: str,
        url: str,
        *,
        method: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        repeat: bool = True,
    ) -> Reply:
        """Send a request; after a 401, repeat it once with a new token.

        `method` is what Google charges; empty: the request is free, as to a session URI. Without `repeat`, the token is
        refreshed and the 401 returned, for callers that must first query how much of the body has arrived.
        """

        async def request(token: str) -> Reply:
            authorised = {**(headers or {}), "Authorization": f"Bearer {token}"}
            return await self._http.send(verb, url, headers=authorised, body=body)

        token = await self.login.access_token()
        reply = await self._charged(method, partial(request, token))
        if reply.status == 401:
            token = await self.login.access_token(rejected=token)
            if repeat:
                reply = await self._charged(method, partial(request, token))
        return reply

    def error(self, reply: Reply) -> ProviderError:
        """The error for an error response."""
        if self._is_new and reply.status == 404 and reason_of(reply) == "videoNotFound":
            return self.not_found()
        return error_of(reply, where=self.where, login=self.how_to_log_in, now=self._clock())

    def parsed(self, reply: Reply) -> dict[str, Any]:
        """The JSON object of a successful response. Raises the error for any other.

        A captive portal's page must not pass for a channel without videos, or for a thumbnail that was set.
        """
        if reply.status != 200:
            raise self.error(reply)
        if not str(reply.content.get("kind")).startswith("youtube#"):
            raise self.transient("gives an answer that is not YouTube's")
        return reply.content

    def not_found(self) -> ProviderError:
        """The error for a video that does not exist, or is not known yet."""
        if self._is_new:
            return self.transient("does not know the film yet")
        return PermanentError("the film is gone", where=self.where)

    def now(self) -> datetime:
        """The current time (aware)."""
        return self._clock()

    async def check_clock(self, publish_at: str | None) -> None:
        """Raise `ClosedError` if YouTube would publish a film scheduled for then at once, as our clock is behind.

        No upload is started for an hour then.
        """
        date = self._server_time
        if publish_at is None or date is None or datetime.fromisoformat(publish_at) > date:
            return
        until = self._clock() + _CLOCK_PAUSE
        message = f"the clock of this machine is wrong (YouTube's says {date:%Y-%m-%d %H:%M} UTC)"
        await self._pauses.begin(UPLOAD, until, why=message)
        hint = "Set it; with this one, a scheduled film would become public at once"
        raise ClosedError(message, until=until, where=self.where, hint=hint)

    def transient(self, what: str) -> TransientError:
        """A transient error of this channel, for responses that may be better the next time."""
        return TransientError(what, where=self.where)

    async def _charged(self, method: str, request: Callable[[], Awaitable[Reply]]) -> Reply:
        """Make one request, charged to the quota before it is sent."""
        if method:
            await self._wait_for_pause(method)
        reserved = await self._project.reserve(method, leave=self._leave) if method else None
        self.sent += 1
        try:
            reply = await request()
        except UnreachedError:
            if reserved:
                await reserved.refund()
            self.sent -= 1
            raise
        self._server_time = date_of(reply.headers.get("date", ""))
        if reserved and is_quota_spent(reply):
            await reserved.close_buckets()
        elif method and reply.status >= 400:
            await self._pause(method, self.error(reply))
        return reply

    async def _wait_for_pause(self, method: str) -> None:
        """Wait for a short pause to pass. Raises `ClosedError` if `retry_after_max_s` would not suffice."""
        deadline = anyio.current_time() + self._retry.retry_after_max_s
        while True:
            try:
                return await self._pauses.check(method, where=self.where)
            except ClosedError as closed:
                seconds = (closed.until - self._clock()).total_seconds()
                if seconds > deadline - anyio.current_time():
                    raise
            await anyio.sleep(max(0.0, seconds))

    async def _pause(self, method: str, error: ProviderError) -> None:
        """Pause a method for all films if its limit on the channel is reached, or YouTube asks for a wait."""
        until = available_at(error)
        if isinstance(error, TransientError) and (seconds := bounded_s(error.retry_after_s or 0)):
            until = self._clock() + timedelta(seconds=seconds)
        if until:
            await self._pauses.begin(method, until, why=error.message)
