"""Shares of a whole: a ring whose parts are swept one after another; what the message is about stands in its middle.

The other parts stand in rows beside the ring (below it, on a narrow picture). Where the ring can be turned so that all
of them face their rows, thin lines lead there; else rows have the colours of their parts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from pipeline.model import SharesScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import (
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
from pipeline.rendering.layouts.components import entrance, scaled_sizes
from pipeline.rendering.layouts.donut import HOLE, Ring, swept, ties
from pipeline.rendering.layouts.growth import Drawing
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, text_sprites
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.background import background
from pipeline.rendering.surface.shapes import disc
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import BODY
from pipeline.rendering.type_scale import HEADING_SIZES, TEXT_SIZES
from pipeline.theme.colours import blend

# Width of the number and of the name in the middle of the ring, of its diameter, best first; how high both may be;
# their distance from the ring, at 1080.
_MIDDLES, _MIDDLE_HEIGHT, _AIR = ((0.52, 0.52), (0.44, 0.48), (0.36, 0.44), (0.36, 0.36)), 0.52, 8
# At 1080: the ring's diameter at most, at the right, above rows, and beside them on a narrow picture.
_WIDE, _ABOVE, _BESIDE = 640, 520, 400
# How high rows are, at most and at least; the gap between what stands in a row, and its dot.
_ROW, _LOWEST_ROW, _GAP, _DOT = 104, 72, 24, 24
_NUMBER_SIZES = (124, 112, 100, 90, *HEADING_SIZES)
# How far the other parts are on the way to the colour of lines, first and last: with a point, and without.
_GREYS, _SHADES = (0.45, 0.90), (0.0, 0.80)


def lay_out(scene: SharesScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    starts = value_frames(scene, words, len(scene.items))
    columns = 12 if look.grid.is_stacked else 7
    subtitle = measured(scene.subtitle, scene.unit)
    page = sheet(look, message=scene.heading, subtitle=subtitle, source=scene.source, columns=columns)
    draw = _narrow if look.grid.is_stacked else _wide
    return Composition(ground=background(look.format, look.theme, LIGHTS), elements=draw(scene, look, starts, page))


def _wide(scene: SharesScene, look: Look, starts: Sequence[int], page: Sheet) -> list[Element]:
    """Rows below the heading, the ring at the right."""
    grid, content = look.grid, look.grid.content
    middle = _middle(scene, look, grid.px(_WIDE))
    others, amounts = _others(scene, has_middle=bool(middle)), [share.value for share in scene.items]
    pitch = min(grid.px(_ROW), page.room_px // len(others))
    sprites, area = page.place(pitch * len(others))
    side = grid.px(_WIDE)
    ring = Ring.of(amounts, (content.right - side // 2, content.centre_y), side)
    texts = _texts(scene, look)
    values = alike([texts[at] for at in others], [VALUE] * len(others), look, width_px=area.width // 3)
    value_px = max(value.width_px for value in values)
    middles = [area.top + row * pitch + pitch // 2 for row in range(len(others))]
    left = area.left + value_px + grid.px(32)
    names = _names(scene, others, look, width_px=area.right - left - grid.px(_DOT + _GAP), height_px=pitch)
    ends = [left + name.width_px + grid.px(_GAP) for name in names]
    lines: list[Drawing] = []
    if middle:
        turned = ring.turned_away(scene.point - 1)
        lines = ties(turned, others, list(zip(ends, middles, strict=True)), look)
        ring = turned if lines else ring
    shift = 0 if lines else grid.px(_DOT + _GAP)
    elements: list[Element] = [*sprites, *swept(ring, _colours(scene, look), starts, look)]
    elements += _in_middle(middle, ring, look, starts[scene.point - 1])
    for row, (number, value, name, y) in enumerate(zip(others, values, names, middles, strict=True)):
        motion = Motion(enters=starts[number] + 6)
        if lines:
            elements.append(replace(lines[row], motion=motion))
        else:
            elements.append(_dot(_colours(scene, look)[number], area.left, y, look, motion))
        top = y - value.cap_px // 2
        elements += text_sprites(value, left=area.left + shift, top=top, colours=(look.theme.text,), motion=motion)
        # Names of one line share the line of their numbers.
        top = top + value.cap_px - name.cap_px if len(name.lines) == 1 else y - name.height_px // 2
        elements += text_sprites(
            name, left=left + shift, top=top, colours=(look.theme.muted,), motion=motion, stagger=0
        )
    return elements


def _narrow(scene: SharesScene, look: Look, starts: Sequence[int], page: Sheet) -> list[Element]:
    """The ring above the rows or, where the picture is not high enough, beside them."""
    grid, room, gap = look.grid, page.room_px, look.grid.px(56)
    is_beside = not grid.is_tall and room < 0.8 * page.width_px
    count = len(scene.items)
    lowest = grid.px(_LOWEST_ROW)
    side = min(grid.px(_BESIDE), room) if is_beside else min(grid.px(_ABOVE), room - gap - lowest * count)
    middle = _middle(scene, look, side)
    others = _others(scene, has_middle=bool(middle))
    height = room if is_beside else room - gap - side
    pitch = min(grid.px(_ROW), height // len(others))
    if is_beside:
        sprites, area = page.place(max(side, pitch * len(others)))
        centre = (area.left + side // 2, area.centre_y)
        top, left = area.centre_y - pitch * len(others) // 2, area.left + side + grid.px(64)
    else:
        sprites, area = page.place(side + gap + pitch * len(others))
        centre = (area.centre_x, area.top + side // 2)
        top, left = area.top + side + gap, area.left
    ring = Ring.of([share.value for share in scene.items], centre, side)
    elements: list[Element] = [*sprites, *swept(ring, _colours(scene, look), starts, look)]
    if len(others) < len(scene.items):
        elements += _in_middle(middle, ring, look, starts[scene.point - 1])
    return [*elements, *_rows(scene, look, starts, others, Box(left, top, area.right, top + pitch * len(others)))]


def _rows(scene: SharesScene, look: Look, starts: Sequence[int], others: Sequence[int], box: Box) -> list[Element]:
    """Dot and name at the left, the number at the right."""
    grid, texts, pitch = look.grid, _texts(scene, look), box.height // len(others)
    largest = round(0.56 * pitch)
    styles = [VALUE_IN_COLUMN] * len(others)
    values = alike([texts[at] for at in others], styles, look, width_px=box.width // 2, largest_px=largest)
    value_px = max(value.width_px for value in values)
    room = box.width - value_px - grid.px(_DOT + 2 * _GAP)
    names = _names(scene, others, look, width_px=room, height_px=pitch, largest_px=largest)
    elements: list[Element] = []
    for row, (number, value, name) in enumerate(zip(others, values, names, strict=True)):
        motion = Motion(enters=starts[number] + 6)
        middle = box.top + row * pitch + pitch // 2
        elements.append(_dot(_colours(scene, look)[number], box.left, middle, look, motion))
        left, top = box.left + grid.px(_DOT + _GAP), middle - name.height_px // 2
        elements += text_sprites(name, left=left, top=top, colours=(look.theme.muted,), motion=motion, stagger=0)
        left = box.right - (value_px if look.right_to_left else value.width_px)
        top = middle - value.cap_px // 2
        elements += text_sprites(value, left=left, top=top, colours=(look.theme.text,), motion=motion)
    return elements


def _names(
    scene: SharesScene, others: Sequence[int], look: Look, *, width_px: int, height_px: int, largest_px: int = 1 << 16
) -> tuple[TextBlock, ...]:
    """On one line if they need not be cut for that, else on two."""
    labels, styles = [scene.items[at].label for at in others], [replace(BODY, leading=1.15)] * len(others)
    largest = min(look.grid.type_px(40), height_px, largest_px)
    one_line = alike(labels, styles, look, width_px=width_px, largest_px=largest)
    if not any(name.is_truncated for name in one_line):
        return one_line
    room = height_px - look.grid.px(_GAP)
    return alike(labels, styles, look, width_px=width_px, height_px=room, max_lines=2, largest_px=largest)


def _dot(name: str, left: int, middle: int, look: Look, motion: Motion) -> Sprite:
    side = look.grid.px(_DOT)
    return Drawing(mask=disc(side), ink=colour(name), left=left, top=middle - side // 2, motion=motion)


def _others(scene: SharesScene, *, has_middle: bool) -> list[int]:
    """What stands in rows: everything but the point, which stands in the middle of the ring."""
    return [at for at in range(len(scene.items)) if at + 1 != scene.point or not has_middle]


def _middle(scene: SharesScene, look: Look, side: int) -> tuple[TextBlock, ...]:
    """Number and name of the part that the message is about, for the middle of a ring; nothing if it is too small."""
    if not scene.point:
        return ()
    found = [_set_middle(scene, look, *(round(side * share) for share in shares)) for shares in _MIDDLES]
    found = [
        blocks
        for blocks in found
        if _height(blocks, look) <= _MIDDLE_HEIGHT * side and not any(block.is_truncated for block in blocks)
    ]
    # Where the words are many they may come close to the ring.
    for air in (_AIR, 0):
        for blocks in found:
            if _farthest(blocks, look) <= HOLE * side - look.grid.px(air):
                return blocks
    return ()


def _set_middle(scene: SharesScene, look: Look, value_px: int, name_px: int) -> tuple[TextBlock, TextBlock]:
    """Number and name of the part that the message is about, at most so wide."""
    grid, number = look.grid, scene.point - 1
    style = look.styled(VALUE)
    value = fit(_texts(scene, look)[number], style, scaled_sizes(grid, _NUMBER_SIZES), width_px=value_px)
    style = look.styled(replace(BODY, leading=1.2))
    name = fit(scene.items[number].label, style, scaled_sizes(grid, TEXT_SIZES[1:3]), width_px=name_px, max_lines=2)
    if name.is_truncated:
        name = fit(scene.items[number].label, style, scaled_sizes(grid, TEXT_SIZES[3:]), width_px=name_px, max_lines=3)
    return value, name


def _height(blocks: tuple[TextBlock, TextBlock], look: Look) -> int:
    return blocks[0].height_px + _below_value(blocks[0], look) + blocks[1].height_px


def _farthest(blocks: tuple[TextBlock, TextBlock], look: Look) -> float:
    """How far a corner of these texts is from the middle of the ring they are centred in, at most."""
    value, name = blocks
    top = -_height(blocks, look) / 2
    first = top + value.height_px + _below_value(value, look) + name.cap_px
    baselines = [first + row * name.leading_px for row in range(len(name.lines))]
    corners = [(value.width_px / 2, top)]
    corners += [(line.width_em * name.size_px / 2, y) for line, y in zip(name.lines, baselines, strict=True)]
    return max(math.hypot(x, y) for x, y in corners)


def _below_value(value: TextBlock, look: Look) -> int:
    """From the number in the middle to its name: units of some scripts have tails that are long at that size."""
    return max(look.grid.px(28), value.descent_px + look.grid.px(8))


def _in_middle(blocks: Sequence[TextBlock], ring: Ring, look: Look, start: int) -> list[Sprite]:
    """These texts, centred in the ring."""
    gap = _below_value(blocks[0], look) if blocks else 0
    top = ring.centre[1] - (sum(block.height_px for block in blocks) + gap * (len(blocks) - 1)) // 2
    left, motion = ring.centre[0] - ring.side // 2, entrance(look.grid, start + 6, rise=24)
    sprites: list[Sprite] = []
    for block, written in zip(blocks, (look.theme.text, look.theme.muted), strict=False):
        sprites += text_sprites(block, left=left, top=top, colours=(written,), motion=motion, centre_in_px=ring.side)
        top += block.height_px + gap
    # They belong to the ring.
    return [replace(sprite, span=(left, left + ring.side)) for sprite in sprites]


def _texts(scene: SharesScene, look: Look) -> tuple[str, ...]:
    """What is said of each part: its value or, without a unit, its share in per cent."""
    amounts = [share.value for share in scene.items]
    if scene.unit:
        return value_texts(amounts, scene.unit, look)
    return value_texts(per_cent(amounts), "%", look)


def per_cent(amounts: Sequence[float]) -> list[float]:
    """Shares in whole per cent (tenths, where one would be nothing) that add up to a hundred.

    What is missing after all are rounded down goes to those that lost most.
    """
    total = sum(amounts)
    parts = 1000 if any(0 < amount < total / 100 for amount in amounts) else 100
    exact = [parts * amount / total for amount in amounts]
    whole = [int(each) for each in exact]
    by_loss = sorted(range(len(exact)), key=lambda at: whole[at] - exact[at])
    for at in by_loss[: parts - sum(whole)]:
        whole[at] += 1
    return [100 * each / parts for each in whole]


def _colours(scene: SharesScene, look: Look) -> tuple[str, ...]:
    """The accent for the point; the others, one a little quieter than the other."""
    theme, others = look.theme, [at for at in range(len(scene.items)) if at + 1 != scene.point]
    first, last = _GREYS if scene.point else _SHADES
    step = (last - first) / max(1, len(others) - 1)
    brightest = theme.muted if scene.point else theme.accent_2
    shades = {at: blend(brightest, theme.line, first + step * rank) for rank, at in enumerate(others)}
    return tuple(shades.get(at, theme.accent) for at in range(len(scene.items)))
