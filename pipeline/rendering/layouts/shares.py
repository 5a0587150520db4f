"""Share charts: a donut whose segments are swept one after another, with the key share in its centre.

The other shares are in rows beside the donut (below it, on narrow pictures). If the donut can be rotated so that all
segments face their rows, leader lines connect them; else rows have dots in the colours of their segments.
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
    ChartFrame,
    chart_frame,
    fit_labels,
    subtitle_with_unit,
    value_frames,
    value_texts,
)
from pipeline.rendering.layouts.components import entrance, fit_text
from pipeline.rendering.layouts.donut import HOLE, Donut, leader_lines, swept_segments
from pipeline.rendering.layouts.growth import FlippedSprite
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, text_sprites
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.background import background
from pipeline.rendering.surface.shapes import disc
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import BODY
from pipeline.rendering.type_scale import HEADING_SIZES, TEXT_SIZES
from pipeline.theme.colours import blend

# Widths of number and name in the centre, as shares of the diameter, best first; their maximum total height; and their
# distance from the ring, at 1080, at least enough for descenders.
_CENTRE_WIDTHS, _MAX_CENTRE_HEIGHT = ((0.52, 0.52), (0.44, 0.48), (0.36, 0.44), (0.36, 0.36)), 0.52
_AIR, _LEAST_AIR = 8, 4
# At 1080: maximum diameter of the donut at the right, above rows, and beside them on narrow pictures.
_WIDE, _ABOVE, _BESIDE = 640, 520, 400
# At 1080: maximum and minimum height of rows, gaps inside a row, and its dot.
_MAX_ROW, _MIN_ROW, _GAP, _DOT = 104, 72, 24, 24
_NUMBER_SIZES = (124, 112, 100, 90, *HEADING_SIZES)
# Shares of the line colour in the first and last segment: with a key share, and without.
_GREYS, _SHADES = (0.45, 0.90), (0.0, 0.80)


def lay_out(scene: SharesScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    starts = value_frames(scene, words, len(scene.items))
    columns = 12 if look.grid.is_stacked else 7
    subtitle = subtitle_with_unit(scene.subtitle, scene.unit)
    page = chart_frame(look, message=scene.heading, subtitle=subtitle, source=scene.source, columns=columns)
    draw = _narrow if look.grid.is_stacked else _wide
    return Composition(ground=background(look.format, look.theme, LIGHTS), elements=draw(scene, look, starts, page))


def _wide(scene: SharesScene, look: Look, starts: Sequence[int], page: ChartFrame) -> list[Element]:
    """Rows below the heading, the donut at the right."""
    grid, content = look.grid, look.grid.content
    middle = _fit_centre(scene, look, grid.px(_WIDE))
    others, amounts = _others(scene, has_centre=bool(middle)), [share.value for share in scene.items]
    pitch = min(grid.px(_MAX_ROW), page.room_px // len(others))
    sprites, area = page.place(pitch * len(others))
    side = grid.px(_WIDE)
    donut = Donut.of(amounts, (content.right - side // 2, content.centre_y), side)
    texts = _value_labels(scene, look)
    values = fit_labels([texts[at] for at in others], [VALUE] * len(others), look, width_px=area.width // 3)
    value_px = max(value.width_px for value in values)
    middles = [area.top + row * pitch + pitch // 2 for row in range(len(others))]
    left = area.left + value_px + grid.px(32)
    names = _names(scene, others, look, width_px=area.right - left - grid.px(_DOT + _GAP), height_px=pitch)
    ends = [left + name.width_px + grid.px(_GAP) for name in names]
    lines: list[FlippedSprite] = []
    if middle:
        turned = donut.turned_away(scene.point - 1)
        lines = leader_lines(turned, others, list(zip(ends, middles, strict=True)), look)
        donut = turned if lines else donut
    shift = 0 if lines else grid.px(_DOT + _GAP)
    elements: list[Element] = [*sprites, *swept_segments(donut, _colours(scene, look), starts, look)]
    elements += _centre_sprites(middle, donut, look, starts[scene.point - 1])
    for row, (number, value, name, y) in enumerate(zip(others, values, names, middles, strict=True)):
        motion = Motion(enters=starts[number] + 6)
        if lines:
            elements.append(replace(lines[row], motion=motion))
        else:
            elements.append(_dot(_colours(scene, look)[number], area.left, y, look, motion))
        top = y - value.cap_px // 2
        elements += text_sprites(value, left=area.left + shift, top=top, colour=look.theme.text, motion=motion)
        # Names of one line share the baseline of their numbers.
        top = top + value.cap_px - name.cap_px if len(name.lines) == 1 else y - name.height_px // 2
        elements += text_sprites(name, left=left + shift, top=top, colour=look.theme.muted, motion=motion, stagger=0)
    return elements


def _narrow(scene: SharesScene, look: Look, starts: Sequence[int], page: ChartFrame) -> list[Element]:
    """The donut above the rows or, if the picture is not tall enough, beside them."""
    grid, room, gap = look.grid, page.room_px, look.grid.px(56)
    is_beside = not grid.is_tall and room < 0.8 * page.width_px
    count = len(scene.items)
    lowest = grid.px(_MIN_ROW)
    side = min(grid.px(_BESIDE), room) if is_beside else min(grid.px(_ABOVE), room - gap - lowest * count)
    middle = _fit_centre(scene, look, side)
    others = _others(scene, has_centre=bool(middle))
    height = room if is_beside else room - gap - side
    pitch = min(grid.px(_MAX_ROW), height // len(others))
    if is_beside:
        sprites, area = page.place(max(side, pitch * len(others)))
        centre = (area.left + side // 2, area.centre_y)
        top, left = area.centre_y - pitch * len(others) // 2, area.left + side + grid.px(64)
    else:
        sprites, area = page.place(side + gap + pitch * len(others))
        centre = (area.centre_x, area.top + side // 2)
        top, left = area.top + side + gap, area.left
    donut = Donut.of([share.value for share in scene.items], centre, side)
    elements: list[Element] = [*sprites, *swept_segments(donut, _colours(scene, look), starts, look)]
    if len(others) < len(scene.items):
        elements += _centre_sprites(middle, donut, look, starts[scene.point - 1])
    return [*elements, *_rows(scene, look, starts, others, Box(left, top, area.right, top + pitch * len(others)))]


def _rows(scene: SharesScene, look: Look, starts: Sequence[int], others: Sequence[int], box: Box) -> list[Element]:
    """Dot and name at the left, the number at the right."""
    grid, texts, pitch = look.grid, _value_labels(scene, look), box.height // len(others)
    largest = round(0.56 * pitch)
    styles = [VALUE_IN_COLUMN] * len(others)
    values = fit_labels([texts[at] for at in others], styles, look, width_px=box.width // 2, largest_px=largest)
    value_px = max(value.width_px for value in values)
    room = box.width - value_px - grid.px(_DOT + 2 * _GAP)
    names = _names(scene, others, look, width_px=room, height_px=pitch, largest_px=largest)
    elements: list[Element] = []
    for row, (number, value, name) in enumerate(zip(others, values, names, strict=True)):
        motion = Motion(enters=starts[number] + 6)
        middle = box.top + row * pitch + pitch // 2
        elements.append(_dot(_colours(scene, look)[number], box.left, middle, look, motion))
        left, top = box.left + grid.px(_DOT + _GAP), middle - name.height_px // 2
        elements += text_sprites(name, left=left, top=top, colour=look.theme.muted, motion=motion, stagger=0)
        left = box.right - (value_px if look.right_to_left else value.width_px)
        top = middle - value.cap_px // 2
        elements += text_sprites(value, left=left, top=top, colour=look.theme.text, motion=motion)
    return elements


def _names(
    scene: SharesScene, others: Sequence[int], look: Look, *, width_px: int, height_px: int, largest_px: int = 1 << 16
) -> tuple[TextBlock, ...]:
    """On one line if they fit, else on two."""
    labels, styles = [scene.items[at].label for at in others], [replace(BODY, leading=1.15)] * len(others)
    largest = min(look.grid.type_px(40), height_px, largest_px)
    one_line = fit_labels(labels, styles, look, width_px=width_px, largest_px=largest)
    if not any(name.is_truncated for name in one_line):
        return one_line
    room = height_px - look.grid.px(_GAP)
    return fit_labels(labels, styles, look, width_px=width_px, height_px=room, max_lines=2, largest_px=largest)


def _dot(name: str, left: int, middle: int, look: Look, motion: Motion) -> Sprite:
    side = look.grid.px(_DOT)
    return FlippedSprite(mask=disc(side), ink=colour(name), left=left, top=middle - side // 2, motion=motion)


def _others(scene: SharesScene, *, has_centre: bool) -> list[int]:
    """The shares in rows: all but the key share, if that is in the centre."""
    return [at for at in range(len(scene.items)) if at + 1 != scene.point or not has_centre]


def _fit_centre(scene: SharesScene, look: Look, side: int) -> tuple[TextBlock, ...]:
    """Number and name of the key share, fitted to the donut's centre; empty if they don't fit."""
    if not scene.point:
        return ()
    found = [_centre_texts(scene, look, *(round(side * share) for share in shares)) for shares in _CENTRE_WIDTHS]
    found = [
        blocks
        for blocks in found
        if _height(blocks, look) <= _MAX_CENTRE_HEIGHT * side and not any(block.is_truncated for block in blocks)
    ]
    # Long texts may come close to the ring.
    for air in (_AIR, _LEAST_AIR):
        for blocks in found:
            if _farthest_corner(blocks, look) <= HOLE * side - look.grid.px(air):
                return blocks
    return ()


def _centre_texts(scene: SharesScene, look: Look, value_px: int, name_px: int) -> tuple[TextBlock, TextBlock]:
    """Number and name of the key share, in the given widths."""
    number, style = scene.point - 1, replace(BODY, leading=1.2)
    label = scene.items[number].label
    value = fit_text(_value_labels(scene, look)[number], VALUE, _NUMBER_SIZES, look, width_px=value_px)
    name = fit_text(label, style, TEXT_SIZES[1:3], look, width_px=name_px, max_lines=2)
    if name.is_truncated:
        name = fit_text(label, style, TEXT_SIZES[3:], look, width_px=name_px, max_lines=3)
    return value, name


def _height(blocks: tuple[TextBlock, TextBlock], look: Look) -> int:
    return blocks[0].height_px + _below_value(blocks[0], look) + blocks[1].height_px


def _farthest_corner(blocks: tuple[TextBlock, TextBlock], look: Look) -> float:
    """The distance of the farthest text corner from the centre."""
    value, name = blocks
    top = -_height(blocks, look) / 2
    first = top + value.height_px + _below_value(value, look) + name.cap_px
    baselines = [first + row * name.leading_px for row in range(len(name.lines))]
    corners = [(value.width_px / 2, top)]
    corners += [(line.width_em * name.size_px / 2, y) for line, y in zip(name.lines, baselines, strict=True)]
    return max(math.hypot(x, y) for x, y in corners)


def _below_value(value: TextBlock, look: Look) -> int:
    """From the number to its name: units of some scripts have long descenders at that size."""
    return max(look.grid.px(28), value.descent_px + look.grid.px(8))


def _centre_sprites(blocks: Sequence[TextBlock], donut: Donut, look: Look, start: int) -> list[Sprite]:
    """The texts, centred in the donut."""
    gap = _below_value(blocks[0], look) if blocks else 0
    top = donut.centre[1] - (sum(block.height_px for block in blocks) + gap * (len(blocks) - 1)) // 2
    left, motion = donut.centre[0] - donut.side // 2, entrance(look.grid, start + 6, rise=24)
    sprites: list[Sprite] = []
    for block, written in zip(blocks, (look.theme.text, look.theme.muted), strict=False):
        sprites += text_sprites(block, left=left, top=top, colour=written, motion=motion, centre_in_px=donut.side)
        top += block.height_px + gap
    # Mirrored together with the donut.
    return [replace(sprite, span=(left, left + donut.side)) for sprite in sprites]


def _value_labels(scene: SharesScene, look: Look) -> tuple[str, ...]:
    """The label of each share: its value or, without a unit, its percentage."""
    amounts = [share.value for share in scene.items]
    if scene.unit:
        return value_texts(amounts, scene.unit, look)
    return value_texts(percentages(amounts), "%", look)


def percentages(amounts: Sequence[float]) -> list[float]:
    """Shares in whole per cent (tenths, if one would be zero) that add up to a hundred.

    Largest remainder method: what is missing after rounding down goes to those that lost most.
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
    """The accent for the key share; decreasing shades for the others."""
    theme, others = look.theme, [at for at in range(len(scene.items)) if at + 1 != scene.point]
    first, last = _GREYS if scene.point else _SHADES
    step = (last - first) / max(1, len(others) - 1)
    brightest = theme.muted if scene.point else theme.accent_2
    shades = {at: blend(brightest, theme.line, first + step * rank) for rank, at in enumerate(others)}
    return tuple(shades.get(at, theme.accent) for at in range(len(scene.items)))
