"""Which addresses a picture or a table may be fetched from, and how: public ones, whoever asks.

A brief may be written by anybody, and the machine that makes its film may see what its author does not: services on
the machine itself, devices of its network, the metadata of its cloud. So names are looked up first, what they stand for
is judged, and the connection goes to exactly the address that was judged (or a name could stand for another one a
moment later). Redirects are followed by hand, each judged like the first address.

    with network_errors(where="photos.example.org"):
        async with open_web(allowed, within=…, hint="Save it") as web, web.get(url, headers) as response:
            …
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from anyio import to_thread
from yarl import URL

from pipeline.errors import PermanentError, TransientError
from pipeline.tls import tls_context

# Statuses after which the same question may be answered.
RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Nothing packed: what unpacks to a million times its size would be measured too late.
_HEADERS = {"User-Agent": "nightreel", "Accept-Encoding": "identity"}
# RFC 6052: IPv4 addresses behind a translator.
_TRANSLATED = ip_network("64:ff9b::/96")
# Of a site (RFC 3879), documentation (RFC 9637), relays of 6to4 (RFC 7526): Python takes them for global.
_NOT_GLOBAL = tuple(ip_network(each) for each in ("fec0::/10", "3fff::/20", "192.88.99.0/24"))


def is_public_address(text: str) -> bool:
    """Whether an IP address can be reached by anybody (RFC 6890), looking through what wraps IPv4 into IPv6."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            address = inner
    if any(address in each for each in _NOT_GLOBAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo


def _check_address(url: URL, also_allowed: Collection[str], hint: str) -> None:
    """Raise `PermanentError` for what is refused before any name is looked up."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise PermanentError("only http and https addresses are fetched", hint="Give an address that begins so")
    if url.user or url.password:
        raise PermanentError("an address with a password is not fetched", hint=hint)
    # aiohttp looks up nothing for an address in numbers: no resolver would see it.
    if _is_numeric(url.host) and not is_public_address(url.host) and not _is_allowed(url.host, url.port, also_allowed):
        raise _private(url.host, hint)


def _is_allowed(host: str, port: int | None, also_allowed: Collection[str]) -> bool:
    return host in also_allowed or f"{host}:{port}" in also_allowed


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class PublicResolver(AbstractResolver):
    """Looks names up, and knows only the public addresses among what it finds."""

    def __init__(self, also_allowed: Collection[str], hint: str) -> None:
        self._theirs = aiohttp.ThreadedResolver()
        self._hint = hint
        self._also_allowed = frozenset(also_allowed)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises `PermanentError` when one of them is not public."""
        found = await self._theirs.resolve(host, port, family)
        if _is_allowed(host, port, self._also_allowed):
            return found
        if any(not is_public_address(each["host"]) and each["host"] not in self._also_allowed for each in found):
            raise _private(host, self._hint)
        return found

    async def close(self) -> None:
        """See `AbstractResolver`."""
        await self._theirs.close()


def _private(host: str, hint: str) -> PermanentError:
    return PermanentError(
        f"{host} is an address of this machine or its network, from which nothing is fetched", hint=hint
    )


class PublicHttpClient:
    """What can be asked of public machines, and of others that are allowed; see `open_public_client`."""

    def __init__(self, session: aiohttp.ClientSession, also_allowed: Collection[str], hint: str) -> None:
        self._session = session
        self._also_allowed = also_allowed
        self._hint = hint

    @asynccontextmanager
    async def get(self, url: URL, headers: Callable[[URL], Mapping[str, str]]) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer behind an address, wherever that leads on to, whatever its status. Each gets its own `headers`.

        Raises `PermanentError` for an address that is refused, or leads on too often.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            _check_address(url, self._also_allowed, self._hint)
            async with self._session.get(url, headers={**_HEADERS, **headers(url)}, allow_redirects=False) as response:
                if response.status not in _REDIRECTS:
                    yield response
                    return
                url = _onwards(url, response.headers.get("Location", ""))
        raise PermanentError(f"leads on more than {_MOST_REDIRECTS} times")


def _onwards(url: URL, location: str) -> URL:
    try:
        return url.join(URL(location))
    except ValueError as error:
        raise PermanentError("leads on to what is no address") from error


@asynccontextmanager
async def open_public_client(
    also_allowed: Collection[str], *, within: aiohttp.ClientTimeout, hint: str
) -> AsyncIterator[PublicHttpClient]:
    """Public machines, and those in `also_allowed` ("host", "host:port"), for the length of the block.

    `hint` says what to do about an address that is refused. No proxy is asked: it would look names up by itself, behind
    our back.
    """
    tls = await to_thread.run_sync(tls_context)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=PublicResolver(also_allowed, hint), limit=1, ssl=tls),
        timeout=within,
        trust_env=False,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield PublicHttpClient(session, also_allowed, hint)


@contextmanager
def network_errors(*, where: str = "", hint: str = "") -> Iterator[None]:
    """Translates what aiohttp and the network raise inside the block into our errors about `where`, with a `hint`."""
    try:
        yield
    except PermanentError as error:
        raise PermanentError(error.message, where=error.where or where, hint=error.hint or hint) from error
    except TimeoutError as error:
        raise TransientError("no answer in time", where=where, hint=hint) from error
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise PermanentError("is no address", where=where, hint=hint) from error
    except (aiohttp.ClientError, OSError) as error:
        cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        if isinstance(cause, socket.gaierror):
            raise TransientError("there is no machine of that name", where=where, hint=hint) from error
        told = getattr(cause, "strerror", None) or type(cause).__name__
        raise TransientError(f"can't be reached: {told}", where=where, hint=hint) from error
