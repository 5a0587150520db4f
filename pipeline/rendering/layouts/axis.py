"""The axis of a bar chart: faint lines at round numbers, a stronger one at zero, and the numbers beside them."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import Gap, parted_rule, tick_texts
from pipeline.rendering.layouts.parts import enter
from pipeline.rendering.look import Look
from pipeline.rendering.motion.sprites import Element, letters
from pipeline.rendering.scales import Scale, ticks
from pipeline.rendering.text.fitting import TextBlock

_MOST_TICKS = 5
_ENTERS = 6
# At 1080: between numbers, and from them to a plot at their side or above them.
_GAP, _BELOW = 24, 16


class UprightAxis:
    """For bars that stand, from `start_px` up to `end_px`: its numbers stand left of the plot."""

    def __init__(self, scale: Scale, unit: str, look: Look, start_px: int, end_px: int) -> None:
        self._scale, self._look = scale, look
        self._marks = _ticks(scale, start_px, end_px)
        self._texts = tick_texts(self._marks, unit, look)

    @property
    def width_px(self) -> int:
        """The width of its numbers and the gap beside them."""
        return max(text.width_px for text in self._texts) + self._look.grid.px(_GAP)

    def lines(self, left: int, right: int, gaps: Sequence[Gap]) -> list[Element]:
        """Across the plot."""
        grid = self._look.grid
        elements: list[Element] = []
        for mark in reversed(self._marks):
            y = self._scale.px(mark)
            line = Box(left, y - grid.px(1), right, y + max(1, grid.px(1)))
            elements += parted_rule(self._look, line, frame=_ENTERS, strong=mark == 0, gaps=gaps)
        return elements

    def numbers(self, left: int) -> list[Element]:
        """Beside a plot that begins at `left`."""
        elements: list[Element] = []
        for mark, text in zip(self._marks, self._texts, strict=True):
            at, top = left - self._look.grid.px(_GAP) - text.width_px, self._scale.px(mark) - text.cap_px // 2
            elements += _number(text, at, top, self._look)
        return elements


def level_axis(scale: Scale, unit: str, look: Look, box: Box, gaps: Sequence[Gap], *, only_zero: bool) -> list[Element]:
    """For bars that lie in `box`: its numbers stand below; or only a line at zero, without a number.

    The line at zero is crossed by no number, and goes through all gaps.
    """
    elements: list[Element] = []
    width = max(1, look.grid.px(2))
    for mark, text, left in ((0.0, None, 0),) if only_zero else _apart(scale, unit, look, box):
        x = scale.px(mark)
        line = Box(x - width, box.top, x, box.bottom)
        elements += parted_rule(look, line, frame=_ENTERS, strong=mark == 0, gaps=gaps if mark else ())
        if text:
            elements += _number(text, left, box.bottom + look.grid.px(_BELOW), look)
    return elements


def _apart(scale: Scale, unit: str, look: Look, box: Box) -> list[tuple[float, TextBlock | None, int]]:
    """As many round numbers as stand apart, set, and where; where even two would not, zero alone, unwritten."""
    for most in range(_MOST_TICKS, 1, -1):
        marks = _ticks(scale, box.left, box.right, most)
        texts = tick_texts(marks, unit, look)
        lefts = [
            min(max(scale.px(mark) - text.width_px // 2, box.left), box.right - text.width_px)
            for mark, text in zip(marks, texts, strict=True)
        ]
        ends = [left + text.width_px + look.grid.px(_GAP) for left, text in zip(lefts, texts, strict=True)]
        if all(end <= left for end, left in zip(ends, lefts[1:], strict=False)):
            return list(zip(marks, texts, lefts, strict=True))
    return [(0.0, None, 0)]


def _ticks(scale: Scale, start_px: int, end_px: int, most: int = _MOST_TICKS) -> tuple[float, ...]:
    """Round numbers as far as the axis reaches, which is beyond the longest bar."""
    per_px = (scale.high - scale.low) / (scale.end_px - scale.start_px)
    low = scale.low + (start_px - scale.start_px) * per_px if scale.low < 0 else 0.0
    high = scale.high + (end_px - scale.end_px) * per_px if scale.high > 0 else 0.0
    return ticks(low, high, most=most)


def _number(text: TextBlock, left: int, top: int, look: Look) -> list[Element]:
    motion = enter(look.grid, _ENTERS, rise=0)
    return [*letters(text, left=left, top=top, colours=(look.theme.muted,), motion=motion)]
