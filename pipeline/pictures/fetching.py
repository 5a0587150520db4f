"""A picture from an address: from public machines only, no larger than it may be, within a time, and a picture.

No proxy is asked: it would look names up by itself, behind our back. Redirects are followed by hand, each judged like
the first address.
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import aiohttp
from anyio import to_thread
from yarl import URL

from pipeline.addresses import PublicResolver, check_address
from pipeline.errors import PermanentError, TransientError
from pipeline.pictures.kinds import MOST_BYTES, kind_of, suffix_hint
from pipeline.pictures.vector import is_svg
from pipeline.trust import trusted

_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=15)
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
# Nothing packed: what unpacks to a million times its size would be measured too late.
_HEADERS = {
    "User-Agent": "nightreel",
    "Accept": "image/jpeg, image/png, image/webp, image/gif, image/svg+xml",
    "Accept-Encoding": "identity",
}
_SAVE_IT = "Save the picture beside the brief, and name the file"


async def fetch(url: str, path: Path, *, also_allowed: Collection[str] = ()) -> None:
    """Write the picture at `url` to `path`.

    Raises `TransientError` for what may pass, else `PermanentError`: no picture, one that is too large, an address that
    is not public, unless `also_allowed` has its host, or "host:port": of a service that the settings put there.
    """
    tls = await to_thread.run_sync(trusted)
    with _translated():
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=PublicResolver(also_allowed), limit=1, ssl=tls),
            timeout=_TIMEOUT,
            trust_env=False,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            data = await _get(session, url, also_allowed)
    if kind_of(data) is None and not is_svg(data):
        what, hint = suffix_hint(data)
        raise PermanentError(what, hint=hint)
    await to_thread.run_sync(partial(path.write_bytes, data))


async def _get(session: aiohttp.ClientSession, address: str, also_allowed: Collection[str]) -> bytes:
    try:
        url = URL(address)
    except ValueError as error:
        raise PermanentError("is no address", hint=_SAVE_IT) from error
    for _ in range(_MOST_REDIRECTS + 1):
        check_address(url, also_allowed)
        async with session.get(url, headers=_HEADERS, allow_redirects=False) as response:
            if response.status not in _REDIRECTS:
                return await _body(response)
            url = _next(url, response.headers.get("Location", ""))
    raise PermanentError(f"leads on more than {_MOST_REDIRECTS} times", hint=_SAVE_IT)


def _next(url: URL, location: str) -> URL:
    try:
        return url.join(URL(location))
    except ValueError as error:
        raise PermanentError("leads on to what is no address", hint=_SAVE_IT) from error


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.status != 200:
        kind = TransientError if response.status in _MAY_PASS else PermanentError
        raise kind(f"the server answered {response.status}", hint=_SAVE_IT)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise PermanentError("the server sends it packed", hint=_SAVE_IT)
    body = bytearray()
    if (response.content_length or 0) > MOST_BYTES:
        raise _too_large()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MOST_BYTES:
            raise _too_large()
    return bytes(body)


def _too_large() -> PermanentError:
    return PermanentError(f"has more than {MOST_BYTES // 1024**2} MB", hint="Make it smaller: 4,000 pixels are enough")


@contextmanager
def _translated() -> Iterator[None]:
    """The one place where failures of aiohttp and the network become ours."""
    try:
        yield
    except TimeoutError as error:
        raise TransientError("no answer in time", hint=_SAVE_IT) from error
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise PermanentError("is no address", hint=_SAVE_IT) from error
    except (aiohttp.ClientError, OSError) as error:
        cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        if isinstance(cause, socket.gaierror):
            raise TransientError("there is no machine of that name", hint=_SAVE_IT) from error
        told = getattr(cause, "strerror", None) or type(cause).__name__
        raise TransientError(f"can't be reached: {told}", hint=_SAVE_IT) from error
