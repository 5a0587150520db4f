"""`RunFacts`: what a report needs to know besides the jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """Facts about one run of a batch."""

    batch: str
    # The path of the input, as given; empty: films were requested one by one.
    source: str
    # When the batch was created, and this run (aware). The page shows times in the time zone of `started_at`.
    created_at: datetime
    started_at: datetime
    ended_at: datetime
    # Duration of this run, by a monotonic clock.
    seconds: float
    # Of nightreel.
    version: str
    strategy: str
    # Peak concurrency, and peak memory of all our processes together.
    most_at_once: int
    peak_memory_bytes: int
    # Mean over all cores and the run; None: not measured.
    cpu_percent: float | None = None
    # Messages about the run as a whole, one line each, in order.
    notices: tuple[str, ...] = ()
