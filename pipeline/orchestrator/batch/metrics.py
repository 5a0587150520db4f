"""How a run is, told about once a second: from the index, which has the work of all processes, and from the machine."""

from __future__ import annotations

import logging
from collections.abc import Callable

from anyio import to_thread

from pipeline.errors import NightreelError
from pipeline.limits import Load
from pipeline.model import UNFINISHED, JobStatus
from pipeline.orchestrator.events import RunMetrics
from pipeline.state import CheckpointStore

logger = logging.getLogger("nightreel")


async def collect_metrics(
    store: CheckpointStore, batch: str, *, load: Load, at_once: Callable[[], int]
) -> RunMetrics | None:
    """How the run is now; None if the index is broken: each job says so itself, and the next run makes it anew."""
    try:
        standing = await to_thread.run_sync(store.index(batch).sums.counts)
    except NightreelError as error:
        logger.debug("no pulse: %s", error)
        return None
    return RunMetrics(
        batch=batch,
        counts={status.value: count.jobs for status, count in standing.items()},
        weight_done=standing[JobStatus.COMPLETED].weight,
        weight_left=sum(standing[status].weight for status in UNFINISHED),
        at_once=at_once(),
        memory_bytes=load.memory_bytes,
        cpu_percent=load.cpu_percent,
    )
