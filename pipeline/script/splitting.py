"""One scene as two, for a picture that has no room for all of it: what is said stays with what it brings.

What heads the scene is repeated. Whatever needs to be seen as a whole (a chart, a diagram, a quiz) has no halves.
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
from pipeline.script.on_screen_text import sound_of

# With rows of which each part can be read alone, and with sentences of which each can.
_ROWS = (BulletsScene, StepsScene, TimelineScene, ComparisonScene, TableScene)
_TEXTS = (StatementScene, QuoteScene, SplitScene)


class _Cut(NamedTuple):
    """The first item (or sentence) of the second scene, and its first line."""

    item: int
    line: int


def split_scene(scene: Scene) -> tuple[Scene, Scene] | None:
    """A scene as two with about half of its items or sentences each; None: it is one thing, or is said in one breath.

    Lines stay whole and in order, so that nothing has to be spoken in another way.
    """
    if isinstance(scene, _ROWS):
        return _rows(scene)
    if isinstance(scene, _TEXTS):
        return _sentences(scene)
    return None


def _rows(scene: Any) -> tuple[Scene, Scene] | None:  # noqa: ANN401 - any of the classes above
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
    """Where it can be cut, nearest to the middle first; of two as near, the one with the larger first part."""
    for item in sorted(range(1, count), key=lambda item: (abs(2 * item - count), -item)):
        brings = [(number, line.reveals) for number, line in enumerate(lines) if line.reveals is not None]
        earliest = max((number + 1 for number, reveals in brings if reveals < item), default=1)
        # Items that no line brings come with as much of what is said as is their part.
        unspoken = max(earliest, round(len(lines) * item / count))
        line = min((number for number, reveals in brings if reveals >= item), default=unspoken)
        if earliest <= line < len(lines):
            yield _Cut(item, line)


def _sentences(scene: Any) -> tuple[Scene, Scene] | None:  # noqa: ANN401 - likewise
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
    """Places to split between two sentences, where a line says the second one and nothing of the first."""
    half = sum(map(len, sentences)) / 2
    for item in sorted(range(1, len(sentences)), key=lambda item: abs(sum(map(len, sentences[:item])) - half)):
        before, after = (sound_of(sentences[index]) for index in (item - 1, item))
        for number, line in enumerate(lines[1:], start=1):
            heard = sound_of(line.text)
            if after.strip() and after in heard and before not in heard:
                yield _Cut(item, number)


def _joined(text: str, sentences: tuple[str, ...]) -> str:
    """These sentences as they stand in the text, with what is between them."""
    start = text.index(sentences[0])
    return text[start : text.index(sentences[-1], start) + len(sentences[-1])]


def _emphasis(scene: Any, text: str) -> dict[str, str]:  # noqa: ANN401 - likewise
    """The phrase that is lit, where it is."""
    return {"emphasis": scene.emphasis if scene.emphasis in text else ""} if hasattr(scene, "emphasis") else {}
