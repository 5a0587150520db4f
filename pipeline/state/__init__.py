"""What is on disk and survives `kill -9`: checkpoints, a content-addressed cache, ledgers, locks.

checkpoints/   jobs and batches, saved and read     (batch_files: where, moments: times in them)
index/         the rows of a batch, in SQLite, and as a queue
claims         who works on what                    (locks: how; shielded: and what nobody interrupts)
cache/         everything expensive
ledgers/       what was spent at a service
episodes       the numbers of a series
names          that become paths
"""

from pipeline.state.cache.content import Cache
from pipeline.state.cache.use import CacheUse
from pipeline.state.checkpoints.copies import Copies
from pipeline.state.checkpoints.store import CheckpointStore
from pipeline.state.index.batch import BatchIndex, Damage
from pipeline.state.index.rows import JobInShort
from pipeline.state.index.sums import Standing
from pipeline.state.index.turns import IN_ORDER, SMART_ORDER, QueuedJob
from pipeline.state.ledgers.daily import Ledger
from pipeline.state.ledgers.money import MoneyLedger
from pipeline.state.names import check_batch_name, no_batch

__all__ = [
    "IN_ORDER",
    "SMART_ORDER",
    "BatchIndex",
    "Cache",
    "CacheUse",
    "CheckpointStore",
    "Copies",
    "Damage",
    "JobInShort",
    "Ledger",
    "MoneyLedger",
    "QueuedJob",
    "Standing",
    "check_batch_name",
    "no_batch",
]
