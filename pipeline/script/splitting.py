"""Split a scene that does not fit the frame in two, keeping each spoken line with what it reveals.

Headings are repeated. Scenes that must be seen as a whole (charts, diagrams, quizzes) are not split.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple, cast

from pipeline.language.sentences import split_sentences
from pipeline.model import (
    BulletsScene,
    ComparisonScene,
    QuoteScene,
    Scene,
    SplitScene,
    SpokenLine,
    StatementScene,
    StepsScene,
    TableScene,
    TimelineScene,
)
from pipeline.script.on_screen_text import normalised_words

# Scenes that can be split between items, and between sentences.
_ITEM_SCENES = (BulletsScene, StepsScene, TimelineScene, ComparisonScene, TableScene)
_TEXT_SCENES = (StatementScene, QuoteScene, SplitScene)


class _Cut(NamedTuple):
    """The first item (or sentence) of the second scene, and its first line."""

    item: int
    line: int


def split_scene(scene: Scene) -> tuple[Scene, Scene] | None:
    """Two scenes with about half of the items or sentences each; None if the scene can't be split.

    Spoken lines stay whole and in order, so that no speech has to be synthesised again.
    """
    if isinstance(scene, _ITEM_SCENES):
        return _split_items(scene)
    if isinstance(scene, _TEXT_SCENES):
        return _split_sentences(scene)
    return None


def _split_items(scene: Any) -> tuple[Scene, Scene] | None:  # noqa: ANN401 - any of the classes above
    count = len(scene.items)
    cut = next(_between_items(scene.lines, count), None)
    if cut is None:
        return None
    later = {"first": scene.first + cut.item} if hasattr(scene, "first") else {}
    lines = tuple(
        replace(line, reveals=None if line.reveals is None else line.reveals - cut.item)
        for line in scene.lines[cut.line :]
    )
    return (
        replace(scene, items=scene.items[: cut.item], lines=scene.lines[: cut.line]),
        replace(scene, items=scene.items[cut.item :], lines=lines, **later),
    )


def _between_items(lines: tuple[SpokenLine, ...], count: int) -> Iterator[_Cut]:
    """Yield possible cuts, nearest to the middle first; of two equally near, the one with the larger first half."""
    for item in sorted(range(1, count), key=lambda item: (abs(2 * item - count), -item)):
        reveals = [(number, line.reveals) for number, line in enumerate(lines) if line.reveals is not None]
        earliest = max((number + 1 for number, revealed in reveals if revealed < item), default=1)
        # Items that no line reveals take a proportional share of the lines.
        unspoken = max(earliest, round(len(lines) * item / count))
        line = min((number for number, revealed in reveals if revealed >= item), default=unspoken)
        if earliest <= line < len(lines):
            yield _Cut(item, line)


def _split_sentences(scene: Any) -> tuple[Scene, Scene] | None:  # noqa: ANN401 - likewise
    sentences = split_sentences(scene.text)
    cut = next(_between_sentences(sentences, scene.lines), None)
    if cut is None:
        return None
    parts = [_joined(scene.text, each) for each in (sentences[: cut.item], sentences[cut.item :])]
    first, *others = scene.lines[cut.line :]
    spoken = (scene.lines[: cut.line], (replace(first, reveals=0), *others))
    halves = [
        replace(scene, text=text, lines=lines, **_emphasis(scene, text))
        for text, lines in zip(parts, spoken, strict=True)
    ]
    return cast("tuple[Scene, Scene]", tuple(halves))


def _between_sentences(sentences: tuple[str, ...], lines: tuple[SpokenLine, ...]) -> Iterator[_Cut]:
    """Yield possible cuts between two sentences: where a line speaks the second one and nothing of the first."""
    half = sum(map(len, sentences)) / 2
    for item in sorted(range(1, len(sentences)), key=lambda item: abs(sum(map(len, sentences[:item])) - half)):
        before, after = (normalised_words(sentences[index]) for index in (item - 1, item))
        for number, line in enumerate(lines[1:], start=1):
            spoken = normalised_words(line.text)
            if after.strip() and after in spoken and before not in spoken:
                yield _Cut(item, number)


def _joined(text: str, sentences: tuple[str, ...]) -> str:
    """The part of the text from the first to the last of these sentences."""
    start = text.index(sentences[0])
    return text[start : text.index(sentences[-1], start) + len(sentences[-1])]


def _emphasis(scene: Any, text: str) -> dict[str, str]:  # noqa: ANN401 - likewise
    """The emphasis, if its phrase is in `text`."""
    return {"emphasis": scene.emphasis if scene.emphasis in text else ""} if hasattr(scene, "emphasis") else {}
