"""Which proxy of this machine an address is asked through."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The proxy of this machine for an address, if it has one. Blocks: some systems keep it in a file.

    aiohttp would look for it by itself, and in ~/.netrc for a password as well, which does not go with a key.
    """
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
