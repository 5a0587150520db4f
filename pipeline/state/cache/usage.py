"""Cache hits and misses of one piece of work."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from pipeline.state.cache.digests import slot_of


@dataclass(frozen=True, kw_only=True)
class CacheCounts:
    """Cache hits (`found`) and misses (`made`), each file counted once, and the bytes of those made."""

    found: int = 0
    made: int = 0
    made_bytes: int = 0

    def __sub__(self, earlier: CacheCounts) -> CacheCounts:
        """The counts since `earlier`."""
        return CacheCounts(
            found=self.found - earlier.found,
            made=self.made - earlier.made,
            made_bytes=self.made_bytes - earlier.made_bytes,
        )


class CacheUsage:
    """A block of `Cache.holding`. A file made in it counts as made, even if it is then requested again."""

    def __init__(self, paths: Iterable[Path]) -> None:
        # The protected slots (see `digests.py`).
        self.slots = {slot_of(path) for path in paths}
        # Files that existed, from an earlier run or made by other work meanwhile; and sizes of those made here.
        self._found: set[str] = set()
        self._made: dict[str, int] = {}

    def counts(self) -> CacheCounts:
        """A snapshot of the counts; the difference of two covers the time between them."""
        return CacheCounts(found=len(self._found), made=len(self._made), made_bytes=sum(self._made.values()))

    def note_found(self, slot: str) -> None:
        """Record a hit; called by the cache."""
        if slot not in self._made:
            self._found.add(slot)

    def note_made(self, slot: str, size: int) -> None:
        """Record a miss; called by the cache."""
        self._made.setdefault(slot, size)


# The block of the current task, which tasks started by it inherit.
current_use: ContextVar[CacheUsage | None] = ContextVar("current_use", default=None)
