"""Who goes first."""

from __future__ import annotations

from enum import StrEnum


class Priority(StrEnum):
    """How soon a film is wanted. Every waiting job goes before all that are less urgent."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 goes first."""
        return _RANKS[self]


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}
