"""The script: narration and displayed content, scene by scene."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.language.words import join_words, split_words
from pipeline.model.scenes import Scene
from pipeline.model.scenes.drawings import CodeScene
from pipeline.model.scenes.words import QuizScene

# Pause between a quiz question and its answer.
THINKING_S = 3.0
# Code scenes: duration of the typing animation, reading time per line (fast), estimated duration of a spoken word, and
# the maximum reading pause.
_TYPING_S, _LINE_S, _WORD_S, _LONGEST_READING_S = 1.5, 0.8, 0.35, 5.0


@dataclass(frozen=True, kw_only=True)
class Script:
    """The script of a film."""

    title: str
    # BCP-47.
    language: str
    scenes: tuple[Scene, ...]
    description: str = ""
    tags: tuple[str, ...] = ()
    # Three to five words for the thumbnail.
    thumbnail_text: str = ""
    # The writer ("groq", "outline") and its model. They do not affect the film.
    writer: str = ""
    model: str = ""
    # Why preferred writers were not used, and which instructions could not be passed on; empty: none.
    fallback_reason: str = ""
    # Texts that do not fit their layouts, one line each.
    incidents: tuple[str, ...] = ()


def narration_of(scene: Scene) -> str:
    """The narration of a scene as one text."""
    return join_words(split_words(" ".join(line.text for line in scene.lines)))


def first_word_indices(scene: Scene) -> tuple[int, ...]:
    """The index of the first word of each line, in `split_words(narration_of(scene))`."""
    starts, count = [], 0
    for line in scene.lines:
        starts.append(count)
        count += len(split_words(line.text))
    return tuple(starts)


def pauses_of(scene: Scene) -> dict[int, float]:
    """Intended pauses in seconds, by the index of the line that follows them.

    After the last line of a code scene, there is time to read the code, as far as the narration was too short for it.
    """
    if isinstance(scene, CodeScene):
        wait_s = _reading_s(scene)
        return {len(scene.lines): wait_s} if wait_s else {}
    if not isinstance(scene, QuizScene):
        return {}
    answer = len(scene.items)
    return {index: THINKING_S for index, line in enumerate(scene.lines) if index and line.reveals == answer}


def _reading_s(scene: CodeScene) -> float:
    """Reading time for code after the narration, in whole seconds."""
    lines = sum(bool(line.strip()) for line in scene.code.splitlines())
    spoken_s = _WORD_S * len(split_words(narration_of(scene)))
    wait_s = min(_TYPING_S + _LINE_S * lines - spoken_s, _LONGEST_READING_S)
    return float(max(0, round(wait_s)))
