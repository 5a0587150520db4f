"""What a film says and shows, scene by scene."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model.scenes import QuizScene, Scene
from pipeline.model.words import join_words, split_words

# A viewer who is asked something thinks for so long before it is answered.
THINKING_S = 3.0


@dataclass(frozen=True, kw_only=True)
class Script:
    """A whole film on paper."""

    title: str
    # BCP-47.
    language: str
    scenes: tuple[Scene, ...]
    description: str = ""
    tags: tuple[str, ...] = ()
    # Three to five words for the thumbnail.
    thumbnail_text: str = ""
    # Who wrote it ("groq", "outline") and with which model. No part of what the film is.
    writer: str = ""
    model: str = ""
    # Why nobody before them in the list did, and what they were not told; empty: all went as it was asked for.
    fallback_reason: str = ""
    # Texts that its pictures have no room for, a line each.
    incidents: tuple[str, ...] = ()


def narration_of(scene: Scene) -> str:
    """All that is said in a scene, as one text."""
    return join_words(split_words(" ".join(line.text for line in scene.lines)))


def first_words(scene: Scene) -> tuple[int, ...]:
    """For each line of the scene, the index (in `split_words(narration_of(scene))`) of its first word."""
    starts, count = [], 0
    for line in scene.lines:
        starts.append(count)
        count += len(split_words(line.text))
    return tuple(starts)


def pauses_of(scene: Scene) -> dict[int, float]:
    """Silence that is meant, and no dead air: seconds of it by the index of the line that it comes before."""
    if not isinstance(scene, QuizScene):
        return {}
    answer = len(scene.items)
    return {index: THINKING_S for index, line in enumerate(scene.lines) if index and line.reveals == answer}
