"""Components shared by layouts: kickers, headings, cards, rules, motifs, entrances."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import replace
from functools import lru_cache

from PIL import Image, ImageFilter

from pipeline.language.writing_systems import writing_of
from pipeline.model import Still
from pipeline.rendering.grid import Box, Grid
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import DRAWING_FRAMES, ENTRANCE_FRAMES, Level, Motion
from pipeline.rendering.motion.sprites import Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.motif_element import MotifElement
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.line import Line
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import BODY, HEADING, LABEL, STATEMENT, TextStyle
from pipeline.rendering.text.uppercase import uppercase
from pipeline.rendering.type_scale import HEADING_SIZES, LABEL_SIZES, LOW_LABEL_SIZES, SOURCE_SIZES, STATEMENT_SIZES

# From a motif to the text below it, and the side below which a motif is left out.
GAP_BELOW_MOTIF = 80
_MIN_MOTIF = 200
# Above and below both of them, in total.
_AIR = 64
# Shadow of cards, at 1080, and its opacity by theme mode: dark backgrounds need more.
_SHADOW_BLUR, _SHADOW_DROP = 48, 16
_SHADOW = {"dark": 0.34, "light": 0.14}
# From the margin to a text with a vertical rule at its side.
INDENT = 48
# Share of the free height that is above a text block below a corner motif.
_ABOVE_LOW_BLOCK = 0.64
# Corner motifs: the share of the radius cropped at the top and the side, the maximum radius as a share of the picture's
# width, the distance to the text below, and the minimum diameter.
_CROPPED, _MAX_RADIUS, _ABOVE_TEXT, _MIN_CORNER_MOTIF = 0.45, 0.36, 56, 272
# From a picture to its credit.
_ABOVE_CREDIT = 28
# Opacity of a card whose item has not been spoken yet (0 to 255).
_PLACEHOLDER_OPACITY = 96


def require_at_most(most: int, items: Sized) -> None:
    """Raise `ValueError` if a layout is given more items than fit."""
    if len(items) > most:
        raise ValueError(f"{len(items)} items, but at most {most} fit")


def scaled_sizes(grid: Grid, at_1080: Sequence[int]) -> tuple[int, ...]:
    """A type scale for the size of this picture."""
    return tuple(grid.type_px(size) for size in at_1080)


def fit_text(
    text: str,
    style: TextStyle,
    at_1080: Sequence[int],
    look: Look,
    *,
    width_px: int,
    height_px: int | None = None,
    max_lines: int = 1,
    spare_lines: int = 0,
    emphasis: str = "",
) -> TextBlock:
    """A text in the largest size of a type scale at which it fits: see `fitting.fit`.

    One that would be truncated gets `spare_lines` more at the smallest size.
    """
    sizes, styled = scaled_sizes(look.grid, at_1080), look.styled(style)

    def fitted(sizes: Sequence[int], lines: int) -> TextBlock:
        return fit(text, styled, sizes, width_px=width_px, height_px=height_px, max_lines=lines, emphasis=emphasis)

    block = fitted(sizes, max_lines)
    return fitted(sizes[-1:], max_lines + spare_lines) if block.is_truncated and spare_lines else block


def kicker(text: str, look: Look, *, width_px: int) -> TextBlock:
    """The small line above a heading, in tracked capitals, at most `width_px` wide; up to three lines if it is long.

    In scripts without capitals, letters are lower and set a step larger, except for ideographs.
    """
    label = uppercase(text, look.language)
    is_low = any(map(str.isalpha, label)) and not label.isupper() and not writing_of(look.language).ideographs
    sizes = LOW_LABEL_SIZES if is_low else LABEL_SIZES
    return fit_text(label, LABEL, sizes, look, width_px=width_px, spare_lines=2)


def heading(text: str, look: Look, *, width_px: int) -> TextBlock:
    """The heading of a scene: on one line if it is large enough there, else on two; a very long one on up to four."""
    one_line = fit_text(text, HEADING, HEADING_SIZES[:3], look, width_px=width_px)
    if not one_line.is_truncated:
        return one_line
    return fit_text(text, HEADING, HEADING_SIZES, look, width_px=width_px, max_lines=2, spare_lines=2)


def source_line(text: str, look: Look, *, width_px: int) -> TextBlock:
    """The source of numbers, small, on one line."""
    return fit_text(text, BODY, SOURCE_SIZES, look, width_px=width_px)


def credit_px(still: Still | None, look: Look, *, width_px: int) -> int:
    """Height of the credit below a picture, with the space above it; 0 if there is none."""
    credit = source_line(still.credit if still else "", look, width_px=width_px)
    return look.grid.px(_ABOVE_CREDIT) + credit.height_px if credit.lines else 0


def credit_sprites(still: Still, look: Look, *, width_px: int, left: int, bottom: int) -> list[Sprite]:
    """The credit of a picture that ends at `bottom`."""
    credit, motion = source_line(still.credit, look, width_px=width_px), entrance(look.grid, 12, rise=16)
    top = bottom + look.grid.px(_ABOVE_CREDIT)
    return text_sprites(credit, left=left, top=top, colour=look.theme.muted, motion=motion)


def panel(
    look: Look, box: Box, *, motion: Motion, role: str = "surface", ink: str = "", radius_px: int | None = None
) -> list[Sprite]:
    """A card: a surface in a role's colour (or `ink`) with a soft shadow and no outline."""
    grid, radius = look.grid, look.grid.px(look.theme.radius_px) if radius_px is None else radius_px
    blur, drop = grid.px(_SHADOW_BLUR), grid.px(_SHADOW_DROP)
    shadow = _shadow(box.width, box.height, radius=radius, blur=blur, opacity=_SHADOW[look.theme.mode])
    plate, ink = rounded_rectangle(box.width, box.height, radius=radius), ink or getattr(look.theme, role)
    return [
        solid_sprite(shadow, look.theme.plate, left=box.left - 2 * blur, top=box.top - 2 * blur + drop, motion=motion),
        solid_sprite(plate, ink, left=box.left, top=box.top, motion=motion),
    ]


def placeholder(look: Look, box: Box, *, frame: int) -> Sprite:
    """The faint surface of a card that is still empty."""
    motion = Motion(enters=frame, frames=12, levels=(Level(0, _PLACEHOLDER_OPACITY),))
    mask = rounded_rectangle(box.width, box.height, radius=look.grid.px(look.theme.radius_px))
    return solid_sprite(mask, look.theme.surface, left=box.left, top=box.top, motion=motion)


@lru_cache(maxsize=32)
def _shadow(width_px: int, height_px: int, *, radius: int, blur: int, opacity: float) -> Image.Image:
    whole = Image.new("L", (width_px + 4 * blur, height_px + 4 * blur))
    whole.paste(rounded_rectangle(width_px, height_px, radius=radius, opacity=opacity), (2 * blur, 2 * blur))
    return whole.filter(ImageFilter.GaussianBlur(blur / 2))


def hairline(look: Look, box: Box, *, frame: int, upright: bool = False) -> Sprite:
    """A thin line, drawn on from a frame on, in reading direction or downwards."""
    mask = Image.new("L", (box.width, box.height), 255)
    motion = Motion(enters=frame, frames=ENTRANCE_FRAMES, drawn=True)
    return drawn_on(look, mask, look.theme.line, left=box.left, top=box.top, motion=motion, across=not upright)


def drawn_on(
    look: Look, mask: Image.Image, name: str, *, left: int, top: int, motion: Motion, across: bool = False
) -> Sprite:
    """A mask in a colour (#RRGGBB) that is drawn on downwards, or in reading direction if `across`."""
    order = Image.linear_gradient("L")
    if across:
        order = order.transpose(Image.Transpose.ROTATE_270 if look.right_to_left else Image.Transpose.ROTATE_90)
    return Sprite(mask=mask, ink=colour(name), left=left, top=top, motion=motion, order=order.resize(mask.size))


def centred_text(line: Line, size_px: int, name: str, *, centre: tuple[int, int], motion: Motion) -> list[Sprite]:
    """A line in a colour (#RRGGBB) with its ink centred on a point; empty if it leaves no mark."""
    ink = draw_ink(line, size_px)
    if ink is None:
        return []
    left, top = centre[0] - ink.mask.width // 2, centre[1] - ink.mask.height // 2
    return [solid_sprite(ink.mask, name, left=left, top=top, motion=motion)]


def entrance(grid: Grid, frame: int, *, rise: int = 32) -> Motion:
    """The standard entrance at a frame: half a second of fading and rising (`rise` pixels at 1080)."""
    return Motion(enters=frame, frames=ENTRANCE_FRAMES, rise_px=grid.px(rise))


def motif_space_above(grid: Grid, text_px: int, most: int) -> int:
    """Side of a motif above a text of that height, at most `most` (at 1080); 0 if there is no space."""
    left = grid.content.height - text_px - grid.px(GAP_BELOW_MOTIF + _AIR)
    return min(grid.px(most), left) if left >= grid.px(_MIN_MOTIF) else 0


def accent_bar(look: Look, *, left: int, top: int, frame: int, width_px: int | None = None) -> Sprite:
    """The short accent bar, drawn on in reading direction from a frame on; `left` and `top` in pixels."""
    width = width_px or look.grid.px(112)
    height = look.grid.px(8)
    mask = rounded_rectangle(width, height, radius=height // 2)
    motion = Motion(enters=frame, frames=ENTRANCE_FRAMES, drawn=True)
    return drawn_on(look, mask, look.theme.accent, left=left, top=top, motion=motion, across=True)


def motif(look: Look, *, side_px: int, centre: tuple[int, int], opacity: float = 1.0, begun: int = 0) -> MotifElement:
    """The motif, drawn on within a second; `centre` in pixels, `opacity` 0 to 1, started `begun` frames ago."""
    return MotifElement(
        seed=look.seed,
        side_px=side_px,
        theme=look.theme,
        opacity=opacity,
        left=centre[0] - side_px // 2,
        top=centre[1] - side_px // 2,
        motion=Motion(enters=-begun, frames=DRAWING_FRAMES, drawn=True),
    )


def block_top(grid: Grid, height_px: int) -> int:
    """Top of a text block of that height: centred beside a motif; below a corner motif, lower than that."""
    if not grid.is_stacked:
        return grid.content.centre_y - height_px // 2
    return grid.content.top + round(_ABOVE_LOW_BLOCK * max(0, grid.content.height - height_px))


def edge_motif(look: Look) -> MotifElement:
    """A motif cropped by the edge of the picture, beside a text."""
    centre = (look.format.width_px - look.grid.px(152), look.grid.content.centre_y)
    return motif(look, side_px=look.grid.px(832), centre=centre, opacity=0.5)


def corner_motif(look: Look, *, above: int, opacity: float = 0.5, begun: int = 0) -> list[MotifElement]:
    """A motif cropped by the upper corner of the picture, above a text that begins in row `above`.

    As large as that allows; empty if it would be tiny.
    """
    grid = look.grid
    bottom = above - grid.px(_ABOVE_TEXT)
    radius = min(int(bottom / (2 - _CROPPED)), round(_MAX_RADIUS * grid.format.width_px))
    if 2 * radius < grid.px(_MIN_CORNER_MOTIF):
        return []
    inside = round((1 - _CROPPED) * radius)
    centre = (grid.format.width_px - inside, min(inside, bottom - radius))
    return [motif(look, side_px=2 * radius, centre=centre, opacity=opacity, begun=begun)]


def announcement(text: str, look: Look, *, width_px: int, until: int) -> list[Sprite]:
    """A name, large and alone, that fades out at frame `until`."""
    grid = look.grid
    name = fit_text(text, STATEMENT, STATEMENT_SIZES, look, width_px=width_px, max_lines=3)
    top, left = grid.content.centre_y - name.height_px // 2, grid.content.left + grid.px(INDENT)
    rule = side_rule(look, top=top, height_px=name.height_px, frame=0)
    motion = entrance(grid, 3).until(until)
    return [
        replace(rule, motion=rule.motion.until(until)),
        *text_sprites(name, left=left, top=top, colour=look.theme.text, motion=motion),
    ]


def side_rule(look: Look, *, top: int, height_px: int, frame: int) -> Sprite:
    """The vertical accent rule, drawn downwards, slightly taller than the text beside it."""
    width, overhang = look.grid.px(8), look.grid.px(24)
    mask = rounded_rectangle(width, height_px + 2 * overhang, radius=width // 2)
    motion = Motion(enters=frame, frames=20, drawn=True)
    return drawn_on(look, mask, look.theme.accent, left=look.grid.content.left, top=top - overhang, motion=motion)
