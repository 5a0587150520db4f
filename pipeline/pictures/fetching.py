"""Download a picture: from public addresses only, with limits on size and time, and only real pictures."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path

import aiohttp
from anyio import to_thread
from yarl import URL

from pipeline.errors import PermanentError, TransientError
from pipeline.pictures.formats import MOST_BYTES, describe_unsupported, detect_format
from pipeline.pictures.vector import is_svg
from pipeline.public_http import RETRYABLE_STATUSES, network_errors, open_public_client

_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=15)
_HEADERS = {"Accept": "image/jpeg, image/png, image/webp, image/gif, image/svg+xml"}
_SAVE_IT = "Save the picture beside the brief, and name the file"


async def fetch(url: str, path: Path, *, also_allowed: Collection[str] = ()) -> None:
    """Download the picture at `url` to `path`.

    Raises `TransientError` for transient failures, else `PermanentError`: no picture, too large, or a non-public
    address. `also_allowed` lists hosts, or "host:port", of services configured in the settings that may be non-public.
    """
    with network_errors(hint=_SAVE_IT):
        async with (
            open_public_client(also_allowed, timeouts=_TIMEOUT, hint=_SAVE_IT) as web,
            web.get(_address(url), lambda _url: _HEADERS) as response,
        ):
            data = await _body(response)
    if detect_format(data) is None and not is_svg(data):
        what, hint = describe_unsupported(data)
        raise PermanentError(what, hint=hint)
    await to_thread.run_sync(partial(path.write_bytes, data))


def _address(text: str) -> URL:
    try:
        return URL(text)
    except ValueError as error:
        raise PermanentError("is not a valid URL") from error


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.status != 200:
        kind = TransientError if response.status in RETRYABLE_STATUSES else PermanentError
        raise kind(f"the server answered {response.status}", hint=_SAVE_IT)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise PermanentError("the server sends it compressed")
    body = bytearray()
    if (response.content_length or 0) > MOST_BYTES:
        raise _too_large()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MOST_BYTES:
            raise _too_large()
    return bytes(body)


def _too_large() -> PermanentError:
    hint = "Make it smaller: a width of 4,000 pixels is enough"
    return PermanentError(f"has more than {MOST_BYTES // 1024**2} MB", hint=hint)
