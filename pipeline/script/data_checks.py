"""Checks of a scene's data: table rows with missing cells, diagram links to missing boxes, values off scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline.model import (
    BarsScene,
    CodeScene,
    DiagramScene,
    LinesScene,
    ProductScene,
    QuizScene,
    Scene,
    SharesScene,
    TableScene,
    numbers_of,
)

# Beyond these no axis has room for its labels.
_MAX_NUMBER = 1e15
_MAX_RATING = 5
# Twelve lines of code are easy to read; more take two pages in narrow formats.
_MAX_CODE_LINES = 16


def find_data_problems(scene: Scene) -> Iterator[str]:
    """Yield everything in a scene's data that can't be drawn, a line each."""
    for number in numbers_of(scene):
        if not math.isfinite(number) or abs(number) >= _MAX_NUMBER:
            yield f"{number:g} is not a number that can be shown"
            return
    check = _CHECKS.get(type(scene))
    if check:
        yield from check(scene)


def _bars(scene: BarsScene | SharesScene | LinesScene) -> Iterator[str]:
    if not 0 <= scene.point <= len(scene.items):
        yield f"point is {scene.point}, but there are only {len(scene.items)} items"


def _lines(scene: LinesScene) -> Iterator[str]:
    yield from _bars(scene)
    for number, series in enumerate(scene.items, start=1):
        if len(series.values) != len(scene.marks):
            yield f"item {number} has {len(series.values)} values for {len(scene.marks)} marks"


def _shares(scene: SharesScene) -> Iterator[str]:
    yield from _bars(scene)
    values = [share.value for share in scene.items]
    if any(value < 0 for value in values) or not sum(values) > 0:
        yield "shares are parts of a whole: none may be negative, and their sum must be positive"


def _table(scene: TableScene) -> Iterator[str]:
    for number, row in enumerate(scene.items, start=1):
        if len(row.cells) != len(scene.columns):
            yield f"item {number} has {len(row.cells)} cells for {len(scene.columns)} columns"


def _diagram(scene: DiagramScene) -> Iterator[str]:
    boxes = range(1, len(scene.items) + 1)
    for number, link in enumerate(scene.links, start=1):
        if link.start not in boxes or link.end not in boxes or link.start == link.end:
            yield f"link {number} goes from {link.start} to {link.end}, but there are {len(scene.items)} boxes"


def _code(scene: CodeScene) -> Iterator[str]:
    count = len(scene.code.splitlines())
    if count > _MAX_CODE_LINES:
        yield f"the code has {count} lines, at most {_MAX_CODE_LINES} can be read"
    for number, passage in enumerate(scene.items, start=1):
        if not 1 <= passage.first <= passage.last <= count:
            yield f"item {number} is lines {passage.first} to {passage.last} of {count}"


def _quiz(scene: QuizScene) -> Iterator[str]:
    if not 1 <= scene.answer <= len(scene.items):
        yield f"the answer is option {scene.answer} of {len(scene.items)}"


def _product(scene: ProductScene) -> Iterator[str]:
    if not 0 <= scene.rating <= _MAX_RATING or scene.ratings < 0:
        yield f"a rating is between 0 and {_MAX_RATING}, not {scene.rating:g}"


_CHECKS: Mapping[type, Callable[[Any], Iterator[str]]] = {
    BarsScene: _bars,
    LinesScene: _lines,
    SharesScene: _shares,
    TableScene: _table,
    DiagramScene: _diagram,
    CodeScene: _code,
    QuizScene: _quiz,
    ProductScene: _product,
}
