"""What all scenes have: the narration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SpokenLine:
    """A sentence or two of narration; it may bring an element of the picture with it."""

    text: str
    # Index of the item that appears when this line begins (the text of a statement is item 0); None: nothing appears.
    reveals: int | None = None


@dataclass(frozen=True, kw_only=True)
class SpokenScene:
    """What all scenes have: the narration."""

    lines: tuple[SpokenLine, ...]
