"""Many films asked for at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What was asked: kept in state/batches/<name>/batch.json."""

    name: str
    # Path of the topic list, brief or folder, as given.
    source: str
    created_at: datetime
    # Ids of its jobs, in the order of the source.
    jobs: tuple[str, ...] = ()
