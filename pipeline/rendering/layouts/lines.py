"""Line charts: lines drawn on once, each labelled with its name and last value at its end instead of in a legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import LinesScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import (
    LIGHTS,
    STRONG,
    TICK,
    VALUE,
    chart_frame,
    chart_rule,
    fit_labels,
    muted_line,
    subtitle_with_unit,
    tick_texts,
    value_frames,
    value_texts,
)
from pipeline.rendering.layouts.components import entrance, scaled_sizes
from pipeline.rendering.layouts.growth import FlippedSprite, growing_line
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.motion.timeline import line_starts
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.scales import Scale, round_range, spread_labels, ticks
from pipeline.rendering.surface.background import background
from pipeline.rendering.surface.shapes import disc, polyline
from pipeline.rendering.text.break_opportunities import HYPHEN
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import BODY
from pipeline.rendering.type_scale import SOURCE_SIZES
from pipeline.theme.colours import readable
from pipeline.theme.theme import TEXT_CONTRAST, Theme

_MAX_TICKS = 7
# Duration of a whole line, or of a stage from mark to mark; how early the name appears before the line is complete.
_DRAWING_FRAMES, _STAGE_FRAMES, _NAME_BEFORE = 36, 20, 12
# At 1080: width of lines and of their dots, normal and for the key line; from ticks to the plot, from the plot to
# names, maximum inset of the first mark, and maximum height.
_WIDTH, _WIDTH_POINT, _DOT, _DOT_POINT = 4, 7, 14, 20
_GAP, _BESIDE, _INSET, _MAX_HEIGHT = 24, 40, 80, 720
# Maximum width of names, as a share, and their maximum lines: wider ones are tried if names would be truncated or don't
# fit below each other.
_NAMES, _NAMES_NARROW = ((0.22, 2), (0.30, 1)), ((0.28, 2), (0.34, 2), (0.42, 1))
# Factor by which the step between shown marks may grow so that the first mark is one of them.
_MAX_STEP_FACTOR = 2
# At 1080: between a name and its value, between names, and between marks.
_BELOW_NAME, _BETWEEN, _BETWEEN_MARKS = 16, 32, 24


@dataclass(frozen=True, kw_only=True)
class _End:
    """The label at the end of a line: its name and, if it fits, its last value."""

    name: TextBlock
    value: TextBlock | None
    gap_px: int

    @property
    def height_px(self) -> int:
        """From the name's capitals to the last baseline."""
        return self.name.height_px + (self.gap_px + self.value.height_px if self.value else 0)

    @property
    def width_px(self) -> int:
        """Width of the wider of name and value."""
        return max(self.name.width_px, self.value.width_px if self.value else 0)


def lay_out(scene: LinesScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    subtitle = subtitle_with_unit(scene.subtitle, scene.unit, at_values=False)
    page = chart_frame(look, message=scene.heading, subtitle=subtitle, source=scene.source)
    sprites, area = page.place(min(page.room_px, look.grid.px(_MAX_HEIGHT)))
    plot = _Plot(scene, look, area)
    starts = value_frames(scene, words, len(scene.items))
    elements = [*sprites, *plot.grid_lines(), *plot.marks(), *plot.lines(starts, _mark_frames(scene, words))]
    return Composition(ground=background(look.format, look.theme, LIGHTS), elements=elements)


def _mark_frames(scene: LinesScene, words: Sequence[Word]) -> tuple[int, ...]:
    """The frame in which each mark is spoken, if consecutive lines begin with the marks; else empty."""
    starts, first = line_starts(scene, words), len(scene.lines) - len(scene.marks)
    frames = [starts[number] for number in range(first, len(scene.lines)) if number in starts]
    if first < 0 or len(frames) < len(scene.marks):
        return ()
    pairs = zip(scene.lines[first:], scene.marks, strict=True)
    return tuple(frames) if all(_mentions(line.text, mark) for line, mark in pairs) else ()


def _mentions(text: str, mark: str) -> bool:
    """Whether a line begins with a mark: “1990: 12 %.”, not “19900: …”."""
    return text.startswith(mark) and not text[len(mark) : len(mark) + 1].isalnum()


class _Plot:
    """The scales of a chart, and what is drawn with them."""

    def __init__(self, scene: LinesScene, look: Look, area: Box) -> None:
        grid = look.grid
        self._scene, self._look, self._grid, self._area = scene, look, grid, area
        low, high = round_range([value for series in scene.items for value in series.values], most=_MAX_TICKS)
        self._ticks = ticks(low, high, most=_MAX_TICKS)
        self._texts = tick_texts(self._ticks, scene.unit, look)
        bottom = area.bottom - grid.type_px(28) - grid.px(20)
        self._y = Scale(low=low, high=high, start_px=bottom, end_px=area.top + grid.px(12))
        self._ends = _fit_ends(scene, look, room_px=bottom - area.top)
        self._left = area.left + max(text.width_px for text in self._texts) + grid.px(_GAP)
        right = area.right - max(end.width_px for end in self._ends) - grid.px(_BESIDE)
        style, steps = look.styled(replace(TICK, tabular=False)), scaled_sizes(grid, SOURCE_SIZES)
        self._marks = [fit(mark, style, steps, width_px=(right - self._left) // 2) for mark in scene.marks]
        # The first mark is aligned with the axis, unless it is long.
        self._inset = min(self._marks[0].width_px // 2, grid.px(_INSET))
        self._x = Scale(low=0, high=len(self._marks) - 1, start_px=self._left + self._inset, end_px=right)

    def grid_lines(self) -> list[Element]:
        """Horizontal lines at the ticks, with their labels at the left."""
        grid, low = self._grid, self._ticks[0]
        elements: list[Element] = []
        for tick, text in zip(self._ticks, self._texts, strict=True):
            y = self._y.px(tick)
            line = Box(self._left, y - grid.px(1), self._x.end_px, y + max(1, grid.px(1)))
            elements.append(chart_rule(self._look, line, frame=4, strong=tick == 0 or (tick == low > 0)))
            left, top = self._left - grid.px(_GAP) - text.width_px, y - text.cap_px // 2
            motion = entrance(grid, 5, rise=0)
            elements += text_sprites(text, left=left, top=top, colour=self._look.theme.muted, motion=motion)
        return elements

    def marks(self) -> list[Element]:
        """The labels of the horizontal axis, evenly spaced, as many as fit: always the last, preferably the first."""
        grid, along, last = self._grid, self._x, len(self._marks) - 1
        pitch = (along.end_px - along.start_px) / last
        widest = max(mark.width_px for mark in self._marks) + grid.px(32)
        least = min(last, math.ceil(widest / pitch))
        step = next(step for step in range(least, last + 1) if last % step == 0)
        # With 14 marks, the only even step would be from the first to the last.
        step = step if step <= _MAX_STEP_FACTOR * least else least
        lefts: dict[int, int] = {}
        free_to = self._area.right
        for number in range(last, -1, -step):
            mark = self._marks[number]
            left = min(along.px(number) - mark.width_px // 2, self._area.right - mark.width_px)
            left = max(left, along.start_px - self._inset)
            if left + mark.width_px <= free_to:  # the first one may have been moved in from the edge
                lefts[number], free_to = left, left - grid.px(_BETWEEN_MARKS)
        elements: list[Element] = []
        for number, left in sorted(lefts.items()):
            mark = self._marks[number]
            top, motion = self._area.bottom - mark.cap_px, entrance(grid, 6, rise=0)
            elements += text_sprites(mark, left=left, top=top, colour=self._look.theme.muted, motion=motion)
        return elements

    def lines(self, starts: Sequence[int], marks: Sequence[int]) -> list[Element]:
        """The lines with their labels; the key line is drawn on top.

        Each is drawn on from its frame in `starts`; if `marks` has the frames of all marks, from mark to mark.
        """
        grid, scene, theme = self._grid, self._scene, self._look.theme
        lasts = [self._y.px(series.values[-1]) for series in scene.items]
        heights = [end.height_px for end in self._ends]
        top, bottom = self._area.top, self._y.start_px + grid.px(8)
        middles = spread_labels(lasts, heights, low=top, high=bottom, gap=grid.px(_BETWEEN))
        elements: list[Element] = []
        for number in sorted(range(len(lasts)), key=self._is_point):
            colour_of_line = _line_colour(scene, number, theme)
            named = (marks[-1] + _STAGE_FRAMES if marks else starts[number] + _DRAWING_FRAMES) - _NAME_BEFORE
            elements += self._line(number, colour_of_line, starts[number], marks, named)
            written = _text_colour(scene, number, colour_of_line, theme)
            motion = Motion(enters=named)
            elements += self._leader_line(lasts[number], middles[number], heights[number], motion)
            left, top = self._x.end_px + grid.px(_BESIDE), middles[number] - heights[number] // 2
            elements += _end_sprites(self._ends[number], left, top, written, motion)
        return elements

    def _line(self, number: int, name: str, start: int, marks: Sequence[int], named: int) -> list[Element]:
        """A line drawn on in reading direction, with a dot at its end and wherever it pauses."""
        grid, is_point = self._grid, self._is_point(number)
        points = [(self._x.px(at), self._y.px(value)) for at, value in enumerate(self._scene.items[number].values)]
        width = max(2, grid.px(_WIDTH_POINT if is_point else _WIDTH))
        left, top = points[0][0] - width, min(y for _, y in points) - width
        size = (points[-1][0] + width - left, max(y for _, y in points) + width - top)
        mask = polyline([(x - left, y - top) for x, y in points], width, size)
        # Without its round cap: where it pauses, there is a dot.
        stages = tuple((frame, at - left) for frame, (at, _) in zip(marks, points, strict=False))
        stages = (*stages[:-1], (marks[-1], size[0])) if stages else ()
        frames = _STAGE_FRAMES if marks else _DRAWING_FRAMES
        line = growing_line(mask, name, left=left, top=top, enters=start, frames=frames, stages=stages)
        side = max(4, grid.px(_DOT_POINT if is_point else _DOT) // 2 * 2)
        ends = self._dot(points[-1], side, name, named)
        rests = [
            self._dot(point, side, name, frame + _STAGE_FRAMES - _NAME_BEFORE)
            for frame, point in zip(marks[:-1], points, strict=False)
        ]
        return [line, *rests, ends]

    def _dot(self, at: tuple[int, int], side: int, name: str, enters: int) -> Element:
        left, top = at[0] - side // 2, at[1] - side // 2
        return FlippedSprite(
            mask=disc(side), ink=colour(name), left=left, top=top, motion=Motion(enters=enters, frames=8)
        )

    def _leader_line(self, y: int, middle: int, height_px: int, motion: Motion) -> list[Element]:
        """A thin line from the end of a line to its name, if that had to move away."""
        grid = self._grid
        if abs(y - middle) <= height_px // 2 + grid.px(8):
            return []
        # To the nearer edge of the name.
        target = middle + (height_px // 2 if y > middle else -(height_px // 2))
        left, top = self._x.end_px + grid.px(14), min(y, target) - 2
        size = (grid.px(_BESIDE) - grid.px(14 + 6), abs(target - y) + 4)
        mask = polyline([(0, y - top), (size[0], target - top)], max(1, grid.px(2)), size)
        return [FlippedSprite(mask=mask, ink=colour(self._look.theme.line), left=left, top=top, motion=motion)]

    def _is_point(self, number: int) -> bool:
        return number + 1 == self._scene.point


def _end_sprites(end: _End, left: int, top: int, written: str, motion: Motion) -> list[Element]:
    elements: list[Element] = [*text_sprites(end.name, left=left, top=top, colour=written, motion=motion)]
    if end.value:
        below = top + end.name.height_px + end.gap_px
        elements += text_sprites(end.value, left=left, top=below, colour=written, motion=motion)
    return elements


def _fit_ends(scene: LinesScene, look: Look, *, room_px: int) -> tuple[_End, ...]:
    """The labels of the lines: preferably whole words that don't overlap, at least no overlap."""
    tried = [
        _ends_within(scene, look, share, max_lines, room_px)
        for share, max_lines in (_NAMES_NARROW if look.grid.is_stacked else _NAMES)
    ]
    apart = [ends for ends in tried if _height(ends, look) <= room_px]
    whole = [ends for ends in apart if not any(end.name.is_truncated for end in ends)]
    unhyphenated = [ends for ends in whole if not any(_is_hyphenated(end.name) for end in ends)]
    return [*unhyphenated, *whole, *apart, tried[-1]][0]


def _is_named_above(scene: LinesScene) -> bool:
    """Whether heading or subtitle already name the only line."""
    above = f"{scene.heading}\n{subtitle_with_unit(scene.subtitle, scene.unit, at_values=False)}".casefold()
    return len(scene.items) == 1 and scene.items[0].label.removesuffix("…").casefold() in above


def _is_hyphenated(name: TextBlock) -> bool:
    return any(line.text.endswith(HYPHEN) for line in name.lines[:-1])


def _ends_within(scene: LinesScene, look: Look, share: float, max_lines: int, room_px: int) -> tuple[_End, ...]:
    """Names, and last values if all of them fit; else only that of the key line."""
    grid = look.grid
    width = round(grid.content.width * share)
    styles = [STRONG if number + 1 == scene.point else BODY for number in range(len(scene.items))]
    styles = [replace(style, leading=1.15) for style in styles]
    labels, size_px = [series.label for series in scene.items], grid.type_px(36)
    height = max_lines * size_px
    names = fit_labels(labels, styles, look, width_px=width, height_px=height, max_lines=max_lines, largest_px=size_px)
    texts = value_texts([series.values[-1] for series in scene.items], scene.unit, look)
    values = fit_labels(texts, [VALUE] * len(texts), look, width_px=width, largest_px=size_px)
    gap = grid.px(_BELOW_NAME) + max(block.clearance_px for block in (*names, *values))
    if _is_named_above(scene):
        names, gap = tuple(replace(name, lines=()) for name in names), 0
    every = tuple(_End(name=name, value=value, gap_px=gap) for name, value in zip(names, values, strict=True))
    if _height(every, look) + grid.px(_BETWEEN) <= 0.8 * room_px:
        return every
    return tuple(
        end if number + 1 == scene.point else _End(name=end.name, value=None, gap_px=0)
        for number, end in enumerate(every)
    )


def _height(ends: Sequence[_End], look: Look) -> int:
    """The total height of all labels, with space between them."""
    return sum(end.height_px for end in ends) + look.grid.px(_BETWEEN) * (len(ends) - 1)


def _text_colour(scene: LinesScene, number: int, name: str, theme: Theme) -> str:
    """The colour of text at the end of a line: text needs more contrast than lines."""
    if scene.point:
        return theme.text if number + 1 == scene.point else theme.muted
    return readable(name, (theme.background_top, theme.background_bottom, theme.glow), TEXT_CONTRAST)


def _line_colour(scene: LinesScene, number: int, theme: Theme) -> str:
    """The accent for the key line and grey for the others; without a key line a colour for each."""
    if scene.point:
        return theme.accent if number + 1 == scene.point else muted_line(theme)
    return (theme.accent_2, theme.accent, theme.text, theme.muted, theme.accent_deep)[number % 5]
