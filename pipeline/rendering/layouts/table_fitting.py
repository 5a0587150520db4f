"""Setting a table: the largest type at which its cells fit, and how wide its columns are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import TableScene
from pipeline.rendering.layouts.charts import Sheet
from pipeline.rendering.layouts.components import scaled_sizes
from pipeline.rendering.number_format import MINUS, is_blank, looks_numeric
from pipeline.rendering.text.fitting import ACCENT_EM, TextBlock, fit
from pipeline.rendering.text.line import drawable_text, measure
from pipeline.rendering.text.line_breaking import split_chunks
from pipeline.rendering.text.styles import BODY, ITEM, TextStyle
from pipeline.rendering.type_scale import ITEM_SIZES, LABEL_SIZES

_FIRST = replace(ITEM, weight=600, leading=1.2)
_CELL = replace(BODY, leading=1.2)
_NUMBER = replace(BODY, weight=480, tabular=True, leading=1.2)
_HEAD = TextStyle(weight=540, optical_size=20, leading=1.2)
# At 1080: between columns, above and below what stands in a row, and a row at most.
_COLUMN_GAP, _PADDING, _ROW = 48, 22, 104
AFTER_HEAD, _LINE_GAP = 24, 14
# Cells on a wide picture, if they are short; from so many rows on they stand closer.
_LARGE, _MANY_ROWS = 50, 5
# Before texts, a gap grows by so many of itself: the eye has to find the way across.
_WIDEST_GAP = 3
# A column of texts is not narrower than this share of the table.
_MIN_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """A table that fits (or nearly): cells by row, and where its columns are, from the left of the table."""

    head: tuple[TextBlock, ...]
    rows: tuple[tuple[TextBlock, ...], ...]
    lefts: tuple[int, ...]
    widths: tuple[int, ...]
    numeric: tuple[bool, ...]
    # Whether the first cell of each row stands above the others.
    is_stacked: bool
    # Numbers are set to the right in every language: the layout is mirrored, they are not.
    is_mirrored: bool
    row_px: int
    line_gap_px: int

    @property
    def head_px(self) -> int:
        """Height of the head, down to its last baseline."""
        return max(block.height_px for block in self.head[self.is_stacked :])

    @property
    def is_truncated(self) -> bool:
        """Whether words are missing."""
        return any(cell.is_truncated for row in (self.head[self.is_stacked :], *self.rows) for cell in row)

    def left_of(self, column: int, block: TextBlock) -> int:
        """Where a text of a column begins, from the left of the table."""
        is_right = self.numeric[column] and not self.is_mirrored
        return self.lefts[column] + (self.widths[column] - block.width_px if is_right else 0)


def set_table(scene: TableScene, page: Sheet) -> TablePlan:
    """The largest type at which nothing is cut, a line to a cell if possible; else with first cells above the rest."""
    setting = _Setting(scene, page)
    steps = setting.steps
    tries = [(stacked, lines, px, False) for stacked in (False, True) for lines in (1, 2) for px in steps]
    tries += [(stacked, 3, steps[-1], tight) for tight in (False, True) for stacked in (False, True)]
    for is_stacked, max_lines, size_px, is_tight in tries:
        if setting.may_fit(size_px, max_lines, is_stacked=is_stacked):
            plan = setting.at(size_px, max_lines, is_stacked=is_stacked, is_tight=is_tight)
            if not plan.is_truncated and plan.row_px <= setting.share_px(plan):
                return plan
    # Words will be missing: as few as can be, and the rows stay above the captions.
    ways = dict.fromkeys((stacked, lines) for stacked in (page.look.grid.is_stacked, False) for lines in (2, 1))
    plans = [setting.at(steps[-1], lines, is_stacked=stacked, is_tight=True) for stacked, lines in ways]
    return next((plan for plan in plans if plan.row_px <= setting.share_px(plan)), plans[-1])


class _Setting:
    """What a table needs, in em, and the table set at a size."""

    def __init__(self, scene: TableScene, page: Sheet) -> None:
        self._page, self._grid, self._heads = page, page.look.grid, scene.columns
        self._numeric = _numeric_columns(scene)
        self._styles = [
            page.look.styled(_FIRST if not column else _NUMBER if is_number else _CELL)
            for column, is_number in enumerate(self._numeric)
        ]
        self._texts = [
            [
                _written(cell, style, is_number)
                for cell, style, is_number in zip(row.cells, self._styles, self._numeric, strict=True)
            ]
            for row in scene.items
        ]
        self._ems = [
            [_width(text, style) for text, style in zip(row, self._styles, strict=True)] for row in self._texts
        ]
        self._word_ems = [
            [_widest_word(text, style) for text, style in zip(row, self._styles, strict=True)] for row in self._texts
        ]
        self._head_style = page.look.styled(_HEAD)
        self._gap = self._grid.px(_COLUMN_GAP * 2 // 3 if self._grid.is_stacked else _COLUMN_GAP)
        self._padding = self._grid.px(_PADDING if len(self._texts) < _MANY_ROWS else _PADDING * 2 // 3)
        self._line_gap = self._grid.px(_LINE_GAP)

    @property
    def steps(self) -> tuple[int, ...]:
        """Sizes of cells, largest first; on a tall picture, where letters are larger, also those of other pictures."""
        grid = self._grid
        if grid.is_stacked:
            usual = scaled_sizes(grid, ITEM_SIZES[1:])
            return (*usual, *(grid.px(size) for size in ITEM_SIZES if grid.px(size) < usual[-1]))
        return scaled_sizes(grid, (_LARGE, *ITEM_SIZES[1:]))

    def share_px(self, plan: TablePlan) -> int:
        """Height that a row may have."""
        return (self._page.room_px - plan.head_px - self._grid.px(AFTER_HEAD)) // len(self._texts)

    def may_fit(self, size_px: int, max_lines: int, *, is_stacked: bool) -> bool:
        """Whether it is worth trying: texts are no longer than their lines together, and no word than a line."""
        _, widths = self._columns(size_px, is_stacked=is_stacked)
        for row, words in zip(self._ems, self._word_ems, strict=True):
            for column, (em, word_em) in enumerate(zip(row, words, strict=True)):
                lines = 1 if self._numeric[column] else max_lines
                width = widths[column] or self._page.width_px
                if em * size_px > lines * width or word_em * size_px > width:
                    return False
        return True

    def at(self, size_px: int, max_lines: int, *, is_stacked: bool, is_tight: bool = False) -> TablePlan:
        """The table at a type size, its columns as wide as what stands in them asks for; `is_tight`: in low rows."""
        lefts, widths = self._columns(size_px, is_stacked=is_stacked)
        rows = tuple(
            tuple(
                fit(
                    text,
                    self._styles[column],
                    (size_px,),
                    width_px=widths[column] or self._page.width_px,
                    max_lines=1 if self._numeric[column] else max_lines,
                )
                for column, text in enumerate(row)
            )
            for row in self._texts
        )
        # Between the lines of a stacked row, and of neighbours however low rows are, tails and accents have room.
        reach, accent_px = max(cell.clearance_px for row in rows for cell in row), math.ceil(ACCENT_EM * size_px)
        gap = max(self._line_gap, 2 * accent_px) + reach
        padding = max(self._padding // 2, reach + accent_px) if is_tight else self._padding
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
        return replace(plan, row_px=max(plan.row_px, min(self.share_px(plan), self._grid.type_px(_ROW))))

    def _head(self, widths: Sequence[int]) -> tuple[TextBlock, ...]:
        """All in one size, on one line if they fit."""
        steps = scaled_sizes(self._grid, LABEL_SIZES)
        room = [width or self._page.width_px for width in widths]
        ems = [measure(head, self._head_style) for head in self._heads]
        fitting = [size for size in steps if all(em * size <= width for em, width in zip(ems, room, strict=True))]
        return tuple(
            fit(text, self._head_style, fitting[:1] or steps[-1:], width_px=width, max_lines=1 if fitting else 2)
            for text, width in zip(self._heads, room, strict=True)
        )

    def _columns(self, size_px: int, *, is_stacked: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Where columns begin, and how wide they are: wide enough for large headers where there is room for those."""
        for head_px in scaled_sizes(self._grid, LABEL_SIZES):
            natural = [
                math.ceil(max(measure(head, self._head_style) * head_px, *(row[at] * size_px for row in self._ems))) + 2
                for at, head in enumerate(self._heads)
            ]
            if is_stacked:
                natural[0] = 0
            if sum(natural) + self._gap * (len(natural) - 1) <= self._page.width_px:
                break
        return _columns(natural, self._numeric, self._page.width_px, self._gap, is_stacked=is_stacked)


def _height(row: Sequence[TextBlock], line_gap_px: int, *, is_stacked: bool) -> int:
    if not is_stacked:
        return max(cell.height_px for cell in row)
    return row[0].height_px + line_gap_px + max(cell.height_px for cell in row[1:])


def _columns(
    natural: Sequence[int], numeric: Sequence[bool], width_px: int, gap: int, *, is_stacked: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where columns begin and how wide they are: what is left over goes between them, what lacks texts give.

    A last column of texts stays within reach of the others; numbers are set to the far edge.
    """
    shown = range(int(is_stacked), len(natural))
    left_over = width_px - sum(natural[column] for column in shown) - gap * (len(shown) - 1)
    widths = list(natural)
    if left_over >= 0:
        more = left_over // max(1, len(shown) - 1)
        gap += more if numeric[-1] else min(more, _WIDEST_GAP * gap)
    else:
        texts = [column for column in shown if not numeric[column]] or list(shown)
        available = sum(natural[column] for column in texts) + left_over
        if available < _MIN_SHARE * width_px * len(texts):
            # Numbers as long as that give way like texts.
            texts, available = list(shown), width_px - gap * (len(shown) - 1)
        for column, part in zip(texts, _shared_out([natural[column] for column in texts], available), strict=True):
            widths[column] = part
    lefts, left = [0] * len(natural), 0
    for column in shown:
        lefts[column] = left
        left += widths[column] + gap
    return tuple(lefts), tuple(widths)


def _shared_out(wanted: Sequence[int], available: int) -> list[int]:
    """Who wants less than an equal part gets that; the others share the rest."""
    parts, waiting = [0] * len(wanted), sorted(range(len(wanted)), key=lambda index: wanted[index])
    while waiting:
        equal = available // len(waiting)
        index = waiting.pop(0)
        parts[index] = min(wanted[index], equal)
        available -= parts[index]
    return parts


def _numeric_columns(scene: TableScene) -> tuple[bool, ...]:
    """Which columns hold numbers and nothing else; the first names its row, whatever it is."""
    columns = list(zip(*(row.cells for row in scene.items), strict=True))
    return tuple(
        bool(column) and all(looks_numeric(cell) or is_blank(cell) for cell in cells) and not all(map(is_blank, cells))
        for column, cells in enumerate(columns)
    )


def _width(text: str, style: TextStyle) -> float:
    """Width of a text as it is reckoned when it is broken, in em: words have a little air."""
    return measure(text, style) + 2 * abs(style.tracking) * len(split_chunks(text, style.language))


def _widest_word(text: str, style: TextStyle) -> float:
    """Width of the widest part that is not broken, in em."""
    return max(
        (measure(text[part.start : part.end], style) for part in split_chunks(text, style.language)), default=0.0
    )


def _written(cell: str, style: TextStyle, is_number: bool) -> str:  # noqa: FBT001 - what its column is
    """A cell as it is shown: a real minus, a dash where there is nothing."""
    text = drawable_text(cell, weight=style.weight)
    if is_blank(text):
        return "–"
    return MINUS + text[1:] if is_number and text.startswith("-") else text
