"""Throttles for tests about something else: unlimited unless specified."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pipeline.limits import CallLedger, Throttle, ThrottleLimits
from pipeline.limits.times import utc_now


def limits(**wanted: float) -> ThrottleLimits:
    """Limits that never apply, except those given."""
    wide = {"concurrency": 100, "patience_s": 300, "breaker_failures": 1000, "breaker_cooldown_s": 60}
    return ThrottleLimits(**{**wide, "breaker_cooldown_max_s": 1800, **wanted})  # type: ignore[arg-type]


def throttle(
    name: str = "service",
    *,
    ledger: CallLedger | None = None,
    on_change: Callable[[str], None] = lambda _line: None,
    clock: Callable[[], datetime] = utc_now,
    **wanted: float,
) -> Throttle:
    """A throttle with such limits."""
    return Throttle(name, limits(**wanted), ledger=ledger, on_change=on_change, clock=clock)
