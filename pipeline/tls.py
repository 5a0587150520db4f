"""The TLS trust store."""

from __future__ import annotations

import ssl
from functools import cache


@cache
def tls_context() -> ssl.SSLContext:
    """A client context that trusts the system's CA certificates and Mozilla's (certifi). Blocks on the first call.

    Some Python builds find no system certificates (python.org on macOS); only the system store has a company's own CA.
    """
    import certifi  # noqa: PLC0415 - only commands that contact a service pay for the import

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
