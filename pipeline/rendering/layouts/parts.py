"""Pieces that several layouts are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageFilter

from pipeline.rendering.capitals import capitals
from pipeline.rendering.fitting import TextBlock, fit
from pipeline.rendering.grid import Box, Grid
from pipeline.rendering.look import Look
from pipeline.rendering.motif import figure
from pipeline.rendering.motion import DRAWING_FRAMES, ENTRANCE_FRAMES, Level, Motion
from pipeline.rendering.picture import colour, tile
from pipeline.rendering.shapes import rounded
from pipeline.rendering.sprites import Sprite, flat
from pipeline.rendering.text import BODY, HEADING, LABEL
from pipeline.rendering.theme import HEADING_SIZES, LABEL_SIZES, SOURCE_SIZES

# From a figure to the text below it, and how small a figure may become before it is left out.
GAP_BELOW_FIGURE = 80
_SMALLEST_FIGURE = 200
# Above and below both of them, together.
_AIR = 64
# Of cards, at 1080.
RADIUS = 28
_SHADOW_BLUR, _SHADOW_DROP, _SHADOW_OPACITY = 48, 16, 0.34
# How visible a card is that waits to be spoken of (0 to 255).
_WAITING = 96


def sizes(grid: Grid, at_1080: Sequence[int]) -> tuple[int, ...]:
    """A row of type sizes for this picture."""
    return tuple(grid.type_px(size) for size in at_1080)


def kicker(text: str, look: Look, *, width_px: int) -> TextBlock:
    """The small line above a heading, in tracked capitals, at most `width_px` wide."""
    label = capitals(text, look.language)
    return fit(label, LABEL.in_language(look.language), sizes(look.grid, LABEL_SIZES), width_px=width_px)


def heading(text: str, look: Look, *, width_px: int) -> TextBlock:
    """What stands above the content of a scene: on one line if it need not be small for that, else on two."""
    style, steps = HEADING.in_language(look.language), sizes(look.grid, HEADING_SIZES)
    one_line = fit(text, style, steps[:3], width_px=width_px)
    return fit(text, style, steps, width_px=width_px, most_lines=2) if one_line.cut else one_line


def source_line(text: str, look: Look, *, width_px: int) -> TextBlock:
    """Where a number comes from, small, on one line."""
    return fit(text, BODY.in_language(look.language), sizes(look.grid, SOURCE_SIZES), width_px=width_px)


def panel(look: Look, box: Box, *, motion: Motion, role: str = "surface") -> list[Sprite]:
    """A card on the background: a surface in the colour of a role, with a soft shadow and no outline."""
    grid, radius = look.grid, look.grid.px(RADIUS)
    blur, drop = grid.px(_SHADOW_BLUR), grid.px(_SHADOW_DROP)
    shadow = _shadow(box.width, box.height, radius=radius, blur=blur)
    return [
        flat(shadow, look.theme.plate, left=box.left - 2 * blur, top=box.top - 2 * blur + drop, motion=motion),
        flat(
            rounded(box.width, box.height, radius=radius),
            getattr(look.theme, role),
            left=box.left,
            top=box.top,
            motion=motion,
        ),
    ]


def placeholder(look: Look, box: Box, *, frame: int) -> Sprite:
    """Where a card will be: the same surface, hardly there."""
    motion = Motion(enters=frame, over=12, levels=(Level(0, _WAITING),))
    mask = rounded(box.width, box.height, radius=look.grid.px(RADIUS))
    return flat(mask, look.theme.surface, left=box.left, top=box.top, motion=motion)


@lru_cache(maxsize=32)
def _shadow(width_px: int, height_px: int, *, radius: int, blur: int) -> Image.Image:
    whole = Image.new("L", (width_px + 4 * blur, height_px + 4 * blur))
    whole.paste(rounded(width_px, height_px, radius=radius, opacity=_SHADOW_OPACITY), (2 * blur, 2 * blur))
    return whole.filter(ImageFilter.GaussianBlur(blur / 2))


def hairline(look: Look, box: Box, *, frame: int, upright: bool = False) -> Sprite:
    """A thin line, drawn along from a frame on, from the left or from the top."""
    mask = Image.new("L", (box.width, box.height), 255)
    order = Image.linear_gradient("L")
    if not upright:
        order = order.transpose(Image.Transpose.ROTATE_270 if look.right_to_left else Image.Transpose.ROTATE_90)
    return Sprite(
        mask=mask,
        ink=colour(look.theme.line),
        left=box.left,
        top=box.top,
        motion=Motion(enters=frame, over=ENTRANCE_FRAMES, drawn=True),
        order=order.resize(mask.size),
    )


def enter(grid: Grid, frame: int, *, rise: int = 32) -> Motion:
    """The usual entrance at a frame: half a second, rising (`rise` pixels at 1080) and fading in."""
    return Motion(enters=frame, over=ENTRANCE_FRAMES, rise_px=grid.px(rise))


def room_above(grid: Grid, text_px: int, most: int) -> int:
    """Side of a figure above a text of that height, at most `most` (at 1080); 0: there is no room for one."""
    left = grid.content.height - text_px - grid.px(GAP_BELOW_FIGURE + _AIR)
    return min(grid.px(most), left) if left >= grid.px(_SMALLEST_FIGURE) else 0


def bar(look: Look, *, left: int, top: int, frame: int, width_px: int | None = None) -> Sprite:
    """The short accent bar, drawn in reading direction from a frame on; `left` and `top` in pixels."""
    width = width_px or look.grid.px(112)
    height = look.grid.px(8)
    mask = rounded(width, height, radius=height // 2)
    turned = Image.Transpose.ROTATE_270 if look.right_to_left else Image.Transpose.ROTATE_90
    order = Image.linear_gradient("L").transpose(turned).resize(mask.size)
    return Sprite(
        mask=mask,
        ink=colour(look.theme.accent),
        left=left,
        top=top,
        motion=Motion(enters=frame, over=ENTRANCE_FRAMES, drawn=True),
        order=order,
    )


def motif(look: Look, *, side_px: int, centre: tuple[int, int], opacity: float = 1.0) -> Sprite:
    """The film's figure, drawn on once in the first second; `centre` in pixels, `opacity` 0 to 1."""
    colours, mask, order = figure(look.seed, side_px, look.theme)
    if opacity < 1:
        mask = mask.point([round(value * opacity) for value in range(256)])
    return Sprite(
        mask=mask,
        ink=tile(colours),
        left=centre[0] - side_px // 2,
        top=centre[1] - side_px // 2,
        motion=Motion(over=DRAWING_FRAMES, drawn=True),
        order=order,
    )
