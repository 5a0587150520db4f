"""What is on disk and survives `kill -9`: checkpoints, a content-addressed cache, ledgers, locks.

checkpoints  jobs and batches, saved and read   (batch_files: where, documents: as JSON, saves: many at once,
             moments: times in them, fields: where; quarantine: those that can't be read, copies: as they stood once)
index        the rows of a batch, in SQLite     (rows, stamps, sums: of what; turns: as a queue;
             database, keeper: its file; reconciling: with the job files)
claims       who works on what                  (locks: how; shielded: and what nobody interrupts)
cache        everything expensive               (sealed: its files, signs: which are held, use: by whom)
ledgers      what was spent at a service        (minute: in the last one, quota: of YouTube's, money: in dollars)
episodes     the numbers of a series
names        that become paths
"""

from pipeline.state.cache import Cache
from pipeline.state.checkpoints import CheckpointStore
from pipeline.state.copies import Copies
from pipeline.state.index import BatchIndex, Damage
from pipeline.state.ledgers import Ledger
from pipeline.state.money import MoneyLedger
from pipeline.state.names import check_batch_name, no_batch
from pipeline.state.rows import JobInShort
from pipeline.state.sums import Standing
from pipeline.state.turns import IN_ORDER, SMART_ORDER, Turn
from pipeline.state.use import CacheUse

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
    "Standing",
    "Turn",
    "check_batch_name",
    "no_batch",
]
