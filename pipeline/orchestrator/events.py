"""The events of a run, for listeners such as displays, logs and tests."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.model import Job

logger = logging.getLogger("nightreel")


@dataclass(frozen=True, kw_only=True)
class JobEvent:
    """A job entered `job.stage`, or its status changed. The job is saved already."""

    job: Job
    # The exception that made the job fail or wait, for `--debug`.
    error: Exception | None = None
    # The film existed already; nothing was done.
    untouched: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A message about the whole run, in one line: "the disk is nearly full: …"."""

    text: str


@dataclass(frozen=True, kw_only=True)
class RunMetrics:
    """The progress and resource use of a run, emitted about once a second."""

    batch: str
    # Jobs of the batch by status, with an entry for every status, including those of other processes.
    counts: Mapping[str, int] = field(default_factory=dict)
    # Characters to speak (`model.estimated_chars`) of the jobs that are pending, in progress or parked until a time.
    weight_left: int = 0
    # Maximum number of films in progress in this process.
    at_once: int = 0
    # Memory of all our processes, in bytes; load of the machine's cores, in percent.
    memory_bytes: int = 0
    cpu_percent: float = 0.0


RunEvent = JobEvent | Notice | RunMetrics
Listener = Callable[[RunEvent], None]


def ignore(_event: RunEvent) -> None:
    """A listener that discards all events."""


def notify(listen: Listener, text: str) -> None:
    """Send a notice to a listener."""
    emit(listen, Notice(text=text))


def emit(listen: Listener, event: RunEvent) -> None:
    """Send an event to a listener. Its errors (a closed pipe, a dead terminal) are only logged: the run continues."""
    try:
        listen(event)
    except Exception as error:
        logger.debug("a listener failed", exc_info=error)
