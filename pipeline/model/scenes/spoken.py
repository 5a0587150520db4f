"""Narration, the common part of all scenes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SpokenLine:
    """A sentence or two of narration, which may reveal an element of the scene."""

    text: str
    # Index of the item that appears when this line starts (the text of a statement is item 0); None: none.
    reveals: int | None = None


@dataclass(frozen=True, kw_only=True)
class SpokenScene:
    """Base class of all scenes: the narration."""

    lines: tuple[SpokenLine, ...]
