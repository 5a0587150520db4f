"""Line charts: lines drawn on once, each labelled with its name and last value at its end instead of in a legend.

Years, and other numbers on the horizontal axis, are to scale: from 1965 to 2001 is further than from 1954 to 1965.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from pipeline.language.writing_systems import ascii_digits
from pipeline.model import LinesScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import (
    LIGHTS,
    TICK,
    chart_frame,
    chart_rule,
    muted_line,
    subtitle_with_unit,
    tick_texts,
    value_frames,
)
from pipeline.rendering.layouts.components import entrance, scaled_sizes
from pipeline.rendering.layouts.growth import FlippedSprite, Growth
from pipeline.rendering.layouts.line_ends import BETWEEN_NAMES, LineEnd, fit_ends
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.motion.timeline import line_starts
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.scales import Scale, round_range, spread_labels, ticks
from pipeline.rendering.surface.background import background
from pipeline.rendering.surface.shapes import disc, polyline
from pipeline.rendering.text.fitting import fit
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
# Factor by which the step between shown marks may grow so that the first mark is one of them.
_MAX_STEP_FACTOR = 2
# At 1080: between the labels of marks, and the least distance of two marks that is to scale.
_BETWEEN_MARKS, _MIN_PITCH = 24, 24


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
        self._ends = fit_ends(scene, look, room_px=bottom - area.top)
        self._left = area.left + max(text.width_px for text in self._texts) + grid.px(_GAP)
        right = area.right - max(end.width_px for end in self._ends) - grid.px(_BESIDE)
        style, steps = look.styled(replace(TICK, tabular=False)), scaled_sizes(grid, SOURCE_SIZES)
        self._marks = [fit(mark, style, steps, width_px=(right - self._left) // 2) for mark in scene.marks]
        # The first mark is aligned with the axis, unless it is long.
        self._inset = min(self._marks[0].width_px // 2, grid.px(_INSET))
        self._xs = _positions(scene.marks, self._left + self._inset, right, grid.px(_MIN_PITCH))

    def grid_lines(self) -> list[Element]:
        """Horizontal lines at the ticks, with their labels at the left."""
        grid, low = self._grid, self._ticks[0]
        elements: list[Element] = []
        for tick, text in zip(self._ticks, self._texts, strict=True):
            y = self._y.px(tick)
            line = Box(self._left, y - grid.px(1), self._xs[-1], y + max(1, grid.px(1)))
            elements.append(chart_rule(self._look, line, frame=4, strong=tick == 0 or (tick == low > 0)))
            left, top = self._left - grid.px(_GAP) - text.width_px, y - text.cap_px // 2
            motion = entrance(grid, 5, rise=0)
            elements += text_sprites(text, left=left, top=top, colour=self._look.theme.muted, motion=motion)
        return elements

    def marks(self) -> list[Element]:
        """The labels of the horizontal axis, as many as fit."""
        motion, elements = entrance(self._grid, 6, rise=0), list[Element]()
        for number, left in sorted(self._lefts().items()):
            mark = self._marks[number]
            top = self._area.bottom - mark.cap_px
            elements += text_sprites(mark, left=left, top=top, colour=self._look.theme.muted, motion=motion)
        return elements

    def _lefts(self) -> dict[int, int]:
        """The left edges of the labels of marks that fit: always the last, preferably the first."""
        gap, placed = self._grid.px(_BETWEEN_MARKS), dict[int, int]()
        for number in self._preferred_marks():
            width = self._marks[number].width_px
            left = min(self._xs[number] - width // 2, self._area.right - width)
            left = max(left, self._xs[0] - self._inset)  # the first one may be moved in from the edge
            if all(
                left + width + gap <= other or other + self._marks[there].width_px + gap <= left
                for there, other in placed.items()
            ):
                placed[number] = left
        return placed

    def _preferred_marks(self) -> Iterator[int]:
        """The marks to label, as long as there is space; of evenly spaced ones every nth."""
        last = len(self._marks) - 1
        pitches = [right - left for left, right in pairwise(self._xs)]
        if max(pitches) - min(pitches) > 1:  # more than rounding
            yield from (last, 0, *range(last - 1, 0, -1))
            return
        widest = max(mark.width_px for mark in self._marks) + self._grid.px(32)
        least = min(last, math.ceil(widest * last / (self._xs[-1] - self._xs[0])))
        step = next(step for step in range(least, last + 1) if last % step == 0)
        # With 14 marks, the only even step would be from the first to the last.
        yield from range(last, -1, -(step if step <= _MAX_STEP_FACTOR * least else least))

    def lines(self, starts: Sequence[int], marks: Sequence[int]) -> list[Element]:
        """The lines with their labels; the key line is drawn on top.

        Each is drawn on from its frame in `starts`; if `marks` has the frames of all marks, from mark to mark.
        """
        grid, scene, theme = self._grid, self._scene, self._look.theme
        lasts = [self._y.px(series.values[-1]) for series in scene.items]
        heights = [end.height_px for end in self._ends]
        top, bottom = self._area.top, self._y.start_px + grid.px(8)
        middles = spread_labels(lasts, heights, low=top, high=bottom, gap=grid.px(BETWEEN_NAMES))
        elements: list[Element] = []
        for number in sorted(range(len(lasts)), key=self._is_point):
            colour_of_line = _line_colour(scene, number, theme)
            named = (marks[-1] + _STAGE_FRAMES if marks else starts[number] + _DRAWING_FRAMES) - _NAME_BEFORE
            elements += self._line(number, colour_of_line, starts[number], marks, named)
            written = _text_colour(scene, number, colour_of_line, theme)
            motion = Motion(enters=named)
            elements += self._leader_line(lasts[number], middles[number], heights[number], motion)
            left, top = self._xs[-1] + grid.px(_BESIDE), middles[number] - heights[number] // 2
            elements += _end_sprites(self._ends[number], left, top, written, motion)
        return elements

    def _line(self, number: int, name: str, start: int, marks: Sequence[int], named: int) -> list[Element]:
        """A line drawn on in reading direction, with a dot at its end and wherever it pauses."""
        grid, is_point = self._grid, self._is_point(number)
        points = [(x, self._y.px(value)) for x, value in zip(self._xs, self._scene.items[number].values, strict=True)]
        width = max(2, grid.px(_WIDTH_POINT if is_point else _WIDTH))
        left, top = points[0][0] - width, min(y for _, y in points) - width
        size = (points[-1][0] + width - left, max(y for _, y in points) + width - top)
        mask = polyline([(x - left, y - top) for x, y in points], width, size)
        # Without its round cap: where it pauses, there is a dot.
        stages = tuple((frame, at - left) for frame, (at, _) in zip(marks, points, strict=False))
        stages = (*stages[:-1], (marks[-1], size[0])) if stages else ()
        frames = _STAGE_FRAMES if marks else _DRAWING_FRAMES
        at = Box(left, top, left + size[0], top + size[1])
        line = Growth(
            mask=mask, ink=colour(name), at=at, to="right", enters=start, frames=frames, moves=False, stages=stages
        )
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
        left, top = self._xs[-1] + grid.px(14), min(y, target) - 2
        size = (grid.px(_BESIDE) - grid.px(14 + 6), abs(target - y) + 4)
        mask = polyline([(0, y - top), (size[0], target - top)], max(1, grid.px(2)), size)
        return [FlippedSprite(mask=mask, ink=colour(self._look.theme.line), left=left, top=top, motion=motion)]

    def _is_point(self, number: int) -> bool:
        return number + 1 == self._scene.point


def _positions(marks: Sequence[str], start_px: int, end_px: int, least_px: int) -> tuple[int, ...]:
    """Where the marks stand: rising numbers to scale if none are too close, else evenly spaced.

    Years that would be too close are moved apart, unless there are too many.
    """
    found = [re.fullmatch(r"[-−]?\d{1,9}", ascii_digits(mark)) for mark in marks]
    numbers = [int(each[0].replace("−", "-")) for each in found if each]
    if len(numbers) == len(marks) and all(low < high for low, high in pairwise(numbers)):
        places = _scaled(numbers, start_px, end_px)
        if all(right - left >= least_px for left, right in pairwise(places)):
            return places
        is_years = numbers[0] >= 1000 and numbers[-1] < 3000
        if is_years and least_px * (len(numbers) - 1) < end_px - start_px:
            return _moved_apart(places, least_px)
    return _scaled(range(len(marks)), start_px, end_px)


def _moved_apart(places: Sequence[int], least_px: int) -> tuple[int, ...]:
    """The places with gaps of at least `least_px`, for which the wider ones are all reduced by the same factor."""
    gaps, scale, room = [right - left for left, right in pairwise(places)], 1.0, places[-1] - places[0]
    while True:
        wide = [gap for gap in gaps if gap * scale > least_px]
        fitting = (room - least_px * (len(gaps) - len(wide))) / sum(wide)
        if fitting == scale:
            return tuple(
                places[0] + round(at) for at in accumulate((max(gap * scale, least_px) for gap in gaps), initial=0)
            )
        scale = fitting


def _scaled(numbers: Sequence[int], start_px: int, end_px: int) -> tuple[int, ...]:
    return tuple(map(Scale(low=numbers[0], high=numbers[-1], start_px=start_px, end_px=end_px).px, numbers))


def _end_sprites(end: LineEnd, left: int, top: int, written: str, motion: Motion) -> list[Element]:
    elements: list[Element] = [*text_sprites(end.name, left=left, top=top, colour=written, motion=motion)]
    if end.value:
        below = top + end.name.height_px + end.gap_px
        elements += text_sprites(end.value, left=left, top=below, colour=written, motion=motion)
    return elements


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
