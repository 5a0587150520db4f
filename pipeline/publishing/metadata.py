"""What hosts and people want to know about a film."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from pipeline.model import SAMPLE_RATE_HZ, Attribution, Clip, Script
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


# More than half of a description is not about whose pictures there are.
_CREDITS_MAX_BYTES = DESCRIPTION_MAX_BYTES // 2


def film_metadata(
    script: Script, clips: Sequence[Clip], *, attributions: Sequence[Attribution] = (), wanted_s: int | None = None
) -> str:
    """The film in words, as JSON: title, description, language (BCP-47), tags, length and chapters (seconds).

    `clips` are the scenes' sound, one per scene. A scene with a new heading (of a statement: its section, the small
    line above it) begins a chapter, unless chapters would be shorter than hosts allow; with fewer than three there are
    none. They stand at the end of the description, too, and above them `attributions`: whose pictures the film shows.
    `wanted_s` is the length that was asked for, if one was.
    """
    starts_s, length_s = [], 0.0
    for clip in clips:
        starts_s.append(length_s)
        length_s += clip.samples / SAMPLE_RATE_HZ
    chapters = _chapters(script, starts_s, length_s)
    metadata = {
        "title": script.title,
        "description": _description(script.description, _credit_lines(attributions), chapters),
        "language": script.language,
        "tags": list(script.tags),
        "duration_s": round(length_s, 3),
        **({"wanted_duration_s": wanted_s} if wanted_s else {}),
        "chapters": [{"start_s": round(start_s, 3), "title": title} for start_s, title in chapters],
        **({"attributions": [{"text": each.text, "url": each.url} for each in attributions]} if attributions else {}),
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


def _description(text: str, attributions: str, chapters: Sequence[_Chapter]) -> str:
    """The text with attributions and a line per chapter below it, cut where all together are too long."""
    lines = ""
    if chapters and not _HAS_CHAPTERS.search(text):
        lines = "\n".join(f"{_clock(start_s)} {fit_title(title)}" for start_s, title in chapters)
    below = "\n\n".join(filter(None, (attributions, lines)))
    room = DESCRIPTION_MAX_BYTES - utf8_bytes(below) - 2
    if room < 0:
        # Whose the pictures are goes before chapters.
        return _description(text, attributions, ())
    if not below:
        return fit_description(text)
    return f"{fit_description(text, max_bytes=room)}\n\n{below}".strip()


def _credit_lines(attributions: Sequence[Attribution]) -> str:
    """A line for each, with its link; without the links where they would be too long, and then as many as fit."""
    with_links = "\n".join(f"{fit_title(each.text)}: {each.url}" for each in attributions)
    if utf8_bytes(with_links) <= _CREDITS_MAX_BYTES:
        return with_links
    names = ", ".join(dict.fromkeys(fit_title(each.text) for each in attributions))
    return fit_description(names, max_bytes=_CREDITS_MAX_BYTES)


def _clock(at_s: float) -> str:
    minutes, seconds = divmod(int(at_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
