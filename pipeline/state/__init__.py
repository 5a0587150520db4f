"""State on disk that survives `kill -9`: checkpoints, a content-addressed cache, ledgers and lock files.

checkpoints/   jobs and batches as JSON              (batch_files: their paths; timestamps: checks of their times)
index/         an SQLite index of a batch's jobs, which also serves as the job queue
claims         which process works on which job      (locks: lock files; threads: blocking work in threads)
cache/         the content-addressed cache
ledgers/       what was spent: requests, tokens, money, quota
episodes       the episode numbers of a series
names          checks of names that become paths
"""

from pipeline.state.cache.content import Cache
from pipeline.state.cache.usage import CacheUsage
from pipeline.state.checkpoints.snapshots import Snapshots
from pipeline.state.checkpoints.store import CheckpointStore
from pipeline.state.index.batch import BatchIndex, Damage
from pipeline.state.index.queue import IN_ORDER, SMART_ORDER, QueuedJob
from pipeline.state.index.rows import JobOverview
from pipeline.state.index.totals import Workload
from pipeline.state.ledgers.daily import Ledger
from pipeline.state.ledgers.money import MoneyLedger
from pipeline.state.names import check_batch_name

__all__ = [
    "IN_ORDER",
    "SMART_ORDER",
    "BatchIndex",
    "Cache",
    "CacheUsage",
    "CheckpointStore",
    "Damage",
    "JobOverview",
    "Ledger",
    "MoneyLedger",
    "QueuedJob",
    "Snapshots",
    "Workload",
    "check_batch_name",
]
