"""What goes wrong at the Edge service, as our errors, and which voices fail while others speak."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import getproxies

import aiohttp

from pipeline.errors import PermanentError, ProviderError, TransientError
from pipeline.limits.times import retry_after_s

LATER = "Try again later, or let another narrator speak"


class ServiceBusyError(TransientError):
    """The service is there and has no time for us. Stays within this room."""


class NoAudioError(TransientError):
    """The service took the text, and no voice was heard. Stays within this room."""


@contextmanager
def translated_errors(timeout_s: float) -> Iterator[None]:
    """The one place where failures of edge-tts, aiohttp and the network become ours."""
    from edge_tts import exceptions as theirs  # noqa: PLC0415

    try:
        yield
    except TimeoutError as error:
        raise NoAudioError(f"edge gave no answer within {timeout_s:g} s", hint=LATER) from error
    except aiohttp.ClientResponseError as error:
        raise refusal_of(error) from error
    except (aiohttp.ClientError, theirs.WebSocketError, OSError) as error:
        raise TransientError(f"edge can't be reached ({_trouble(error)})", hint=LATER) from _quotable(error)
    except theirs.NoAudioReceived as error:
        # A limit, a hiccup and a voice that does not exist all look like this.
        raise NoAudioError("edge sent no sound", hint=LATER) from error
    except theirs.SkewAdjustmentError as error:
        raise PermanentError(
            "edge refuses our token (403)", hint="Update edge-tts, or choose another narrator"
        ) from error
    except (theirs.EdgeTTSException, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        message = f"edge answered what can't be understood ({type(error).__name__})"
        raise TransientError(message, hint=LATER) from _quotable(error)


def _quotable(error: Exception) -> Exception | None:
    """What a traceback may tell: nothing that may quote the password of a proxy."""
    return None if getproxies() else error


def _trouble(error: Exception) -> str:
    """What is wrong with the network, as people say it."""
    if isinstance(error, aiohttp.ClientSSLError):
        return "its certificate is not trusted"
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, socket.gaierror):
        return "no such host"
    if isinstance(cause, ConnectionRefusedError):
        return "connection refused"
    if isinstance(cause, OSError) and cause.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        return "no network"
    return "the connection was dropped"


def refusal_of(error: aiohttp.ClientResponseError) -> ProviderError:
    """An HTTP status instead of a websocket."""
    if error.status in {401, 403}:
        return PermanentError(f"edge refuses us ({error.status})", hint="Update edge-tts, or choose another narrator")
    if error.status == 429 or error.status >= 500:
        asked_s = retry_after_s(error.headers or {})
        return TransientError(f"edge is busy ({error.status})", hint=LATER, retry_after_s=asked_s)
    return PermanentError(f"edge does not speak at this address ({error.status})", hint="Check edge.url")
