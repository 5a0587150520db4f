"""An HTTP client that connects to public addresses only (SSRF protection). Pictures and tables are fetched with it.

Briefs are untrusted: their URLs must not reach services on this machine, devices on its network or the metadata
endpoint of its cloud. Host names are resolved first, every resolved address is checked, and the connection goes to
exactly the checked address (which defeats DNS rebinding). Redirects are followed one by one, with the same checks.

    with network_errors(where="photos.example.org"):
        async with open_public_client(allowed, timeouts=…, hint="Save it") as web, web.get(url, headers) as response:
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

RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# No compression: the size of a decompression bomb would be noticed too late.
_HEADERS = {"User-Agent": "nightreel", "Accept-Encoding": "identity"}
# NAT64 (RFC 6052).
_NAT64 = ip_network("64:ff9b::/96")
# Site-local (RFC 3879), documentation (RFC 9637), 6to4 relays (RFC 7526): Python counts them as global.
_NOT_GLOBAL = tuple(ip_network(each) for each in ("fec0::/10", "3fff::/20", "192.88.99.0/24"))


def is_public_address(text: str) -> bool:
    """Whether an IP address is globally reachable (RFC 6890); an IPv4 address embedded in IPv6 counts as itself."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        embedded = _embedded_ipv4(address)
        if embedded is not None:
            address = embedded
    if any(address in each for each in _NOT_GLOBAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _check_address(url: URL, also_allowed: Collection[str], hint: str) -> None:
    """Raise `PermanentError` for a URL that is refused before DNS resolution."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise PermanentError("only http and https URLs are fetched", hint="Give a URL that begins with https://")
    if url.user or url.password:
        raise PermanentError("URLs with credentials are not fetched", hint=hint)
    # Short and decimal forms (127.1, 2130706433): the system resolves them, and aiohttp up to 3.13 skips our resolver.
    if url.host.replace(".", "").isdigit() and not _is_ip(url.host):
        raise PermanentError(f"{url.host} is neither a host name nor a complete IP address", hint=hint)
    # aiohttp does not call the resolver for IP addresses.
    if _is_ip(url.host) and not is_public_address(url.host) and not _is_allowed(url.host, url.port, also_allowed):
        raise _private_address(url.host, hint)


def _is_allowed(host: str, port: int | None, also_allowed: Collection[str]) -> bool:
    return host in also_allowed or f"{host}:{port}" in also_allowed


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class PublicResolver(AbstractResolver):
    """A resolver that refuses host names with a private address."""

    def __init__(self, also_allowed: Collection[str], hint: str) -> None:
        self._resolver = aiohttp.ThreadedResolver()
        self._hint = hint
        self._also_allowed = frozenset(also_allowed)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises `PermanentError` if any of them is not public."""
        found = await self._resolver.resolve(host, port, family)
        if _is_allowed(host, port, self._also_allowed):
            return found
        if any(not is_public_address(each["host"]) and each["host"] not in self._also_allowed for each in found):
            raise _private_address(host, self._hint)
        return found

    async def close(self) -> None:
        """See `AbstractResolver`."""
        await self._resolver.close()


def _private_address(host: str, hint: str) -> PermanentError:
    return PermanentError(f"{host} is a private address; only public ones are fetched", hint=hint)


class PublicHttpClient:
    """GET requests to public hosts and explicitly allowed ones; see `open_public_client`."""

    def __init__(self, session: aiohttp.ClientSession, also_allowed: Collection[str], hint: str) -> None:
        self._session = session
        self._also_allowed = also_allowed
        self._hint = hint

    @asynccontextmanager
    async def get(self, url: URL, headers: Callable[[URL], Mapping[str, str]]) -> AsyncIterator[aiohttp.ClientResponse]:
        """Yield the response after redirects, whatever its status; `headers` returns the headers for each URL.

        Raises `PermanentError` for a refused URL or too many redirects.
        """
        for _ in range(_MAX_REDIRECTS + 1):
            _check_address(url, self._also_allowed, self._hint)
            async with self._session.get(url, headers={**_HEADERS, **headers(url)}, allow_redirects=False) as response:
                if response.status not in _REDIRECTS:
                    yield response
                    return
                url = _redirect_target(url, response.headers.get("Location", ""))
        raise PermanentError(f"redirects more than {_MAX_REDIRECTS} times")


def _redirect_target(url: URL, location: str) -> URL:
    try:
        return url.join(URL(location))
    except ValueError as error:
        raise PermanentError("redirects to an invalid URL") from error


@asynccontextmanager
async def open_public_client(
    also_allowed: Collection[str], *, timeouts: aiohttp.ClientTimeout, hint: str
) -> AsyncIterator[PublicHttpClient]:
    """Yield a client for public hosts and those in `also_allowed` ("host", "host:port").

    `hint` is for refused URLs. The system's proxy is not used: it would resolve host names itself, unchecked.
    """
    tls = await to_thread.run_sync(tls_context)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=PublicResolver(also_allowed, hint), limit=1, ssl=tls),
        timeout=timeouts,
        trust_env=False,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield PublicHttpClient(session, also_allowed, hint)


@contextmanager
def network_errors(*, where: str = "", hint: str = "") -> Iterator[None]:
    """Translate aiohttp and socket errors in the block into `ProviderError`s about `where`, with a `hint`."""
    try:
        yield
    except PermanentError as error:
        raise PermanentError(error.message, where=error.where or where, hint=error.hint or hint) from error
    except TimeoutError as error:
        raise TransientError("timed out", where=where, hint=hint) from error
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise PermanentError("is not a valid URL", where=where, hint=hint) from error
    except (aiohttp.ClientError, OSError) as error:
        cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        if isinstance(cause, socket.gaierror):
            raise TransientError("host not found", where=where, hint=hint) from error
        reason = getattr(cause, "strerror", None) or type(cause).__name__
        raise TransientError(f"can't be reached: {reason}", where=where, hint=hint) from error
