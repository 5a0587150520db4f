"""What hosts and people want to know about a film."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from pipeline.model import SAMPLE_RATE_HZ, Clip, Script
from pipeline.model.metadata import (
    DESCRIPTION_MAX_BYTES,
    FEWEST_CHAPTERS,
    SHORTEST_CHAPTER_S,
    fit_description,
    fit_title,
    utf8_bytes,
)

_Chapter = tuple[float, str]
# A description in which the author has set chapters: a time that begins a line.
_HAS_CHAPTERS = re.compile(r"^\s*0{1,2}:00\b", re.MULTILINE)


def film_metadata(script: Script, clips: Sequence[Clip], *, wanted_s: int | None = None) -> str:
    """The film in words, as JSON: title, description, language (BCP-47), tags, length and chapters (seconds).

    `clips` are the scenes' sound, one per scene. A scene with a new heading (of a statement: its section, the small
    line above it) begins a chapter, unless chapters would be shorter than hosts allow; with fewer than three there are
    none. They stand at the end of the description, too. `wanted_s` is the length that was asked for, if one was.
    """
    starts_s, length_s = [], 0.0
    for clip in clips:
        starts_s.append(length_s)
        length_s += clip.samples / SAMPLE_RATE_HZ
    chapters = _chapters(script, starts_s, length_s)
    metadata = {
        "title": script.title,
        "description": _with_chapters(script.description, chapters),
        "language": script.language,
        "tags": list(script.tags),
        "duration_s": round(length_s, 3),
        **({"wanted_duration_s": wanted_s} if wanted_s else {}),
        "chapters": [{"start_s": round(start_s, 3), "title": title} for start_s, title in chapters],
    }
    return json.dumps(metadata, ensure_ascii=False, indent=2) + "\n"


def _chapters(script: Script, starts_s: Sequence[float], length_s: float) -> list[_Chapter]:
    chapters: list[_Chapter] = []
    for scene, start_s in zip(script.scenes, starts_s, strict=True):
        name = getattr(scene, "heading", "") or getattr(scene, "kicker", "")
        if not name or (chapters and chapters[-1][1] == name):
            continue
        if not chapters:
            chapters.append((0.0, name))
        elif start_s - chapters[-1][0] >= SHORTEST_CHAPTER_S and length_s - start_s >= SHORTEST_CHAPTER_S:
            chapters.append((start_s, name))
    return chapters if len(chapters) >= FEWEST_CHAPTERS else []


def _with_chapters(description: str, chapters: Sequence[_Chapter]) -> str:
    """The description with a line per chapter below it, cut where both together are too long."""
    if not chapters or _HAS_CHAPTERS.search(description):
        return fit_description(description)
    lines = "\n".join(f"{_clock(start_s)} {fit_title(title)}" for start_s, title in chapters)
    room = DESCRIPTION_MAX_BYTES - utf8_bytes(lines) - 2
    if room < 0:
        return fit_description(description)
    return f"{fit_description(description, max_bytes=room)}\n\n{lines}".strip()


def _clock(at_s: float) -> str:
    minutes, seconds = divmod(int(at_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
