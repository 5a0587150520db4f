"""Failed HTTP connections, in plain words."""

from __future__ import annotations

import errno
import socket
import ssl

DAMAGED = "the answer is damaged or incomplete"
_NO_NETWORK = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})


def connection_problem(error: Exception) -> str:
    """Why a request by aiohttp has no response: "connection refused".

    Never quotes the error: its text may contain the URL, the password of a proxy, or whatever the server sent.
    """
    import aiohttp  # noqa: PLC0415 - slow to import; who has such an error has it already

    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy refuses it, HTTP {error.status}"
    if isinstance(error, aiohttp.ClientResponseError):
        # Statuses are no exceptions here: aiohttp could not parse the response.
        return "the answer is not valid HTTP"
    if isinstance(error, aiohttp.ClientPayloadError):
        return DAMAGED
    return socket_problem(error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error)


def socket_problem(cause: BaseException) -> str:
    """Why there is no connection, by the error of the operating system or of TLS."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "its certificate is not trusted"
    if isinstance(cause, ssl.SSLError):
        return "the TLS handshake failed"
    if isinstance(cause, socket.gaierror):
        return "no such host"
    if isinstance(cause, ConnectionRefusedError):
        return "connection refused"
    if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
        return "no network"
    return "the connection was dropped"
