"""A program broken into rows and pages, as large as it fits a card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.model import Passage
from pipeline.rendering.code_listing import CodeLine, CodeRow, advance_em, wrap_lines
from pipeline.rendering.grid import Grid
from pipeline.rendering.layouts.components import scaled_sizes
from pipeline.rendering.text.styles import CAP_HEIGHT_EM

# Of a card at 1080, left and right of its text, and from the numbers of the lines to the lines.
_PAD_X, _STACKED_PAD_X = 56, 44
AFTER_NUMBERS = 32
# Of the numbers, at least, and in sizes of the lines.
_NUMBER_SIZE, _NUMBER_SHARE = 28, 0.64


# Where the card is narrow: a size that is large enough, and how many rows more it may take, of the fewest.
_ENOUGH, _MORE_ROWS = 40, 0.3


class Air(NamedTuple):
    """How far apart things are: lines in sizes, the rest at 1080."""

    leading: float
    pad_y: int
    below_heading: int
    # Above and below the block, together, at least.
    around: int


# As long as there is room, and for long programs.
AIRY, DENSE = Air(1.5, 56, 64, 32), Air(1.36, 44, 48, 0)


class Setting(NamedTuple):
    """A program broken into rows and pages at a size."""

    size_px: int
    air: Air
    pages: tuple[tuple[CodeRow, ...], ...]

    @property
    def leading_px(self) -> int:
        """From one baseline to the next."""
        return round(self.size_px * self.air.leading)

    @property
    def cap_px(self) -> int:
        """Height of a capital letter."""
        return round(self.size_px * CAP_HEIGHT_EM)


def fitted(
    lines: Sequence[CodeLine],
    grid: Grid,
    steps: Sequence[int],
    *,
    width_px: int,
    above_px: Callable[[Air], int],
    passages: Sequence[Passage] = (),
) -> Setting:
    """The largest size at which no line is broken; if there is none, the fewest rows; on one page, if they fit one.

    On a picture that is not wide lines are broken rather than small: a few rows more for type that a phone shows well.
    `above_px` tells what of the height is taken by what stands above the card; `passages` are spoken of together.
    """
    choices: list[Setting] = []
    for size_px in scaled_sizes(grid, steps):
        room_px = width_px - inset(lines, size_px, grid) - pad_x(grid)
        rows = wrap_lines(lines, room_px / size_px, narrow=grid.is_stacked)
        for air in (AIRY, DENSE):
            setting = Setting(size_px, air, (rows,))
            most = _most_rows(setting, grid.content.height - grid.px(air.around) - above_px(air), grid)
            if len(rows) <= most:
                choices.append(setting)
    if choices:
        fewest = min(len(each.pages[0]) for each in choices)
        most = fewest + max(1, round(fewest * _MORE_ROWS)) if grid.is_stacked else fewest
        enough_px = grid.type_px(_ENOUGH) if grid.is_stacked else 0

        def merit(each: Setting) -> tuple[int, int, bool, int]:
            return -min(each.size_px, enough_px), len(each.pages[0]), each.air is DENSE, -each.size_px

        return min((each for each in choices if len(each.pages[0]) <= most), key=merit)
    return setting._replace(pages=_paginate(rows, most, passages))


def _most_rows(setting: Setting, height_px: int, grid: Grid) -> int:
    room = height_px - 2 * grid.px(setting.air.pad_y) - setting.cap_px
    return max(1, 1 + room // setting.leading_px)


def _paginate(rows: Sequence[CodeRow], most: int, passages: Sequence[Passage]) -> tuple[tuple[CodeRow, ...], ...]:
    """The rows as pages about as long as each other; none begins inside a line, or a passage, if that can be."""

    def is_torn(at: int) -> bool:
        return at < len(rows) and any(of.first < rows[at].line.number <= of.last for of in passages)

    count = -(-len(rows) // most)
    pages: list[tuple[CodeRow, ...]] = []
    start = 0
    while start < len(rows):
        wanted = -(-(len(rows) - start) // max(1, count - len(pages)))
        latest = min(start + most, len(rows))
        ends = [at for at in range(start + 1, latest + 1) if at == len(rows) or rows[at].begins]
        ends = [at for at in ends if not is_torn(at) and 2 * (at - start) >= wanted] or ends
        end = min(ends, key=lambda at: abs(at - start - wanted), default=latest)
        pages.append(tuple(rows[start:end]))
        start = next((at for at in range(end, len(rows)) if rows[at].line.text), len(rows))
    return tuple(pages)


def card_height(setting: Setting, grid: Grid) -> int:
    """The height of the card around the longest page, in pixels."""
    rows = max(map(len, setting.pages), default=1)
    return setting.cap_px + (rows - 1) * setting.leading_px + 2 * grid.px(setting.air.pad_y)


def pad_x(grid: Grid) -> int:
    """From the edge of the card to what stands in it, in pixels."""
    return grid.px(_STACKED_PAD_X if grid.is_stacked else _PAD_X)


def inset(lines: Sequence[CodeLine], size_px: int, grid: Grid) -> int:
    """From the left edge of the card to the lines: where there is room, past their numbers."""
    if grid.is_stacked or not lines:
        return pad_x(grid)
    digits = len(str(lines[-1].number))
    return pad_x(grid) + round(digits * advance_em() * number_px(size_px, grid)) + grid.px(AFTER_NUMBERS)


def number_px(size_px: int, grid: Grid) -> int:
    """Size of the numbers beside lines of that size."""
    return max(grid.px(_NUMBER_SIZE), round(_NUMBER_SHARE * size_px))
