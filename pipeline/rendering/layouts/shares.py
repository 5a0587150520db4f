"""Shares of a whole: a ring whose parts are swept one after another; what the message is about stands in its middle.

On a wide picture each part has its number and name at its side, with a thin line to it; on a narrow one they stand in
rows, in the order and the colours of the parts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from pipeline.model import SharesScene, Word
from pipeline.rendering.background import background
from pipeline.rendering.composition import Composition
from pipeline.rendering.fitting import TextBlock, fit
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import (
    GROWTH_FRAMES,
    LIGHTS,
    VALUE,
    VALUE_IN_COLUMN,
    Sheet,
    alike,
    measured,
    sheet,
    value_frames,
    value_texts,
)
from pipeline.rendering.layouts.growth import Drawing
from pipeline.rendering.layouts.parts import enter, sizes
from pipeline.rendering.look import Look
from pipeline.rendering.motion import Motion
from pipeline.rendering.picture import colour
from pipeline.rendering.scales import spread
from pipeline.rendering.shapes import disc, polyline, sector
from pipeline.rendering.sprites import Element, Sprite, letters
from pipeline.rendering.text import BODY
from pipeline.rendering.theme import HEADING_SIZES, TEXT_SIZES, between

# Of the ring's diameter: its width, and the room for text in its middle.
_RING, _MIDDLE = 0.17, 0.52
# At 1080: the ring's diameter at most, wide, above rows and beside them; gaps.
_WIDE, _ABOVE, _BESIDE = 560, 520, 400
_GAP, _PART_GAP, _ELBOW, _ROW, _LOWEST_ROW = 24, 6, 56, 104, 56
_NUMBER_SIZES = (100, 90, *HEADING_SIZES)
# No part is so small that it is not seen, in turns.
_LEAST = 0.004
_TRACK_OPACITY = 0.45
# How far the other parts are on the way to the colour of lines, first and last: with a point, and without.
_GREYS, _SHADES = (0.55, 0.95), (0.0, 0.80)


@dataclass(frozen=True, kw_only=True)
class _Ring:
    """Where the ring is, and where its parts begin and end, in turns clockwise from twelve."""

    centre: tuple[int, int]
    side: int
    turns: tuple[float, ...]

    def part(self, number: int) -> tuple[float, float]:
        """Beginning and end of a part."""
        return self.turns[number], self.turns[number + 1]

    def edge(self, number: int, beyond_px: float) -> tuple[float, float]:
        """The point so far outside the middle of a part."""
        angle = math.tau * sum(self.part(number)) / 2
        radius = self.side / 2 + beyond_px
        return self.centre[0] + radius * math.sin(angle), self.centre[1] - radius * math.cos(angle)


def lay_out(scene: SharesScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    page = sheet(look, message=scene.heading, subtitle=measured(scene.subtitle, scene.unit), source=scene.source)
    starts = value_frames(scene, words, len(scene.items))
    draw = _in_rows if look.grid.is_stacked else _called_out
    return Composition(ground=background(look.format, look.theme, LIGHTS), elements=draw(scene, look, starts, page))


def _called_out(scene: SharesScene, look: Look, starts: Sequence[int], page: Sheet) -> list[Element]:
    """The ring in the middle, what its parts are at both sides."""
    grid = look.grid
    side = min(grid.px(_WIDE), page.room_px) // 2 * 2
    sprites, area = page.place(side)
    ring = _ring(scene, (area.centre, area.middle), side)
    elements: list[Element] = [*sprites, *_parts(scene, look, ring, starts), *_middle(scene, look, ring, starts)]
    others = [number for number in range(len(scene.items)) if number + 1 != scene.point]
    width = (area.width - side) // 2 - grid.px(_ELBOW + 2 * _GAP)
    texts = _texts(scene, look)
    values = alike([texts[number] for number in others], [VALUE] * len(others), look, width_px=width)
    style = replace(BODY, leading=1.2)
    names = alike(
        [scene.items[number].label for number in others], [style] * len(others), look, width_px=width, most_lines=2
    )
    gap = grid.px(16)
    heights = [value.height_px + gap + name.height_px for value, name in zip(values, names, strict=True)]
    for is_right in (False, True):
        here = [at for at, number in enumerate(others) if (ring.edge(number, 0)[0] >= area.centre) == is_right]
        wanted = [round(ring.edge(others[at], 0)[1]) for at in here]
        middles = spread(
            wanted, [heights[at] for at in here], low=area.top, high=area.bottom, gap=grid.px(40)
        )
        for at, middle in zip(here, middles, strict=True):
            top = middle - heights[at] // 2
            elements += _call(values[at], names[at], look, area, top, starts[others[at]], is_right=is_right)
            elements.append(
                _tie(ring, others[at], look, area, top + values[at].cap_px // 2, values[at], starts, is_right=is_right)
            )
    return elements


def _call(
    value: TextBlock, name: TextBlock, look: Look, area: Box, top: int, start: int, *, is_right: bool
) -> list[Element]:
    """Number and name of a part at the margin, in one edge with the heading or at the other side."""
    motion = Motion(enters=start + 8)
    elements: list[Element] = []
    below = top + value.height_px + look.grid.px(16)
    for block, y, written in ((value, top, look.theme.text), (name, below, look.theme.muted)):
        for number, line in enumerate(block.lines):
            alone = replace(block, lines=(line,))
            left = area.right - alone.width_px if is_right else area.left
            y_line = y + number * block.leading_px
            elements += letters(alone, left=left, top=y_line, colours=(written,), motion=motion)
    return elements


def _tie(
    ring: _Ring, number: int, look: Look, area: Box, y: int, value: TextBlock, starts: Sequence[int], *, is_right: bool
) -> Sprite:
    """The thin line from a part to its number."""
    grid = look.grid
    air = grid.px(_GAP)
    start = ring.edge(number, grid.px(12))
    reach = ring.side // 2 + grid.px(_ELBOW)
    elbow = (ring.centre[0] + (reach if is_right else -reach), y)
    end = (area.right - value.width_px - air if is_right else area.left + value.width_px + air, y)
    points = (start, elbow, end)
    left, top = int(min(x for x, _ in points)) - 2, int(min(y for _, y in points)) - 2
    size = (int(max(x for x, _ in points)) + 3 - left, int(max(y for _, y in points)) + 3 - top)
    mask = polyline([(x - left, y - top) for x, y in points], max(1.5, grid.px(2)), size)
    return Drawing(
        mask=mask, ink=colour(look.theme.line), left=left, top=top, motion=Motion(enters=starts[number] + 8)
    )


def _in_rows(scene: SharesScene, look: Look, starts: Sequence[int], page: Sheet) -> list[Element]:
    """The ring above the rows or, where the picture is not high enough, beside them."""
    grid, width = look.grid, look.grid.content.width
    others = [number for number in range(len(scene.items)) if number + 1 != scene.point]
    is_beside = page.room_px < 0.8 * width
    pitch = grid.px(_ROW)
    if is_beside:
        side = min(grid.px(_BESIDE), page.room_px) // 2 * 2
        pitch = min(pitch, page.room_px // len(others))
        sprites, area = page.place(max(side, pitch * len(others)))
        ring = _ring(scene, (area.left + side // 2, area.middle), side)
        rows = Box(area.left + side + grid.px(64), area.middle - pitch * len(others) // 2, area.right, area.bottom)
    else:
        pitch = min(pitch, max(grid.px(_LOWEST_ROW), (page.room_px - grid.px(_ABOVE + 56)) // len(others)))
        side = min(grid.px(_ABOVE), page.room_px - grid.px(56) - pitch * len(others)) // 2 * 2
        sprites, area = page.place(side + grid.px(56) + pitch * len(others))
        ring = _ring(scene, (area.centre, area.top + side // 2), side)
        rows = Box(area.left, area.top + side + grid.px(56), area.right, area.bottom)
    texts = _texts(scene, look)
    values = alike([texts[number] for number in others], [VALUE_IN_COLUMN] * len(others), look, width_px=width // 3)
    dot = grid.px(24)
    room = rows.width - max(value.width_px for value in values) - dot - grid.px(2 * _GAP)
    labels = [scene.items[number].label for number in others]
    style = replace(BODY, leading=1.15)
    names = alike(labels, [style] * len(others), look, width_px=room, height_px=pitch - grid.px(16), most_lines=2)
    elements: list[Element] = [*sprites, *_parts(scene, look, ring, starts), *_middle(scene, look, ring, starts)]
    for row, (number, value, name) in enumerate(zip(others, values, names, strict=True)):
        motion = Motion(enters=starts[number] + 6)
        middle = rows.top + row * pitch + pitch // 2
        ink = colour(_colour(scene, number, look))
        mask = disc(dot)
        elements.append(Drawing(mask=mask, ink=ink, left=rows.left, top=middle - dot // 2, motion=motion))
        left, top = rows.left + dot + grid.px(_GAP), middle - name.height_px // 2
        elements += letters(name, left=left, top=top, colours=(look.theme.muted,), motion=motion, stagger=0)
        left, top = rows.right - value.width_px, middle - value.cap_px // 2
        elements += letters(value, left=left, top=top, colours=(look.theme.text,), motion=motion)
    return elements


def _ring(scene: SharesScene, centre: tuple[int, int], side: int) -> _Ring:
    total = sum(share.value for share in scene.items)
    turns = [0.0]
    for share in scene.items:
        turns.append(turns[-1] + share.value / total)
    return _Ring(centre=centre, side=side, turns=tuple(turns))


def _parts(scene: SharesScene, look: Look, ring: _Ring, starts: Sequence[int]) -> list[Element]:
    """The track, and the parts of the ring, each swept when it is spoken of."""
    width = ring.side * _RING
    track, _ = sector(ring.side, width, 0.0, 1.0)
    elements = [_cut(track, None, look.theme.line, look, ring, Motion(over=12), opacity=_TRACK_OPACITY)]
    gap = look.grid.px(_PART_GAP) / (math.pi * (ring.side - width))
    for number, start in enumerate(starts):
        begin, end = ring.part(number)
        if end <= begin:
            continue
        if end - begin < 1:
            begin, end = begin + gap / 2, max(end - gap / 2, begin + gap / 2 + _LEAST)
        mask, order = sector(ring.side, width, begin, end)
        motion = Motion(enters=start, over=GROWTH_FRAMES, drawn=True)
        elements.append(_cut(mask, order, _colour(scene, number, look), look, ring, motion))
    return [*elements]


def _cut(
    mask: Image.Image,
    order: Image.Image | None,
    name: str,
    look: Look,
    ring: _Ring,
    motion: Motion,
    *,
    opacity: float = 1.0,
) -> Sprite:
    """A part of the ring as a sprite no larger than it needs to be."""
    bounds = Box(*(mask.getbbox() or (0, 0, 1, 1)))
    left, top = ring.centre[0] - ring.side // 2, ring.centre[1] - ring.side // 2
    seen = mask.crop(bounds)
    return Drawing(
        mask=seen.point([round(level * opacity) for level in range(256)]) if opacity < 1 else seen,
        ink=colour(name),
        left=left + bounds.left,
        top=top + bounds.top,
        motion=motion,
        order=order.crop(bounds) if order else None,
        span=(left, left + ring.side),
    )


def _middle(scene: SharesScene, look: Look, ring: _Ring, starts: Sequence[int]) -> list[Element]:
    """Number and name of the part that the message is about, in the middle of the ring."""
    if not scene.point:
        return []
    grid, number = look.grid, scene.point - 1
    width = round(ring.side * _MIDDLE)
    value = fit(
        _texts(scene, look)[number], VALUE.in_language(look.language), sizes(grid, _NUMBER_SIZES), width_px=width
    )
    style = replace(BODY.in_language(look.language), leading=1.2)
    name = fit(scene.items[number].label, style, sizes(grid, TEXT_SIZES[1:]), width_px=width, most_lines=2)
    height = value.height_px + grid.px(28) + name.height_px
    left, top = ring.centre[0] - width // 2, ring.centre[1] - height // 2
    motion = enter(grid, starts[number] + 6, rise=24)
    sprites = letters(value, left=left, top=top, colours=(look.theme.text,), motion=motion, centre_in_px=width)
    top += value.height_px + grid.px(28)
    sprites += letters(name, left=left, top=top, colours=(look.theme.muted,), motion=motion, centre_in_px=width)
    # They belong to the ring.
    span = (ring.centre[0] - ring.side // 2, ring.centre[0] + ring.side // 2)
    return [replace(sprite, span=span) for sprite in sprites]


def _texts(scene: SharesScene, look: Look) -> tuple[str, ...]:
    """What is said of each part: its value or, without a unit, its share in per cent."""
    amounts = [share.value for share in scene.items]
    if scene.unit:
        return value_texts(amounts, scene.unit, look)
    total = sum(amounts)
    return value_texts([round(100 * amount / total, 1 if amount < total / 100 else 0) for amount in amounts], "%", look)


def _colour(scene: SharesScene, number: int, look: Look) -> str:
    """The accent for the point; the others, one a little quieter than the other."""
    theme = look.theme
    if number + 1 == scene.point:
        return theme.accent
    others = [other for other in range(len(scene.items)) if other + 1 != scene.point]
    rank = others.index(number) / max(1, len(others) - 1)
    first, last = _GREYS if scene.point else _SHADES
    return between(theme.muted if scene.point else theme.accent_2, theme.line, first + (last - first) * rank)
