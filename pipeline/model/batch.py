"""Many films asked for at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipeline.model.job import Asked
from pipeline.model.priority import Priority


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What was asked: kept in state/batches/<name>/batch.json."""

    name: str
    # Path of the topic list, brief or folder, as given; empty: its films were asked for one by one.
    source: str
    created_at: datetime
    # The command that asked for it, so that `retry` can read the source as it was read then.
    asked: Asked = field(default_factory=Asked)
    priority: Priority = Priority.NORMAL
    # Ids of its jobs, in the order of the source.
    jobs: tuple[str, ...] = ()
    # Of those, the ones that were added by themselves: they stay when the source is read again.
    added: tuple[str, ...] = ()
