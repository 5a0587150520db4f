"""A film's metadata.json: title, description, chapters, tags and host settings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from pipeline.model import SAMPLE_RATE_HZ, Attribution, Clip, Script
from pipeline.model.metadata import (
    DESCRIPTION_MAX_BYTES,
    FEWEST_CHAPTERS,
    SHORTEST_CHAPTER_S,
    fit_description,
    fit_title,
    utf8_bytes,
)
from pipeline.publishing.description import Shown, compose_description

_Chapter = tuple[float, str]
# The author has already listed chapters in the description: a line that begins with 0:00.
_HAS_CHAPTERS = re.compile(r"^\s*0{1,2}:00\b", re.MULTILINE)

# Picture credits take up at most half of a description.
_CREDITS_MAX_BYTES = DESCRIPTION_MAX_BYTES // 2
# A template's publishing settings by the names that youtubeuploader uses (github.com/porjo/youtubeuploader), as does
# the code that reads metadata.json when a film is published; youtubeuploader does not know the last two.
_HOST_KEYS = {
    "category": "categoryId",
    "license": "license",
    "embeddable": "embeddable",
    "made_for_kids": "madeForKids",
    "synthetic_media": "containsSyntheticMedia",
    "notify_subscribers": "notifySubscribers",
}


def film_metadata(
    script: Script,
    clips: Sequence[Clip],
    *,
    attributions: Sequence[Attribution] = (),
    shown: Shown | None = None,
    wanted_s: int | None = None,
    part_of: Mapping[str, str | int] | None = None,
) -> str:
    """Metadata as JSON: title, description, language (BCP-47), tags, duration and chapters (seconds).

    `clips` are the audio clips, one per scene. A scene with a new heading (of a statement: its kicker, the small line
    above it) begins a chapter, unless that would make a chapter shorter than hosts allow; fewer than three chapters are
    dropped. Chapters are also listed at the end of the description, after the picture credits (`attributions`).
    `shown` is the template's presentation, `wanted_s` the requested duration, if any, and `part_of` the series that the
    film is an episode of.
    """
    starts_s, length_s = [], 0.0
    for clip in clips:
        starts_s.append(length_s)
        length_s += clip.samples / SAMPLE_RATE_HZ
    chapters = _chapters(script, starts_s, length_s)
    shown = shown or Shown()
    metadata = {
        "title": fit_title(shown.title or script.title),
        "description": _description(script.description, _credit_lines(attributions), chapters, shown),
        "language": script.language,
        "tags": list(script.tags),
        "duration_s": round(length_s, 3),
        **({"wanted_duration_s": wanted_s} if wanted_s else {}),
        **({"series": dict(part_of)} if part_of else {}),
        "chapters": [{"start_s": round(start_s, 3), "title": title} for start_s, title in chapters],
        **({"attributions": [{"text": each.text, "url": each.url} for each in attributions]} if attributions else {}),
        **{_HOST_KEYS[name]: value for name, value in shown.publicity.items()},
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


def _description(text: str, attributions: str, chapters: Sequence[_Chapter], shown: Shown) -> str:
    """The description with everything appended; chapters listed by the author take precedence."""
    lines = ""
    if chapters and not _HAS_CHAPTERS.search(text):
        lines = "\n".join(f"{_clock(start_s)} {fit_title(title)}" for start_s, title in chapters)
    return compose_description(shown, text, attributions=attributions, chapters=lines)


def _credit_lines(attributions: Sequence[Attribution]) -> str:
    """A line with a link per credit; if that is too long, as many names as fit, without links."""
    with_links = "\n".join(f"{fit_title(each.text)}: {each.url}" for each in attributions)
    if utf8_bytes(with_links) <= _CREDITS_MAX_BYTES:
        return with_links
    names = ", ".join(dict.fromkeys(fit_title(each.text) for each in attributions))
    return fit_description(names, max_bytes=_CREDITS_MAX_BYTES)


def _clock(at_s: float) -> str:
    minutes, seconds = divmod(int(at_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
