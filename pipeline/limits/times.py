"""The wall clock, and how its times are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# No service means more than a month when it asks us to wait, and the calendar ends.
LONGEST_WAIT_S = 30 * 86_400.0


def utc_now() -> datetime:
    """The wall clock: aware, in UTC."""
    return datetime.now(UTC)


def told(at: datetime, now: datetime) -> str:
    """`at` in this machine's time zone, with the date if it is not within the day: "04:12:30"."""
    local = at.astimezone()
    return f"{local:%H:%M:%S}" if at - now < timedelta(hours=20) else f"{local:%Y-%m-%d %H:%M}"


def bounded_s(seconds: float) -> float:
    """A wait that somebody asked for, as one that can be calculated with: 0 for what is none, at most a month."""
    return min(seconds, LONGEST_WAIT_S) if seconds > 0 else 0.0
