"""Fitting a table: the largest font size at which its cells fit, and the widths of its columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import TableScene
from pipeline.rendering.layouts.charts import ChartFrame
from pipeline.rendering.layouts.components import scaled_sizes
from pipeline.rendering.number_format import MINUS, is_blank, looks_numeric
from pipeline.rendering.text.break_opportunities import split_chunks
from pipeline.rendering.text.fitting import ACCENT_EM, TextBlock, fit
from pipeline.rendering.text.line import drawable_text, measure
from pipeline.rendering.text.styles import BODY, ITEM, TextStyle
from pipeline.rendering.type_scale import ITEM_SIZES, LABEL_SIZES

_FIRST = replace(ITEM, weight=600, leading=1.2)
_CELL = replace(BODY, leading=1.2)
_NUMBER = replace(BODY, weight=480, tabular=True, leading=1.2)
_HEAD = TextStyle(weight=540, optical_size=20, leading=1.2)
# At 1080: gaps between columns, vertical padding of rows, and maximum row height.
_COLUMN_GAP, _COLUMN_GAP_STACKED, _COLUMN_GAP_SMALL, _PADDING, _MAX_ROW = 48, 40, 32, 22, 104
AFTER_HEAD, _LINE_GAP = 24, 14
# Largest size of cells on wide pictures; number of rows from which on they are packed closer.
_LARGE, _MANY_ROWS = 50, 5
# Body text on tall pictures, at 1080.
_LEAST_TALL = 48
# Minimum width of a text column, as a share of the table.
_MIN_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """A fitted table: cells by row, and its columns, from the left edge of the table."""

    head: tuple[TextBlock, ...]
    rows: tuple[tuple[TextBlock, ...], ...]
    lefts: tuple[int, ...]
    widths: tuple[int, ...]
    numeric: tuple[bool, ...]
    # Whether the first cell of each row is above the others.
    is_stacked: bool
    # Numbers are right-aligned in every language: the layout is mirrored, they are not.
    is_mirrored: bool
    row_px: int
    line_gap_px: int

    @property
    def head_px(self) -> int:
        """Height of the head, to its last baseline."""
        return max(block.height_px for block in self.head[self.is_stacked :])

    @property
    def is_truncated(self) -> bool:
        """Whether any cell is truncated."""
        return any(cell.is_truncated for row in (self.head[self.is_stacked :], *self.rows) for cell in row)

    def left_of(self, column: int, block: TextBlock) -> int:
        """Left edge of a text in a column, from the left of the table."""
        is_right = self.numeric[column] and not self.is_mirrored
        return self.lefts[column] + (self.widths[column] - block.width_px if is_right else 0)


def fit_table(scene: TableScene, page: ChartFrame) -> TablePlan:
    """The largest size without truncation, preferably with one line per cell, else with stacked first cells."""
    setting = _Measurements(scene, page)
    steps = setting.steps
    tries = [
        (stacked, lines, px, False)
        for sizes in (setting.large_steps, steps)
        for stacked in (False, True)
        for lines in (1, 2)
        for px in sizes
    ]
    tries += [(stacked, 3, steps[-1], tight) for tight in (False, True) for stacked in (False, True)]
    for is_stacked, max_lines, size_px, is_tight in tries:
        if setting.may_fit(size_px, max_lines, is_stacked=is_stacked):
            plan = setting.at(size_px, max_lines, is_stacked=is_stacked, is_tight=is_tight)
            if not plan.is_truncated and plan.row_px <= setting.share_px(plan):
                return plan
    # Some cells are truncated, as little as possible, and the rows stay above the captions.
    ways = dict.fromkeys((stacked, lines) for stacked in (page.look.grid.is_stacked, False) for lines in (2, 1))
    plans = [setting.at(steps[-1], lines, is_stacked=stacked, is_tight=True) for stacked, lines in ways]
    return next((plan for plan in plans if plan.row_px <= setting.share_px(plan)), plans[-1])


class _Measurements:
    """The widths of a table's texts in em, and the table fitted at a size."""

    def __init__(self, scene: TableScene, page: ChartFrame) -> None:
        self._page, self._grid, self._heads = page, page.look.grid, scene.columns
        self._numeric = _numeric_columns(scene)
        self._styles = [
            page.look.styled(_FIRST if not column else _NUMBER if is_number else _CELL)
            for column, is_number in enumerate(self._numeric)
        ]
        rows = [row.cells for row in scene.items]
        self._texts = [list(map(_cell_text, row, self._styles, self._numeric)) for row in rows]
        self._ems = [list(map(_width, row, self._styles)) for row in self._texts]
        self._word_ems = [list(map(_widest_word, row, self._styles)) for row in self._texts]
        self._head_style = page.look.styled(_HEAD)
        self._padding = self._grid.px(_PADDING if len(self._texts) < _MANY_ROWS else _PADDING * 2 // 3)
        self._line_gap = self._grid.px(_LINE_GAP)

    @property
    def steps(self) -> tuple[int, ...]:
        """Font sizes of cells, largest first; on tall pictures, with larger type, also the sizes of others."""
        grid = self._grid
        if grid.is_stacked:
            usual = scaled_sizes(grid, ITEM_SIZES[1:])
            return (*usual, *(grid.px(size) for size in ITEM_SIZES if grid.px(size) < usual[-1]))
        return scaled_sizes(grid, (_LARGE, *ITEM_SIZES[1:]))

    @property
    def large_steps(self) -> tuple[int, ...]:
        """Those that are preferred, even if cells then take two lines: all but the small ones on a phone."""
        least = self._grid.px(_LEAST_TALL) if self._grid.is_tall else 0
        return tuple(size for size in self.steps if size >= least)

    def share_px(self, plan: TablePlan) -> int:
        """Maximum height of a row."""
        return (self._page.room_px - plan.head_px - self._grid.px(AFTER_HEAD)) // len(self._texts)

    def may_fit(self, size_px: int, max_lines: int, *, is_stacked: bool) -> bool:
        """A quick check: no text longer than its lines together, and no word longer than a line."""
        _, widths = self._columns(size_px, is_stacked=is_stacked)
        for row, words in zip(self._ems, self._word_ems, strict=True):
            for column, (em, word_em) in enumerate(zip(row, words, strict=True)):
                lines = 1 if self._numeric[column] else max_lines
                width = widths[column] or self._page.width_px
                if em * size_px > lines * width or word_em * size_px > width:
                    return False
        return True

    def at(self, size_px: int, max_lines: int, *, is_stacked: bool, is_tight: bool = False) -> TablePlan:
        """The table at a size, with columns as wide as their content wants; `is_tight`: with less padding."""
        lefts, widths = self._columns(size_px, is_stacked=is_stacked)

        def cell(column: int, text: str) -> TextBlock:
            width_px, lines = widths[column] or self._page.width_px, 1 if self._numeric[column] else max_lines
            return fit(text, self._styles[column], (size_px,), width_px=width_px, max_lines=lines)

        rows = tuple(tuple(cell(column, text) for column, text in enumerate(row)) for row in self._texts)
        # Descenders and accents of stacked cells and of neighbouring rows don't touch.
        reach, accent_px = max(cell.clearance_px for row in rows for cell in row), math.ceil(ACCENT_EM * size_px)
        gap = max(self._line_gap, 2 * accent_px) + reach
        is_multiline = any(len(cell.lines) > 1 for row in rows for cell in row)
        padding = self._padding * 3 // 2 if is_multiline or is_stacked else self._padding
        padding = max(self._padding // 2, reach + accent_px) if is_tight else padding
        plan = TablePlan(
            head=self._head(widths),
            rows=rows,
            lefts=lefts,
            widths=widths,
            numeric=self._numeric,
            is_stacked=is_stacked,
            is_mirrored=self._page.look.right_to_left,
            row_px=max(_height(row, gap, is_stacked=is_stacked) for row in rows) + 2 * padding,
            line_gap_px=gap,
        )
        return replace(plan, row_px=max(plan.row_px, min(self.share_px(plan), self._grid.type_px(_MAX_ROW))))

    def _head(self, widths: Sequence[int]) -> tuple[TextBlock, ...]:
        """Headers in one size, on one line if they fit."""
        steps = scaled_sizes(self._grid, LABEL_SIZES)
        room = [width or self._page.width_px for width in widths]
        ems = [measure(head, self._head_style) for head in self._heads]
        fitting = [size for size in steps if all(em * size <= width for em, width in zip(ems, room, strict=True))]
        return tuple(
            fit(text, self._head_style, fitting[:1] or steps[-1:], width_px=width, max_lines=1 if fitting else 2)
            for text, width in zip(self._heads, room, strict=True)
        )

    def _columns(self, size_px: int, *, is_stacked: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Lefts and widths of columns, wide enough for large headers if there is space."""
        gap = self._gap_at(size_px)
        for head_px in scaled_sizes(self._grid, LABEL_SIZES):
            natural = [
                math.ceil(max(measure(head, self._head_style) * head_px, *(row[at] * size_px for row in self._ems))) + 2
                for at, head in enumerate(self._heads)
            ]
            if is_stacked:
                natural[0] = 0
            if sum(natural) + gap * (len(natural) - 1) <= self._page.width_px:
                break
        return _columns(natural, self._numeric, self._page.width_px, gap, is_stacked=is_stacked)

    def _gap_at(self, size_px: int) -> int:
        """The minimum gap between columns: on narrow pictures smaller, and more so between small letters."""
        narrow = _COLUMN_GAP_STACKED if size_px > self.steps[-1] else _COLUMN_GAP_SMALL
        return self._grid.px(narrow if self._grid.is_stacked else _COLUMN_GAP)


def _height(row: Sequence[TextBlock], line_gap_px: int, *, is_stacked: bool) -> int:
    if not is_stacked:
        return max(cell.height_px for cell in row)
    return row[0].height_px + line_gap_px + max(cell.height_px for cell in row[1:])


def _columns(
    natural: Sequence[int], numeric: Sequence[bool], width_px: int, gap: int, *, is_stacked: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Lefts and widths of columns: spare width goes to the gaps, missing width is taken from text columns.

    A last column of numbers goes to the far edge; one of text has a gap behind it, too, where longer texts would end.
    """
    shown = range(int(is_stacked), len(natural))
    left_over = width_px - sum(natural[column] for column in shown) - gap * (len(shown) - 1)
    widths = list(natural)
    if left_over >= 0:
        gap += left_over // (max(1, len(shown) - 1) if numeric[-1] else len(shown))
    else:
        texts = [column for column in shown if not numeric[column]] or list(shown)
        available = sum(natural[column] for column in texts) + left_over
        if available < _MIN_SHARE * width_px * len(texts):
            # Very long numbers are shrunk like texts.
            texts, available = list(shown), width_px - gap * (len(shown) - 1)
        for column, part in zip(texts, _distribute([natural[column] for column in texts], available), strict=True):
            widths[column] = part
    lefts, left = [0] * len(natural), 0
    for column in shown:
        lefts[column] = left
        left += widths[column] + gap
    return tuple(lefts), tuple(widths)


def _distribute(wanted: Sequence[int], available: int) -> list[int]:
    """Widths that add up to `available`: wants below an equal share are met, the others share the rest."""
    parts, waiting = [0] * len(wanted), sorted(range(len(wanted)), key=lambda index: wanted[index])
    while waiting:
        equal = available // len(waiting)
        index = waiting.pop(0)
        parts[index] = min(wanted[index], equal)
        available -= parts[index]
    return parts


def _numeric_columns(scene: TableScene) -> tuple[bool, ...]:
    """Which columns contain only numbers; the first one, the row header, never counts."""
    columns = list(zip(*(row.cells for row in scene.items), strict=True))
    return tuple(
        bool(column) and all(looks_numeric(cell) or is_blank(cell) for cell in cells) and not all(map(is_blank, cells))
        for column, cells in enumerate(columns)
    )


def _width(text: str, style: TextStyle) -> float:
    """Width of a text as assumed when breaking lines, in em, with a small reserve per word."""
    return measure(text, style) + 2 * abs(style.tracking) * len(split_chunks(text, style.language))


def _widest_word(text: str, style: TextStyle) -> float:
    """Width of the widest unbreakable part, in em."""
    return max(
        (measure(text[part.start : part.end], style) for part in split_chunks(text, style.language)), default=0.0
    )


def _cell_text(cell: str, style: TextStyle, is_number: bool) -> str:  # noqa: FBT001 - from its column
    """The text of a cell as shown: with a real minus, and a dash if empty."""
    text = drawable_text(cell, weight=style.weight)
    if is_blank(text):
        return "–"
    return MINUS + text[1:] if is_number and text.startswith("-") else text
