"""What a piece of work got from the cache: how much was there, how much had to be made."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from pipeline.state.cache.digests import slot_of


@dataclass(frozen=True, kw_only=True)
class CacheCounts:
    """Files that were found and files that were made, each counted once, and the bytes of those made."""

    found: int = 0
    made: int = 0
    made_bytes: int = 0

    def __sub__(self, earlier: CacheCounts) -> CacheCounts:
        """What came since `earlier`."""
        return CacheCounts(
            found=self.found - earlier.found,
            made=self.made - earlier.made,
            made_bytes=self.made_bytes - earlier.made_bytes,
        )


class CacheUsage:
    """A block of `Cache.holding`. What was made in it stays made, however often the block asks for it again."""

    def __init__(self, paths: Iterable[Path]) -> None:
        # Whatever lies in these is held (see `digests.py`).
        self.slots = {slot_of(path) for path in paths}
        self._found: set[str] = set()
        self._made: dict[str, int] = {}

    @property
    def found(self) -> int:
        """Files that were there: from an earlier run, or made by other work meanwhile."""
        return len(self._found)

    @property
    def made(self) -> int:
        """Files that were made in the block."""
        return len(self._made)

    @property
    def made_bytes(self) -> int:
        """How large those are together."""
        return sum(self._made.values())

    def counts(self) -> CacheCounts:
        """All of this as it is now; two of them subtracted tell about the time between."""
        return CacheCounts(found=self.found, made=self.made, made_bytes=self.made_bytes)

    def note_found(self, slot: str) -> None:
        """For the cache: the file of `slot` was there."""
        if slot not in self._made:
            self._found.add(slot)

    def note_made(self, slot: str, size: int) -> None:
        """For the cache: the file of `slot` was made, of `size` bytes."""
        self._made.setdefault(slot, size)


# The block that the current task works in: tasks inherit it from the one that starts them.
current_use: ContextVar[CacheUsage | None] = ContextVar("current_use", default=None)
