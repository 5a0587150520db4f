"""Progress and resource use of a run: from the index, which counts the work of all processes, and the machine."""

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
    """The metrics of a run now; None if the index is broken, which each job reports and the next run repairs."""
    try:
        counts = await to_thread.run_sync(store.index(batch).totals.counts)
    except NightreelError as error:
        logger.debug("no metrics: %s", error)
        return None
    return RunMetrics(
        batch=batch,
        counts={status.value: count.jobs for status, count in counts.items()},
        weight_done=counts[JobStatus.COMPLETED].weight,
        weight_left=sum(counts[status].weight for status in UNFINISHED),
        at_once=at_once(),
        memory_bytes=load.memory_bytes,
        cpu_percent=load.cpu_percent,
    )
