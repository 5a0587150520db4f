"""A line chart: lines that are drawn on once, each with its name and last value at its end instead of in a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import LinesScene, Word
from pipeline.rendering.background import background
from pipeline.rendering.composition import Composition
from pipeline.rendering.fitting import TextBlock, fit
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import (
    LIGHTS,
    STRONG,
    TICK,
    VALUE,
    alike,
    measured,
    quiet_line,
    rule,
    sheet,
    tick_texts,
    value_frames,
    value_texts,
)
from pipeline.rendering.layouts.growth import Drawing, drawn_along
from pipeline.rendering.layouts.parts import enter, sizes
from pipeline.rendering.look import Look
from pipeline.rendering.motion import Motion
from pipeline.rendering.picture import colour
from pipeline.rendering.scales import Scale, round_range, spread, ticks
from pipeline.rendering.shapes import disc, polyline
from pipeline.rendering.sprites import Element, letters
from pipeline.rendering.text import BODY
from pipeline.rendering.theme import SOURCE_SIZES, Theme

_MOST_TICKS = 7
_DRAWING_FRAMES = 36
_NAME_AFTER = 24
# At 1080: lines, the dots at their ends, gaps, the height of the drawing at most.
_WIDTH, _WIDTH_POINT, _DOT, _GAP, _HIGH = 4, 7, 20, 24, 720
# Share of the width that the names at the ends take at most.
_NAMES, _NAMES_NARROW = 0.22, 0.26
# Of a name and its value, and of two names.
_BELOW_NAME, _BETWEEN = 16, 32


@dataclass(frozen=True, kw_only=True)
class _End:
    """What stands at the end of a line: its name and, where there is room for it, its last value."""

    name: TextBlock
    value: TextBlock | None
    gap_px: int

    @property
    def height_px(self) -> int:
        """From the name's capitals to the last baseline."""
        return self.name.height_px + (self.gap_px + self.value.height_px if self.value else 0)

    @property
    def width_px(self) -> int:
        """Of the wider of the two."""
        return max(self.name.width_px, self.value.width_px if self.value else 0)


def lay_out(scene: LinesScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    grid, theme = look.grid, look.theme
    page = sheet(look, message=scene.heading, subtitle=measured(scene.subtitle, scene.unit), source=scene.source)
    sprites, area = page.place(min(page.room_px, grid.px(_HIGH)))
    starts = value_frames(scene, words, len(scene.items))
    low, high = round_range([value for series in scene.items for value in series.values], most=_MOST_TICKS)
    bottom = area.bottom - grid.type_px(28) - grid.px(20)
    up = Scale(low=low, high=high, start_px=bottom, end_px=area.top + grid.px(12))
    marks = ticks(low, high, most=_MOST_TICKS)
    texts = tick_texts(marks, scene.unit, look)
    left = area.left + max(text.width_px for text in texts) + grid.px(_GAP)
    ends = _ends(scene, look, room_px=bottom - area.top)
    right = area.right - max(end.width_px for end in ends) - grid.px(_GAP + 16)
    labels = _set_marks(scene, look, right - left)
    # The first of them begins where the axis does.
    along = Scale(low=0, high=len(labels) - 1, start_px=left + min(labels[0].width_px // 2, grid.px(80)), end_px=right)
    elements: list[Element] = []
    for mark, text in zip(marks, texts, strict=True):
        y = up.px(mark)
        line = Box(left, y - grid.px(1), right, y + max(1, grid.px(1)))
        strong = mark == 0 or (mark == marks[0] and not low <= 0 <= high)
        elements.append(rule(look, line, frame=4, strong=strong))
        place = left - grid.px(_GAP) - text.width_px
        motion = enter(grid, 5, rise=0)
        elements += letters(text, left=place, top=y - text.cap_px // 2, colours=(theme.muted,), motion=motion)
    elements += _marks(labels, look, along, area)
    elements += _lines(scene, look, along, up, starts, ends, Box(left, area.top, area.right, bottom))
    return Composition(ground=background(look.format, theme, LIGHTS), elements=[*sprites, *elements])


def _lines(
    scene: LinesScene, look: Look, along: Scale, up: Scale, starts: Sequence[int], ends: Sequence[_End], field: Box
) -> list[Element]:
    """The lines with what stands at their ends; the one that the message is about lies above the others."""
    wanted = [up.px(series.values[-1]) for series in scene.items]
    middles = spread(
        wanted,
        [end.height_px for end in ends],
        low=field.top,
        high=field.bottom + look.grid.px(8),
        gap=look.grid.px(_BETWEEN),
    )
    order = sorted(range(len(scene.items)), key=lambda number: number + 1 == scene.point)
    elements: list[Element] = []
    for number in order:
        series, is_point = scene.items[number], number + 1 == scene.point
        points = [(along.px(at), up.px(value)) for at, value in enumerate(series.values)]
        elements += _line(points, _colour(scene, number, look.theme), look, starts[number], is_point=is_point)
        written = (
            look.theme.text if is_point else look.theme.muted if scene.point else _colour(scene, number, look.theme)
        )
        elements += _end(ends[number], look, points[-1], middles[number], written, starts[number] + _NAME_AFTER)
    return elements


def _line(points: Sequence[tuple[int, int]], name: str, look: Look, frame: int, *, is_point: bool) -> list[Element]:
    """A line that is drawn in reading direction, and a dot at its end when it is there."""
    grid = look.grid
    width = max(2, grid.px(_WIDTH_POINT if is_point else _WIDTH))
    left, top = points[0][0] - width, min(y for _, y in points) - width
    size = (points[-1][0] + width - left, max(y for _, y in points) + width - top)
    mask = polyline([(x - left, y - top) for x, y in points], width, size)
    side = max(4, grid.px(_DOT if is_point else _DOT * 0.7) // 2 * 2)
    x, y = points[-1]
    motion = Motion(enters=frame + _NAME_AFTER, over=8)
    return [
        drawn_along(mask, name, left=left, top=top, enters=frame, over=_DRAWING_FRAMES),
        Drawing(mask=disc(side), ink=colour(name), left=x - side // 2, top=y - side // 2, motion=motion),
    ]


def _end(end: _End, look: Look, point: tuple[int, int], middle: int, written: str, frame: int) -> list[Element]:
    """Name and value beside the end of a line, with a thin line to it where they had to move away."""
    grid = look.grid
    left, top = point[0] + grid.px(_GAP + 16), middle - end.height_px // 2
    motion = Motion(enters=frame)
    elements: list[Element] = [*letters(end.name, left=left, top=top, colours=(written,), motion=motion)]
    if end.value:
        below = top + end.name.height_px + end.gap_px
        elements += letters(end.value, left=left, top=below, colours=(written,), motion=motion)
    anchor = top + end.name.cap_px // 2
    if not top - grid.px(8) <= point[1] <= top + end.height_px + grid.px(8):
        x, y = point[0] + grid.px(14), min(point[1], anchor) - 2
        size = (left - grid.px(6) - x, abs(anchor - point[1]) + 4)
        tie = polyline([(0, point[1] - y), (size[0], anchor - y)], max(1, grid.px(2)), size)
        elements.append(Drawing(mask=tie, ink=colour(look.theme.line), left=x, top=y, motion=motion))
    return elements


def _ends(scene: LinesScene, look: Look, *, room_px: int) -> tuple[_End, ...]:
    """Names, and last values where all of them fit; else only that of the point."""
    grid = look.grid
    width = round(grid.content.width * (_NAMES_NARROW if grid.is_stacked else _NAMES))
    styles = [STRONG if number + 1 == scene.point else BODY for number in range(len(scene.items))]
    styles = [replace(style, leading=1.15) for style in styles]
    labels, size_px = [series.label for series in scene.items], grid.type_px(36)
    names = alike(labels, styles, look, width_px=width, height_px=2 * size_px, most_lines=2, largest_px=size_px)
    texts = value_texts([series.values[-1] for series in scene.items], scene.unit, look)
    values = alike(texts, [VALUE] * len(texts), look, width_px=width, largest_px=size_px)
    gap = grid.px(_BELOW_NAME)
    every = tuple(_End(name=name, value=value, gap_px=gap) for name, value in zip(names, values, strict=True))
    if sum(end.height_px for end in every) + grid.px(_BETWEEN) * len(every) <= 0.8 * room_px:
        return every
    return tuple(
        end if number + 1 == scene.point else _End(name=end.name, value=None, gap_px=0)
        for number, end in enumerate(every)
    )


def _set_marks(scene: LinesScene, look: Look, width_px: int) -> tuple[TextBlock, ...]:
    style, steps = replace(TICK, tabular=False).in_language(look.language), sizes(look.grid, SOURCE_SIZES)
    return tuple(fit(mark, style, steps, width_px=width_px // 2) for mark in scene.marks)


def _marks(labels: Sequence[TextBlock], look: Look, along: Scale, area: Box) -> list[Element]:
    """What the horizontal axis tells: the first, the last, and as many between them, evenly, as there is room for."""
    grid, last = look.grid, len(labels) - 1
    pitch = (along.end_px - along.start_px) / last
    widest = max(label.width_px for label in labels) + grid.px(32)
    step = next((step for step in range(1, last + 1) if last % step == 0 and step * pitch >= widest), last)
    elements: list[Element] = []
    for number in range(0, last + 1, step):
        label = labels[number]
        left = along.px(number) - label.width_px // 2
        if number in {0, last}:
            left = min(max(left, along.start_px - grid.px(80)), area.right - label.width_px)
        motion = enter(grid, 6, rise=0)
        top = area.bottom - label.cap_px
        elements += letters(label, left=left, top=top, colours=(look.theme.muted,), motion=motion)
    return elements


def _colour(scene: LinesScene, number: int, theme: Theme) -> str:
    """The accent for the point and grey for the others; without a point each its own."""
    if scene.point:
        return theme.accent if number + 1 == scene.point else quiet_line(theme)
    return (theme.accent_2, theme.accent, theme.text, theme.muted, theme.accent_deep)[number % 5]
