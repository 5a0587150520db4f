"""Bullet scenes: a heading and numbered items that appear when spoken; a progress ring counts them.

If all items have labels ("Main heart: sends the blood to the body"), these stand above their explanations.

The ring is on the right; without space there, it stands above the text or beside short items, if it fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from pipeline.model import BulletsScene, Word
from pipeline.rendering.grid import Grid
from pipeline.rendering.layouts.amount import numeral
from pipeline.rendering.layouts.bullet_items import Item, fit_item, split_labels
from pipeline.rendering.layouts.components import (
    GAP_BELOW_MOTIF,
    centred_text,
    entrance,
    fit_text,
    heading,
    kicker,
    motif,
    motif_space_above,
    require_at_most,
    scaled_sizes,
)
from pipeline.rendering.layouts.rings import progress_ring
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import DIMMED, FADE_FRAMES, STAGGER_FRAMES, Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.timeline import item_frames
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.shapes import disc, ring
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.styles import HEADING, TextStyle
from pipeline.rendering.type_scale import HEADING_SIZES, ITEM_SIZES, LARGE_SIZES

_LIGHTS = (
    Light(role="glow", x=0.86, y=0.48, width=0.34, height=0.62, strength=0.60),
    Light(role="glow_far", x=0.10, y=0.98, width=0.46, height=0.50, strength=0.34),
)
# From the heading's last baseline to the first item's capitals, normal and compact.
_AFTER_HEADING, _AFTER_COMPACT_HEADING = 112, 80
# Preferred height of the block: items are spaced to reach it.
_AIRY = 720
# Minimum space between items of one line, of two, and of more, which would read as one text otherwise.
_CLOSE, _APART, _WELL_APART = 40, 52, 72
# Minimum space above and below the block, in total.
_AIR = 32
# Minimum size of labels; smaller ones stand on one line with their explanations.
_MIN_LABEL = 40
# Maximum that fits; no template allows more.
MAX_ITEMS = 5
# Opacity of the number of an item not yet spoken (0 to 255), and the frame from which on items get one.
_PENDING_OPACITY, _PENDING_FROM = 120, 30
# Maximum lines of an item: normally, on stacked and tall pictures, and as a last resort.
_MAX_LINES, _MAX_LINES_STACKED, _MAX_LINES_TALL, _MORE_LINES = 2, 3, 4, (3, 4, 5)
_NUMBER = TextStyle(weight=680, optical_size=24)
# Columns of text and the ring's diameter beside them (at 1080), best first.
_SPLITS = ((7, 496), (8, 400), (9, 272), (12, 0))
# Maximum diameter of the ring above the text or beside short items; its minimum beside them, and the distance.
_STACKED_RING, _MIN_RING_BESIDE, _BESIDE_ITEMS = 320, 232, 64


# Label and explanation of each item, or its text and nothing.
_Parts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Fitted texts, and the space for the ring."""

    label: TextBlock
    heading: TextBlock
    items: tuple[Item, ...]
    # From the heading's last baseline to the first item's capitals, and between items.
    below_heading_px: int
    gap_px: int
    ring_px: int
    height_px: int
    # Whether the ring is beside the items, below the heading.
    beside_items: bool = False

    @property
    def items_px(self) -> int:
        """From the capitals of the first item to the last baseline of the last."""
        return sum(item.height_px for item in self.items) + self.gap_px * max(0, len(self.items) - 1)

    def fits(self, room_px: int) -> bool:
        """Whether it is no higher than that, and no item is truncated."""
        return self.height_px <= room_px and not any(item.is_truncated for item in self.items)


def lay_out(scene: BulletsScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `ValueError` for more items than fit."""
    require_at_most(MAX_ITEMS, scene.items)
    grid, theme, content = look.grid, look.theme, look.grid.content
    plan = _plan(scene, look)
    starts = item_frames(scene, words, len(scene.items))
    top = content.centre_y - plan.height_px // 2
    centre = (content.right - plan.ring_px // 2, content.centre_y)
    if plan.beside_items:
        centre = (centre[0], top + plan.height_px - plan.items_px + plan.items_px // 2)
    elif plan.ring_px and grid.is_stacked:
        top += (plan.ring_px + grid.px(GAP_BELOW_MOTIF)) // 2
        centre = (content.left + plan.ring_px // 2, top - grid.px(GAP_BELOW_MOTIF) - plan.ring_px // 2)
    elements: list[Element] = []
    if plan.ring_px:
        elements += _ring(plan, starts, look, first=scene.first, centre=centre)
    elements += text_sprites(plan.label, left=content.left, top=top, colour=theme.accent, motion=entrance(grid, 0))
    top += _height_with_gap(plan.label, grid.px(40) + plan.heading.clearance_px)
    elements += text_sprites(plan.heading, left=content.left, top=top, colour=theme.text, motion=entrance(grid, 2))
    top += _height_with_gap(plan.heading, plan.below_heading_px)
    for number, (item, start) in enumerate(zip(plan.items, starts, strict=True)):
        ends = next(iter(starts[number + 1 :]), None)
        digits, delay = numeral(scene.first + number, look.language), STAGGER_FRAMES * number
        elements += _item(digits, item, top=top, starts=start, ends=ends, delay=delay, look=look)
        top += item.height_px + plan.gap_px
    return Composition(ground=background(look.format, theme, _LIGHTS), elements=elements)


def _plan(scene: BulletsScene, look: Look) -> _Plan:
    """The plan with labels above their explanations, if all items have labels and it fits; else without."""
    room = look.grid.content.height - look.grid.px(_AIR)
    if labelled := split_labels(scene.items):
        plan = _plan_of(scene, labelled, look, room)
        if plan.fits(room) and plan.items[0].title.size_px >= look.grid.type_px(_MIN_LABEL):
            return plan
    return _plan_of(scene, tuple((item, "") for item in scene.items), look, room)


def _plan_of(scene: BulletsScene, parts: _Parts, look: Look, room: int) -> _Plan:
    """The first split and item size at which everything fits, with at most two lines per item if possible.

    Narrow pictures are viewed on phones: there, larger letters are worth more lines.
    """
    if look.grid.is_stacked:
        plan = _best_plan(scene, parts, look, _SPLITS[-1:], room)
        if above := motif_space_above(look.grid, plan.height_px, _STACKED_RING):
            return replace(plan, ring_px=above)
        if beside := _ring_beside(plan, look):
            return replace(plan, ring_px=beside, beside_items=True)
        return _plan_on_single_lines(scene, look, _SPLITS[-1], LARGE_SIZES[:2], parts=parts, room=room) or plan
    beside_ring = _plan_on_single_lines(scene, look, _SPLITS[0], ITEM_SIZES[:3], parts=parts, room=room)
    return beside_ring or _best_plan(scene, parts, look, _SPLITS, room)


def _ring_beside(plan: _Plan, look: Look) -> int:
    """Diameter of a ring on the right of short items; 0 if it does not fit, and on tall pictures."""
    grid = look.grid
    if grid.is_tall:
        return 0
    widest = _indent(look) + max((item.width_px for item in plan.items), default=0)
    side = min(grid.px(_STACKED_RING), grid.content.width - widest - grid.px(_BESIDE_ITEMS))
    return side if grid.px(_MIN_RING_BESIDE) <= side <= plan.items_px else 0


def _plan_on_single_lines(
    scene: BulletsScene, look: Look, split: tuple[int, int], at_1080: Sequence[int], *, parts: _Parts, room: int
) -> _Plan | None:
    """Every item on one line, in the largest of the sizes that fits; None if none does."""
    sizes = scaled_sizes(look.grid, at_1080)
    plans = (_plan_at(scene, look, *split, size_px, parts=parts, max_lines=1) for size_px in sizes)
    return next((plan for plan in plans if plan.fits(room)), None)


def _best_plan(scene: BulletsScene, parts: _Parts, look: Look, splits: Sequence[tuple[int, int]], room: int) -> _Plan:
    item_sizes = scaled_sizes(look.grid, ITEM_SIZES)
    usual = _MAX_LINES_STACKED if look.grid.is_stacked else _MAX_LINES
    usual = _MAX_LINES_TALL if look.grid.is_tall else usual
    for columns, figure in splits:
        for size_px in item_sizes[:3] if figure else item_sizes:
            plan = _plan_at(scene, look, columns, figure, size_px, parts=parts, max_lines=usual)
            if plan.fits(room):
                return plan
    smallest = partial(_plan_at, scene, look, *splits[-1], item_sizes[-1], parts=parts)
    # In scripts with wide letters, a few items may take more lines before they are truncated.
    tries = [(max_lines, compact) for compact in (False, True) for max_lines in (_MAX_LINES, *_MORE_LINES)]
    longer = (smallest(max_lines=max_lines, compact=compact) for max_lines, compact in tries[1:])
    if found := next((plan for plan in longer if plan.fits(room)), None):
        return found
    plan = smallest(max_lines=usual)
    return plan if plan.height_px <= room else smallest(compact=True)


def _plan_at(
    scene: BulletsScene,
    look: Look,
    columns: int,
    figure: int,
    size_px: int,
    *,
    parts: _Parts,
    max_lines: int = _MAX_LINES,
    compact: bool = False,
) -> _Plan:
    grid = look.grid
    width = grid.columns(columns)
    label = kicker(scene.kicker, look, width_px=width)
    title = heading(scene.heading, look, width_px=width)
    if compact:
        title = fit_text(scene.heading, HEADING, HEADING_SIZES[3:], look, width_px=width, max_lines=2, spare_lines=2)
    below_title = grid.px(_AFTER_COMPACT_HEADING if compact else _AFTER_HEADING)
    text_width = width - _indent(look)
    items = tuple(
        fit_item(text, part, look, size_px, width_px=text_width, max_lines=max_lines)
        for text, part in zip(scene.items, parts, strict=True)
    )
    height = _height_with_gap(label, grid.px(40) + title.clearance_px) + _height_with_gap(title, below_title)
    height += sum(item.height_px for item in items)
    gaps = max(0, len(items) - 1)
    airy = grid.content.height - grid.px(_AIR) if grid.is_tall else grid.px(_AIRY)
    longest = max((item.line_count for item in items), default=1)
    least = _CLOSE if compact or longest == 1 else _APART if longest <= _MAX_LINES else _WELL_APART
    gap = _gap((airy - height) // max(1, gaps), least, grid)
    height += gap * gaps
    return _Plan(
        label=label,
        heading=title,
        items=items,
        gap_px=gap,
        ring_px=grid.px(figure),
        height_px=height,
        below_heading_px=below_title,
    )


def _gap(wanted_px: int, least: int, grid: Grid) -> int:
    """The space between items that fills the block, in whole steps, within limits."""
    step = grid.px(8)
    return min(max(wanted_px // step * step, grid.px(least)), grid.px(80))


def _height_with_gap(block: TextBlock, gap_px: int) -> int:
    return block.height_px + gap_px if block.lines else 0


def _indent(look: Look) -> int:
    """From the left margin to the text of an item."""
    return look.grid.px(64 + 32)


def _item(number: str, item: Item, *, top: int, starts: int, ends: int | None, delay: int, look: Look) -> list[Sprite]:
    """Number and text of an item. The number's disc is filled while the item is spoken, then becomes a ring."""
    grid, theme, left = look.grid, look.theme, look.grid.content.left
    side, size_px, rise_px = grid.px(64), grid.px(32), grid.px(24)
    middle = top + item.title.cap_px // 2
    centre, disc_top = (left + side // 2, middle), middle - side // 2
    motion = Motion(enters=starts, rise_px=rise_px)
    text, filled = motion.until(ends, DIMMED), motion.until(ends)
    digit = shape(number, _NUMBER.in_fonts(look.fonts))
    # A faint placeholder until the item is spoken.
    held = Motion(enters=6 + delay, frames=12).until(0, _PENDING_OPACITY).until(starts)
    outline: list[Sprite] = []
    if starts >= _PENDING_FROM:
        outline += [solid_sprite(ring(side, grid.px(3)), theme.line, left=left, top=disc_top, motion=held)]
        outline += centred_text(digit, size_px, theme.muted, centre=centre, motion=held)
    if ends is not None:
        left_over = Motion(enters=ends, frames=FADE_FRAMES)
        outline += [solid_sprite(ring(side, grid.px(3)), theme.line, left=left, top=disc_top, motion=left_over)]
        outline += centred_text(digit, size_px, theme.muted, centre=centre, motion=left_over)
    return [
        solid_sprite(disc(side), theme.accent, left=left, top=disc_top, motion=filled),
        *centred_text(digit, size_px, theme.on_accent, centre=centre, motion=filled),
        *outline,
        *item.sprites(look, left=left + _indent(look), top=top, motion=text),
    ]


def _ring(plan: _Plan, starts: Sequence[int], look: Look, *, first: int, centre: tuple[int, int]) -> Sequence[Element]:
    if len(starts) < 2:
        return [motif(look, side_px=plan.ring_px, centre=centre)]
    return progress_ring(starts, look, first=first, side_px=plan.ring_px, centre=centre)
