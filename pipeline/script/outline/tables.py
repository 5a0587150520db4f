"""Scenes of tables.

The first that applies:

    three columns, of which the first names aspects, a few rows           comparison
    dates and numbers, in chronological order                             a line for each column of numbers
    labels and percentages that add up to about a hundred                 shares
    labels and numbers with one unit                                      bars; a row in bold is the highlighted point
    two to five columns with short cells                                  table
    anything else                                                         bullets; if they would hide values, row by row

The narration goes row by row: "first cell: the others", numbers with the units of the headers. Headers are shown but
not spoken, except for bullets, which do not show them: see `table_narration`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from pipeline.language.display_width import display_width
from pipeline.model import (
    Bar,
    BarsScene,
    BulletList,
    BulletsScene,
    ComparisonScene,
    Contrast,
    LinesScene,
    Paragraph,
    Row,
    Scene,
    Series,
    Share,
    SharesScene,
    Table,
    TableScene,
)
from pipeline.script.on_screen_text import spoken_item
from pipeline.script.outline.context import OutlineContext, Piece
from pipeline.script.outline.lists import bullets, lines, split_evenly
from pipeline.script.outline.table_narration import cell_sentences, row_sentences
from pipeline.script.outline.units import read_headers
from pipeline.script.outline.values import is_time, read_amount, year_of
from pipeline.script.shortening import shorten, without_full_stop
from pipeline.template import Layout

_ABOUT_HUNDRED = (98, 102)
# The number of points on a line, bounded by the space for labels on the axis.
_MIN_MARKS, _MAX_MARKS = 3, 24
_MIN_COLUMNS, _MAX_COLUMNS = 2, 5
# At most one cell in this many may be shortened.
_LONG_CELLS_IN = 8


class _Column(NamedTuple):
    """A column of numbers."""

    label: str
    unit: str
    values: tuple[float, ...]

    def subtitle(self, heading: str, most: int) -> str:
        """The line that says what is measured; empty if the heading does."""
        return "" if self.label.casefold() in heading.casefold() else shorten(self.label, most)


def comparison(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """Two things side by side; split into two scenes if a table would have to cut the cells."""
    layout, block = context.layout("comparison"), piece.block
    if layout is None or not isinstance(block, Table) or len(block.columns) != 3:
        return ()
    most = layout.max_items if _fits_a_table(block, context) else 2 * layout.max_items
    if len(block.rows) > most:
        return ()
    _, left, right = block.columns
    limits = [layout.limit(name) for name in ("item_aspect", "item_left", "item_right")]
    names_fit = 0 < display_width(left) <= layout.limit("left") and 0 < display_width(right) <= layout.limit("right")
    if not names_fit or not _cells_fit(block, limits) or not all(all(row[1:]) for row in block.rows):
        return ()
    if not _names_aspects(block, piece, context):
        return ()
    groups = _rows_by_scene(block, layout, context)
    return [
        ComparisonScene(
            lines=lines(piece, [sentence for _, sentence in group], context, is_first=number == 1),
            heading=context.heading(piece, layout),
            left=left,
            right=right,
            items=tuple(Contrast(aspect=aspect, left=one, right=other) for (aspect, one, other), _ in group),
        )
        for number, group in enumerate(groups, start=1)
    ]


def line_chart(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """Numbers over time."""
    layout, block, language = context.layout("lines"), piece.block, context.brief.language
    if layout is None or not isinstance(block, Table) or len(block.rows) < _MIN_MARKS:
        return ()
    marks = [row[0] for row in block.rows]
    years = [year for mark in marks if (year := year_of(mark, language)) is not None]
    columns = [_numbers(block, column, context) for column in range(1, len(block.columns))]
    series = [column for column in columns if column]
    in_order = all(is_time(mark, language) for mark in marks) and all(one <= other for one, other in pairwise(years))
    fits = (
        len(marks) <= _MAX_MARKS
        and all(display_width(mark) <= layout.limit("mark") for mark in marks)
        and 0 < len(series) == len(columns) <= layout.max_items
        and len({column.unit for column in series}) == 1
        and (
            len(series) == 1 or all(0 < display_width(column.label) <= layout.limit("item_label") for column in series)
        )
    )
    if not in_order or not fits:
        return ()
    spoken = lines(piece, row_sentences(block, language), context, is_first=True)
    heading = context.heading(piece, layout)
    return (
        LinesScene(
            lines=tuple(replace(line, reveals=0 if line.reveals == 0 else None) for line in spoken),
            heading=heading,
            # A single line also has its label at its end, which is drawn last.
            subtitle=series[0].subtitle(heading, layout.limit("subtitle")) if len(series) == 1 else "",
            unit=series[0].unit,
            marks=tuple(marks),
            items=tuple(
                Series(label=shorten(column.label or heading, layout.limit("item_label")), values=column.values)
                for column in series
            ),
            point=1 if len(series) == 1 else 0,
        ),
    )


def shares(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """Parts of a whole."""
    found = _labelled_numbers(piece, context, "shares")
    if not found or found.unit != "%" or min(found.values) < 0:
        return ()
    lowest, highest = _ABOUT_HUNDRED
    layout, block = context.layout("shares"), piece.block
    if not lowest <= sum(found.values) <= highest or layout is None or not isinstance(block, Table):
        return ()
    return (
        SharesScene(
            lines=lines(piece, row_sentences(block, context.brief.language), context, is_first=True),
            heading=(heading := context.heading(piece, layout)),
            subtitle=found.subtitle(heading, layout.limit("subtitle")),
            unit=found.unit,
            point=_point(block),
            items=tuple(Share(label=row[0], value=value) for row, value in zip(block.rows, found.values, strict=True)),
        ),
    )


def bars(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """Amounts of one kind."""
    found, layout, block = _labelled_numbers(piece, context, "bars"), context.layout("bars"), piece.block
    if not found or layout is None or not isinstance(block, Table):
        return ()
    return (
        BarsScene(
            lines=lines(piece, row_sentences(block, context.brief.language), context, is_first=True),
            heading=(heading := context.heading(piece, layout)),
            subtitle=found.subtitle(heading, layout.limit("subtitle")),
            unit=found.unit,
            point=_point(block),
            items=tuple(Bar(label=row[0], value=value) for row, value in zip(block.rows, found.values, strict=True)),
        ),
    )


def table(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """Rows and columns; many rows are split into several scenes."""
    layout, block = context.layout("table"), piece.block
    if layout is None or not isinstance(block, Table) or not _MIN_COLUMNS <= len(block.columns) <= _MAX_COLUMNS:
        return ()
    limit = layout.cell_limit("item_cell", block.rows)
    too_long = [cell for row in block.rows for cell in row if display_width(cell) > limit]
    if len(too_long) * _LONG_CELLS_IN > len(block.rows) * len(block.columns):
        return ()
    if max(map(display_width, block.columns)) > layout.cell_limit("column", (block.columns,)):
        return ()
    groups = _rows_by_scene(block, layout, context)
    return [
        TableScene(
            lines=lines(piece, [sentence for _, sentence in group], context, is_first=number == 1),
            heading=context.heading(piece, layout),
            columns=block.columns,
            items=tuple(Row(cells=tuple(shorten(cell, limit) for cell in row)) for row, _ in group),
        )
        for number, group in enumerate(groups, start=1)
    ]


def table_bullets(piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """Any table, as bullets: one for each row, or if that would hide values, one for each cell."""
    block = piece.block
    if not isinstance(block, Table):
        return ()
    items = row_sentences(block, context.brief.language, with_headers=True, below=piece.heading)
    scenes = bullets(replace(piece, block=BulletList(items=items)), context)
    shown = {text for scene in scenes if isinstance(scene, BulletsScene) for text in scene.items}
    by_cell = cell_sentences(block, context.brief.language)
    is_wide = all(row[0] for row in block.rows) and min(map(len, by_cell)) >= _MIN_COLUMNS
    if is_wide and not shown.issuperset(without_full_stop(item.text) for item in items):
        return [scene for number, cells in enumerate(by_cell) for scene in _row_scenes(number, cells, piece, context)]
    return scenes


def _row_scenes(number: int, cells: Sequence[Paragraph], piece: Piece, context: OutlineContext) -> Sequence[Scene]:
    """A row as a scene of its own: its first cell is the heading, and spoken first; the others are the items."""
    assert isinstance(piece.block, Table)
    name = piece.block.rows[number][0]
    said = [piece.lead.text] if piece.lead and number == 0 else []
    lead = Paragraph(text=" ".join((*said, spoken_item(name).text)))
    scenes = bullets(replace(piece, heading=name, lead=lead, block=BulletList(items=tuple(cells))), context)
    kicker = context.kicker(piece, context.required_layout("bullets"))
    return [replace(each, kicker=each.kicker or kicker) for each in scenes if isinstance(each, BulletsScene)]


def _rows_by_scene(
    block: Table, layout: Layout, context: OutlineContext
) -> list[list[tuple[tuple[str, ...], Paragraph]]]:
    """The rows with their spoken sentences, in as few scenes as the layout allows."""
    sentences = row_sentences(block, context.brief.language)
    return split_evenly(list(zip(block.rows, sentences, strict=True)), layout.max_items)


def _labelled_numbers(piece: Piece, context: OutlineContext, name: str) -> _Column | None:
    """The numbers of a table of labels and numbers, if it fits the layout."""
    layout, block = context.layout(name), piece.block
    if layout is None or not isinstance(block, Table) or len(block.columns) != 2:
        return None
    fits = layout.fewest_items <= len(block.rows) <= layout.max_items and all(
        0 < display_width(row[0]) <= layout.limit("item_label") for row in block.rows
    )
    found = _numbers(block, 1, context) if fits else None
    return found if found and display_width(found.unit) <= layout.limit("unit") else None


def _numbers(block: Table, column: int, context: OutlineContext) -> _Column | None:
    """A column of numbers with the same unit, or none, in all rows; the unit may be in the header."""
    amounts = [read_amount(row[column], context.brief.language) for row in block.rows]
    found = [amount for amount in amounts if amount]
    units = {amount.unit for amount in found}
    if len(found) < len(amounts) or len(units) != 1:
        return None
    header = read_headers(block.columns, context.brief.language)[column]
    (unit,) = units
    # A header with another unit than its cells is kept as it is.
    is_read = not unit or unit == header.unit
    return _Column(
        label=header.name if is_read else block.columns[column],
        unit=unit or header.unit,
        values=tuple(amount.value for amount in found),
    )


def _fits_a_table(block: Table, context: OutlineContext) -> bool:
    layout = context.layout("table")
    if layout is None:
        return False
    limit = layout.cell_limit("item_cell", block.rows)
    return all(display_width(cell) <= limit for row in block.rows for cell in row)


def _names_aspects(block: Table, piece: Piece, context: OutlineContext) -> bool:
    """Whether the first column names aspects by which the other two are compared, and not things with two facts each.

    True if its header is empty, if the text above names both columns, or if rows differ in kind while the two cells of
    each row agree: two prices, then two weights.
    """
    head, left, right = (column.casefold() for column in block.columns)
    above = " ".join((piece.heading, piece.lead.text if piece.lead else "", context.brief.title)).casefold()
    kinds = [[_kind(cell, context) for cell in row[1:]] for row in block.rows]
    return (
        not head
        or (left in above and right in above)
        or (len({one for one, _ in kinds}) > 1 and all(one == other for one, other in kinds))
    )


def _kind(cell: str, context: OutlineContext) -> str | None:
    amount = read_amount(cell, context.brief.language)
    return amount.unit if amount else None


def _cells_fit(block: Table, limits: Sequence[int]) -> bool:
    return all(display_width(cell) <= limit for row in block.rows for cell, limit in zip(row, limits, strict=True))


def _point(block: Table) -> int:
    """The number of the row that is in bold; 0 if there are none or several."""
    return block.marked[0] if len(block.marked) == 1 else 0
