"""Tables: a muted head, rows on alternating bands that appear when spoken, right-aligned numbers.

If the columns don't fit side by side, the first cell of each row is above the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import TableScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import LIGHTS, chart_frame, value_frames
from pipeline.rendering.layouts.components import entrance, hairline
from pipeline.rendering.layouts.growth import FlippedSprite
from pipeline.rendering.layouts.table_fitting import AFTER_HEAD, TablePlan, fit_table
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.background import background
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.rendering.text.fitting import TextBlock

# At 1080: how far bands extend beyond the text, and their radius.
_OUTDENT, _RADIUS = 24, 12
# Opacity of the text colour in bands: about three per cent of lightness.
_BAND_OPACITY = 0.035
_ROW_FRAMES = 12


def lay_out(scene: TableScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    page = chart_frame(look, message=scene.heading, source=scene.source)
    plan = fit_table(scene, page)
    grid, theme = look.grid, look.theme
    head_px = plan.head_px + grid.px(AFTER_HEAD)
    elements, area = page.place(head_px + plan.row_px * len(plan.rows))
    starts = value_frames(scene, words, len(scene.items))
    for column, block in enumerate(plan.head):
        if column or not plan.is_stacked:
            left, top = area.left + plan.left_of(column, block), area.top + plan.head_px - block.height_px
            elements += text_sprites(block, left=left, top=top, colour=theme.muted, motion=entrance(grid, 4, rise=16))
    top = area.top + head_px
    rule = Box(area.left - grid.px(_OUTDENT), top - max(1, grid.px(2)), area.right + grid.px(_OUTDENT), top)
    parts: list[Element] = [*elements, hairline(look, rule, frame=4)]
    for row, (cells, start) in enumerate(zip(plan.rows, starts, strict=True)):
        if row % 2 == 0:
            parts.append(_band(look, Box(rule.left, top, rule.right, top + plan.row_px), frame=6 + 2 * row))
        parts += _row(plan, cells, look, left=area.left, top=top, start=start)
        top += plan.row_px
    return Composition(ground=background(look.format, theme, LIGHTS), elements=parts)


def _row(plan: TablePlan, cells: Sequence[TextBlock], look: Look, *, left: int, top: int, start: int) -> list[Element]:
    """The cells of a row, which appear together, vertically centred."""
    theme, motion = look.theme, Motion(enters=start, frames=_ROW_FRAMES, rise_px=look.grid.px(16))
    first, others = cells[0], cells[1:]
    below_px = max(cell.height_px for cell in others)
    elements: list[Element] = []
    if plan.is_stacked:
        top += (plan.row_px - first.height_px - plan.line_gap_px - below_px) // 2
        elements += text_sprites(first, left=left, top=top, colour=theme.text, motion=motion, stagger=0)
        top += first.height_px + plan.line_gap_px
    for column, cell in enumerate(cells):
        y = top if plan.is_stacked else top + (plan.row_px - cell.height_px) // 2
        if column or not plan.is_stacked:
            x = left + plan.left_of(column, cell)
            written = theme.muted if column and not plan.numeric[column] else theme.text
            elements += text_sprites(cell, left=x, top=y, colour=written, motion=motion, stagger=0)
    return elements


def _band(look: Look, box: Box, *, frame: int) -> FlippedSprite:
    """The faint background of every other row."""
    mask = rounded_rectangle(box.width, box.height, radius=look.grid.px(_RADIUS), opacity=_BAND_OPACITY)
    motion = Motion(enters=frame, frames=_ROW_FRAMES)
    return FlippedSprite(mask=mask, ink=colour(look.theme.text), left=box.left, top=box.top, motion=motion)
