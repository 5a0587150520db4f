"""Fitting a timeline: the largest font size, and the positions of dots and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.model import TimelineScene
from pipeline.rendering.layouts.components import scaled_sizes
from pipeline.rendering.layouts.header import Header, header
from pipeline.rendering.layouts.plan_search import DENSITIES, Density, largest_plan
from pipeline.rendering.look import Look
from pipeline.rendering.text.fitting import TextBlock, fit_uniform
from pipeline.rendering.text.line import measure
from pipeline.rendering.text.styles import BODY, HEADING, TextStyle
from pipeline.rendering.type_scale import HEADING_SIZES

_WHEN_SIZES = (*HEADING_SIZES, 40, 36, 32)
_TEXT_SIZES = (44, 40, 36, 32)
# For times beside their texts, on the same baseline.
_BESIDE_SIZES = (40, 36, 32)
# Maximum number of events whose texts are all below a horizontal line.
_MAX_ON_ONE_SIDE = 4
# First size, as steps below the largest: for few events, for more, and on vertical lines, where times are close below
# the heading and must not look like it.
_START_FEW, _START_MANY, _START_STACKED = 0, 2, 2
# Lines that a text may take before it becomes smaller.
_FEW_LINES = 3
_FEW = 3
# At 1080: diameter of dots; from the line to texts; between columns.
DOT = 32
_FROM_LINE, _BETWEEN_COLUMNS = 72, 40
# Preferred height of the block, and the maximum space added below the header to reach it.
_AIRY, _MAX_AIR = 704, 80
# Vertical lines: from the line to texts, and between events.
_INDENT, _BESIDE_LINE = 80, 56
_MIN_BETWEEN_ROWS, _MIN_BETWEEN_BESIDE, _MAX_BETWEEN_ROWS = 32, 36, 96
# Minimum space above and below the block, in total.
_AIR = 32
# Maximum width of times, as a share.
_WHEN_SHARE = 0.32


_STACKED_DENSITIES = (
    Density(compact=False, lines=3),
    Density(compact=False, lines=2, beside=True),
    Density(compact=True, lines=3, beside=True),
    *(Density(compact=True, lines=lines, beside=True, may_truncate=True) for lines in (3, 2, 1)),
)


class _Position(NamedTuple):
    """The positions of an event, from the left margin and the end of the header."""

    dot: tuple[int, int]
    when: tuple[int, int]
    text: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class TimelinePlan:
    """Fitted texts and their positions."""

    head: Header
    whens: tuple[TextBlock, ...]
    texts: tuple[TextBlock, ...]
    places: tuple[_Position, ...]
    body_px: int
    room_px: int

    @property
    def sized(self) -> tuple[TextBlock, ...]:
        """The texts that decide on the size."""
        return self.whens

    @property
    def height_px(self) -> int:
        """Height with the header."""
        return self.head.height_px + self.body_px

    @property
    def is_truncated(self) -> bool:
        """Whether any text is truncated."""
        return any(block.is_truncated for block in (*self.whens, *self.texts))


def fit_timeline(scene: TimelineScene, look: Look) -> TimelinePlan:
    """The largest type at which everything fits, with decreasing space around it and finally fewer lines."""
    stacked = look.grid.is_stacked
    few = _START_STACKED if stacked else _START_FEW if len(scene.items) <= _FEW else _START_MANY
    sizes, beside_sizes = (scaled_sizes(look.grid, scale) for scale in (_WHEN_SIZES, _BESIDE_SIZES))
    tries = (
        (density, beside_sizes, 0) if density.beside else (density, sizes, few)
        for density in (_STACKED_DENSITIES if stacked else DENSITIES)
    )
    return largest_plan(tries, lambda density, smaller: _plan_at(scene, look, density, smaller))


def _plan_at(scene: TimelineScene, look: Look, density: Density, smaller: int) -> TimelinePlan:
    grid, count, room_px = look.grid, len(scene.items), look.grid.content.height - look.grid.px(_AIR)
    head = header(scene.kicker, scene.heading, look, compact=density.compact)
    times, events = [moment.when for moment in scene.items], [moment.text for moment in scene.items]
    style, text_style = look.styled(HEADING), look.styled(BODY)
    if density.beside:
        steps = scaled_sizes(grid, _BESIDE_SIZES[smaller:])
        width = round(grid.content.width * _WHEN_SHARE)
        whens = fit_uniform(times, replace(style, leading=text_style.leading), steps, width_px=width, max_lines=2)
        dot_x = max(when.width_px for when in whens) + grid.px(_BESIDE_LINE)
        width = grid.content.width - dot_x - grid.px(_BESIDE_LINE)
        texts = fit_uniform(events, text_style, (whens[0].size_px,), width_px=width, max_lines=density.lines)
    else:
        width = grid.content.width - grid.px(_INDENT) if grid.is_stacked else _column_width(look, count)
        whens = fit_uniform(times, style, scaled_sizes(grid, _WHEN_SIZES[smaller:]), width_px=width)
        step = (smaller - _START_STACKED if grid.is_stacked else smaller) // 2
        text_steps = scaled_sizes(grid, _TEXT_SIZES[step:] or _TEXT_SIZES[-1:])
        texts = _fit_uneven(events, text_style, text_steps, width_px=width, max_lines=density.lines)
        dot_x = grid.px(DOT) // 2
    if grid.is_stacked:
        left_px = room_px - head.height_px
        places, body_px = _vertical(whens, texts, look, beside=density.beside, dot_x=dot_x, room_px=left_px)
        head = replace(head, below_px=head.below_px + max(0, min(grid.px(_AIR), left_px - body_px)))
    else:
        places, body_px = _horizontal(whens, texts, look)
        air = min(grid.px(_MAX_AIR), grid.px(_AIRY) - head.height_px - body_px)
        head = replace(head, below_px=head.below_px + max(0, air))
    return TimelinePlan(head=head, whens=whens, texts=texts, places=places, body_px=body_px, room_px=room_px)


def _fit_uneven(
    events: Sequence[str], style: TextStyle, steps: Sequence[int], *, width_px: int, max_lines: int
) -> tuple[TextBlock, ...]:
    """All texts in the largest size in which each takes a few lines, balanced or not: height is cheap, width is not."""
    for size_px in steps[:-1]:
        widest = max((measure(word, style) for event in events for word in event.split()), default=0.0)
        blocks = fit_uniform(events, style, (size_px,), width_px=width_px, max_lines=min(_FEW_LINES, max_lines))
        if widest * size_px <= width_px and not any(block.is_truncated for block in blocks):
            return blocks
    return fit_uniform(events, style, steps, width_px=width_px, max_lines=max_lines)


def _pitch(look: Look, count: int) -> int:
    """From dot to dot on a horizontal line."""
    # Alternating texts take two columns each, including the last one.
    columns = count if count <= _MAX_ON_ONE_SIDE else count + 1
    return (look.grid.content.width + look.grid.px(_BETWEEN_COLUMNS)) // columns


def _column_width(look: Look, count: int) -> int:
    """Width of an event's texts with neighbours on both sides."""
    pitch = _pitch(look, count)
    return (pitch if count <= _MAX_ON_ONE_SIDE else 2 * pitch) - look.grid.px(_BETWEEN_COLUMNS)


def _below(when: TextBlock, text: TextBlock, look: Look) -> int:
    """From the last baseline of a time to the capitals of its text."""
    return look.grid.px(16) + when.size_px * 3 // 8 + text.clearance_px if text.lines else 0


def _horizontal(
    whens: Sequence[TextBlock], texts: Sequence[TextBlock], look: Look
) -> tuple[tuple[_Position, ...], int]:
    """Positions from left to right, and the total height."""
    grid, count = look.grid, len(whens)
    pitch, gap, radius = _pitch(look, count), grid.px(_FROM_LINE), grid.px(DOT) // 2
    if count <= _MAX_ON_ONE_SIDE:
        line_y = max(when.height_px for when in whens) + gap
        text_y = line_y + gap + max(text.clearance_px for text in texts)
        columns = [(index * pitch, line_y - gap - when.height_px) for index, when in enumerate(whens)]
        places = [_Position((left + radius, line_y), (left, top), (left, text_y)) for left, top in columns]
        return tuple(places), text_y + max(text.height_px for text in texts)
    heights = [
        when.height_px + _below(when, text, look) + text.height_px for when, text in zip(whens, texts, strict=True)
    ]
    line_y = max(heights[::2]) + gap
    places = []
    for index, (when, text) in enumerate(zip(whens, texts, strict=True)):
        top = line_y + gap if index % 2 else line_y - gap - heights[index]
        text_y = top + when.height_px + _below(when, text, look)
        places.append(_Position((index * pitch + radius, line_y), (index * pitch, top), (index * pitch, text_y)))
    return tuple(places), line_y + gap + max(heights[1::2])


def _vertical(
    whens: Sequence[TextBlock], texts: Sequence[TextBlock], look: Look, *, beside: bool, dot_x: int, room_px: int
) -> tuple[tuple[_Position, ...], int]:
    """Positions from top to bottom, each text beside or below its time, and the total height."""
    grid, step = look.grid, look.grid.px(8)
    text_x = dot_x + grid.px(_BESIDE_LINE) if beside else grid.px(_INDENT)
    offsets = [
        0 if beside else when.height_px + _below(when, text, look) for when, text in zip(whens, texts, strict=True)
    ]
    heights = [
        max(when.height_px, offset + text.height_px) for when, offset, text in zip(whens, offsets, texts, strict=True)
    ]
    gap = (room_px - sum(heights)) // max(1, len(heights) - 1) // step * step
    least = grid.px(_MIN_BETWEEN_BESIDE) if beside else grid.px(_MIN_BETWEEN_ROWS) + whens[0].size_px // 2
    least += texts[0].clearance_px
    gap = min(max(gap, least), grid.px(_MAX_BETWEEN_ROWS))
    places, top = [], 0
    for when, offset, height in zip(whens, offsets, heights, strict=True):
        dot = (dot_x, top + when.cap_px // 2)
        places.append(_Position(dot, (0 if beside else text_x, top), (text_x, top + offset)))
        top += height + gap
    return tuple(places), top - gap
