"""Commands that make films begin their workers first: these load what they need beside the command, on another core."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

_MAKING = frozenset({"make", "run", "resume", "retry"})
# With one of these, nothing is made.
_ONLY_ASKING = frozenset({"--help", "-h", "--dry-run", "--queue"})


@contextlib.contextmanager
def preforked_workers(tokens: Sequence[str]) -> Iterator[None]:
    """In the block, a command with these arguments. What it turns out not to need is ended with it."""
    if not tokens or tokens[0] not in _MAKING or not _ONLY_ASKING.isdisjoint(tokens):
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
