"""Pieces that several layouts are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from PIL import Image, ImageFilter

from pipeline.language.writing_systems import writing_of
from pipeline.rendering.grid import Box, Grid
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import DRAWING_FRAMES, ENTRANCE_FRAMES, Level, Motion
from pipeline.rendering.motion.sprites import Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.motif_element import MotifElement
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import BODY, HEADING, LABEL, STATEMENT
from pipeline.rendering.text.uppercase import uppercase
from pipeline.rendering.type_scale import HEADING_SIZES, LABEL_SIZES, LOW_LABEL_SIZES, SOURCE_SIZES, STATEMENT_SIZES

# From a figure to the text below it, and how small a figure may become before it is left out.
GAP_BELOW_FIGURE = 80
_SMALLEST_FIGURE = 200
# Above and below both of them, together.
_AIR = 64
# Of the shadow of cards, at 1080; on a dark background it takes more of it to be seen.
_SHADOW_BLUR, _SHADOW_DROP = 48, 16
_SHADOW = {"dark": 0.34, "light": 0.14}
# From the margin to a text that has an upright rule at its side.
INDENT = 48
# How much of the room above a block of text that stands low is left there.
_LOW = 0.64
# Of a figure in the corner: how much of its radius is cut off at the top and at the side, at most how much of the
# picture's width its radius is, its distance from the text below, and how small it may become: less is a crumb.
_CUT, _WIDEST, _ABOVE_TEXT, _SMALLEST_CORNER = 0.45, 0.36, 56, 272
# How visible a card is that waits to be spoken of (0 to 255).
_WAITING = 96


def sizes(grid: Grid, at_1080: Sequence[int]) -> tuple[int, ...]:
    """A row of type sizes for this picture."""
    return tuple(grid.type_px(size) for size in at_1080)


def kicker(text: str, look: Look, *, width_px: int, max_lines: int = 1) -> TextBlock:
    """The small line above a heading, in tracked capitals, at most `width_px` wide.

    Letters of scripts that have no capitals are lower, and a step larger; ideographs are as high.
    """
    label, style = uppercase(text, look.language), look.styled(LABEL)
    is_low = any(map(str.isalpha, label)) and not label.isupper() and not writing_of(look.language).ideographs
    steps = LOW_LABEL_SIZES if is_low else LABEL_SIZES
    return fit(label, style, sizes(look.grid, steps), width_px=width_px, max_lines=max_lines)


def heading(text: str, look: Look, *, width_px: int) -> TextBlock:
    """What stands above the content of a scene: on one line if it need not be small for that, else on two."""
    style, steps = look.styled(HEADING), sizes(look.grid, HEADING_SIZES)
    one_line = fit(text, style, steps[:3], width_px=width_px)
    return fit(text, style, steps, width_px=width_px, max_lines=2) if one_line.is_truncated else one_line


def source_line(text: str, look: Look, *, width_px: int) -> TextBlock:
    """Where a number comes from, small, on one line."""
    return fit(text, look.styled(BODY), sizes(look.grid, SOURCE_SIZES), width_px=width_px)


def panel(
    look: Look, box: Box, *, motion: Motion, role: str = "surface", ink: str = "", radius_px: int | None = None
) -> list[Sprite]:
    """A card on the background: a surface in the colour of a role (or another `ink`), a soft shadow, no outline."""
    grid, radius = look.grid, look.grid.px(look.theme.radius_px) if radius_px is None else radius_px
    blur, drop = grid.px(_SHADOW_BLUR), grid.px(_SHADOW_DROP)
    shadow = _shadow(box.width, box.height, radius=radius, blur=blur, opacity=_SHADOW[look.theme.mode])
    return [
        solid_sprite(shadow, look.theme.plate, left=box.left - 2 * blur, top=box.top - 2 * blur + drop, motion=motion),
        solid_sprite(
            rounded_rectangle(box.width, box.height, radius=radius),
            ink or getattr(look.theme, role),
            left=box.left,
            top=box.top,
            motion=motion,
        ),
    ]


def placeholder(look: Look, box: Box, *, frame: int) -> Sprite:
    """Where a card will be: the same surface, hardly there."""
    motion = Motion(enters=frame, frames=12, levels=(Level(0, _WAITING),))
    mask = rounded_rectangle(box.width, box.height, radius=look.grid.px(look.theme.radius_px))
    return solid_sprite(mask, look.theme.surface, left=box.left, top=box.top, motion=motion)


@lru_cache(maxsize=32)
def _shadow(width_px: int, height_px: int, *, radius: int, blur: int, opacity: float) -> Image.Image:
    whole = Image.new("L", (width_px + 4 * blur, height_px + 4 * blur))
    whole.paste(rounded_rectangle(width_px, height_px, radius=radius, opacity=opacity), (2 * blur, 2 * blur))
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
        motion=Motion(enters=frame, frames=ENTRANCE_FRAMES, drawn=True),
        order=order.resize(mask.size),
    )


def enter(grid: Grid, frame: int, *, rise: int = 32) -> Motion:
    """The usual entrance at a frame: half a second, rising (`rise` pixels at 1080) and fading in."""
    return Motion(enters=frame, frames=ENTRANCE_FRAMES, rise_px=grid.px(rise))


def room_above(grid: Grid, text_px: int, most: int) -> int:
    """Side of a figure above a text of that height, at most `most` (at 1080); 0: there is no room for one."""
    left = grid.content.height - text_px - grid.px(GAP_BELOW_FIGURE + _AIR)
    return min(grid.px(most), left) if left >= grid.px(_SMALLEST_FIGURE) else 0


def bar(look: Look, *, left: int, top: int, frame: int, width_px: int | None = None) -> Sprite:
    """The short accent bar, drawn in reading direction from a frame on; `left` and `top` in pixels."""
    width = width_px or look.grid.px(112)
    height = look.grid.px(8)
    mask = rounded_rectangle(width, height, radius=height // 2)
    turned = Image.Transpose.ROTATE_270 if look.right_to_left else Image.Transpose.ROTATE_90
    order = Image.linear_gradient("L").transpose(turned).resize(mask.size)
    return Sprite(
        mask=mask,
        ink=colour(look.theme.accent),
        left=left,
        top=top,
        motion=Motion(enters=frame, frames=ENTRANCE_FRAMES, drawn=True),
        order=order,
    )


def motif(look: Look, *, side_px: int, centre: tuple[int, int], opacity: float = 1.0, begun: int = 0) -> MotifElement:
    """The figure, drawn on once in the first second; `centre` in pixels, `opacity` 0 to 1, `begun` frames ago."""
    return MotifElement(
        seed=look.seed,
        side_px=side_px,
        theme=look.theme,
        opacity=opacity,
        left=centre[0] - side_px // 2,
        top=centre[1] - side_px // 2,
        motion=Motion(enters=-begun, frames=DRAWING_FRAMES, drawn=True),
    )


def low_top(grid: Grid, height_px: int) -> int:
    """Top of a block that high where a figure stands in the corner above it: lower than in the middle."""
    return grid.content.top + round(_LOW * max(0, grid.content.height - height_px))


def corner_motif(look: Look, *, above: int, opacity: float = 0.5, begun: int = 0) -> list[MotifElement]:
    """The figure, cut by the upper and the outer edge of the picture, above a text that begins in row `above`.

    As large as that allows; nothing, where it would be tiny.
    """
    grid = look.grid
    bottom = above - grid.px(_ABOVE_TEXT)
    radius = min(int(bottom / (2 - _CUT)), round(_WIDEST * grid.format.width_px))
    if 2 * radius < grid.px(_SMALLEST_CORNER):
        return []
    centre = (grid.format.width_px - round((1 - _CUT) * radius), min(round((1 - _CUT) * radius), bottom - radius))
    return [motif(look, side_px=2 * radius, centre=centre, opacity=opacity, begun=begun)]


def announcement(text: str, look: Look, *, width_px: int, until: int) -> list[Sprite]:
    """What comes is named, large and alone, until the frame in which the name fades."""
    grid, leaves = look.grid, (Level(until, 0),)
    style = look.styled(STATEMENT)
    name = fit(text, style, sizes(grid, STATEMENT_SIZES), width_px=width_px, max_lines=2)
    top, left = grid.content.centre_y - name.height_px // 2, grid.content.left + grid.px(INDENT)
    rule = side_rule(look, top=top, height_px=name.height_px, frame=0)
    motion = replace(enter(grid, 3), levels=leaves)
    return [
        replace(rule, motion=replace(rule.motion, levels=leaves)),
        *text_sprites(name, left=left, top=top, colours=(look.theme.text,), motion=motion),
    ]


def side_rule(look: Look, *, top: int, height_px: int, frame: int) -> Sprite:
    """The upright accent rule, drawn downwards, reaching a little beyond the text beside it."""
    width, overhang = look.grid.px(8), look.grid.px(24)
    mask = rounded_rectangle(width, height_px + 2 * overhang, radius=width // 2)
    return Sprite(
        mask=mask,
        ink=colour(look.theme.accent),
        left=look.grid.content.left,
        top=top - overhang,
        motion=Motion(enters=frame, frames=20, drawn=True),
        order=Image.linear_gradient("L").resize(mask.size),
    )
