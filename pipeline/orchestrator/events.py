"""What the orchestrator tells whoever listens: a display, a log, a test."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.model import Job

logger = logging.getLogger("nightreel")


@dataclass(frozen=True, kw_only=True)
class JobEvent:
    """Something happened to a job: it entered `job.stage`, or its status changed. It is saved already."""

    job: Job
    # The exception behind a failure or a wait, for `--debug`.
    error: Exception | None = None
    # The film was there already; nothing was done.
    untouched: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that concerns the whole run, in one line for a person: "the disk is nearly full: …"."""

    text: str


@dataclass(frozen=True, kw_only=True)
class RunMetrics:
    """How a run is, told about once a second."""

    batch: str
    # Jobs of the batch by status (every status has an entry), also those that other processes make.
    counts: Mapping[str, int] = field(default_factory=dict)
    # About how much work is behind and ahead of the batch, in characters to speak (`model.weight_of`): the weight of
    # completed jobs, and of those that are pending, in progress or parked until a time.
    weight_done: int = 0
    weight_left: int = 0
    # How many films may be under way now, in this process.
    at_once: int = 0
    # All our processes together, in bytes; the machine's cores, in percent.
    memory_bytes: int = 0
    cpu_percent: float = 0.0


RunEvent = JobEvent | Notice | RunMetrics
Listener = Callable[[RunEvent], None]


def ignore(_event: RunEvent) -> None:
    """A listener for those who don't want to know."""


def emit(listen: Listener, event: RunEvent) -> None:
    """A listener that fails (a closed pipe, a dead terminal) is no reason to stop making films."""
    try:
        listen(event)
    except Exception as error:
        logger.debug("nobody listens any more", exc_info=error)
