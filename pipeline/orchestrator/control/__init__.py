"""Commands for jobs that exist already.

lifecycle        cancel, resume, retry, checkpoint
refresh          re-read the source of a batch, and replace jobs whose briefs were corrected
restore          return to a checkpoint without making a delivered film twice
publishing       publish finished films on video hosts   (release_options: publish time, playlist)
updating         update the metadata of published films
published        published films, compared with what the hosts report
review           approve or reject films that are held for review
episodes         list the episodes of a series, and free a number
cleanup          shrink the cache, and delete leftovers and finished batches
"""

from pipeline.orchestrator.control.lifecycle import (
    cancel,
    checkpoint,
    open_for_batch,
    resume,
    retry,
    with_addition_settings,
    with_batch_settings,
)

__all__ = ["cancel", "checkpoint", "open_for_batch", "resume", "retry", "with_addition_settings", "with_batch_settings"]
