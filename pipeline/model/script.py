"""What a film says and shows, scene by scene."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.language.words import join_words, split_words
from pipeline.model.scenes import CodeScene, QuizScene, Scene

# A viewer who is asked something thinks for so long before it is answered.
THINKING_S = 3.0
# Lines of a program are typed on in the first of these seconds, then read: so long each, rather fast. What is said
# meanwhile takes about so long a word. Nobody waits longer than the last of them.
_TYPING_S, _LINE_S, _WORD_S, _LONGEST_READING_S = 1.5, 0.8, 0.35, 5.0


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


def first_word_indices(scene: Scene) -> tuple[int, ...]:
    """For each line of the scene, the index (in `split_words(narration_of(scene))`) of its first word."""
    starts, count = [], 0
    for line in scene.lines:
        starts.append(count)
        count += len(split_words(line.text))
    return tuple(starts)


def pauses_of(scene: Scene) -> dict[int, float]:
    """Silence that is meant, and no dead air: seconds of it by the index of the line that it comes before.

    After the last line, a program stands until it is read, if less is said than that takes.
    """
    if isinstance(scene, CodeScene):
        wait_s = _reading_s(scene)
        return {len(scene.lines): wait_s} if wait_s else {}
    if not isinstance(scene, QuizScene):
        return {}
    answer = len(scene.items)
    return {index: THINKING_S for index, line in enumerate(scene.lines) if index and line.reveals == answer}


def _reading_s(scene: CodeScene) -> float:
    """How long a program has to be read after all is said, in whole seconds."""
    lines = sum(bool(line.strip()) for line in scene.code.splitlines())
    spoken_s = _WORD_S * len(split_words(narration_of(scene)))
    wait_s = min(_TYPING_S + _LINE_S * lines - spoken_s, _LONGEST_READING_S)
    return float(max(0, round(wait_s)))
