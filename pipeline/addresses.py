"""Which addresses a picture or a table may be fetched from: public ones, whoever asks.

A brief may be written by anybody, and the machine that makes its film may see what its author does not: services on
the machine itself, devices of its network, the metadata of its cloud. So names are looked up first, what they stand for
is judged, and the connection goes to exactly the address that was judged (or a name could stand for another one a
moment later).
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from pipeline.errors import PermanentError

# What else to do with a picture.
_SAVE_IT = "Save the picture beside the brief"
# RFC 6052: IPv4 addresses behind a translator.
_TRANSLATED = ip_network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether an IP address can be reached by anybody (RFC 6890), looking through what wraps IPv4 into IPv6."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            address = inner
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo


def check_address(url: URL, also_allowed: Collection[str], *, hint: str = _SAVE_IT) -> None:
    """Raise `PermanentError` for what is refused before any name is looked up; `hint` says what to do instead."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise PermanentError("only http and https addresses are fetched", hint="Give an address that begins so")
    if url.user or url.password:
        raise PermanentError("an address with a password is not fetched", hint=hint)
    # aiohttp looks up nothing for an address in numbers: no resolver would see it.
    if _is_numeric(url.host) and not is_public(url.host) and not _is_allowed(url.host, url.port, also_allowed):
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

    def __init__(self, also_allowed: Collection[str] = (), *, hint: str = _SAVE_IT) -> None:
        self._theirs = ThreadedResolver()
        self._hint = hint
        self._also_allowed = frozenset(also_allowed)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises `PermanentError` when one of them is not public."""
        found = await self._theirs.resolve(host, port, family)
        if _is_allowed(host, port, self._also_allowed):
            return found
        if any(not is_public(each["host"]) and each["host"] not in self._also_allowed for each in found):
            raise _private(host, self._hint)
        return found

    async def close(self) -> None:
        """See `AbstractResolver`."""
        await self._theirs.close()


def _private(host: str, hint: str) -> PermanentError:
    return PermanentError(
        f"{host} is an address of this machine or its network, from which nothing is fetched", hint=hint
    )
