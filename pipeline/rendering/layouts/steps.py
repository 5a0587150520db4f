"""Step scenes: numbered cards from left to right, or top to bottom on narrow pictures, each filled when it is spoken.

Empty cards are there from the start: the number of steps is part of the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.model import StepsScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.amount import numeral
from pipeline.rendering.layouts.components import panel, placeholder, require_at_most, scaled_sizes
from pipeline.rendering.layouts.header import Header, header, header_sprites
from pipeline.rendering.layouts.plan_search import Density, largest_plan
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import FADE_FRAMES, Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.timeline import item_frames
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.text.fitting import TextBlock, fit_uniform
from pipeline.rendering.text.line import measure, shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import BODY, CAP_HEIGHT_EM, HEADING, TextStyle
from pipeline.rendering.type_scale import HEADING_SIZES

_LIGHTS = (
    Light(role="glow", x=0.10, y=0.96, width=0.50, height=0.60, strength=0.55),
    Light(role="glow_far", x=0.92, y=0.06, width=0.44, height=0.52, strength=0.42),
)
# Maximum that fits; no template allows more.
MAX_ITEMS = 4
_NUMERAL = TextStyle(weight=640, tracking=-0.03, is_heading=True)
_TITLE_SIZES = (*HEADING_SIZES[2:], 40, 36, 32)
_TEXT_SIZES = (40, 36, 32)
# At 1080. Cards side by side: their padding, and their minimum height with texts and without.
_PADDING, _NARROW_PADDING = 48, 32
_MIN_HEIGHT, _MIN_BARE_HEIGHT = 448, 360
_BELOW_NUMERAL = 72
# Stacked cards: padding, indent of the text, distance from the numeral; minimum and maximum space above and below the
# text, in total.
_ROW_PADDING, _ROW_INDENT, _AFTER_NUMERAL = 40, 96, 40
_MIN_ROW_AIR, _MIN_ROW_AIR_COMPACT, _MAX_ROW_AIR = 72, 44, 96
_GAP, _GAP_COMPACT = 24, 16
# Minimum space above and below the block, in total; none in compact layouts.
_AIR = 32
_NUMERAL_PX = 112


_DENSITIES = (
    Density(compact=False, title_lines=3, lines=5),
    Density(compact=True, title_lines=3, lines=5),
    *(
        Density(compact=True, title_lines=titles, lines=lines, may_truncate=True)
        for titles, lines in ((2, 4), (2, 3), (1, 3), (1, 2), (1, 1))
    ),
)


@dataclass(frozen=True, kw_only=True)
class _Card:
    """Texts of a card and their positions, relative to the left margin and the end of the header."""

    box: Box
    title: TextBlock
    text: TextBlock
    numeral_px: int
    # Left edge and vertical centre.
    numeral_at: tuple[int, int]
    title_at: tuple[int, int]
    text_at: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Fitted cards below the header."""

    head: Header
    cards: tuple[_Card, ...]
    room_px: int

    @property
    def height_px(self) -> int:
        return self.head.height_px + self.cards[-1].box.bottom

    @property
    def sized(self) -> list[TextBlock]:
        return [card.title for card in self.cards]

    @property
    def is_truncated(self) -> bool:
        return any(card.title.is_truncated or card.text.is_truncated for card in self.cards)


def lay_out(scene: StepsScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `ValueError` for more items than fit."""
    require_at_most(MAX_ITEMS, scene.items)
    content = look.grid.content
    plan = _plan(scene, look)
    starts = item_frames(scene, words, len(scene.items))
    top = content.centre_y - plan.height_px // 2
    elements: list[Element] = [*header_sprites(plan.head, look, top=top)]
    top += plan.head.height_px
    for index, card in enumerate(plan.cards):
        # Empty, with a faint numeral.
        elements.append(placeholder(look, card.box.moved(content.left, top), frame=3 * index))
        motion = Motion(enters=3 * index)
        elements += _numeral(card, look, look.theme.line, scene.first + index, top=top, motion=motion)
    for index, (card, start, ends) in enumerate(zip(plan.cards, starts, (*starts[1:], None), strict=True)):
        elements += _filled_sprites(card, look, number=scene.first + index, top=top, start=start, ends=ends)
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


def _plan(scene: StepsScene, look: Look) -> _Plan:
    """The largest type at which everything fits, else with a compact header, else with fewer lines."""
    largest = 0 if len(scene.items) == 2 and not look.grid.is_stacked else 1
    arrange = _rows if look.grid.is_stacked else _columns

    def plan_at(density: Density, smaller: int) -> _Plan:
        head = header(scene.kicker, scene.heading, look, compact=density.compact)
        room = look.grid.content.height - (0 if density.compact else look.grid.px(_AIR))
        return _Plan(head=head, cards=arrange(scene, look, density, smaller, room - head.height_px), room_px=room)

    sizes = scaled_sizes(look.grid, _TITLE_SIZES)
    return largest_plan(((density, sizes, largest) for density in _DENSITIES), plan_at)


def _texts(
    scene: StepsScene, look: Look, density: Density, smaller: int, *, width_px: int
) -> list[tuple[TextBlock, TextBlock]]:
    """Title and text of each card, `smaller` steps below the largest sizes, in as many lines as `density` allows."""
    sizes = scaled_sizes(look.grid, _TITLE_SIZES[smaller:])
    text_sizes = scaled_sizes(look.grid, _TEXT_SIZES[smaller // 2 :] or _TEXT_SIZES[-1:])
    titles, texts = [step.title for step in scene.items], [step.text for step in scene.items]
    return list(
        zip(
            fit_uniform(titles, look.styled(HEADING), sizes, width_px=width_px, max_lines=density.title_lines),
            fit_uniform(texts, look.styled(BODY), text_sizes, width_px=width_px, max_lines=density.lines),
            strict=True,
        )
    )


def _below_title(blocks: Sequence[tuple[TextBlock, TextBlock]], look: Look) -> int:
    """From a title's last baseline to its text's capitals: larger titles have longer descenders."""
    return look.grid.px(16) + max(title.size_px for title, _ in blocks) * 3 // 8


def _columns(scene: StepsScene, look: Look, density: Density, smaller: int, room_px: int) -> tuple[_Card, ...]:
    """Cards side by side: numeral at the top, text at the bottom, with texts and titles aligned across cards."""
    grid, count = look.grid, len(scene.items)
    gap, padding = grid.px(_GAP), grid.px(_NARROW_PADDING if count > 3 else _PADDING)
    width = (grid.content.width - gap * (count - 1)) // count
    blocks = _texts(scene, look, density, smaller, width_px=width - 2 * padding)
    title_px = max(title.height_px for title, _ in blocks)
    text_px = max(text.height_px for _, text in blocks)
    between = _below_title(blocks, look) + max(text.clearance_px for _, text in blocks) if text_px else 0
    numeral_px = grid.px(_NUMERAL_PX)
    numeral_height = round(numeral_px * CAP_HEIGHT_EM)
    words_px = title_px + between + text_px
    height = 2 * padding + numeral_height + grid.px(_BELOW_NUMERAL) + words_px + grid.px(8)
    least = grid.px(_MIN_HEIGHT if text_px else _MIN_BARE_HEIGHT)
    height = max(height, min(least, room_px))
    title_top = height - padding - grid.px(8) - words_px
    cards = []
    for index, (title, text) in enumerate(blocks):
        left = index * (width + gap)
        inner = left + padding
        cards.append(
            _Card(
                box=Box(left, 0, left + width, height),
                title=title,
                text=text,
                numeral_px=numeral_px,
                numeral_at=(inner, padding + numeral_height // 2),
                title_at=(inner, title_top + title_px - title.height_px),
                text_at=(inner, title_top + title_px + between),
            )
        )
    return tuple(cards)


def _rows(scene: StepsScene, look: Look, density: Density, smaller: int, room_px: int) -> tuple[_Card, ...]:
    """Stacked cards: numeral at the left, text beside it, both vertically centred."""
    grid, count = look.grid, len(scene.items)
    gap = grid.px(_GAP_COMPACT if density.compact else _GAP)
    padding, numeral_px = grid.px(_ROW_PADDING), grid.px(_NUMERAL_PX * 3 // 4)
    style = _NUMERAL.in_fonts(look.fonts)
    widest = max(measure(numeral(scene.first + index, look.language), style) for index in range(count))
    indent = max(grid.px(_ROW_INDENT), round(widest * numeral_px) + grid.px(_AFTER_NUMERAL))
    width = grid.content.width
    blocks = _texts(scene, look, density, smaller, width_px=width - 2 * padding - indent)
    between = _below_title(blocks, look)
    heights = [
        title.height_px + (between + text.clearance_px + text.height_px if text.lines else 0) for title, text in blocks
    ]
    height = min(max(heights) + grid.px(_MAX_ROW_AIR), (room_px - gap * (count - 1)) // count)
    height = max(height, max(heights) + grid.px(_MIN_ROW_AIR_COMPACT if density.compact else _MIN_ROW_AIR))
    cards = []
    for index, (title, text) in enumerate(blocks):
        top = index * (height + gap)
        words_top = top + (height - heights[index]) // 2
        cards.append(
            _Card(
                box=Box(0, top, width, top + height),
                title=title,
                text=text,
                numeral_px=numeral_px,
                numeral_at=(padding, top + height // 2),
                title_at=(padding + indent, words_top),
                text_at=(padding + indent, words_top + title.height_px + between + text.clearance_px),
            )
        )
    return tuple(cards)


def _filled_sprites(
    card: _Card, look: Look, *, number: int, top: int, start: int, ends: int | None
) -> Iterable[Sprite]:
    """A card being filled; its numeral is highlighted until the next card is spoken."""
    theme, left = look.theme, look.grid.content.left
    rise_px = look.grid.px(24)
    yield from panel(look, card.box.moved(left, top), motion=Motion(enters=start, frames=FADE_FRAMES))
    highlighted = Motion(enters=start, frames=FADE_FRAMES).until(ends)
    if ends is not None:
        rest = Motion(enters=ends, frames=FADE_FRAMES)
        yield from _numeral(card, look, theme.muted, number, top=top, motion=rest)
    yield from _numeral(card, look, theme.accent, number, top=top, motion=highlighted)
    words = Motion(enters=start + 2, rise_px=rise_px)
    x, y = card.title_at
    yield from text_sprites(card.title, left=left + x, top=top + y, colour=theme.text, motion=words, stagger=2)
    x, y = card.text_at
    later = replace(words, enters=start + 5)
    yield from text_sprites(card.text, left=left + x, top=top + y, colour=theme.muted, motion=later, stagger=2)


def _numeral(card: _Card, look: Look, colour: str, number: int, *, top: int, motion: Motion) -> Iterable[Sprite]:
    """The numeral of a card, its ink aligned to the left edge and vertically centred."""
    ink = draw_ink(shape(numeral(number, look.language), _NUMERAL.in_fonts(look.fonts)), card.numeral_px)
    if ink:
        x, y = card.numeral_at
        at = look.grid.content.left + x, top + y - ink.mask.height // 2
        yield solid_sprite(ink.mask, colour, left=at[0], top=at[1], motion=motion)
