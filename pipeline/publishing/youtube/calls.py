"""Requests in the name of a channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from pipeline.errors import ProviderError, TransientError
from pipeline.limits import RetryPolicy, with_retries
from pipeline.publishing.youtube.failures import error_of, reason_of
from pipeline.publishing.youtube.http import Http, Reply
from pipeline.publishing.youtube.methods import METHODS
from pipeline.publishing.youtube.tokens import Login

T = TypeVar("T")


class Calls:
    """Sends requests with the channel's token, renewed where it was refused."""

    def __init__(
        self,
        *,
        http: Http,
        login: Login,
        root_url: str,
        where: str,
        how_to_log_in: str,
        retry: RetryPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        self._http = http
        self._login = login
        self._root_url = root_url.rstrip("/")
        self._how_to_log_in = how_to_log_in
        self._clock = clock
        self._retry = retry
        self.where = where

    def address(self, path: str, parameters: Mapping[str, str]) -> str:
        """Where a method of the API is called."""
        return f"{self._root_url}/{path}?{urlencode(parameters, safe=',')}"

    async def read(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """What a question (GET) is answered, with the patience of the retry policy. Raises a `ProviderError`."""

        async def ask() -> dict[str, Any]:
            reply = await self.send("GET", self.address(path, parameters))
            if reply.status != 200:
                raise self.error(reply)
            return reply.content

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
        if reply.status != 200:
            raise self.error(reply)
        return reply.content

    async def do(self, method: str, parameters: Mapping[str, str], *, body: bytes, kind: str) -> Reply:
        """One request of a method that changes something, whatever its answer; `kind` is the body's media type.

        The caller knows which answers are none, and whether asking again could do it twice.
        """
        called = METHODS[method]
        return await self.send(
            called.verb, self.address(called.path, parameters), headers={"Content-Type": kind}, body=body
        )

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
        token = await self._login.access_token()
        reply = await self._once(method, url, headers, body, token)
        if reply.status == 401:
            token = await self._login.access_token(rejected=token)
            if repeat:
                reply = await self._once(method, url, headers, body, token)
        return reply

    def error(self, reply: Reply) -> ProviderError:
        """The error for an answer that is none."""
        return error_of(reply, where=self.where, login=self._how_to_log_in, now=self._clock())

    def now(self) -> datetime:
        """The time, aware."""
        return self._clock()

    def passing(self, what: str) -> TransientError:
        """The error for an answer that may be a better one the next time."""
        return TransientError(what, where=self.where)

    async def _once(self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes, token: str) -> Reply:
        return await self._http.send(
            method, url, headers={**(headers or {}), "Authorization": f"Bearer {token}"}, body=body
        )
