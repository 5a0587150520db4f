"""The names of the stages, in the order in which a film passes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

# What the page calls them. A stage that is not listed is shown under its own name, after these.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "script": "Script",
        "narration": "Narration",
        "subtitles": "Subtitles",
        "scenes": "Scenes",
        "film": "Joining",
        "quality": "Inspection",
        "publishing": "Delivery",
    }
)


def stage_name(stage: str) -> str:
    """What the page calls a stage."""
    return _NAMES.get(stage, stage)


def in_order(stages: Iterable[str]) -> list[str]:
    """Each of them once."""
    known = list(_NAMES)
    return sorted(set(stages), key=lambda stage: (known.index(stage) if stage in known else len(known), stage))
