"""Data for reports beyond the rows of films."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """One run of one batch, as its process measured it."""

    batch: str
    # Path of the source, as given; empty for films requested one by one.
    source: str
    # Creation of the batch, and start and end of this run; aware. The page uses the time zone of `started_at`.
    created_at: datetime
    started_at: datetime
    ended_at: datetime
    # Wall clock of this run, which differs from the above if the clock was set.
    seconds: float
    # Version of nightreel.
    version: str
    strategy: str
    # Maximum number of films in progress, and of bytes used by all our processes.
    most_at_once: int
    peak_memory_bytes: int
    # Mean over all cores and the run; None: not measured.
    cpu_percent: float | None = None
    # Messages about the run as a whole, one line each, in order.
    notices: tuple[str, ...] = ()
