"""Requests in the name of a channel."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from anyio import to_thread

from pipeline.errors import ClosedError, PermanentError, ProviderError, TransientError
from pipeline.limits import RetryPolicy, with_retries
from pipeline.publishing.youtube.failures import error_of, reason_of, says_spent
from pipeline.publishing.youtube.http import Http, Reply, UnreachedError
from pipeline.publishing.youtube.methods import METHODS
from pipeline.publishing.youtube.tokens import Login
from pipeline.state.ledgers.quota import ProjectQuota

T = TypeVar("T")
_API_PATH = re.compile(r"(?P<upload>/upload)?/youtube/v3/(?P<what>\w+)(?:/(?P<verb>\w+))?$", re.ASCII)
# A film that came out so lately is sometimes told to be unknown (tokland/youtube-upload issues 269 and 305).
_UNTIL_KNOWN = timedelta(minutes=10)
_VERBS = {"GET": "list", "POST": "insert", "PUT": "update"}


class Calls:
    """Sends requests with the channel's token, renewed where it was refused."""

    def __init__(
        self,
        *,
        http: Http,
        login: Login,
        quota: Callable[[str], ProjectQuota],
        root_url: str,
        where: str,
        how_to_log_in: str,
        retry: RetryPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        """`quota` is that of a project, by its client."""
        self._http = http
        self._quota = quota
        self.login = login
        self._root_url = root_url.rstrip("/")
        self.how_to_log_in = how_to_log_in
        self._clock = clock
        self._retry = retry
        # Units of the day that are left to others.
        self._leave = 0
        # Whether the film that is spoken of came out just now.
        self._is_new = False
        # Requests that may have arrived.
        self.sent = 0
        self.where = where

    @property
    def _project(self) -> ProjectQuota:
        """The quota of the client's project; it is known with the first token."""
        return self._quota(self.login.client_id)

    def address(self, path: str, parameters: Mapping[str, str]) -> str:
        """Where a method of the API is called."""
        return f"{self._root_url}/{path}?{urlencode(parameters, safe=',')}"

    async def read(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """What a question (GET) is answered, with the patience of the retry policy. Raises a `ProviderError`."""

        async def ask() -> dict[str, Any]:
            return self.told(await self.send("GET", self.address(path, parameters)))

        return await self.patiently(ask)

    async def ask(self, method: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """What a method that only reads answers, asked once. `method` is one of `METHODS`. Raises a `ProviderError`."""
        answer = await self.find(method, parameters, absent="")
        assert answer is not None
        return answer

    async def find(self, method: str, parameters: Mapping[str, str], *, absent: str) -> dict[str, Any] | None:
        """As `ask`; None: it is refused with 404, for the reason `absent`."""
        called = METHODS[method]
        reply = await self.send(called.verb, self.address(called.path, parameters))
        if reply.status == 404 and absent and reason_of(reply) == absent:
            return None
        return self.told(reply)

    async def do(self, method: str, parameters: Mapping[str, str], *, body: bytes, kind: str) -> Reply:
        """One request of a method that changes something, whatever its answer; `kind` is the body's media type.

        The caller knows which answers are none, and whether asking again could do it twice.
        """
        called = METHODS[method]
        return await self.send(
            called.verb, self.address(called.path, parameters), headers={"Content-Type": kind}, body=body
        )

    async def tell(self, method: str, parameters: Mapping[str, str], resource: Mapping[str, Any]) -> Reply:
        """As `do`, with a resource of the API for a body."""
        body = json.dumps(resource, ensure_ascii=False).encode()
        return await self.do(method, parameters, body=body, kind="application/json; charset=UTF-8")

    @property
    def login_is_over(self) -> bool:
        """Whether it was found out that nothing more can be asked before a person has logged in."""
        return self.login.is_over

    @contextmanager
    def leaving(self, units: int) -> Iterator[None]:
        """Within the block, calls leave so many of the day's units to others."""
        before, self._leave = self._leave, units
        try:
            yield
        finally:
            self._leave = before

    @contextmanager
    def about(self, published_at: datetime) -> Iterator[None]:
        """Within the block, calls are about a film that came out then: YouTube's servers may not all know it yet."""
        before, self._is_new = self._is_new, not self.is_known(published_at)
        try:
            yield
        finally:
            self._is_new = before

    def is_known(self, published_at: datetime) -> bool:
        """Whether a film that came out then is known to all of YouTube's servers by now."""
        return self._clock() - published_at >= _UNTIL_KNOWN

    def units(self, method: str) -> int:
        """What a call costs."""
        return self._project.price(method)["units"]

    async def uploads_left(self) -> int | None:
        """How many films the project may begin to upload today; None: there is no limit."""
        return await to_thread.run_sync(self._project.uploads_left)

    async def shortage(self, method: str) -> ClosedError | None:
        """Why the day's quota does not pay for a method now; None: it does, or the call itself will say why not.

        Raises `NeedsLoginError` when the login is over.
        """
        try:
            await self.login.access_token()
            reserved = await self._project.reserve(method, leave=self._leave)
        except ClosedError as error:
            return error
        except ProviderError:
            if self.login_is_over:
                raise
            return None
        await reserved.give_back()
        return None

    async def patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """The result of `call`, called again after errors that may pass, as the retry policy says."""
        return await with_retries(self._retry, call, clock=self._clock)

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        repeat: bool = True,
    ) -> Reply:
        """One request, whatever its answer; with a new token a second time if the first was refused (401).

        Without `repeat` the token is renewed, and the 401 returned: the caller has to look first how far it came.
        """
        token = await self.login.access_token()
        reply = await self._once(method, url, headers, body, token)
        if reply.status == 401:
            token = await self.login.access_token(rejected=token)
            if repeat:
                reply = await self._once(method, url, headers, body, token)
        return reply

    def error(self, reply: Reply) -> ProviderError:
        """The error for an answer that is none."""
        if self._is_new and reply.status == 404 and reason_of(reply) == "videoNotFound":
            return self.absent()
        return error_of(reply, where=self.where, login=self.how_to_log_in, now=self._clock())

    def told(self, reply: Reply) -> dict[str, Any]:
        """What a request was answered. Raises the error for an answer that is none.

        A page of somebody else's must not look like a channel without films, nor like a thumbnail that is set.
        """
        if reply.status != 200:
            raise self.error(reply)
        if not str(reply.content.get("kind")).startswith("youtube#"):
            raise self.passing("answers with something that is not YouTube's")
        return reply.content

    def absent(self) -> ProviderError:
        """The error for a film that is not there, or not there yet."""
        if self._is_new:
            return self.passing("does not know the film yet")
        return PermanentError("the film is gone", where=self.where)

    def now(self) -> datetime:
        """The time, aware."""
        return self._clock()

    def passing(self, what: str) -> TransientError:
        """The error for an answer that may be a better one the next time."""
        return TransientError(what, where=self.where)

    async def _once(self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes, token: str) -> Reply:
        """Every request that Google counts is counted here first, whatever it is for."""
        counted = api_method(method, url)
        reserved = await self._project.reserve(counted, leave=self._leave) if counted else None
        self.sent += 1
        try:
            reply = await self._http.send(
                method, url, headers={**(headers or {}), "Authorization": f"Bearer {token}"}, body=body
            )
        except UnreachedError:
            if reserved:
                await reserved.give_back()
            self.sent -= 1
            raise
        if reserved and says_spent(reply):
            await reserved.refused()
        return reply


def api_method(method: str, url: str) -> str:
    """What Google's table of costs calls a request: "videos.insert"; empty for one that costs nothing.

    The bytes of a film cost nothing, nor does the question how many have arrived: both are a PUT to their session.
    """
    path = _API_PATH.search(urlsplit(url).path)
    if path is None or (path["upload"] and path["what"] == "videos" and method == "PUT"):
        return ""
    if path["verb"]:
        return f"{path['what']}.{path['verb']}"
    return f"{path['what']}.{_VERBS.get(method, method.lower())}"
