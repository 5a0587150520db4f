"""Retry with exponential backoff and jitter: only transient errors are retried."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from pipeline.errors import ClosedError, TransientError
from pipeline.limits.times import bounded_s, format_time, utc_now

T = TypeVar("T")
_log = logging.getLogger("nightreel.retry")


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often and after which waits a call is retried. All waits in seconds."""

    # Including the first call.
    attempts: int
    # The wait doubles from `wait_initial_s` to `wait_max_s`, plus jitter of up to `wait_initial_s`, so that jobs that
    # failed together are not retried together.
    wait_initial_s: float
    wait_max_s: float
    # A longer Retry-After is not waited for: it raises `ClosedError` at once.
    retry_after_max_s: float


async def with_retries(
    policy: RetryPolicy, call: Callable[[], Awaitable[T]], *, clock: Callable[[], datetime] = utc_now
) -> T:
    """The result of `call`, which is retried after each `TransientError` until the policy's attempts are used up.

    Waits as long as the service asked (`TransientError.retry_after_s`), else by the policy. A `Throttle` inside `call`
    stays closed for the same time and no longer: it is open again when the wait here is over. The last error is raised
    as it is; a Retry-After beyond the policy's maximum is a `ClosedError` until then. Waits are logged at info.
    """
    try:
        return await _tried(policy, call)
    except TransientError as error:
        asked_s = bounded_s(error.retry_after_s or 0)
        if asked_s <= policy.retry_after_max_s:
            raise
        until = clock() + timedelta(seconds=asked_s)
        message = f"{error.message}: not before {format_time(until)}"
        raise ClosedError(message, until=until, where=error.where, hint=error.hint) from error


async def _tried(policy: RetryPolicy, call: Callable[[], Awaitable[T]]) -> T:
    async for attempt in stamina.retry_context(
        on=lambda error: _wait_for(error, policy),
        attempts=policy.attempts,
        timeout=None,
        wait_initial=policy.wait_initial_s,
        wait_max=policy.wait_max_s,
        wait_jitter=policy.wait_initial_s,
    ):
        with attempt:
            return await call()
    raise AssertionError("stamina returns or raises")


def _wait_for(error: Exception, policy: RetryPolicy) -> bool | timedelta:
    """False: raise the error now. True: wait by the policy. A duration: wait as long as the service asked."""
    if not isinstance(error, TransientError):
        return False
    if error.retry_after_s is None:
        return True
    asked_s = bounded_s(error.retry_after_s)
    return asked_s <= policy.retry_after_max_s and timedelta(seconds=asked_s)


def _log_wait(details: RetryDetails) -> None:
    _log.info("attempt %d: %s; next in %.1f s", details.retry_num, details.caused_by, details.wait_for)


# stamina's default is a warning on its own logger, or through structlog.
set_on_retry_hooks((_log_wait,))
