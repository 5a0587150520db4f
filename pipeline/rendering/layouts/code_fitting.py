"""Fitting code to a card: the largest size, line wrapping and pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.model import Passage
from pipeline.rendering.code_listing import CodeLine, CodeRow, advance_em, wrap_lines
from pipeline.rendering.grid import Grid
from pipeline.rendering.layouts.components import scaled_sizes
from pipeline.rendering.text.styles import CAP_HEIGHT_EM

# At 1080: horizontal padding of the card, and from line numbers to lines.
_PAD_X, _STACKED_PAD_X = 56, 44
AFTER_NUMBERS = 32
# Size of line numbers: minimum, and relative to the code.
_NUMBER_SIZE, _NUMBER_SHARE = 28, 0.64
# On narrow cards: a size that is large enough, and the share of additional rows it may cost.
_COMFORTABLE_SIZE, _MORE_ROWS = 40, 0.3


class CodeSpacing(NamedTuple):
    """Spacing of a listing: leading in multiples of the size, the rest in pixels at 1080."""

    leading: float
    pad_y: int
    below_heading: int
    # Minimum space above and below the block, in total.
    around: int


# The normal spacing, and that of long programs.
SPACIOUS, DENSE = CodeSpacing(1.5, 56, 64, 32), CodeSpacing(1.36, 44, 48, 0)


class CodeLayout(NamedTuple):
    """Code broken into rows and pages at a size."""

    size_px: int
    spacing: CodeSpacing
    pages: tuple[tuple[CodeRow, ...], ...]
    # From the card's left edge to the lines, past the line numbers, if there are any; and from its top to the capitals
    # of the first line.
    inset_px: int
    pad_px: int

    @property
    def leading_px(self) -> int:
        """Leading from baseline to baseline."""
        return round(self.size_px * self.spacing.leading)

    @property
    def cap_px(self) -> int:
        """Cap height."""
        return round(self.size_px * CAP_HEIGHT_EM)

    @property
    def height_px(self) -> int:
        """Height of the card around the longest page."""
        rows = max(map(len, self.pages), default=1)
        return self.cap_px + (rows - 1) * self.leading_px + 2 * self.pad_px

    def max_rows(self, height_px: int) -> int:
        """The number of rows on a card of at most that height."""
        return max(1, 1 + (height_px - 2 * self.pad_px - self.cap_px) // self.leading_px)


def fit_code(
    lines: Sequence[CodeLine],
    grid: Grid,
    steps: Sequence[int],
    *,
    width_px: int,
    above_px: Callable[[CodeSpacing], int],
    passages: Sequence[Passage] = (),
) -> CodeLayout:
    """The largest size at which no line is wrapped; else the one with the fewest rows; on one page if possible.

    On narrow pictures lines are wrapped rather than small: a few more rows for type that phones show well. `above_px`
    gives the height above the card for a spacing; `passages` are kept on one page.
    """
    candidates: list[CodeLayout] = []
    for size_px in scaled_sizes(grid, steps):
        inset_px = _inset(lines, size_px, grid)
        rows = wrap_lines(lines, (width_px - inset_px - pad_x(grid)) / size_px, narrow=grid.is_stacked)
        for air in (SPACIOUS, DENSE):
            layout = CodeLayout(size_px, air, (rows,), inset_px, grid.px(air.pad_y))
            most = layout.max_rows(grid.content.height - grid.px(air.around) - above_px(air))
            if len(rows) <= most:
                candidates.append(layout)
    if candidates:
        fewest = min(len(each.pages[0]) for each in candidates)
        most = fewest + max(1, round(fewest * _MORE_ROWS)) if grid.is_stacked else fewest
        enough_px = grid.type_px(_COMFORTABLE_SIZE) if grid.is_stacked else 0

        def rank(each: CodeLayout) -> tuple[int, int, bool, int]:
            return -min(each.size_px, enough_px), len(each.pages[0]), each.spacing is DENSE, -each.size_px

        return min((each for each in candidates if len(each.pages[0]) <= most), key=rank)
    return layout._replace(pages=_paginate(rows, most, passages))


def _paginate(rows: Sequence[CodeRow], max_rows: int, passages: Sequence[Passage]) -> tuple[tuple[CodeRow, ...], ...]:
    """The rows as pages of about equal length, which preferably begin neither inside a line nor inside a passage."""

    def is_inside_passage(at: int) -> bool:
        return at < len(rows) and any(of.first < rows[at].line.number <= of.last for of in passages)

    count = -(-len(rows) // max_rows)
    pages: list[tuple[CodeRow, ...]] = []
    start = 0
    while start < len(rows):
        wanted = -(-(len(rows) - start) // max(1, count - len(pages)))
        latest = min(start + max_rows, len(rows))
        ends = [at for at in range(start + 1, latest + 1) if at == len(rows) or rows[at].is_first]
        ends = [at for at in ends if not is_inside_passage(at) and 2 * (at - start) >= wanted] or ends
        end = min(ends, key=lambda at: abs(at - start - wanted), default=latest)
        pages.append(tuple(rows[start:end]))
        start = next((at for at in range(end, len(rows)) if rows[at].line.text), len(rows))
    return tuple(pages)


def pad_x(grid: Grid) -> int:
    """Horizontal padding of the card, in pixels."""
    return grid.px(_STACKED_PAD_X if grid.is_stacked else _PAD_X)


def _inset(lines: Sequence[CodeLine], size_px: int, grid: Grid) -> int:
    if grid.is_stacked or not lines:
        return pad_x(grid)
    digits = len(str(lines[-1].number))
    return pad_x(grid) + round(digits * advance_em() * number_px(size_px, grid)) + grid.px(AFTER_NUMBERS)


def number_px(size_px: int, grid: Grid) -> int:
    """Font size of line numbers for code of that size."""
    return max(grid.px(_NUMBER_SIZE), round(_NUMBER_SHARE * size_px))
