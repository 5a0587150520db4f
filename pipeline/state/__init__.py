"""What is on disk and survives `kill -9`: checkpoints, a content-addressed cache, ledgers, locks."""

from pipeline.state.cache import Cache
from pipeline.state.checkpoints import CheckpointStore
from pipeline.state.copies import Copies
from pipeline.state.index import BatchIndex, Damage
from pipeline.state.ledgers import Ledger
from pipeline.state.money import MoneyLedger
from pipeline.state.names import check_batch_name, check_copy_name
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
    "check_copy_name",
]
