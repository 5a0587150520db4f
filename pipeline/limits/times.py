"""The wall clock, and how its times are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """The wall clock: aware, in UTC."""
    return datetime.now(UTC)


def told(at: datetime, now: datetime) -> str:
    """`at` in this machine's time zone, with the date if it is not within the day: "04:12:30"."""
    local = at.astimezone()
    return f"{local:%H:%M:%S}" if at - now < timedelta(hours=20) else f"{local:%Y-%m-%d %H:%M}"
