"""Bar charts: bars from a zero line with label and number at each; grey for context, the accent for the key bar.

If the script names none, the key bar is the largest. The number at each bar replaces grid and axis. Bars are horizontal
if there are few, if their labels are long, and on narrow pictures; else vertical. Labels are there from the start; bars
grow and numbers appear when they are spoken.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import BarsScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import (
    GROWTH_FRAMES,
    LIGHTS,
    STRONG,
    VALUE,
    VALUE_AFTER,
    VALUE_IN_COLUMN,
    ChartFrame,
    chart_frame,
    chart_rule,
    fit_labels,
    muted_fill,
    pending_until,
    subtitle_with_unit,
    value_frames,
    value_texts,
)
from pipeline.rendering.layouts.components import entrance
from pipeline.rendering.layouts.growth import Direction, growing_bar
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.scales import Scale
from pipeline.rendering.surface.background import background
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import BODY, TextStyle

# From this number on bars are vertical, if their labels are short.
_VERTICAL_FROM = 5
# At 1080: maximum thickness of horizontal and vertical bars, minimum below labels, radius of their ends, gap to
# labels; maximum pitch of horizontal bars, and maximum height of vertical ones.
_MAX_THICKNESS, _MAX_THICKNESS_VERTICAL, _MIN_THICKNESS, _RADIUS, _GAP = 72, 168, 6, 12, 24
_MAX_PITCH, _MAX_HEIGHT = 120, 720
# Additional space below the heading if labels are above the bars.
_BELOW_HEADING = 32
# Maximum width of labels beside horizontal bars, alone and with the numbers, as shares; wider ones go above the bars.
_BESIDE, _BESIDE_BOTH = 0.36, 0.52
_THICKNESS_SHARE, _THICKNESS_SHARE_VERTICAL = 0.62, 0.58


def lay_out(scene: BarsScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    page = chart_frame(
        look, message=scene.heading, subtitle=subtitle_with_unit(scene.subtitle, scene.unit), source=scene.source
    )
    chart = _Bars(scene, words, look)
    elements = (chart.vertical(page) if chart.can_be_vertical() else []) or chart.horizontal(page)
    return Composition(ground=background(look.format, look.theme, LIGHTS), elements=elements)


class _Bars:
    """The fitted parts of a bar chart, and its arrangements."""

    def __init__(self, scene: BarsScene, words: Sequence[Word], look: Look) -> None:
        self._scene, self._look, self._grid = scene, look, look.grid
        self._starts = value_frames(scene, words, len(scene.items))
        self._amounts = [bar.value for bar in scene.items]
        self._point = scene.point or _largest(self._amounts)
        self._low, self._high = min(0.0, *self._amounts), max(0.0, *self._amounts)
        if self._low == self._high:
            self._high = 1.0

    def can_be_vertical(self) -> bool:
        """Whether there are enough bars, with labels short enough for one line below each."""
        count = len(self._scene.items)
        if self._grid.is_stacked or count < _VERTICAL_FROM:
            return False
        slot = self._grid.content.width // count - self._grid.px(_GAP)
        return all(label.width_px <= slot and not label.is_truncated for label in self._labels(slot, 1))

    def horizontal(self, page: ChartFrame) -> list[Element]:
        """Bars that grow to the right, with labels beside them and numbers at their ends."""
        grid, count, width = self._grid, len(self._amounts), self._grid.content.width
        values = self._values(VALUE, width // 3)
        before, after = self._number_widths(values)
        row_px = page.room_px // count
        labels, least_px = self._labels_in_rows(round(width * _BESIDE), row_px)
        widest = max(label.width_px for label in labels)
        is_long = widest + before + after > _BESIDE_BOTH * width or any(
            label.is_truncated or len(label.lines) > 1 for label in labels
        )
        if grid.is_stacked and is_long:
            return self._horizontal_below_labels(page)
        pitch = min(max(grid.type_px(_MAX_PITCH), least_px + grid.px(_GAP)), row_px)
        thick = min(grid.type_px(_MAX_THICKNESS), round(pitch * _THICKNESS_SHARE))
        sprites, area = page.place(pitch * count)
        scale = self._scale(area.left + widest + grid.px(40) + before, area.right - after)
        elements: list[Element] = []
        for number, (label, value) in enumerate(zip(labels, values, strict=True)):
            top = area.top + number * pitch + (pitch - thick) // 2
            middle = top + thick // 2
            at, to = self._horizontal_bar(number, scale, top, thick)
            value_left = at.right + grid.px(_GAP) if to == "right" else at.left - grid.px(_GAP) - value.width_px
            elements += self._label(number, label, area.left, middle - label.height_px // 2)
            elements += self._bar(number, at, to)
            elements += self._value(number, value, value_left, middle - value.cap_px // 2)
        zero, width = scale.px(0), max(1, grid.px(2))
        return [self._zero(Box(zero - width, area.top, zero, area.top + pitch * count)), *sprites, *elements]

    def _horizontal_below_labels(self, page: ChartFrame) -> list[Element]:
        """On narrow pictures: label and number on a line, the bar below them across the whole width."""
        grid, count = self._grid, len(self._amounts)
        pitch = min(grid.type_px(_MAX_PITCH + 40), page.room_px // count)
        values = self._values(VALUE_IN_COLUMN, grid.content.width // 3, pitch // 2)
        value_px = max(value.width_px for value in values)
        labels = self._labels(grid.content.width - value_px - grid.px(_GAP), 1, pitch // 2 + grid.px(24))
        texts = (*labels, *values)
        cap_px = max(text.cap_px + text.clearance_px for text in texts)
        # Descenders keep clear of the bar below them.
        gap = max(text.cap_px * 3 // 10 + text.clearance_px for text in texts) + grid.px(10)
        thick = min(grid.type_px(_MAX_THICKNESS * 2 // 3), (pitch - cap_px - gap) * 2 // 5)
        # Where the smallest labels fill their rows, bars are thin, and close to the baseline.
        thick = max(thick, grid.px(_MIN_THICKNESS))
        gap = min(gap, pitch - cap_px - thick)
        height_px = pitch * (count - 1) + cap_px + gap + thick
        # The heading is no closer to the first label than labels to each other, if there is space.
        air = max(0, min(grid.px(_BELOW_HEADING), page.room_px - height_px))
        sprites, area = page.place(height_px + air)
        scale = self._scale(area.left, area.right)
        elements: list[Element] = []
        for number, (label, value) in enumerate(zip(labels, values, strict=True)):
            # Label and number share a baseline, whichever is larger.
            baseline = area.top + air + number * pitch + cap_px
            bar_top = baseline + gap
            track = Box(area.left, bar_top + thick // 2, area.right, bar_top + thick // 2 + max(1, grid.px(2)))
            elements.append(chart_rule(self._look, track, frame=6))
            elements += self._label(number, label, area.left, baseline - label.cap_px)
            # Numbers are right-aligned in every language: the layout is mirrored, they are not.
            value_left = area.right - (value_px if self._look.right_to_left else value.width_px)
            elements += self._value(number, value, value_left, baseline - value.cap_px)
            elements += self._bar(number, *self._horizontal_bar(number, scale, bar_top, thick))
        return [*sprites, *elements]

    def vertical(self, page: ChartFrame) -> list[Element]:
        """Bars that grow upwards, with labels below them; empty if not all labels fit."""
        grid, count = self._grid, len(self._amounts)
        sprites, area = page.place(min(page.room_px, grid.px(_MAX_HEIGHT)))
        slot = area.width // count
        values, labels = self._values(VALUE, slot), self._labels(slot - grid.px(_GAP), 1)
        if any(label.is_truncated for label in labels):
            return []
        value_px = values[0].cap_px + grid.px(16 + 8)
        lowest = area.bottom - grid.type_px(40) - grid.px(_GAP)
        scale = self._scale(lowest - (value_px if self._low < 0 else 0), area.top + (value_px if self._high > 0 else 0))
        thick = min(grid.px(_MAX_THICKNESS_VERTICAL), round(slot * _THICKNESS_SHARE_VERTICAL))
        elements: list[Element] = []
        for number, (label, value) in enumerate(zip(labels, values, strict=True)):
            centre = area.left + number * slot + slot // 2
            at, to = self._vertical_bar(number, scale, centre - thick // 2, thick)
            value_top = at.top - grid.px(16) - value.cap_px if to == "up" else at.bottom + grid.px(16)
            elements += self._bar(number, at, to)
            elements += self._value(number, value, centre - value.width_px // 2, value_top)
            elements += self._label(number, label, centre - label.width_px // 2, area.bottom - label.height_px)
        zero = scale.px(0)
        axis = self._zero(Box(area.left, zero - grid.px(1), area.right, zero + max(1, grid.px(1))))
        return [axis, *elements, *sprites]

    def _labels_in_rows(self, width_px: int, row_px: int) -> tuple[tuple[TextBlock, ...], int]:
        """Labels on up to two lines, and the row pitch that their ascenders and descenders need."""

        def pitch(labels: Sequence[TextBlock]) -> int:
            return max(label.clearance_px + label.height_px + label.descent_px for label in labels) + self._grid.px(8)

        labels = self._labels(width_px, 2, row_px)
        over_px = pitch(labels) - row_px
        labels = labels if over_px <= 0 else self._labels(width_px, 2, row_px - over_px)
        return labels, pitch(labels)

    def _labels(self, width_px: int, max_lines: int, height_px: int | None = None) -> tuple[TextBlock, ...]:
        """Labels in one size, the largest at which each fits."""
        texts = [bar.label for bar in self._scene.items]
        styles = [STRONG if self._is_point(number) else BODY for number in range(len(texts))]
        most_px = height_px and height_px - self._grid.px(24)
        return fit_labels(texts, styles, self._look, width_px=width_px, height_px=most_px, max_lines=max_lines)

    def _values(self, style: TextStyle, width_px: int, height_px: int | None = None) -> tuple[TextBlock, ...]:
        texts = value_texts(self._amounts, self._scene.unit, self._look)
        return fit_labels(texts, [style] * len(texts), self._look, width_px=width_px, height_px=height_px)

    def _is_point(self, number: int) -> bool:
        return number + 1 == self._point

    def _colours(self, number: int) -> tuple[str, str]:
        """The colours of a bar and of its texts."""
        theme = self._look.theme
        if not self._point:
            return (theme.negative if self._amounts[number] < 0 else theme.accent_2), theme.text
        return (theme.accent, theme.text) if self._is_point(number) else (muted_fill(theme), theme.muted)

    def _label(self, number: int, label: TextBlock, left: int, top: int) -> Sequence[Element]:
        motion = pending_until(entrance(self._grid, 5 + 2 * number, rise=16), self._starts[number])
        return text_sprites(label, left=left, top=top, colour=self._colours(number)[1], motion=motion, stagger=0)

    def _value(self, number: int, value: TextBlock, left: int, top: int) -> Sequence[Element]:
        motion = Motion(enters=self._starts[number] + VALUE_AFTER)
        return text_sprites(value, left=left, top=top, colour=self._colours(number)[1], motion=motion)

    def _bar(self, number: int, at: Box, to: Direction) -> list[Element]:
        if not at.width or not at.height:
            return []
        radius = min(self._grid.px(_RADIUS), min(at.width, at.height) // 2)
        starts = self._starts[number]
        return [growing_bar(at, self._colours(number)[0], to=to, radius=radius, enters=starts, frames=GROWTH_FRAMES)]

    def _horizontal_bar(self, number: int, scale: Scale, top: int, thick: int) -> tuple[Box, Direction]:
        """The box of a bar and its direction; values close to zero stay visible."""
        zero, length = scale.px(0), self._length(number, scale)
        if self._amounts[number] < 0:
            return Box(zero - length, top, zero, top + thick), "left"
        return Box(zero, top, zero + length, top + thick), "right"

    def _vertical_bar(self, number: int, scale: Scale, left: int, thick: int) -> tuple[Box, Direction]:
        zero, length = scale.px(0), self._length(number, scale)
        if self._amounts[number] < 0:
            return Box(left, zero, left + thick, zero + length), "down"
        return Box(left, zero - length, left + thick, zero), "up"

    def _length(self, number: int, scale: Scale) -> int:
        amount = self._amounts[number]
        return max(abs(scale.px(amount) - scale.px(0)), self._grid.px(4) if amount else 0)

    def _scale(self, start_px: int, end_px: int) -> Scale:
        return Scale(low=self._low, high=self._high, start_px=start_px, end_px=end_px)

    def _number_widths(self, values: Sequence[TextBlock]) -> tuple[int, int]:
        """Space for numbers before the lowest and after the highest value."""
        gap, pairs = self._grid.px(_GAP), list(zip(values, self._amounts, strict=True))
        before = max((value.width_px + gap for value, amount in pairs if amount < 0), default=0)
        return before, max((value.width_px + gap for value, amount in pairs if amount >= 0), default=0)

    def _zero(self, line: Box) -> Element:
        return chart_rule(self._look, line, frame=6, strong=True)


def _largest(amounts: Sequence[float]) -> int:
    """The number of the largest bar, from 1; 0 if there are several, or values below zero."""
    ranked = sorted(amounts, reverse=True)
    is_clear = len(ranked) > 1 and ranked[-1] >= 0 and ranked[0] > ranked[1]
    return amounts.index(ranked[0]) + 1 if is_clear else 0
