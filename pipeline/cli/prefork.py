"""Start worker processes before a command does its own imports, so that both load their modules in parallel."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

# Commands that make films, and flags with which they make none.
_MAKING = frozenset({"make", "run", "resume", "retry"})
_NOT_MAKING = frozenset({"--help", "-h", "--dry-run", "--queue"})


@contextlib.contextmanager
def preforked_workers(tokens: Sequence[str]) -> Iterator[None]:
    """Context for running a command with these arguments; at its end the workers end, used or not."""
    if not tokens or tokens[0] not in _MAKING or not _NOT_MAKING.isdisjoint(tokens):
        yield
        return
    # Both processes need this: what is loaded by now, the workers find (in `clip_metadata`, pydantic).
    from pipeline.narration import clip_metadata  # noqa: F401
    from pipeline.orchestrator.film.segments import preload_worker_modules
    from pipeline.orchestrator.processes.fork_pool import current_pool, fork_workers

    with fork_workers(preload_worker_modules):
        if pool := current_pool():
            pool.load()
        yield
