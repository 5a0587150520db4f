"""Failures of edge-tts, aiohttp and the network, translated to our errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import getproxies

import aiohttp

from pipeline.connections import connection_problem
from pipeline.errors import PermanentError, ProviderError, TransientError
from pipeline.limits.times import retry_after_s

LATER = "Try again later, or choose another narrator"


class ServiceBusyError(TransientError):
    """The service is up and too busy to serve us. Not raised outside this package."""


class NoAudioError(TransientError):
    """The service accepted the text and sent no audio. Not raised outside this package."""


@contextmanager
def translated_errors(timeout_s: float) -> Iterator[None]:
    """Translate what the block raises; `timeout_s` is for the message."""
    from edge_tts import exceptions as theirs  # noqa: PLC0415

    try:
        yield
    except TimeoutError as error:
        raise NoAudioError(f"edge gave no answer within {timeout_s:g} s", hint=LATER) from error
    except aiohttp.ClientResponseError as error:
        raise refusal_of(error) from _quotable(error)
    except (aiohttp.ClientError, theirs.WebSocketError, OSError) as error:
        raise _unreached(connection_problem(error)) from _quotable(error)
    except theirs.NoAudioReceived as error:
        # Rate limits, hiccups and unknown voices all look like this.
        raise NoAudioError("edge sent no audio", hint=LATER) from error
    except theirs.SkewAdjustmentError as error:
        raise PermanentError(
            "edge refuses our token (403)", hint="Update edge-tts, or choose another narrator"
        ) from error
    except (theirs.EdgeTTSException, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        message = f"edge sent an answer that can't be understood ({type(error).__name__})"
        raise TransientError(message, hint=LATER) from _quotable(error)


def _quotable(error: Exception) -> Exception | None:
    """The cause to show in tracebacks; None if it might quote the password of a proxy."""
    return None if getproxies() else error


def _unreached(problem: str) -> TransientError:
    return TransientError(f"edge can't be reached ({problem})", hint=LATER)


def refusal_of(error: aiohttp.ClientResponseError) -> ProviderError:
    """The error for a response that is no WebSocket, or no list of voices."""
    if error.headers is None:
        # aiohttp could not parse the response: the status is its own.
        return _unreached(connection_problem(error))
    if error.status in {401, 403}:
        return PermanentError(f"edge refuses us ({error.status})", hint="Update edge-tts, or choose another narrator")
    if error.status == 429 or error.status >= 500:
        asked_s = retry_after_s(error.headers)
        return TransientError(f"edge is busy ({error.status})", hint=LATER, retry_after_s=asked_s)
    if error.status < 400 or error.status == 407:
        return _unreached(f"a login page or proxy answers in its place, HTTP {error.status}")
    return PermanentError(f"edge does not speak at this address ({error.status})", hint="Check edge.url")
