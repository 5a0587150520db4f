"""A heading and numbered items that appear when they are spoken of; a dial on the right counts them.

Where there is no room beside the text, the dial stands above it, or beside short items, if there is room for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import BulletsScene, Word
from pipeline.rendering.grid import Box, Grid
from pipeline.rendering.layouts.amount import numeral
from pipeline.rendering.layouts.components import GAP_BELOW_FIGURE, enter, heading, kicker, motif, room_above, sizes
from pipeline.rendering.layouts.progress_ring import dial
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import DIMMED, FADE_FRAMES, STAGGER_FRAMES, Level, Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.timeline import item_frames
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.shapes import disc, ring
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.line import Line, shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import HEADING, ITEM, TextStyle
from pipeline.rendering.type_scale import HEADING_SIZES, ITEM_SIZES, LARGE_SIZES

_LIGHTS = (
    Light(role="glow", x=0.86, y=0.48, width=0.34, height=0.62, strength=0.60),
    Light(role="glow_far", x=0.10, y=0.98, width=0.46, height=0.50, strength=0.34),
)
# From the heading's last baseline to the first item's capitals; less where room is short, and the heading is smaller.
_AFTER_HEADING, _AFTER_LOW_HEADING = 112, 80
# Height that the block takes if it can: items stand as far apart as that allows.
_AIRY = 720
# From one item to the next, at least: of one line each, of two, and of more, which would read as one text.
_CLOSE, _APART, _WELL_APART = 40, 52, 72
# Above and below the block, together, at least.
_AIR = 32
# More would leave the picture; no template allows more.
MOST_ITEMS = 5
# How visible the number of an item is that waits (0 to 255), and from which frame on one does.
_WAITING, _WORTH_HOLDING = 120, 30
# Lines of an item, those it gets where lines are short, most on a tall picture, and where nothing else helps.
_MOST_LINES, _MOST_LINES_STACKED, _MOST_LINES_TALL, _MORE_LINES = 2, 3, 4, (3, 4, 5)
_NUMBER = TextStyle(weight=680, optical_size=24)
# Columns of text and the dial's diameter beside them (at 1080), best first.
_SPLITS = ((7, 496), (8, 400), (9, 272), (12, 0))
# Its diameter above the text or beside short items, at most; beside them also at least, and its distance from them.
_STACKED_FIGURE, _SMALLEST_BESIDE, _BESIDE_ITEMS = 320, 232, 64
# Of items that have the picture to themselves.
_ALONE_SIZES = LARGE_SIZES[:2]


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Sizes and breaks that fit, and how much room the figure is left."""

    label: TextBlock
    heading: TextBlock
    items: tuple[TextBlock, ...]
    # Between the heading's last baseline and the capitals of the first item, and from one item to the next.
    below_heading_px: int
    gap_px: int
    figure_px: int
    height_px: int
    # Whether the figure stands beside the items, under the heading.
    beside_items: bool = False

    @property
    def items_px(self) -> int:
        """From the capitals of the first item to the last line of the last."""
        return sum(item.height_px for item in self.items) + self.gap_px * max(0, len(self.items) - 1)


def lay_out(scene: BulletsScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `ValueError` for more items than there is room for."""
    if len(scene.items) > MOST_ITEMS:
        raise ValueError(f"{len(scene.items)} items on a picture that holds {MOST_ITEMS}")
    grid, theme, content = look.grid, look.theme, look.grid.content
    plan = _plan(scene, look)
    starts = item_frames(scene, words, len(scene.items))
    top = content.centre_y - plan.height_px // 2
    elements: list[Element] = []
    if plan.beside_items:
        items_top = top + plan.height_px - plan.items_px
        centre = (content.right - plan.figure_px // 2, items_top + plan.items_px // 2)
        elements += _figure(plan, starts, look, first=scene.first, centre=centre)
    elif plan.figure_px and grid.is_stacked:
        top += (plan.figure_px + grid.px(GAP_BELOW_FIGURE)) // 2
        centre = (content.left + plan.figure_px // 2, top - grid.px(GAP_BELOW_FIGURE) - plan.figure_px // 2)
        elements += _figure(plan, starts, look, first=scene.first, centre=centre)
    elif plan.figure_px:
        centre = (content.right - plan.figure_px // 2, content.centre_y)
        elements += _figure(plan, starts, look, first=scene.first, centre=centre)
    elements += text_sprites(plan.label, left=content.left, top=top, colours=(theme.accent,), motion=enter(grid, 0))
    top += _below(plan.label, grid.px(40) + plan.heading.clearance_px)
    elements += text_sprites(plan.heading, left=content.left, top=top, colours=(theme.text,), motion=enter(grid, 2))
    top += _below(plan.heading, plan.below_heading_px)
    for number, item in enumerate(plan.items):
        next_start = starts[number + 1] if number + 1 < len(starts) else None
        digits = numeral(scene.first + number, look.language)
        elements += _item(
            digits, item, top=top, starts=starts[number], dims=next_start, delay=STAGGER_FRAMES * number, look=look
        )
        top += item.height_px + plan.gap_px
    return Composition(ground=background(look.format, theme, _LIGHTS), elements=elements)


def _plan(scene: BulletsScene, look: Look) -> _Plan:
    """The first split and item size at which everything fits; no item takes more than two lines if that can be.

    What is not wide is looked at on a phone: there, larger letters are worth more lines.
    """
    room = look.grid.content.height - look.grid.px(_AIR)
    if look.grid.is_stacked:
        plan = _first_fitting(scene, look, _SPLITS[-1:], room)
        if above := room_above(look.grid, plan.height_px, _STACKED_FIGURE):
            return replace(plan, figure_px=above)
        if beside := _room_beside(plan, look):
            return replace(plan, figure_px=beside, beside_items=True)
        return _larger(scene, look, room) or plan
    return _first_fitting(scene, look, _SPLITS, room)


def _room_beside(plan: _Plan, look: Look) -> int:
    """Diameter of the dial on the right of items that leave room for one; 0: they do not, as on a tall picture."""
    grid = look.grid
    if grid.is_tall:
        return 0
    widest = _indent(look) + max((item.width_px for item in plan.items), default=0)
    side = min(grid.px(_STACKED_FIGURE), grid.content.width - widest - grid.px(_BESIDE_ITEMS))
    return side if grid.px(_SMALLEST_BESIDE) <= side <= plan.items_px else 0


def _larger(scene: BulletsScene, look: Look, room: int) -> _Plan | None:
    """Short items in larger type, each on a line, where nothing stands beside or above them; None: they are not."""
    for size_px in sizes(look.grid, _ALONE_SIZES):
        plan = _try(scene, look, _SPLITS[-1][0], 0, size_px, max_lines=1)
        if plan.height_px <= room and not any(item.is_truncated for item in plan.items):
            return plan
    return None


def _first_fitting(scene: BulletsScene, look: Look, splits: Sequence[tuple[int, int]], room: int) -> _Plan:
    item_sizes = sizes(look.grid, ITEM_SIZES)
    usual = _MOST_LINES_STACKED if look.grid.is_stacked else _MOST_LINES
    usual = _MOST_LINES_TALL if look.grid.is_tall else usual
    plan = None
    for columns, figure in splits:
        for size_px in item_sizes[:3] if figure else item_sizes:
            plan = _try(scene, look, columns, figure, size_px, max_lines=usual)
            if plan.height_px <= room and not any(item.is_truncated for item in plan.items):
                return plan
    assert plan is not None
    # Where letters are wide: a few items may have room for more lines before they are cut.
    tries = [(max_lines, low) for low in (False, True) for max_lines in (_MOST_LINES, *_MORE_LINES)]
    for max_lines, low in tries[1:]:
        longer = _try(scene, look, splits[-1][0], 0, item_sizes[-1], max_lines=max_lines, low=low)
        if longer.height_px <= room and not any(item.is_truncated for item in longer.items):
            return longer
    return plan if plan.height_px <= room else _try(scene, look, splits[-1][0], 0, item_sizes[-1], low=True)


def _try(
    scene: BulletsScene,
    look: Look,
    columns: int,
    figure: int,
    size_px: int,
    *,
    max_lines: int = _MOST_LINES,
    low: bool = False,
) -> _Plan:
    grid = look.grid
    width = grid.columns(columns)
    label = kicker(scene.kicker, look, width_px=width)
    title = heading(scene.heading, look, width_px=width)
    if low:
        smaller = sizes(grid, HEADING_SIZES[3:])
        title = fit(scene.heading, look.styled(HEADING), smaller, width_px=width, max_lines=2)
    below_title = grid.px(_AFTER_LOW_HEADING if low else _AFTER_HEADING)
    text_width = width - _indent(look)
    items = tuple(
        fit(item, look.styled(ITEM), (size_px,), width_px=text_width, max_lines=max_lines) for item in scene.items
    )
    height = _below(label, grid.px(40) + title.clearance_px) + _below(title, below_title)
    height += sum(item.height_px for item in items)
    gaps = max(0, len(items) - 1)
    airy = grid.content.height - grid.px(_AIR) if grid.is_tall else grid.px(_AIRY)
    longest = max((len(item.lines) for item in items), default=1)
    least = _CLOSE if low or longest == 1 else _APART if longest <= _MOST_LINES else _WELL_APART
    gap = _gap((airy - height) // max(1, gaps), least, grid)
    height += gap * gaps
    return _Plan(
        label=label,
        heading=title,
        items=items,
        gap_px=gap,
        figure_px=grid.px(figure),
        height_px=height,
        below_heading_px=below_title,
    )


def _gap(wanted_px: int, least: int, grid: Grid) -> int:
    """The space between items that fills the block, in whole steps, within reason."""
    step = grid.px(8)
    return min(max(wanted_px // step * step, grid.px(least)), grid.px(80))


def _below(block: TextBlock, gap_px: int) -> int:
    return block.height_px + gap_px if block.lines else 0


def _indent(look: Look) -> int:
    """From the left margin to the text of an item: the ring and a gap."""
    return look.grid.px(64 + 32)


def _item(
    number: str, item: TextBlock, *, top: int, starts: int, dims: int | None, delay: int, look: Look
) -> list[Sprite]:
    """Number and text of an item. The number's disc is filled while the item is spoken of, then a ring is left."""
    grid, theme, left = look.grid, look.theme, look.grid.content.left
    side, size_px, rise_px = grid.px(64), grid.px(32), grid.px(24)
    middle = top + item.cap_px // 2
    circle = Box(left, middle - side // 2, left + side, middle + side // 2)
    text, filled = Motion(enters=starts, rise_px=rise_px), Motion(enters=starts, rise_px=rise_px)
    digit = shape(number, _NUMBER.in_fonts(look.fonts))
    # Until it is spoken of, the place is held by what is hardly there.
    held = Motion(enters=6 + delay, frames=12, levels=(Level(0, _WAITING), Level(starts, 0)))
    outline: list[Sprite] = []
    if starts >= _WORTH_HOLDING:
        outline += [solid_sprite(ring(side, grid.px(3)), theme.line, left=left, top=circle.top, motion=held)]
        outline += _digit(digit, theme.muted, circle, held, size_px)
    if dims is not None:
        text = replace(text, levels=(Level(dims, DIMMED),))
        filled = replace(filled, levels=(Level(dims, 0),))
        left_over = Motion(enters=dims, frames=FADE_FRAMES)
        outline += [solid_sprite(ring(side, grid.px(3)), theme.line, left=left, top=circle.top, motion=left_over)]
        outline += _digit(digit, theme.muted, circle, left_over, size_px)
    return [
        solid_sprite(disc(side), theme.accent, left=left, top=circle.top, motion=filled),
        *_digit(digit, theme.on_accent, circle, filled, size_px),
        *outline,
        *text_sprites(item, left=left + _indent(look), top=top, colours=(theme.text,), motion=text, stagger=2),
    ]


def _digit(number: Line, colour: str, circle: Box, motion: Motion, size_px: int) -> list[Sprite]:
    """A number with its ink, not its line, in the middle of a circle."""
    ink = draw_ink(number, size_px)
    if ink is None:
        return []
    x, y = circle.left + (circle.width - ink.mask.width) // 2, circle.top + (circle.height - ink.mask.height) // 2
    return [solid_sprite(ink.mask, colour, left=x, top=y, motion=motion)]


def _figure(
    plan: _Plan, starts: Sequence[int], look: Look, *, first: int, centre: tuple[int, int]
) -> Sequence[Element]:
    if len(starts) < 2:
        return [motif(look, side_px=plan.figure_px, centre=centre)]
    return dial(starts, look, first=first, side_px=plan.figure_px, centre=centre)
