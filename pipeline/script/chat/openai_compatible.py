"""Transport to services with OpenAI's chat completions API: DeepSeek, OpenAI, OpenRouter, Ollama, llama.cpp and others.

A plain HTTP client: a few headers and a JSON body need no SDK, which would bring its own time-outs and retries.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from pipeline.connections import connection_problem
from pipeline.proxy import proxy_for
from pipeline.script.chat.failures import (
    BAD_PROXY,
    ENCODING,
    MAX_RESPONSE_BYTES,
    Reply,
    Service,
    connection_failed,
    response_too_long,
)
from pipeline.tls import tls_context

if TYPE_CHECKING:
    import aiohttp

_PATH = "/chat/completions"


class OpenAICompatibleTransport:
    """Posts chat completions to `base_url`: the address up to `/chat/completions` (it often ends in `/v1`)."""

    def __init__(self, service: Service, *, api_key: str, base_url: str) -> None:
        self._service = service
        self._api_key = api_key
        self._url = base_url.rstrip("/").removesuffix(_PATH) + _PATH

    @asynccontextmanager
    async def open(self) -> AsyncIterator[OpenAICompatibleTransport]:
        """See `service.Transport`."""
        await to_thread.run_sync(_import)
        yield self

    async def post(self, request: dict[str, Any]) -> Reply:
        """Send one request. Raises `TransientError` if there is no response, and `TimeoutError`."""
        import aiohttp  # noqa: PLC0415 - loaded by `open`

        headers = {"Content-Type": "application/json"}
        if self._api_key:
            headers["Authorization"] = f"Bearer {self._api_key}"
        proxy = await to_thread.run_sync(proxy_for, self._url)
        try:
            # The caller sets the deadline. No connection is kept open: requests are a minute apart.
            timeout = aiohttp.ClientTimeout(total=None)
            async with (
                aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(ssl=tls_context())) as session,
                # No redirects: the key goes to this host only.
                session.post(
                    self._url, data=json.dumps(request).encode(), headers=headers, allow_redirects=False, proxy=proxy
                ) as response,
            ):
                return await self._read(response)
        except aiohttp.ClientError as error:
            reason = BAD_PROXY if isinstance(error, aiohttp.InvalidURL) else connection_problem(error)
            is_proxy = isinstance(error, aiohttp.ClientHttpProxyError | aiohttp.InvalidURL)
            reached = not (is_proxy or isinstance(error, aiohttp.ClientConnectorError))
        # Not in the block above: aiohttp's error contains the URL, the key and the password of a proxy.
        raise connection_failed(self._service, reason, reached=reached, is_proxy=is_proxy)

    async def _read(self, response: aiohttp.ClientResponse) -> Reply:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > MAX_RESPONSE_BYTES:
                raise response_too_long(self._service)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(status=response.status, headers=headers, text=body.decode(ENCODING, "replace"))


def _import() -> None:
    """Import and read the machine's certificates; blocks, so run it in a thread."""
    import aiohttp  # noqa: F401, PLC0415 - imported for its side effect: loaded

    tls_context()
