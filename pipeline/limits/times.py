"""The wall clock, how its times are told, and how services tell them."""

from __future__ import annotations

import math
import re
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import anyio

# No service means more than a month when it asks us to wait, and the calendar ends.
LONGEST_WAIT_S = 30 * 86_400.0
_MILLISECONDS = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)


def utc_now() -> datetime:
    """The wall clock: aware, in UTC."""
    return datetime.now(UTC)


def steady_s() -> float:
    """A clock that nobody sets: the loop's, and how long the machine was asleep, which that of Linux and macOS omits.

    Services do not sleep: of an hour that one has asked for in the evening, nothing is left when a laptop wakes up.
    """
    return anyio.current_time() + _asleep_s()


def _asleep_s() -> int:
    """Seconds, counted from anywhere. Whole ones: two clocks are never read at the same moment."""
    if sys.platform == "win32":  # its clock goes on
        return 0
    clock = time.CLOCK_BOOTTIME if sys.platform == "linux" else time.CLOCK_MONOTONIC
    return round(time.clock_gettime(clock) - time.monotonic())


def told(at: datetime, now: datetime) -> str:
    """`at` in this machine's time zone, with the date if it is not within the day: "04:12:30"."""
    local = at.astimezone()
    return f"{local:%H:%M:%S}" if at - now < timedelta(hours=20) else f"{local:%Y-%m-%d %H:%M}"


def bounded_s(seconds: float) -> float:
    """A wait that somebody asked for, as one that can be calculated with: 0 for what is none, at most a month."""
    return min(seconds, LONGEST_WAIT_S) if seconds > 0 else 0.0


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `retry-after` (RFC 9110, 10.2.3): a number, or a date counted from the answer's own `date`.

    Fractions are taken, too: services send them, and some a `retry-after-ms` beside it, which is finer. `headers` have
    names in lower case, or don't care. At most as long as anybody means; None: nothing that says when.
    """
    finer = headers.get("retry-after-ms", "").strip()
    if _MILLISECONDS.fullmatch(finer):
        return bounded_s(float(finer) / 1000)
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        due = _date(value)
        if due is None:
            return None
        seconds = (due - (_date(headers.get("date", "")) or utc_now())).total_seconds()
    return bounded_s(seconds) if math.isfinite(seconds) else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
