"""The stages, in the order in which a film passes them."""

from __future__ import annotations

from collections.abc import Iterable

# A stage that is not listed comes after these.
_IN_ORDER = ("script", "narration", "subtitles", "scenes", "film", "quality", "publishing")


def stage_name(stage: str) -> str:
    """What the page calls a stage: as whoever types `--from STAGE` or sets its time limit."""
    return stage.capitalize()


def in_order(stages: Iterable[str]) -> list[str]:
    """Each of them once."""
    return sorted(
        set(stages), key=lambda stage: (_IN_ORDER.index(stage) if stage in _IN_ORDER else len(_IN_ORDER), stage)
    )
