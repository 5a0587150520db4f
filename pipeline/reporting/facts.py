"""What a report has to know beyond the rows of the films."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """One run of one batch, as whoever ran it saw it."""

    batch: str
    # Path of what was asked for, as given; empty: its films were asked for one by one.
    source: str
    # When the batch was first asked for, and this run of it; aware. The page tells times in the zone of `started_at`.
    created_at: datetime
    started_at: datetime
    ended_at: datetime
    # Wall clock of this run: not the difference of the two above when the clock was set in between.
    seconds: float
    # Of nightreel.
    version: str
    strategy: str
    # Films under way at once, and bytes of all our processes together, at most.
    most_at_once: int
    peak_memory_bytes: int
    # Of all cores, the mean over the run; None: not measured.
    cpu_percent: float | None = None
    # What was said during the run about all of it, one line each, in order.
    notices: tuple[str, ...] = ()
