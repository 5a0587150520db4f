"""What hosts and people want to know about a film."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pipeline.model import SAMPLE_RATE_HZ, BulletsScene, Clip, Script, TitleScene


def film_metadata(script: Script, clips: Sequence[Clip]) -> str:
    """The film in words, as JSON: title, description, language (BCP-47), tags, length and chapters (seconds).

    `clips` are the scenes' sound, one per scene. A scene with a new heading (of a statement:
    its section, the small line above it) begins a chapter.
    """
    starts_s, length_s = [], 0.0
    for clip in clips:
        starts_s.append(length_s)
        length_s += clip.samples / SAMPLE_RATE_HZ
    chapters: list[dict[str, object]] = []
    for scene, start_s in zip(script.scenes, starts_s, strict=True):
        name = scene.heading if isinstance(scene, TitleScene | BulletsScene) else getattr(scene, "kicker", "")
        if name and (not chapters or chapters[-1]["title"] != name):
            chapters.append({"start_s": round(start_s, 3), "title": name})
    metadata = {
        "title": script.title,
        "description": script.description,
        "language": script.language,
        "tags": list(script.tags),
        "duration_s": round(length_s, 3),
        "chapters": chapters,
    }
    return json.dumps(metadata, ensure_ascii=False, indent=2) + "\n"
