"""Comparison scenes: two columns on cards below their names; the better one has the stronger card and letters.

If neither is better, each name has a colour of its own. The compared aspects are at the left of each row, or above each
value on narrow pictures. A row appears when it is spoken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.model import ComparisonScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import entrance, hairline, panel, placeholder, require_at_most, scaled_sizes
from pipeline.rendering.layouts.header import Header, header, header_sprites
from pipeline.rendering.layouts.plan_search import DENSITIES, Density, largest_plan
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.motion.timeline import item_frames
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.text.fitting import TextBlock, fit_uniform
from pipeline.rendering.text.styles import BODY, HEADING, ITEM, TextStyle
from pipeline.rendering.type_scale import HEADING_SIZES
from pipeline.theme.colours import readable
from pipeline.theme.theme import TEXT_CONTRAST

_LIGHTS = (
    Light(role="glow", x=0.50, y=1.00, width=0.60, height=0.56, strength=0.50),
    Light(role="glow_far", x=0.94, y=0.06, width=0.42, height=0.50, strength=0.36),
)
# Maximum that fits; no template allows more.
MAX_ITEMS = 4
_NAME_SIZES = (*HEADING_SIZES[2:], 40, 36, 32)
_NARROW_NAME_SIZES, _COMPACT_NAME_SIZES = _NAME_SIZES[2:], _NAME_SIZES[4:]
_VALUE_SIZES = (64, 56, 50, 44, 40, 36, 32)
_ASPECT_SIZES = (44, 40, 36, 32)
_BETTER = TextStyle(weight=620, tracking=-0.014, leading=1.24, optical_size=28)
# At 1080: gutter and padding of cards, from names to the line and from there to the rows, and between rows.
_GUTTER, _PADDING, _NARROW_PADDING = 24, 48, 32
_BELOW_NAMES, _BELOW_LINE, _LINE, _BELOW_ASPECT = 36, 48, 2, 24
_MIN_BETWEEN, _MAX_BETWEEN = 32, 88
# Compact variants.
_BELOW_NAMES_COMPACT, _BELOW_LINE_COMPACT, _MIN_BETWEEN_COMPACT = 24, 36, 16
_AIR, _AIRY = 32, 720
# Maximum width of the aspects at the left, as a share, and their distance to the cards.
_ASPECT_SHARE, _BESIDE_ASPECT = 0.22, 48


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Fitted texts and their positions, relative to the left margin and the end of the header."""

    head: Header
    names: tuple[TextBlock, ...]
    aspects: tuple[TextBlock, ...]
    # Left and right, row by row.
    values: tuple[tuple[TextBlock, ...], ...]
    cards: tuple[Box, Box]
    padding_px: int
    line_top: int
    # Tops of aspect and values, row by row.
    tops: tuple[tuple[int, int], ...]
    room_px: int

    @property
    def sized(self) -> tuple[TextBlock, ...]:
        return (*self.values[0], *self.values[1])

    @property
    def height_px(self) -> int:
        return self.head.height_px + self.cards[0].bottom

    @property
    def is_truncated(self) -> bool:
        return any(block.is_truncated for block in (*self.names, *self.aspects, *self.sized))


def lay_out(scene: ComparisonScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `ValueError` for more items than fit."""
    require_at_most(MAX_ITEMS, scene.items)
    content, theme = look.grid.content, look.theme
    plan = _plan(scene, look)
    top = content.centre_y - plan.height_px // 2
    elements: list[Element] = [*header_sprites(plan.head, look, top=top)]
    top += plan.head.height_px
    starts = item_frames(scene, words, len(scene.items))
    for index, side in enumerate(("left", "right")):
        elements += _card(scene, plan, index, look, top=top)
        quiet = scene.better not in (side, "neither")
        left = content.left + plan.cards[index].left + plan.padding_px
        for row, start in enumerate(starts):
            elements += _row(plan, row, look, side=index, left=left, top=top, start=start, quiet=quiet)
    if not look.grid.is_stacked:
        for aspect, (at, _), start in zip(plan.aspects, plan.tops, starts, strict=True):
            motion = Motion(enters=start, rise_px=look.grid.px(24))
            elements += text_sprites(aspect, left=content.left, top=top + at, colour=theme.muted, motion=motion)
    return Composition(ground=background(look.format, theme, _LIGHTS), elements=elements)


def _plan(scene: ComparisonScene, look: Look) -> _Plan:
    """The largest type at which everything fits, with decreasing space around it and finally fewer lines."""
    # Smaller with each additional row.
    largest = max(1, len(scene.items)) - 1 + look.grid.is_stacked
    sizes = scaled_sizes(look.grid, _VALUE_SIZES)
    tries = ((density, sizes, largest) for density in DENSITIES)
    return largest_plan(tries, lambda density, smaller: _plan_at(scene, look, density, smaller))


def _plan_at(scene: ComparisonScene, look: Look, density: Density, smaller: int) -> _Plan:
    grid, room_px = look.grid, look.grid.content.height - look.grid.px(_AIR)
    head = header("", scene.heading, look, compact=density.compact)
    padding = grid.px(_NARROW_PADDING if grid.is_stacked else _PADDING)
    aspects, aspect_px = _aspects(scene, look, padding, max_lines=min(2, density.lines))
    gutter = grid.px(_GUTTER)
    width = (grid.content.width - aspect_px - gutter) // 2
    values = _values(scene, look, density, smaller, width_px=width - 2 * padding)
    size_px = max(value.size_px for side in values for value in side)
    sizes, style = _name_sizes(look, density, size_px), look.styled(HEADING)
    names = fit_uniform([scene.left, scene.right], style, sizes, width_px=width - 2 * padding, max_lines=2)
    line_top = padding + max(name.height_px for name in names) + names[0].clearance_px
    line_top += grid.px(_BELOW_NAMES_COMPACT if density.compact else _BELOW_NAMES)
    first = line_top + grid.px(_LINE + (_BELOW_LINE_COMPACT if density.compact else _BELOW_LINE))
    below_head_px = room_px - head.height_px - padding
    tops, bottom = _rows(aspects, values, look, compact=density.compact, first=first, room_px=below_head_px)
    bottom += padding + grid.px(8)
    left = aspect_px + width + gutter
    return _Plan(
        head=head,
        names=names,
        aspects=aspects,
        values=values,
        cards=(Box(aspect_px, 0, aspect_px + width, bottom), Box(left, 0, left + width, bottom)),
        padding_px=padding,
        line_top=line_top,
        tops=tops,
        room_px=room_px,
    )


def _name_sizes(look: Look, density: Density, value_px: int) -> tuple[int, ...]:
    """Sizes for the names, not below those of the values."""
    scale = _COMPACT_NAME_SIZES if density.compact else _NARROW_NAME_SIZES if look.grid.is_stacked else _NAME_SIZES
    return tuple(size for size in scaled_sizes(look.grid, scale) if size >= value_px) or (value_px,)


def _aspects(
    scene: ComparisonScene, look: Look, padding_px: int, *, max_lines: int
) -> tuple[tuple[TextBlock, ...], int]:
    """The compared aspects, and the width they take beside the cards."""
    grid, texts = look.grid, [item.aspect for item in scene.items]
    width, sizes = round(grid.content.width * _ASPECT_SHARE), scaled_sizes(grid, _ASPECT_SIZES)
    if grid.is_stacked:
        width, sizes = (grid.content.width - grid.px(_GUTTER)) // 2 - 2 * padding_px, sizes[-1:]
    aspects = fit_uniform(texts, look.styled(BODY), sizes, width_px=width, max_lines=max_lines)
    widest = 0 if grid.is_stacked else max((aspect.width_px for aspect in aspects), default=0)
    return aspects, widest + grid.px(_BESIDE_ASPECT) if widest else 0


def _values(
    scene: ComparisonScene, look: Look, density: Density, smaller: int, *, width_px: int
) -> tuple[tuple[TextBlock, ...], ...]:
    """The values of both sides, all at one size, those of the better side in a bolder style."""
    sides = (
        ([item.left for item in scene.items], _BETTER if scene.better == "left" else ITEM),
        ([item.right for item in scene.items], _BETTER if scene.better == "right" else ITEM),
    )
    steps = scaled_sizes(look.grid, _VALUE_SIZES[smaller:])
    fitted: tuple[tuple[TextBlock, ...], ...] = ()
    for _ in range(2):
        fitted = tuple(
            fit_uniform(texts, look.styled(style), steps, width_px=width_px, max_lines=density.lines)
            for texts, style in sides
        )
        steps = (min(block.size_px for side in fitted for block in side),)
    return fitted


def _rows(
    aspects: Sequence[TextBlock],
    values: Sequence[Sequence[TextBlock]],
    look: Look,
    *,
    compact: bool,
    first: int,
    room_px: int,
) -> tuple[tuple[tuple[int, int], ...], int]:
    """Tops of aspects and values, row by row, and the bottom of the last row."""
    grid = look.grid
    offsets, heights = [], []
    for aspect, *sides in zip(aspects, *values, strict=True):
        cap, height = sides[0].cap_px, max(side.height_px for side in sides)
        if grid.is_stacked and aspect.lines:
            offset = aspect.height_px + grid.px(_BELOW_ASPECT) + sides[0].clearance_px
            heights.append(offset + height)
        else:
            # Aligned baselines.
            offset = aspect.cap_px - cap
            heights.append(max(height, aspect.height_px - offset))
        offsets.append(offset)
    step, count = grid.px(8), max(1, len(heights) - 1)
    least = grid.px(_MIN_BETWEEN_COMPACT if compact else _MIN_BETWEEN) + max(
        side[0].size_px * 3 // 8 + side[0].clearance_px for side in values
    )
    wanted = (min(room_px, grid.px(_AIRY)) - first - sum(heights)) // count // step * step
    gap = min(max(wanted, least), grid.px(_MAX_BETWEEN))
    tops, top = [], first
    for offset, height in zip(offsets, heights, strict=True):
        tops.append((top, top + offset) if grid.is_stacked else (top - offset, top))
        top += height + gap
    return tuple(tops), top - gap


def _card(scene: ComparisonScene, plan: _Plan, side: int, look: Look, *, top: int) -> Iterable[Element]:
    """The card of a side, its name, and the line below it."""
    grid, theme, content = look.grid, look.theme, look.grid.content
    is_better = scene.better == ("left", "right")[side]
    card = plan.cards[side].moved(content.left, top)
    if is_better or scene.better == "neither":
        yield from panel(look, card, motion=Motion(enters=4 + 3 * side))
    else:
        yield placeholder(look, card, frame=4 + 3 * side)
    left, width = card.left + plan.padding_px, card.width - 2 * plan.padding_px
    colour = theme.accent if is_better else theme.muted
    if scene.better == "neither":
        # With a reserve for rounding.
        colour = readable((theme.accent, theme.accent_2)[side], (theme.surface,), TEXT_CONTRAST + 0.2)
    name_top, motion = top + plan.padding_px, entrance(grid, 8 + 3 * side)
    yield from text_sprites(plan.names[side], left=left, top=name_top, colour=colour, motion=motion)
    line = Box(left, top + plan.line_top, left + width, top + plan.line_top + max(1, grid.px(_LINE)))
    yield hairline(look, line, frame=12 + 3 * side)


def _row(
    plan: _Plan, row: int, look: Look, *, side: int, left: int, top: int, start: int, quiet: bool
) -> Iterable[Element]:
    """One value, on narrow pictures below its aspect."""
    theme = look.theme
    motion = Motion(enters=start + 3 * side, rise_px=look.grid.px(24))
    aspect_top, value_top = plan.tops[row]
    if look.grid.is_stacked:
        yield from text_sprites(plan.aspects[row], left=left, top=top + aspect_top, colour=theme.muted, motion=motion)
    value, top = plan.values[side][row], top + value_top
    colour = theme.muted if quiet else theme.text
    yield from text_sprites(value, left=left, top=top, colour=colour, motion=motion, stagger=2)
