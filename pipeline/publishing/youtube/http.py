"""HTTP as the rest of the room needs it: whole answers, a deadline for each, one kind of error for what may pass."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from anyio import to_thread

from pipeline.errors import TransientError
from pipeline.limits import Bandwidth
from pipeline.proxy import proxy_for
from pipeline.tls import tls_context

# An answer that describes fifty films has some 300,000 bytes; one that does not end must not fill the memory.
_MOST_BYTES = 8_000_000
_PIECE_BYTES = 262_144
# Slower than this nobody uploads films: a line that carries less is taken for dead.
_SLOWEST_BYTES_PER_S = 8_192
_CONNECT_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back."""

    status: int
    # Names in lower case.
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object of the body; empty: it is none."""
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}


class _Once:
    """A body that is sent once.

    aiohttp repeats a PUT by itself when the line breaks, and before 3.14.5 with what is left of a body: the server then
    waits for its end. What has arrived is asked first, anyway.
    """

    def __init__(self, pieces: AsyncIterator[memoryview]) -> None:
        self._pieces: AsyncIterator[memoryview] | None = pieces

    def __aiter__(self) -> AsyncIterator[memoryview]:
        pieces, self._pieces = self._pieces, None
        if pieces is None:
            raise ConnectionResetError(errno.ECONNRESET, "the line broke while it was sent")
        return pieces


class UnreachedError(TransientError):
    """There was no connection, so that nothing can have been sent."""


class Http:
    """One connection pool. Redirects are not followed: a token goes where it was sent, and nowhere else."""

    def __init__(
        self, session: aiohttp.ClientSession, *, where: str, timeout_s: float, bandwidth: Bandwidth | None = None
    ) -> None:
        """`where` is what messages call the service; an answer is waited for `timeout_s` seconds."""
        self._session = session
        self._where = where
        self._timeout_s = timeout_s
        self._bandwidth = bandwidth

    async def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """One request. Raises `TransientError` when there is no whole answer in time.

        The error never has the address in it: that of an upload is a secret.
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
                    data=_Once(self._in_pieces(body, deadline)) if body else None,
                    allow_redirects=False,
                    proxy=proxy,
                ) as response,
            ):
                return await self._read(response)
        except TimeoutError as error:
            raise TransientError("did not answer in time", where=self._where) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            told = getattr(error, "strerror", None) or type(error).__name__
            if isinstance(error, aiohttp.ClientConnectorCertificateError):
                told = "its certificate is not trusted"
            kind = UnreachedError if isinstance(error, aiohttp.ClientConnectorError) else TransientError
            # `from None`: what aiohttp says may quote the address.
            raise kind(f"no connection ({str(told)[:120]})", where=self._where) from None

    async def _in_pieces(self, body: bytes, deadline: asyncio.Timeout) -> AsyncIterator[memoryview]:
        """A large body at once would keep the loop busy. While it waits for its part of the line, time stands still."""
        limit = self._bandwidth
        size_bytes = min(_PIECE_BYTES, limit.bytes_per_s) if limit else _PIECE_BYTES
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
                raise TransientError("the answer does not end", where=self._where)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(status=response.status, headers=headers, body=bytes(body))


@asynccontextmanager
async def open_http(*, where: str, timeout_s: float, bandwidth: Bandwidth | None = None) -> AsyncIterator[Http]:
    """A pool for the length of the block; `bandwidth` is what all that is sent has in common."""
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
