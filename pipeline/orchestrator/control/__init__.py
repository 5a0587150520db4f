"""What can be asked of jobs that exist.

changes     cancel, resume, retry, and a named copy of how a batch stands
mending     the source of a batch, read again, and what was mended in it since
changing    how jobs are claimed and changed, some at a time
returning   back to such a copy, without ever making a delivered film twice
publishing  films that are made, onto video hosts   (wishes: what is said of them there)
updating    films that are out, shown otherwise
published   what is out, and what the hosts say of it
reviewing   what a person says of films that wait for that
episodes    what there is of a series, and a number that is free again
cleaning    the cache down to its size, and what nobody needs any more
"""

from pipeline.orchestrator.control.changes import (
    as_asked,
    cancel,
    checkpoint,
    for_addition,
    open_again,
    resume,
    retry,
)

__all__ = ["as_asked", "cancel", "checkpoint", "for_addition", "open_again", "resume", "retry"]
