"""Transport to Groq by its official SDK, with the SDK's own retries off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from pipeline.connections import DAMAGED, socket_problem
from pipeline.script.chat.failures import (
    BAD_PROXY,
    ENCODING,
    MAX_RESPONSE_BYTES,
    Reply,
    Service,
    connection_failed,
    response_timeout,
    response_too_long,
)
from pipeline.tls import tls_context

if TYPE_CHECKING:
    import httpx
    from groq import AsyncGroq


class GroqTransport:
    """Posts chat completions to Groq, or to a compatible server at `base_url` (the root of the host)."""

    def __init__(self, service: Service, *, api_key: str, base_url: str, timeout_s: float) -> None:
        self._service = service
        self._api_key = api_key
        # The SDK adds this path itself; other clients expect it in the address, so users write it.
        self._base_url = base_url.rstrip("/").removesuffix("/openai/v1")
        self._timeout_s = timeout_s

    @asynccontextmanager
    async def open(self) -> AsyncIterator[GroqConnection]:
        """See `service.Transport`."""
        # A client is bound to one event loop. In a thread, because it imports the SDK and reads certificates.
        async with await to_thread.run_sync(self._client) as client:
            yield GroqConnection(self._service, client)

    def _client(self) -> AsyncGroq:
        import httpx  # noqa: PLC0415 - slow to import
        from groq import AsyncGroq, DefaultAsyncHttpxClient  # noqa: PLC0415 - likewise

        hooks = {"response": [_limit_response]}
        try:
            # No redirects: the prompt and the key go to this host only.
            client = DefaultAsyncHttpxClient(verify=tls_context(), follow_redirects=False, event_hooks=hooks)
        except (httpx.InvalidURL, ImportError, ValueError):
            raise connection_failed(self._service, BAD_PROXY, reached=False, is_proxy=True) from None
        return AsyncGroq(
            api_key=self._api_key,
            base_url=self._base_url,
            timeout=self._timeout_s,
            max_retries=0,
            http_client=client,
            default_headers={"Accept-Encoding": "identity"},
        )


class GroqConnection:
    """An open client of the SDK."""

    def __init__(self, service: Service, client: AsyncGroq) -> None:
        self._service, self._client = service, client

    async def post(self, request: dict[str, Any]) -> Reply:
        """Send one request. Raises `TransientError` if there is no response."""
        import groq  # noqa: PLC0415 - loaded with the client
        import httpx  # noqa: PLC0415 - likewise

        try:
            response = await self._client.chat.completions.with_raw_response.create(**request)
            return Reply(status=response.status_code, headers=_lower(response.headers), text=await response.text())
        except groq.APIStatusError as error:
            return Reply(status=error.status_code, headers=_lower(error.response.headers), text=error.response.text)
        except groq.APITimeoutError as error:
            raise response_timeout(self._service) from error
        except groq.APIConnectionError as error:
            if isinstance(error.__cause__, _ResponseTooLargeError):
                raise response_too_long(self._service) from error
            problem = _problem(error)
            is_proxy = isinstance(error.__cause__, httpx.ProxyError)
            reached = not (is_proxy or isinstance(error.__cause__, httpx.ConnectError))
        # Not in the block above: the messages of httpx may quote the key, or the password of a proxy.
        raise connection_failed(self._service, problem, reached=reached, is_proxy=is_proxy)


class _ResponseTooLargeError(Exception):
    """The body exceeds `MAX_RESPONSE_BYTES`."""


class _EncodedError(Exception):
    """The body is compressed, so counting its bytes does not bound its size."""


async def _limit_response(response: httpx.Response) -> None:
    """Response hook: limit the size of the body, and decode it as UTF-8."""
    import httpx  # noqa: PLC0415 - slow to import

    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise _EncodedError
    # A header may name any Python codec, including ones like zlib that do not give text.
    response.encoding = ENCODING

    class LimitedStream(httpx.AsyncByteStream):
        def __init__(self, stream: httpx.AsyncByteStream) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = MAX_RESPONSE_BYTES
            async for chunk in self._stream:
                left -= len(chunk)
                if left < 0:
                    raise _ResponseTooLargeError
                yield chunk

        async def aclose(self) -> None:
            await self._stream.aclose()

    assert isinstance(response.stream, httpx.AsyncByteStream)
    response.stream = LimitedStream(response.stream)


def _lower(headers: Any) -> dict[str, str]:  # noqa: ANN401 - the SDK's HTTP library is an implementation detail
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _problem(error: Exception) -> str:
    """Why there is no response, by the innermost cause, which the SDK hides behind "Connection error."."""
    import httpx  # noqa: PLC0415 - loaded with the client

    if isinstance(error.__cause__, _EncodedError):
        return "the answer is compressed, which was not requested"
    if isinstance(error.__cause__, httpx.ProxyError):
        return "the proxy refuses it"
    if isinstance(error.__cause__, httpx.ProtocolError | ValueError):
        return DAMAGED
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return socket_problem(cause)
