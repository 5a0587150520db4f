"""The system's HTTP proxy settings."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The proxy that the system configures for `url`; None: connect directly. Blocks: some systems read a file.

    aiohttp's `trust_env` would also find it, but it adds credentials from ~/.netrc, which conflict with an API key.
    """
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
