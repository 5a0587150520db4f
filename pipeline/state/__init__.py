"""What is on disk and survives `kill -9`: checkpoints, a content-addressed cache, locks."""

from pipeline.state.cache import Cache, content_key
from pipeline.state.checkpoints import BatchJobs, CheckpointStore
from pipeline.state.names import check_batch_name

__all__ = [
    "BatchJobs",
    "Cache",
    "CheckpointStore",
    "check_batch_name",
    "content_key",
]
