"""What can be asked of jobs that exist.

changes     cancel, resume, retry, and a named copy of how a batch stands
returning   back to such a copy, without ever making a delivered film twice
publishing  films that are made, onto video hosts
reviewing   what a person says of films that wait for that
cleaning    the cache down to its size, and what nobody needs any more
"""

from pipeline.orchestrator.control.changes import (
    Changed,
    as_asked,
    cancel,
    checkpoint,
    for_addition,
    open_again,
    resume,
    retry,
)

__all__ = ["Changed", "as_asked", "cancel", "checkpoint", "for_addition", "open_again", "resume", "retry"]
