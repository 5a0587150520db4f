"""Whose certificates are trusted."""

from __future__ import annotations

import ssl
from functools import cache


@cache
def tls_context() -> ssl.SSLContext:
    """For whoever speaks over TLS: those that this machine trusts, and those that browsers do. Blocks, the first time.

    Some Pythons find none of the machine's, as that of python.org on macOS; and only a machine knows its company's own.
    """
    import certifi  # noqa: PLC0415 - only who asks a service pays for it

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
