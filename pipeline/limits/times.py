"""Clocks, how times are shown to people, and the Retry-After header."""

from __future__ import annotations

import math
import re
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import anyio

# No service means more than a month by Retry-After; and the calendar of `datetime` ends.
LONGEST_WAIT_S = 30 * 86_400.0
_MILLISECONDS = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)


def utc_now() -> datetime:
    """The wall clock: aware, in UTC."""
    return datetime.now(UTC)


def monotonic_s() -> float:
    """A monotonic clock that includes suspend: the loop's clock, plus the sleep that Linux and macOS leave out of it.

    Services do not sleep: an hour of Retry-After in the evening is over when the laptop wakes up in the morning.
    """
    return anyio.current_time() + _asleep_s()


def _asleep_s() -> int:
    """Seconds of suspend since some fixed moment. Whole ones: two clocks are never read at the same moment."""
    if sys.platform == "win32":  # its monotonic clock includes suspend
        return 0
    clock = time.CLOCK_BOOTTIME if sys.platform == "linux" else time.CLOCK_MONOTONIC
    return round(time.clock_gettime(clock) - time.monotonic())


def format_time(at: datetime, now: datetime | None = None) -> str:
    """`at` in the local time zone, with the date if it is 20 hours away or more: "04:12:30".

    Without `now`, always with the date: for errors, which records keep.
    """
    local = at.astimezone()
    return f"{local:%H:%M:%S}" if now and at - now < timedelta(hours=20) else f"{local:%Y-%m-%d %H:%M}"


def bounded_s(seconds: float) -> float:
    """A requested wait, clamped to 0 (also for NaN and negative ones) and a month."""
    return min(seconds, LONGEST_WAIT_S) if seconds > 0 else 0.0


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `retry-after` (RFC 9110, 10.2.3): a number, or a date relative to the response's own `date`.

    Fractions are accepted, since services send them; a `retry-after-ms`, which some add, takes precedence. The names in
    `headers` are lower case or case-insensitive. At most a month; None: no valid header.
    """
    milliseconds = headers.get("retry-after-ms", "").strip()
    if _MILLISECONDS.fullmatch(milliseconds):
        return bounded_s(float(milliseconds) / 1000)
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        due = date_of(value)
        if due is None:
            return None
        seconds = (due - (date_of(headers.get("date", "")) or utc_now())).total_seconds()
    return bounded_s(seconds) if math.isfinite(seconds) else None


def date_of(value: str) -> datetime | None:
    """The time in a `date` header (RFC 9110, 5.6.7; aware); None: it is invalid."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
