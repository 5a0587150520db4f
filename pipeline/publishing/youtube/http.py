"""A thin HTTP client: whole responses, a deadline per request, one exception for all transient failures."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from anyio import to_thread

from pipeline.connections import connection_problem
from pipeline.errors import TransientError
from pipeline.limits import Bandwidth
from pipeline.proxy import proxy_for
from pipeline.tls import tls_context

# A response about fifty videos has some 300,000 bytes; an endless one must not fill the memory.
_MOST_BYTES = 8_000_000
_CHUNK_BYTES = 262_144
# A slower connection counts as dead.
_SLOWEST_BYTES_PER_S = 8_192
_CONNECT_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A response."""

    status: int
    # Lower-case names.
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object in the body; empty if there is none."""
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}


class _SingleUse:
    """A request body that can be sent only once.

    aiohttp retries a PUT by itself after a broken connection, before 3.14.5 with the rest of the body only, for whose
    end the server then waits. We query what has arrived first, anyway.
    """

    def __init__(self, pieces: AsyncIterator[memoryview]) -> None:
        self._pieces: AsyncIterator[memoryview] | None = pieces

    def __aiter__(self) -> AsyncIterator[memoryview]:
        pieces, self._pieces = self._pieces, None
        if pieces is None:
            raise ConnectionResetError(errno.ECONNRESET, "the connection broke during the upload")
        return pieces


class UnreachedError(TransientError):
    """There was no connection, so nothing was sent."""


class Http:
    """A connection pool. Does not follow redirects, so a token is only sent to the given host."""

    def __init__(
        self, session: aiohttp.ClientSession, *, where: str, timeout_s: float, bandwidth: Bandwidth | None = None
    ) -> None:
        """`where` names the service in messages; `timeout_s` is the deadline for a response."""
        self._session = session
        self._where = where
        self._timeout_s = timeout_s
        self._bandwidth = bandwidth

    async def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Send one request. Raises `TransientError` if there is no complete response in time.

        The error never contains the URL: that of an upload session is a secret.
        """
        deadline_s = self._timeout_s + len(body) / _SLOWEST_BYTES_PER_S
        proxy = await to_thread.run_sync(proxy_for, url)
        try:
            async with (
                asyncio.timeout(deadline_s) as deadline,
                self._session.request(
                    method,
                    url,
                    headers={**headers, "Content-Length": str(len(body))},
                    data=_SingleUse(self._chunks(body, deadline)) if body else None,
                    allow_redirects=False,
                    proxy=proxy,
                ) as response,
            ):
                return await self._read(response)
        except TimeoutError as error:
            raise TransientError("did not answer in time", where=self._where) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            is_unsent = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError)
            kind = UnreachedError if is_unsent else TransientError
            problem = connection_problem(error)
        # Not in the block above: aiohttp's error contains the URL and the token.
        raise kind(f"no connection ({problem})", where=self._where)

    async def post_form(self, url: str, form: Mapping[str, str]) -> Reply:
        """Post a form to an OAuth endpoint. Raises `TransientError`."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        return await self.send("POST", url, headers=headers, body=urlencode(form).encode())

    async def _chunks(self, body: bytes, deadline: asyncio.Timeout) -> AsyncIterator[memoryview]:
        """Split a body, so as not to block the event loop. Waiting for bandwidth extends the deadline."""
        limit = self._bandwidth
        size_bytes = min(_CHUNK_BYTES, limit.bytes_per_s) if limit else _CHUNK_BYTES
        view = memoryview(body)
        for start in range(0, len(body), size_bytes):
            piece = view[start : start + size_bytes]
            if limit:
                waited_s = await limit.take(len(piece))
                deadline.reschedule((deadline.when() or 0.0) + waited_s)
            yield piece

    async def _read(self, response: aiohttp.ClientResponse) -> Reply:
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > _MOST_BYTES:
                raise TransientError("the response does not end", where=self._where)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(status=response.status, headers=headers, body=bytes(body))


@asynccontextmanager
async def open_http(*, where: str, timeout_s: float, bandwidth: Bandwidth | None = None) -> AsyncIterator[Http]:
    """A connection pool for the length of the block; `bandwidth` limits all its uploads together."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S)
    connector = aiohttp.TCPConnector(ssl=await to_thread.run_sync(tls_context))
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=True,
    ) as session:
        yield Http(session, where=where, timeout_s=timeout_s, bandwidth=bandwidth)
