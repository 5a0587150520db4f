"""Code scenes: a program on a dark surface, typed on line by line; then the lines being spoken are highlighted.

The heading is above the card, or beside it if the lines are short. Code that does not fit the card at the smallest size
continues on further pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from PIL import Image

from pipeline.model import CodeScene, Word
from pipeline.rendering.code_listing import CodeLine, CodeRow, advance_em, highlight, shape_row
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.code_fitting import (
    AFTER_NUMBERS,
    CodeLayout,
    CodeSpacing,
    fit_code,
    number_px,
    pad_x,
)
from pipeline.rendering.layouts.components import accent_bar, entrance, fit_text, heading, panel
from pipeline.rendering.layouts.derived_colours import CodeColours, code_colours
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import DIMMED, FULL, Level, Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.timeline import frame_at, line_frames
from pipeline.rendering.motion.ycbcr import tile
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import CODE, HEADING
from pipeline.rendering.type_scale import CODE_SIZES, HEADING_SIZES
from pipeline.theme.colours import rgb

_LIGHTS = (
    Light(role="glow", x=0.90, y=0.04, width=0.46, height=0.60, strength=0.60),
    Light(role="glow_far", x=0.06, y=1.00, width=0.44, height=0.56, strength=0.44),
)
# How far the band behind highlighted lines extends above capitals and below the baseline, in sizes.
_BAND_PADDING = 0.36
# Columns of the card beside a heading, the minimum font size there, and the share of the card that the widest line of
# such a program takes at most.
_BESIDE, _BESIDE_FROM, _NARROW = 8, 44, 0.6
# Frame of the first line, frames between lines, and maximum frames for all of them.
_TYPING_FROM, _LINE_FRAMES, _MAX_TYPING_FRAMES = 10, 5, 40
# The card fades in: there at once, it would cover the text that a transition fades out.
_CARD_FRAMES = 8
_CHARS_PER_FRAME = 4


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Fitted code and heading, and their positions."""

    heading: TextBlock
    beside: bool
    card: Box
    layout: CodeLayout

    def baseline(self, row: int) -> int:
        """The baseline of a row of a page, in pixels from the top of the picture."""
        return self.card.top + self.layout.pad_px + self.layout.cap_px + row * self.layout.leading_px


def lay_out(scene: CodeScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    plan = _plan(scene, look)
    elements: list[Element] = [*_heading(plan, look)]
    inks = code_colours(look.theme)
    elements += panel(look, plan.card, motion=Motion(frames=_CARD_FRAMES), ink=inks.surface)
    inside: list[Sprite] = []
    turns = _page_turns(scene, words, plan)
    highlighted = _highlights(scene, words)
    for page, (start, ends) in zip(plan.layout.pages, pairwise((*turns, None)), strict=True):
        assert start is not None
        inside += _highlight_bands(page, plan, look, inks, highlighted=highlighted, start=start, ends=ends)
        inside += _page_sprites(page, plan, look, inks, highlighted=highlighted, start=start, ends=ends)
    # Code runs left to right in every language: the card is mirrored as a unit.
    elements += [replace(sprite, span=(plan.card.left, plan.card.right)) for sprite in inside]
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


def _plan(scene: CodeScene, look: Look) -> _Plan:
    """The heading beside the card if the lines are short and it fits, else above."""
    lines = highlight(scene.code, scene.language)
    above = _above(scene, lines, look)
    if look.grid.is_stacked or not above.heading.lines or len(above.layout.pages) > 1:
        return above
    room = above.card.width - above.layout.inset_px - pad_x(look.grid)
    widest = max((row.indent_em + shape_row(row).width_em for row in above.layout.pages[0]), default=0.0)
    return (_beside(scene, lines, look) or above) if widest * above.layout.size_px < _NARROW * room else above


def _above(scene: CodeScene, lines: Sequence[CodeLine], look: Look) -> _Plan:
    grid, content = look.grid, look.grid.content
    title = heading(scene.heading, look, width_px=grid.columns(10))

    def above_px(air: CodeSpacing) -> int:
        return title.height_px + 2 * title.clearance_px + grid.px(air.below_heading) if title.lines else 0

    layout = fit_code(lines, grid, CODE_SIZES, width_px=content.width, above_px=above_px, passages=scene.items)
    above = above_px(layout.spacing)
    top = content.centre_y - (above + layout.height_px) // 2 + above
    card = Box(content.left, top, content.right, top + layout.height_px)
    return _Plan(heading=title, beside=False, card=card, layout=layout)


def _beside(scene: CodeScene, lines: Sequence[CodeLine], look: Look) -> _Plan | None:
    """The plan with the heading beside the card; None if the code does not fit there at a legible size."""
    grid, content = look.grid, look.grid.content
    width = grid.columns(_BESIDE)
    large = [size for size in CODE_SIZES if size >= _BESIDE_FROM]
    layout = fit_code(lines, grid, large, width_px=width, above_px=lambda _: 0)
    room = content.width - width - grid.px(64)
    title = fit_text(scene.heading, HEADING, HEADING_SIZES[:-1], look, width_px=room, max_lines=4)
    if len(layout.pages) > 1 or len(layout.pages[0]) > len(lines) or title.is_truncated:
        return None
    top = content.centre_y - layout.height_px // 2
    card = Box(content.right - width, top, content.right, top + layout.height_px)
    return _Plan(heading=title, beside=True, card=card, layout=layout)


def _heading(plan: _Plan, look: Look) -> list[Sprite]:
    grid, left = look.grid, look.grid.content.left
    if not plan.heading.lines:
        return []
    colour, title = look.theme.text, plan.heading
    if not plan.beside:
        top = plan.card.top - grid.px(plan.layout.spacing.below_heading) - title.clearance_px - title.height_px
        return text_sprites(title, left=left, top=top, colour=colour, motion=entrance(grid, 0))
    height = title.height_px + title.clearance_px + grid.px(48 + 8)
    top = plan.card.centre_y - height // 2
    return [
        *text_sprites(title, left=left, top=top, colour=colour, motion=entrance(grid, 0)),
        accent_bar(look, left=left, top=top + height - grid.px(8), frame=6),
    ]


def _highlights(scene: CodeScene, words: Sequence[Word]) -> list[tuple[int, range]]:
    """From which frame on which lines are spoken; passages that no line mentions are left out."""
    spoken = line_frames(scene, words)
    passages = ((spoken[index], passage) for index, passage in enumerate(scene.items) if index in spoken)
    return sorted(((frame, range(of.first, of.last + 1)) for frame, of in passages), key=lambda each: each[0])


def _page_turns(scene: CodeScene, words: Sequence[Word], plan: _Plan) -> list[int]:
    """The frame in which each page begins: with the first passage on it, else at equal parts of the scene."""
    turns = [_TYPING_FROM]
    end = frame_at(words[-1].end_s) if words else 0
    for number, page in enumerate(plan.layout.pages[1:], start=1):
        spoken = [frame for frame, lines in _highlights(scene, words) if lines.start >= page[0].line.number]
        even = max(end * number // len(plan.layout.pages), turns[-1] + 60)
        turns.append(max(turns[-1] + 1, min(spoken, default=even)))
    return turns


def _highlight_bands(
    page: Sequence[CodeRow],
    plan: _Plan,
    look: Look,
    inks: CodeColours,
    *,
    highlighted: Sequence[tuple[int, range]],
    start: int,
    ends: int | None,
) -> list[Sprite]:
    """A band with an accent edge behind the rows of each passage while it is spoken."""
    card, layout, sprites = plan.card, plan.layout, []
    reach = round(_BAND_PADDING * layout.size_px)
    # Cropped from the card's shape, so that bands at its top and bottom have its corners.
    whole = rounded_rectangle(card.width, card.height, radius=look.grid.px(look.theme.radius_px))
    longest = max(map(len, layout.pages))
    starts = [frame for frame, _ in highlighted]
    for (frame, lines), after in zip(highlighted, [*starts, None][1:], strict=True):
        rows = [index for index, row in enumerate(page) if row.line.number in lines]
        until = min((at for at in (after, ends) if at is not None), default=None)
        enters = max(frame, start)
        if not rows or (until is not None and until <= enters):
            continue
        top = plan.baseline(rows[0]) - layout.cap_px - reach if rows[0] else card.top
        bottom = plan.baseline(rows[-1]) + reach if rows[-1] < longest - 1 else card.bottom
        motion = Motion(enters=enters, frames=12).until(until)
        for width, ink in ((card.width, inks.band), (look.grid.px(8), inks.edge)):
            mask = whole.crop((0, top - card.top, width, bottom - card.top))
            sprites.append(solid_sprite(mask, ink, left=card.left, top=top, motion=motion))
    return sprites


def _page_sprites(
    page: Sequence[CodeRow],
    plan: _Plan,
    look: Look,
    inks: CodeColours,
    *,
    highlighted: Sequence[tuple[int, range]],
    start: int,
    ends: int | None,
) -> list[Sprite]:
    """The rows of a page, typed on from frame `begins` on, and their line numbers."""
    grid, sprites = look.grid, []
    apart = min(_LINE_FRAMES, _MAX_TYPING_FRAMES / max(1, len(page)))
    for index, row in enumerate(page):
        levels = _levels(row.line.number, highlighted)
        if ends is not None:
            levels = (*(level for level in levels if level.frame < ends), Level(ends, 0))
        frames = max(6, len(row.line.text) // _CHARS_PER_FRAME)
        motion = Motion(enters=start + round(index * apart), frames=frames, drawn=True, levels=levels)
        baseline = plan.baseline(index)
        sprites += _row_sprites(row, plan, inks, baseline=baseline, motion=motion)
        if row.is_first and row.line.text and not grid.is_stacked:
            # Line numbers are faint already and not dimmed with their lines.
            there = Motion(enters=motion.enters, frames=frames).until(ends)
            sprites += _number(row.line.number, plan, look, inks, baseline=baseline, motion=there)
    return sprites


def _levels(number: int, highlighted: Sequence[tuple[int, range]]) -> tuple[Level, ...]:
    """The opacity of a line: full until a passage is spoken, then full only while that contains it."""
    levels: list[Level] = []
    now = FULL
    for frame, lines in highlighted:
        level = FULL if number in lines else DIMMED
        if level != now:
            levels.append(Level(frame, level))
            now = level
    return tuple(levels)


def _row_sprites(row: CodeRow, plan: _Plan, inks: CodeColours, *, baseline: int, motion: Motion) -> list[Sprite]:
    """A row as one sprite in its colours, appearing letter by letter."""
    size_px, line = plan.layout.size_px, shape_row(row)
    ink = draw_ink(line, size_px)
    if ink is None:
        return []
    by_kind = (inks.plain, inks.keyword, inks.name, inks.text, inks.number, inks.comment)
    colours = Image.new("RGB", ink.mask.size, rgb(inks.plain))
    for piece in line.pieces:
        if piece.group:
            left, right = (round(at * size_px) - ink.left for at in (piece.left_em, piece.left_em + piece.width_em))
            colours.paste(rgb(by_kind[piece.group]), (left, 0, right, ink.mask.height))
    # Code aligns in columns: the side bearing is part of a letter's cell.
    left = plan.card.left + plan.layout.inset_px + round((row.indent_em + line.bearing_em) * size_px)
    at, order = (left + ink.left, baseline + ink.top), _typing_order(ink.mask.size, size_px)
    return [Sprite(mask=ink.mask, ink=tile(ink.painted(colours)), left=at[0], top=at[1], motion=motion, order=order)]


def _typing_order(size: tuple[int, int], size_px: int) -> Image.Image:
    """The order in which a row appears: left to right, a letter at a time."""
    width, height = size
    letter = np.floor(np.arange(width) / (advance_em() * size_px))
    order = (255 * letter / max(1.0, letter[-1])).astype(np.uint8)
    return Image.fromarray(np.tile(order, (height, 1)))


def _number(number: int, plan: _Plan, look: Look, inks: CodeColours, *, baseline: int, motion: Motion) -> list[Sprite]:
    ink = draw_ink(shape(str(number), CODE), number_px(plan.layout.size_px, look.grid))
    if ink is None:
        return []
    right = plan.card.left + plan.layout.inset_px - look.grid.px(AFTER_NUMBERS)
    return [solid_sprite(ink.mask, inks.numbers, left=right - ink.mask.width, top=baseline + ink.top, motion=motion)]
