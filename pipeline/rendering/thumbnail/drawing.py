"""The thumbnails of a film, three to choose from, with few words in very large type.

1   the text on the film's first picture, or beside it if that is a cutout; in films without pictures, beside the
    film's motif, drawn with a bold pen
2   the text on the accent colour, as a poster
3   the film's key number above the text; without a number, a motif larger than the picture

The lower right stays free: sites overlay the duration there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
from PIL import Image

from pipeline.model import NumberScene, Script, VideoFormat
from pipeline.rendering.layouts.amount import format_amount
from pipeline.rendering.look import Look
from pipeline.rendering.number_format import format_number, with_unit
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.motif import Motif, draw_motif
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.thumbnail.badge import draw_badge
from pipeline.rendering.thumbnail.canvas import MARGIN, SIZES, ThumbnailCanvas
from pipeline.rendering.thumbnail.picture import (
    choose_picture,
    draw_beside_cutout,
    draw_beside_photograph,
    draw_on_picture,
    frame_for_text,
    is_better_beside,
)
from pipeline.theme.colours import rgb
from pipeline.theme.theme import Theme

COUNT = 3
# Minimum distance of number and text to the upper and lower edge.
_MIN_EDGE = 56
_THOUSAND, _MILLION = 1_000, 1_000_000
_NUMBER_SIZES = (340, 300, 260, 220, 180, 150)
_LIGHTS = (
    Light(role="glow", x=0.80, y=0.36, width=0.44, height=0.72, strength=1.0),
    Light(role="glow_far", x=0.05, y=0.0, width=0.40, height=0.60, strength=0.35),
)
_GAP = 40
# The motif beside the text: slightly high, above the duration.
_MOTIF_LEFT, _MOTIF_RIGHT, _MOTIF_CENTRE = 724, 1220, 324
# Height of the text below a number: three lines in the smallest size.
_BELOW_NUMBER = 272
# Opacity of the motif on a poster.
_FAINT = 0.22


def draw_thumbnail(script: Script, look: Look, number: int = 1, *, episode: int = 0) -> Image.Image:
    """Thumbnail `number`, mode RGB, of `look.format.thumbnail_px`, with the script's thumbnail text or title.

    An `episode` number is added as a badge; 0: none.
    """
    still = choose_picture(script, look) if number == 1 else None
    is_behind = still is not None and not still.has_alpha and not is_better_beside(still, look)
    framing = frame_for_text(still, look) if still and is_behind else None
    ground = framing.picture if framing else _poster_background(look) if number == 2 else _background(look)
    canvas = ThumbnailCanvas(picture=ground, look=look, words=script.thumbnail_text or script.title)
    number_scene = next((scene for scene in script.scenes if isinstance(scene, NumberScene)), None)
    figure = _fit_number(canvas, number_scene) if number == 3 and number_scene else None
    if framing:
        draw_on_picture(canvas, across=framing.across)
    elif still and still.has_alpha:
        draw_beside_cutout(canvas, still)
    elif still:
        draw_beside_photograph(canvas, still)
    elif number == 2:
        _draw_poster(canvas)
    elif figure:
        _draw_with_number(canvas, figure)
    elif number == 3:
        _draw_over_motif(canvas)
    else:
        _draw_beside_motif(canvas)
    if episode:
        draw_badge(canvas, episode, is_poster=number == 2 and framing is None)
    canvas.draw_logo()
    return canvas.picture


def draw_thumbnails(script: Script, look: Look, *, episode: int) -> Iterator[Image.Image]:
    """All thumbnails, best first, drawn lazily; what they share is drawn once."""
    return (draw_thumbnail(script, look, number, episode=episode) for number in range(1, COUNT + 1))


def _draw_beside_motif(canvas: ThumbnailCanvas) -> None:
    theme, height = canvas.look.theme, canvas.picture.height
    room = canvas.max_text_height if not canvas.is_upright else height * 2 // 5
    block = canvas.fit_text(canvas.words, canvas.sizes, canvas.text_width, room)
    if canvas.is_upright:
        top, side = height // 8, 760
        # Clearly cropped, or not at all.
        left, high = canvas.picture.width - side * 4 // 5, height // 2
    else:
        top = (height - block.height_px) // 2
        # Smaller beside long words.
        left = max(_MOTIF_LEFT, MARGIN + block.width_px + _GAP)
        side = _MOTIF_RIGHT - left
        high = _MOTIF_CENTRE - side // 2
    drawn = draw_motif(canvas.look.seed, side, bold=True)
    canvas.paste_tile(drawn.rgb(theme), drawn.mask, left, high)
    canvas.draw_text(block, top, (theme.text, theme.accent))


def _draw_poster(canvas: ThumbnailCanvas) -> None:
    theme, (width, height) = canvas.look.theme, canvas.picture.size
    drawn = _large_motif(canvas)
    side = drawn.mask.width
    faint = drawn.mask.point([round(level * _FAINT) for level in range(256)])
    canvas.paste_tile(
        Image.new("RGB", faint.size, rgb(theme.on_accent)), faint, width - side * 5 // 8, (height - side) // 2
    )
    room = canvas.max_text_height if not canvas.is_upright else height // 2
    block = canvas.fit_text(canvas.words, canvas.sizes, width - 3 * MARGIN, room)
    top = (height - block.height_px) // 2 if not canvas.is_upright else height // 5
    canvas.draw_text(block, top, (theme.on_accent,))


def _draw_with_number(canvas: ThumbnailCanvas, number: TextBlock) -> None:
    theme, (width, height) = canvas.look.theme, canvas.picture.size
    block = canvas.fit_text(
        canvas.words, SIZES[4:], canvas.text_width + 200 * (not canvas.is_upright), _BELOW_NUMBER, lines=3
    )
    gap = _gap_below(canvas, number, block)
    smaller = [size for size in _NUMBER_SIZES if size < number.size_px]
    while smaller and number.clearance_px + number.height_px + gap + block.height_px > height - 2 * _MIN_EDGE:
        number = replace(number, size_px=smaller.pop(0))
        gap = _gap_below(canvas, number, block)
    whole = number.height_px + gap + block.height_px
    top = (height - whole) // 2 if not canvas.is_upright else height // 6
    if canvas.is_upright:
        # Text alone would leave the lower half empty.
        drawn = _large_motif(canvas)
        canvas.paste_tile(drawn.rgb(theme), drawn.mask, width - drawn.mask.width * 3 // 5, height // 2)
    # Both move up together out of the corner with the duration.
    top -= top + number.height_px + gap - canvas.text_box(block, top + number.height_px + gap).top
    canvas.draw_text(number, top, (theme.accent,))
    canvas.draw_text(block, top + number.height_px + gap, (theme.text,))


def _fit_number(canvas: ThumbnailCanvas, scene: NumberScene) -> TextBlock | None:
    """The number with its unit on one line; None if even the smallest size is too large."""
    text, room = _figure(scene, canvas.look.language), canvas.picture.width - 2 * MARGIN
    block = canvas.fit_text(text, _NUMBER_SIZES, room, canvas.picture.height // 2, lines=1)
    return None if block.is_truncated else block


def _gap_below(canvas: ThumbnailCanvas, number: TextBlock, block: TextBlock) -> int:
    """Space between number and text, more for ideographs and other tall letters, which reach further down and up."""
    least = 2 * _GAP + number.descent_px + block.clearance_px if block.clearance_px else _GAP
    return max(least, min(2 * _GAP, canvas.max_text_height - number.height_px - block.height_px))


def _figure(scene: NumberScene, language: str) -> str:
    """The number in compact form ("384K km"); exact below a million in languages without one ("455.125 Wörter")."""
    has_compact_form = any(map(str.isalpha, format_number(scene.value, language, "")))
    if has_compact_form or not _THOUSAND <= abs(scene.value) < _MILLION:
        return format_number(scene.value, language, scene.unit)
    return with_unit(format_amount(scene.value, scene.unit, language).figure, language, scene.unit)


def _draw_over_motif(canvas: ThumbnailCanvas) -> None:
    theme, (width, height) = canvas.look.theme, canvas.picture.size
    drawn = _large_motif(canvas)
    side = drawn.mask.width
    top = -side // 3 if not canvas.is_upright else height // 3
    canvas.paste_tile(drawn.rgb(theme), drawn.mask, width - side * 3 // 5, top)
    room = height * 2 // 3 if not canvas.is_upright else height // 3
    block = canvas.fit_text(canvas.words, canvas.sizes[2:], canvas.text_width - 80 * (not canvas.is_upright), room)
    low = height - MARGIN - block.height_px if not canvas.is_upright else height // 8
    canvas.draw_text(block, low, (theme.text, theme.accent))


def _large_motif(canvas: ThumbnailCanvas) -> Motif:
    """A motif larger than the picture; shared by thumbnails 2 and 3, because it takes most of their time."""
    width, height = canvas.picture.size
    return draw_motif(canvas.look.seed, height * 3 // 2 if not canvas.is_upright else width * 4 // 3, bold=True)


def _background(look: Look) -> Image.Image:
    return _lit_background(look.format.thumbnail_px, look.theme, mirrored=look.right_to_left).copy()


@lru_cache(maxsize=2)
def _lit_background(size: tuple[int, int], theme: Theme, *, mirrored: bool) -> Image.Image:
    ground = background(VideoFormat(width_px=size[0], height_px=size[1]), theme, _LIGHTS)()
    return (ground.mirrored() if mirrored else ground).to_rgb()


def _poster_background(look: Look) -> Image.Image:
    """The accent, slightly lighter in the upper left and deeper in the lower right."""
    size = look.format.thumbnail_px
    x, y = (np.arange(side, dtype=np.float32) * np.float32(0.35 / 2 / side) for side in size)
    accent, deep = (np.array(rgb(name), np.float32) for name in (look.theme.accent, look.theme.accent_deep))
    shades = []
    # Channel by channel: numpy is three times slower with a last axis of length three.
    for first, last in zip(accent, deep, strict=True):
        shade = np.empty((size[1], size[0]), np.uint8)
        column, row = first + np.float32(0.5) + (last - first) * y[:, None], (last - first) * x[None, :]
        np.add(column, row, out=shade, casting="unsafe")
        shades.append(Image.fromarray(shade))
    return Image.merge("RGB", shades)
